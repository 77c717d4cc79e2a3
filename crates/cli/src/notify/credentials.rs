//! Where the credentials of a channel come from.

use anyhow::anyhow;
use campana::config::Config;
use campana::secret::{SecretError, SecretLookup as _};
use campana_model::Secret;

use crate::terminal;

/// Finds credentials, and remembers where: whoever is told that they are wrong wants to know which.
#[derive(Debug)]
pub(super) struct Credentials<'a> {
    config: &'a Config,
    /// The name of the secret that the main credential is to come from.
    main: Option<&'a str>,
    ask: bool,
    used: Vec<String>,
}

impl<'a> Credentials<'a> {
    pub(super) fn new(config: &'a Config, main: Option<&'a str>, ask: bool) -> Self {
        Self { config, main, ask, used: Vec::new() }
    }

    /// The credential that the channel cannot do without: from the secret of this name, unless the arguments say
    /// otherwise.
    pub(super) fn main(&mut self, name: &str) -> anyhow::Result<Secret> {
        if self.ask {
            self.used.push(format!("the {name} that was given"));
            return terminal::read_secret(name);
        }
        self.find(self.main.unwrap_or(name), ", and --ask takes it now")
    }

    /// Whether the arguments say where the main credential comes from.
    pub(super) fn is_given(&self) -> bool {
        self.ask || self.main.is_some()
    }

    /// The same for one that stands in the configuration under a key of its own.
    pub(super) fn configured(&mut self, key: &str, secret: &Secret) -> Secret {
        self.note(key);
        secret.clone()
    }

    /// A secret that has to be there.
    pub(super) fn secret(&mut self, name: &str) -> anyhow::Result<Secret> {
        self.find(name, "")
    }

    fn find(&mut self, name: &str, or: &str) -> anyhow::Result<Secret> {
        let secret = Secret::get(name).map_err(|error| match error {
            SecretError::Missing { .. } => anyhow!("{error}; `campana secret set {name}` sets it{or}"),
            other => other.into(),
        })?;
        self.note(&format!("context.secrets.{name}"));
        Ok(secret)
    }

    /// A secret, if it is there.
    pub(super) fn optional(&mut self, name: &str) -> Option<Secret> {
        let secret = self.config.secrets.get(name).cloned()?;
        self.note(&format!("context.secrets.{name}"));
        Some(secret)
    }

    /// Which were taken, and from where.
    pub(super) fn used(&self) -> String {
        match self.used.as_slice() {
            [] => "no credentials were used".to_owned(),
            used => format!("used {}", used.join("; ")),
        }
    }

    fn note(&mut self, key: &str) {
        let origin = self.config.settings().iter().find(|set| set.key == key);
        let name = key.strip_prefix("context.secrets.").unwrap_or(key);
        self.used.push(match origin {
            Some(set) => format!("{name} of {}", set.origin),
            None => name.to_owned(),
        });
    }
}
