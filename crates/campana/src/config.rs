//! What a person has set for all flows on a machine: the file `~/.campana/config.toml` (or the one that
//! `CAMPANA__USER_CONFIG_PATH` names), each key of which an environment variable `CAMPANA__SECTION__KEY`
//! overrides.
//!
//! Nothing is kept between two looks, so a change counts at once. Errors name the file, the line and what is
//! wrong there, and never repeat what stands there, since that may be a secret.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use campana_model::Secret;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Names another file than `~/.campana/config.toml`.
const PATH_VARIABLE: &str = "CAMPANA__USER_CONFIG_PATH";

/// The environment variable that overrides the key at `path`: `CAMPANA__CONTEXT__SECRETS__NAME`. The last part
/// keeps its case, since it may be a name that the user chose.
pub(crate) fn variable(section: &[&str], key: &str) -> String {
    let section: String = section.iter().map(|part| format!("{}__", part.to_uppercase())).collect();
    format!("CAMPANA__{section}{key}")
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{}, line {line}: {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A value is of another type than it should be.
    #[error("{}, line {line}: {key} must be {wanted}, and not {found}", path.display())]
    Type {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key, with its section.
        key: String,
        /// What belongs there.
        wanted: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// An environment variable is not text.
    #[error("the environment variable {variable} is not valid Unicode")]
    NotUnicode {
        /// Its name.
        variable: String,
    },
}

/// The file, which need not be there.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    text: Option<String>,
}

impl ConfigFile {
    /// Reads the file, if there is one; `None`: nobody knows where it would be.
    pub(crate) fn read() -> Result<Option<Self>, ConfigError> {
        let path = match env::var_os(PATH_VARIABLE) {
            Some(path) => PathBuf::from(path),
            None => match env::home_dir() {
                Some(home) => home.join(".campana").join("config.toml"),
                None => return Ok(None),
            },
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(Self { path, text: Some(text) })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(Self { path, text: None })),
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }

    /// Where it is, or would be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    pub(crate) fn exists(&self) -> bool {
        self.text.is_some()
    }

    /// The text at `key` of `section`, if it is set.
    pub(crate) fn secret(&self, section: &[&str], key: &str) -> Result<Option<Secret>, ConfigError> {
        let Some(text) = &self.text else { return Ok(None) };
        let root = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            path: self.path.clone(),
            line: line(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        let mut table = root.get_ref();
        let mut at = String::new();
        for part in section {
            at.push_str(part);
            match table.get(*part) {
                None => return Ok(None),
                Some(value) => match value.get_ref() {
                    DeValue::Table(inner) => table = inner,
                    _ => return Err(self.wrong(text, value, &at, "a section")),
                },
            }
            at.push('.');
        }
        match table.get(key).map(|value| (value, value.get_ref())) {
            None => Ok(None),
            Some((_, DeValue::String(secret))) => Ok(Some(Secret::new(&**secret))),
            Some((value, _)) => Err(self.wrong(text, value, &format!("{at}{key}"), "a text in quotes")),
        }
    }

    fn wrong(
        &self,
        text: &str,
        value: &Spanned<DeValue<'_>>,
        key: &str,
        wanted: &'static str,
    ) -> ConfigError {
        ConfigError::Type {
            path: self.path.clone(),
            line: line(text, value.span().start),
            key: key.to_owned(),
            wanted,
            found: value.get_ref().type_str(),
        }
    }
}

/// The text of an environment variable, if it is set.
pub(crate) fn from_environment(variable: &str) -> Result<Option<String>, ConfigError> {
    match env::var(variable) {
        Ok(text) => Ok(Some(text)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(ConfigError::NotUnicode { variable: variable.to_owned() }),
    }
}

/// The number of the line, from 1, that the byte at `at` is in.
fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> ConfigFile {
        ConfigFile { path: "config.toml".into(), text: Some(text.to_owned()) }
    }

    fn look(text: &str) -> Result<Option<String>, String> {
        let found = file(text).secret(&["context", "secrets"], "URL");
        found.map(|secret| secret.map(|secret| secret.expose().to_owned())).map_err(|error| error.to_string())
    }

    #[test]
    fn a_text_is_found_in_every_way_to_write_it() {
        let found = Ok(Some("hunter2".to_owned()));
        assert_eq!(look("[context.secrets]\nURL = \"hunter2\""), found);
        assert_eq!(look("[context]\nsecrets = { URL = 'hunter2' }"), found);
        assert_eq!(look("context.secrets.URL = \"hunter2\""), found);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for text in ["", "[context]", "[context.secrets]\nOTHER = \"x\"", "[server]\nport = 4200"] {
            assert_eq!(look(text), Ok(None), "{text}");
        }
        let none = ConfigFile { path: "config.toml".into(), text: None };
        assert!(none.secret(&["context"], "URL").unwrap().is_none());
    }

    #[test]
    fn an_error_names_file_line_and_key_and_no_value() {
        for (text, wanted) in [
            ("[context.secrets]\n\nURL = 8642097", "config.toml, line 3: context.secrets.URL must be"),
            ("[context.secrets]\nURL = [\"8642097\"]", "config.toml, line 2: context.secrets.URL must be"),
            ("[context]\nsecrets = \"8642097\"", "config.toml, line 2: context.secrets must be a section"),
            ("context = '8642097'", "config.toml, line 1: context must be a section"),
            ("[context.secrets]\nURL = x8642097", "config.toml, line 2: "),
            ("[context.secrets]\nURL = \"8642097", "config.toml, line 2: "),
            ("[context.secrets]\nURL = \"x\"\n8642097", "config.toml, line 3: "),
            ("[context.secrets]\nURL = \"\\8642097\"", "config.toml, line 2: "),
            ("[context.secrets]\nURL = 'x'\nURL = '8642097'", "config.toml, line 3: "),
            ("[8642097", "config.toml, line 1: "),
        ] {
            let error = look(text).unwrap_err();
            assert!(error.starts_with(wanted) && !error.contains("8642097"), "{text}: {error}");
        }
    }

    #[test]
    fn a_variable_is_named_after_its_key() {
        assert_eq!(variable(&["context", "secrets"], "Slack_url"), "CAMPANA__CONTEXT__SECRETS__Slack_url");
    }
}
