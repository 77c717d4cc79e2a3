//! Where secrets come from.
//!
//! A secret is looked for, in this order, in
//!
//! 1. the run's own: [`RunSettings::secret`](crate::RunSettings::secret);
//! 2. the environment: `CAMPANA__CONTEXT__SECRETS__NAME`;
//! 3. the section `[context.secrets]` of `~/.campana/config.toml`, or of the file that
//!    `CAMPANA__USER_CONFIG_PATH` names;
//! 4. the run's backend, if it has one and the code that asks can wait: [`SecretLookup::fetch`].
//!
//! The first one found counts. Each look is a fresh one, so a secret that is changed counts at once.

use std::path::PathBuf;

use campana_engine::{Context, context};
use campana_model::Secret;

use crate::config::{Config, ConfigError, ConfigFile, from_environment, variable};

const SECTION: &[&str] = &["context", "secrets"];

/// Looks secrets up by name: `Secret::get("NAME")`.
///
/// It is a trait because [`Secret`] belongs to the vocabulary that every crate shares, which does no IO. A type
/// of this crate's own would have been a second kind of secret, to be turned into the first one everywhere.
pub trait SecretLookup: Sized {
    /// The secret `name` of this run or this machine.
    ///
    /// ```
    /// use campana::prelude::*;
    ///
    /// let error = Secret::get("NOWHERE_TO_BE_FOUND").unwrap_err();
    /// assert!(error.to_string().contains("CAMPANA__CONTEXT__SECRETS__NOWHERE_TO_BE_FOUND"));
    /// ```
    ///
    /// # Errors
    /// If it is nowhere to be found, or a place cannot be read.
    fn get(name: &str) -> Result<Self, SecretError>;

    /// The same, and asks the run's backend if nobody else knows it.
    ///
    /// # Errors
    /// If it is nowhere to be found, or a place cannot be read.
    fn fetch(name: &str) -> impl Future<Output = Result<Self, SecretError>> + Send;
}

impl SecretLookup for Secret {
    fn get(name: &str) -> Result<Self, SecretError> {
        find(name, context().as_ref())?.map_err(|places| SecretError::missing(name, places))
    }

    async fn fetch(name: &str) -> Result<Self, SecretError> {
        let context = context();
        let mut places = match find(name, context.as_ref())? {
            Ok(secret) => return Ok(secret),
            Err(places) => places,
        };
        if let Some(context) = context {
            if let Some(secret) = context.backend_secret(name).await {
                return Ok(secret);
            }
            if context.keeps_logs() {
                places.push(Place::Backend);
            }
        }
        Err(SecretError::missing(name, places))
    }
}

/// The secret `name`, if anybody knows it.
pub(crate) async fn optional(name: &str) -> Result<Option<Secret>, SecretError> {
    match Secret::fetch(name).await {
        Ok(secret) => Ok(Some(secret)),
        Err(SecretError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A secret cannot be had. It never shows one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Nobody knows it.
    #[error("secret '{name}' not found; looked in {}", list(places))]
    Missing {
        /// Its name.
        name: String,
        /// Where it was looked for, in this order.
        places: Vec<Place>,
    },
    /// A place where it may be cannot be read.
    #[error("could not look up secret '{name}'")]
    Config {
        /// Its name.
        name: String,
        /// What is wrong with the place.
        source: ConfigError,
    },
}

impl SecretError {
    fn missing(name: &str, places: Vec<Place>) -> Self {
        Self::Missing { name: name.to_owned(), places }
    }
}

/// Where a secret is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// What the run was given.
    Run,
    /// This environment variable.
    Variable(String),
    /// The section `[context.secrets]` of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Whether it is there.
        exists: bool,
    },
    /// The run's backend.
    Backend,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run => f.write_str("the secrets of the run"),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::File { path, exists } => {
                let missing = if *exists { "" } else { " (no such file)" };
                write!(f, "[context.secrets] of {}{missing}", path.display())
            }
            Self::Backend => f.write_str("the run's backend"),
        }
    }
}

fn list(places: &[Place]) -> String {
    places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The secret, or the places where it is not.
fn find(name: &str, context: Option<&Context>) -> Result<Result<Secret, Vec<Place>>, SecretError> {
    let unusable = |source| SecretError::Config { name: name.to_owned(), source };
    let mut places = Vec::new();
    if let Some(context) = context {
        if let Some(secret) = context.secret(name) {
            return Ok(Ok(secret.clone()));
        }
        places.push(Place::Run);
    }
    let variable = variable(SECTION, name);
    if let Some(text) = from_environment(&variable).map_err(unusable)? {
        return Ok(Ok(Secret::new(text)));
    }
    places.push(Place::Variable(variable));
    if let Some(file) = ConfigFile::read().map_err(unusable)? {
        let mut config = Config::of(Some(&file), []).map_err(unusable)?;
        if let Some(secret) = config.secrets.remove(name) {
            return Ok(Ok(secret));
        }
        places.push(Place::File { path: file.path().to_owned(), exists: file.exists() });
    }
    Ok(Err(places))
}
