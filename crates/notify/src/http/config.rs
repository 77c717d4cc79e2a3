//! What can be wrong with a channel's configuration.

use std::net::IpAddr;

/// A channel cannot be built. It names the field and the remedy, and never shows the field's value.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not a URL.
    #[error("{field} is not a URL; write it in full, such as https://host/path")]
    NotAUrl {
        /// The field.
        field: &'static str,
    },
    /// A URL of a kind that cannot be used, or whose messages could be read on the way.
    #[error("{field} is not {wanted}")]
    Scheme {
        /// The field.
        field: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// The address is not public and was not allowed.
    #[error("{field} leads to {address}, which is not on the public internet; allow its network to reach it")]
    Address {
        /// The field.
        field: &'static str,
        /// The address.
        address: IpAddr,
    },
    /// A value that is not of the form that the provider takes.
    #[error("{field} is not {wanted}")]
    Malformed {
        /// The field.
        field: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// An entry of a list is not an e-mail address.
    #[error("entry {index} of {field} is not an e-mail address, such as user@example.com")]
    Mailbox {
        /// The field.
        field: &'static str,
        /// Which entry, from 0.
        index: usize,
    },
    /// A secret to sign with is not of the form that Standard Webhooks has.
    #[error(
        "entry {index} of {field} is not a signing secret; write whsec_ and {min} to {max} bytes in base64"
    )]
    SigningSecret {
        /// The field.
        field: &'static str,
        /// Which entry, from 0.
        index: usize,
        /// The fewest bytes.
        min: usize,
        /// The most bytes.
        max: usize,
    },
    /// The HTTP client could not be made.
    #[error("could not set up the HTTP client")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ConfigError {
    /// The field that cannot be used.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotAUrl { field }
            | Self::Scheme { field, .. }
            | Self::Address { field, .. }
            | Self::Malformed { field, .. }
            | Self::Mailbox { field, .. }
            | Self::SigningSecret { field, .. } => Some(field),
            Self::Client(_) => None,
        }
    }
}
