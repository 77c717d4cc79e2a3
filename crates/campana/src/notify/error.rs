//! Why a message was not sent.

use campana_notify::{ConfigError, SendError};

use crate::secret::SecretError;

/// A message was not sent, as far as is known. It shows no URL and no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// A secret that the channel needs is missing.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A secret is there and is not what the channel needs.
    #[error("secret '{secret}' cannot be used")]
    Unusable {
        /// The secret's name.
        secret: String,
        /// What is wrong with it.
        source: ConfigError,
    },
    /// The HTTP client cannot be made: its proxy is no URL, or the machine's certificates cannot be used.
    #[error("could not set up the HTTP client")]
    Client(#[source] &'static ConfigError),
    /// The proxy cannot be used.
    #[error("the proxy cannot be used")]
    Proxy(#[source] ConfigError),
    /// No attempt succeeded.
    #[error("{service} notification failed (attempt {attempt} of {max_attempts})")]
    Send {
        /// The channel: `Slack`.
        service: &'static str,
        /// How many attempts there were.
        attempt: u32,
        /// How many there are at the most.
        max_attempts: u32,
        /// How the last one ended.
        source: SendError,
    },
}

impl NotifyError {
    /// The channel could not be set up with what the secret `name` holds.
    pub fn unusable(name: &str, source: ConfigError) -> Self {
        Self::Unusable { secret: name.to_owned(), source }
    }
}
