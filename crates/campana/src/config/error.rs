//! What can be wrong with the configuration.

use std::io;
use std::path::PathBuf;

use super::Origin;

/// The configuration cannot be used. It never repeats a value.
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
    #[error("{origin}: {problem}")]
    Syntax {
        /// The line.
        origin: Origin,
        /// What is wrong.
        problem: String,
    },
    /// There is no such key.
    #[error("{origin}: there is no {key}; {remedy}")]
    Unknown {
        /// Where it stands.
        origin: Origin,
        /// The key, with its section.
        key: String,
        /// What was probably meant, or what there is.
        remedy: String,
    },
    /// A value is not what belongs there.
    #[error("{origin}: {key} must be {wanted}{}", found.map(|found| format!(", and not {found}")).unwrap_or_default())]
    Value {
        /// Where it stands.
        origin: Origin,
        /// The key, with its section.
        key: String,
        /// What belongs there.
        wanted: &'static str,
        /// The type of what stands there, if it is already of the wrong one.
        found: Option<&'static str>,
    },
    /// An environment variable is not text.
    #[error("the environment variable {variable} is not valid Unicode")]
    NotUnicode {
        /// Its name.
        variable: String,
    },
}
