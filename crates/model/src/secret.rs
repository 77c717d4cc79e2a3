//! A text that must never be seen.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

/// A password, token or URL that holds one. Its `Debug` and `Display` show `[secret]`; it cannot be
/// serialised; the memory is wiped when the last copy is dropped.
///
/// ```
/// # use campana_model::Secret;
/// let url = Secret::new("https://hooks.example.com/T000/B000/XXXX");
/// assert_eq!(format!("{url} {url:?}"), "[secret] [secret]");
/// assert!(url.expose().ends_with("XXXX"));
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes `text` as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// `text` with every occurrence of this secret replaced by `[secret]`: for words that come from
    /// elsewhere, such as a provider's answer, and may repeat it. An empty secret changes nothing.
    pub fn redact(&self, text: &str) -> String {
        if self.expose().is_empty() { text.to_owned() } else { text.replace(self.expose(), "[secret]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
