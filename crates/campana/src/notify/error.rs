//! Why a message was not sent.

use campana_notify::{ConfigError, SendError};

use crate::secret::SecretError;

/// A message was not sent, as far as is known. It shows no URL and no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// A secret that the service needs is missing.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A secret is there and is not what the service needs.
    #[error("secret '{secret}' cannot be used")]
    Unusable {
        /// The secret's name.
        secret: String,
        /// What is wrong with it.
        source: ConfigError,
    },
    /// A setting is not what the service needs, or is missing.
    #[error("the settings of {service} cannot be used")]
    Settings {
        /// The service: `Twilio`.
        service: &'static str,
        /// What is wrong with them.
        source: ConfigError,
    },
    /// The configuration cannot be used.
    #[error("the configuration cannot be used")]
    Config(#[from] crate::config::ConfigError),
    /// The HTTP client cannot be made: the machine's certificates cannot be used.
    #[error("could not set up the HTTP client")]
    Client(#[source] ConfigError),
    /// The proxy cannot be used.
    #[error("the proxy cannot be used")]
    Proxy(#[source] ConfigError),
    /// No attempt succeeded.
    #[error("{service} notification failed (attempt {attempt} of {max_attempts})")]
    Send {
        /// The service: `Slack`.
        service: &'static str,
        /// How many attempts there were.
        attempt: u32,
        /// How many there are at the most.
        max_attempts: u32,
        /// How the last one ended.
        source: SendError,
    },
    /// Of several destinations, some were not told.
    #[error("{failed} of {count} destinations could not be told")]
    Several {
        /// How many were not told.
        failed: usize,
        /// How many there are.
        count: usize,
        /// Why the first of them was not.
        source: Box<NotifyError>,
    },
}

impl NotifyError {
    /// A channel of this service could not be set up: for what is in a secret, or else for what is in its
    /// settings. `secrets` says which field of the channel's configuration was filled from which secret.
    pub fn unusable(service: &'static str, source: ConfigError, secrets: &[(&str, &str)]) -> Self {
        match secrets.iter().find(|(field, _)| Some(*field) == source.field()) {
            Some((_, secret)) => Self::Unusable { secret: (*secret).to_owned(), source },
            None => Self::Settings { service, source },
        }
    }
}
