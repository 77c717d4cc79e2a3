//! The file: where it is, what stands in it, and who can read it.

use std::env;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::{ConfigError, Origin};

/// Names another file than `~/.campana/config.toml`.
pub(super) const PATH_VARIABLE: &str = "CAMPANA__USER_CONFIG_PATH";

/// Where the configuration is, or would be: the file that `CAMPANA__USER_CONFIG_PATH` names, or
/// `~/.campana/config.toml`. `None`: the user has no home.
pub fn path() -> Option<PathBuf> {
    match env::var_os(PATH_VARIABLE) {
        Some(path) => Some(PathBuf::from(path)),
        None => Some(env::home_dir()?.join(".campana").join("config.toml")),
    }
}

/// The environment variable that overrides `key` of `section`: `CAMPANA__CONTEXT__SECRETS__NAME`. The key keeps
/// its case, since it may be a name that the user chose.
pub(crate) fn variable(section: &[&str], key: &str) -> String {
    let section: String = section.iter().map(|part| format!("{}__", part.to_uppercase())).collect();
    format!("CAMPANA__{section}{key}")
}

/// The text of an environment variable, if it is set.
pub(crate) fn from_environment(variable: &str) -> Result<Option<String>, ConfigError> {
    match env::var(variable) {
        Ok(text) => Ok(Some(text)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(ConfigError::NotUnicode { variable: variable.to_owned() }),
    }
}

/// The file, which need not be there.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    text: Option<String>,
    /// Its permissions, if others than its owner have any.
    mode: Option<u32>,
}

impl ConfigFile {
    /// Reads this user's file, if there is one; `None`: nobody knows where it would be.
    pub(crate) fn read() -> Result<Option<Self>, ConfigError> {
        path().map(Self::read_from).transpose()
    }

    /// Reads a file, if it is there.
    pub(super) fn read_from(path: PathBuf) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self { mode: mode_for_others(&path), path, text: Some(text) }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self { path, text: None, mode: None })
            }
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }

    /// A file that holds this.
    #[cfg(test)]
    pub(super) fn of(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: Some(text.to_owned()), mode: None }
    }

    /// Where it is, or would be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    pub(crate) fn exists(&self) -> bool {
        self.text.is_some()
    }

    /// What stands in it.
    pub(super) fn parse(&self) -> Result<DeTable<'_>, ConfigError> {
        let Some(text) = &self.text else { return Ok(DeTable::new()) };
        DeTable::parse(text).map(toml::Spanned::into_inner).map_err(|error| ConfigError::Syntax {
            origin: self.origin(error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })
    }

    /// The line of the byte at `at`.
    pub(super) fn origin(&self, at: usize) -> Origin {
        let before = self.text.iter().flat_map(|text| text.bytes()).take(at);
        Origin::File { path: self.path.clone(), line: before.filter(|byte| *byte == b'\n').count() + 1 }
    }

    /// A warning about this file, if others can read it.
    pub(super) fn exposed(&self) -> Option<Exposed> {
        Some(Exposed { path: self.path.clone(), mode: self.mode? })
    }
}

/// A file that holds secrets can be read by others on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exposed {
    /// The file.
    pub path: PathBuf,
    /// Its permissions: `0o644`.
    pub mode: u32,
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, mode) = (self.path.display(), self.mode);
        write!(
            f,
            "{path} holds secrets, and others on this machine can read it (mode {mode:04o}); run `chmod 600 {path}`"
        )
    }
}

/// The permissions of a file that its group or everybody can read.
#[cfg(unix)]
fn mode_for_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    const READ_BY_OTHERS: u32 = 0o044;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o7777;
    (mode & READ_BY_OTHERS != 0).then_some(mode)
}

#[cfg(not(unix))]
fn mode_for_others(_: &Path) -> Option<u32> {
    None
}
