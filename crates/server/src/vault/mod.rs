//! What is encrypted at rest: the configurations of hooks, and whatever else holds a secret.
//!
//! A [`MasterKey`] comes from the environment or from a file that only its owner may read, made at the first
//! start. From it come one key for each purpose: to encrypt (XChaCha20-Poly1305), to name destinations
//! (HMAC-SHA256), and to prove that it is the key that a database was made with.
//!
//! Guaranteed: what was sealed for one row does not open for another, nor after a change of a single bit; a
//! server with another key than its database's does not start; no key is in an error or a `Debug` output; keys
//! are wiped from memory when they are dropped. Not guaranteed: anything, if the key file lies beside a copy of
//! the database. Whoever loses the key loses what was sealed.

mod key;

use std::fmt;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use campana_model::HookType;

pub use self::key::{KeyError, KeySource, MasterKey};

/// The layout of a sealed text: this byte, the key's id, the nonce, the ciphertext with its tag.
const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// Seals and unseals what is stored.
pub struct Vault {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID_BYTES],
    check: KeyCheck,
    destinations: Zeroizing<[u8; 32]>,
}

/// Proves that a key is the one that a database was made with, without telling it. Stored in the database at
/// its first start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCheck(String);

impl KeyCheck {
    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for KeyCheck {
    /// Reads what was stored.
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

/// A text cannot be unsealed, or a key not be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no usable key.
    #[error("could not take the encryption key from {source_name}")]
    Key {
        /// Where it was looked for.
        source_name: String,
        /// What is wrong there.
        source: KeyError,
    },
    /// The database was made with another key.
    #[error(
        "the database was encrypted with another key than the one from {source_name}; start the server with the \
         key that it was first started with"
    )]
    OtherDatabase {
        /// Where the key is from.
        source_name: String,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    /// It is no sealed text, or a later version wrote it.
    #[error("not a sealed text that this version reads")]
    UnknownFormat,
    /// It was sealed with another key.
    #[error("sealed with another key")]
    OtherKey,
    /// It was sealed for another row, or changed.
    #[error("sealed for another row, or changed since")]
    Broken,
}

impl Vault {
    /// Opens the vault: takes the key from its source, and makes one where there is none yet and no database
    /// needs an older one.
    ///
    /// `known` is what the database has stored as its [`KeyCheck`]; `None`: it is a new one, and
    /// [`key_check`](Self::key_check) is to be stored in it.
    ///
    /// # Errors
    /// If there is no usable key, or it is not that of the database.
    pub fn open(source: &KeySource, known: Option<&KeyCheck>) -> Result<Self, VaultError> {
        let of_source = |error| VaultError::Key { source_name: source.to_string(), source: error };
        let key = if known.is_none() { source.take_or_make() } else { source.take() }.map_err(of_source)?;
        let vault = Self::new(&key);
        match known {
            Some(check) if !vault.matches(check) => {
                Err(VaultError::OtherDatabase { source_name: source.to_string() })
            }
            _ => Ok(vault),
        }
    }

    /// The vault of this key.
    pub fn new(key: &MasterKey) -> Self {
        let id = key.derive("key id");
        let mut key_id = [0; KEY_ID_BYTES];
        key_id.copy_from_slice(&id[..KEY_ID_BYTES]);
        Self {
            cipher: XChaCha20Poly1305::new((&*key.derive("encryption")).into()),
            key_id,
            check: KeyCheck(hex(&*key.derive("key check"))),
            destinations: key.derive("destinations"),
        }
    }

    /// What a database is to remember of the key.
    pub fn key_check(&self) -> &KeyCheck {
        &self.check
    }

    /// Whether this is the key that a database remembers.
    pub fn matches(&self, check: &KeyCheck) -> bool {
        self.check == *check
    }

    /// Encrypts a text for this row, where alone it can be unsealed.
    ///
    /// # Errors
    /// If the operating system gives no random bytes.
    pub fn seal(&self, row: Uuid, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = XNonce::try_generate().map_err(|_| VaultError::NoRandomness)?;
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(&self.key_id);
        let aad = associated(&sealed, row);
        sealed.extend_from_slice(&nonce);
        let ciphertext = self
            .cipher
            .encrypt(&nonce, Payload { msg: plaintext, aad: &aad })
            .expect("a text in memory is shorter than the 256 GB that the cipher takes");
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// The text that was sealed for this row.
    ///
    /// # Errors
    /// If it is no sealed text, or was sealed with another key, for another row, or changed since.
    pub fn unseal(&self, row: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (header, ciphertext) = sealed.split_at_checked(HEADER_BYTES).ok_or(VaultError::UnknownFormat)?;
        let (prefix, nonce) = header.split_at(HEADER_BYTES - NONCE_BYTES);
        match prefix.split_first() {
            Some((&VERSION, key_id)) if key_id == self.key_id => {}
            Some((&VERSION, _)) => return Err(VaultError::OtherKey),
            _ => return Err(VaultError::UnknownFormat),
        }
        let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::UnknownFormat)?;
        let aad = associated(prefix, row);
        let plaintext = self.cipher.decrypt(&nonce, Payload { msg: ciphertext, aad: &aad });
        plaintext.map(Zeroizing::new).map_err(|_| VaultError::Broken)
    }

    /// The name under which the store knows a destination: the same for each hook that leads there, and of no
    /// help to whoever wants to know where that is.
    pub fn destination_key(&self, hook_type: HookType, endpoint: &str) -> String {
        let mut mac = hmac(&self.destinations);
        mac.update(hook_type.name().as_bytes());
        mac.update(&[0]);
        mac.update(endpoint.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault([secret])")
    }
}

/// What a sealed text is bound to.
fn associated(prefix: &[u8], row: Uuid) -> Vec<u8> {
    [prefix, row.as_bytes()].concat()
}

fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
