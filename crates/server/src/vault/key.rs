//! Where the master key is from.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campana_model::Secret;
use chacha20poly1305::aead::Generate;
use hmac::Mac;
use tempfile::NamedTempFile;
use zeroize::{Zeroize, Zeroizing};

/// The variable that holds the key, if it is not in a file.
const VARIABLE: &str = "CAMPANA__SERVER__ENCRYPTION_KEY";

/// How much of a file is read that should hold a key; one is 44 characters long.
const MAX_FILE_BYTES: u64 = 1024;

/// The one secret that all others come from: 32 random bytes. Its `Debug` shows nothing.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A new key.
    ///
    /// # Errors
    /// If the operating system gives no random bytes.
    pub fn generate() -> Result<Self, KeyError> {
        let key = <[u8; 32]>::try_generate().map_err(|_| KeyError::NoRandomness)?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Reads a key as it stands in a file or a variable: 32 bytes in base64.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &Secret) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.expose().trim()).map_err(|_| KeyError::NotAKey)?);
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeyError::NotAKey)?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// The key as it stands in a file or a variable.
    pub fn to_base64(&self) -> Secret {
        Secret::new(STANDARD.encode(*self.0))
    }

    /// A key for one purpose, from which neither this one nor that of another purpose can be found.
    pub(super) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut mac = super::hmac(&self.0);
        mac.update(b"campana vault 1: ");
        mac.update(purpose.as_bytes());
        let mut bytes = mac.finalize().into_bytes();
        let key = Zeroizing::new(bytes.into());
        bytes.as_mut_slice().zeroize();
        key
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([secret])")
    }
}

/// A key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// What stands there is no key.
    #[error("not a key; write 32 random bytes in base64, as `head -c 32 /dev/urandom | base64` makes them")]
    NotAKey,
    /// The file is not there, though there is a database that was encrypted with its key.
    #[error(
        "there is no such file, but the database was encrypted with its key; put the file back, or give the key in \
         {VARIABLE}"
    )]
    Lost,
    /// Others can read the file.
    #[error(
        "others can read it (its mode is {mode:03o}); make it yours alone with `chmod 600`, or make another key"
    )]
    Open {
        /// The permissions.
        mode: u32,
    },
    /// It is something else than a file.
    #[error("not a file")]
    NotAFile,
    /// The file cannot be read.
    #[error("could not read it")]
    Read(#[source] io::Error),
    /// The file cannot be made.
    #[error("could not make it")]
    Make(#[source] io::Error),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

/// Where the key is from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// In a file, which the first start makes and only its owner may read.
    File(PathBuf),
    /// Given, by `CAMPANA__SERVER__ENCRYPTION_KEY`: 32 bytes in base64.
    Given(Secret),
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str(VARIABLE),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl KeySource {
    /// The key that is there.
    pub(super) fn take(&self) -> Result<MasterKey, KeyError> {
        match self {
            Self::Given(text) => MasterKey::parse(text),
            Self::File(path) => read(path)?.ok_or(KeyError::Lost),
        }
    }

    /// The key that is there, or a new one.
    pub(super) fn take_or_make(&self) -> Result<MasterKey, KeyError> {
        match self {
            Self::Given(text) => MasterKey::parse(text),
            Self::File(path) => match read(path)? {
                Some(key) => Ok(key),
                None => make(path),
            },
        }
    }
}

/// The key in this file, if there is such a file.
fn read(path: &Path) -> Result<Option<MasterKey>, KeyError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeyError::Read(error)),
    };
    let metadata = file.metadata().map_err(KeyError::Read)?;
    if !metadata.is_file() {
        return Err(KeyError::NotAFile);
    }
    only_ours(&metadata)?;
    let mut text = Zeroizing::new(String::new());
    match file.take(MAX_FILE_BYTES).read_to_string(&mut text) {
        Ok(_) => MasterKey::parse(&Secret::new(text.as_str())).map(Some),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(KeyError::NotAKey),
        Err(error) => Err(KeyError::Read(error)),
    }
}

#[cfg(unix)]
fn only_ours(metadata: &fs::Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;

    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::Open { mode }) }
}

#[cfg(not(unix))]
fn only_ours(_: &fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}

/// Makes the file with a new key, whole or not at all; if somebody else made it in the meantime, theirs counts.
fn make(path: &Path) -> Result<MasterKey, KeyError> {
    let key = MasterKey::generate()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(KeyError::Make)?;
    // Such a file is its owner's alone from the start.
    let mut file = NamedTempFile::new_in(folder).map_err(KeyError::Make)?;
    writeln!(file, "{}", key.to_base64().expose()).map_err(KeyError::Make)?;
    file.as_file().sync_all().map_err(KeyError::Make)?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            return read(path)?.ok_or(KeyError::Lost);
        }
        Err(error) => return Err(KeyError::Make(error.error)),
    }
    // The name has to survive a power cut as well: what is sealed from now on is lost without it.
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(KeyError::Make)?;
    Ok(key)
}
