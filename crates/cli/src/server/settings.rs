//! From the configuration and the options of a command to what the server is told.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use campana::config::{Config as Configured, Keep, LogFormat};
use campana_notify::channels::email::EmailConfig;
use campana_server::{Channels, Config, DatabaseUrl, KeySource, Network};
use clap::Args;

use crate::terminal;

/// Where the configuration is, and where everything is kept
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Where everything is kept: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    ///
    /// Unless given, server.database_url of the configuration, or sqlite://~/.campana/campana.db.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,

    /// The configuration, if not ~/.campana/config.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Where to listen, if it is said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Address {
    pub(super) host: Option<IpAddr>,
    pub(super) port: Option<u16>,
}

impl Settings {
    /// What the server is told, and the form of its log. What is said on the command line counts more than the
    /// configuration.
    pub(super) fn server(self, address: Address) -> anyhow::Result<(Config, LogFormat)> {
        let configured = match &self.config {
            Some(path) => Configured::load_from(path)?,
            None => Configured::load()?,
        };
        if let Some(exposed) = configured.exposed() {
            terminal::warn(exposed);
        }
        let log = configured.server.log.unwrap_or_default();
        let database = self.database(&configured)?;
        Ok((config(configured, address, database)?, log))
    }

    fn database(self, configured: &Configured) -> anyhow::Result<DatabaseUrl> {
        let url = self.database_url.as_deref();
        let url = url.or_else(|| Some(configured.server.database_url.as_ref()?.expose()));
        match url {
            Some(url) => Ok(url.parse()?),
            None => Ok(DatabaseUrl::Sqlite(folder()?.join("campana.db"))),
        }
    }
}

/// Where things of this user are kept, if it is not said where.
fn folder() -> anyhow::Result<PathBuf> {
    let home =
        std::env::home_dir().context("this user has no home; say where to keep things by --database-url")?;
    Ok(home.join(".campana"))
}

fn config(configured: Configured, address: Address, database: DatabaseUrl) -> anyhow::Result<Config> {
    let Configured { network, smtp, channels, server, hooks, retention, .. } = configured;
    let key = match (server.encryption_key, &database) {
        (Some(key), _) => KeySource::Given(key),
        (None, DatabaseUrl::Sqlite(path)) => KeySource::File(path.with_extension("key")),
        (None, DatabaseUrl::Postgres(_)) => KeySource::File(folder()?.join("campana.key")),
    };
    let mut config = Config::new(database, key);
    config.host = address.host.or(server.host).unwrap_or(config.host);
    config.port = address.port.or(server.port).unwrap_or(config.port);
    config.public_url = server.public_url;
    config.smtp = smtp.host.map(|host| EmailConfig {
        port: smtp.port,
        security: smtp.security.unwrap_or_default(),
        username: smtp.username,
        password: smtp.password,
        from: smtp.from,
        ..EmailConfig::new(host)
    });
    config.channels =
        Channels { twilio_api_url: channels.twilio.api_url, pagerduty_api_url: channels.pagerduty.api_url };
    config.network = Network { allow: network.allow, proxy: network.proxy };
    if !hooks.pauses.is_empty() {
        config.outbox.pauses = hooks.pauses;
    }
    if !hooks.backoff.is_empty() {
        config.outbox.backoff = campana_server::outbox::Backoff::new(hooks.backoff);
    }
    set(&mut config.lease, hooks.lease);
    set(&mut config.outbox.send_timeout, hooks.timeout);
    set(&mut config.outbox.slots, hooks.slots.map(usize::from));
    set(&mut config.outbox.per_destination, hooks.per_destination.map(usize::from));
    set(&mut config.outbox.give_up_after, hooks.give_up_after);
    set(&mut config.retention.deliveries, retention.deliveries.map(kept));
    set(&mut config.retention.logs, retention.logs.map(kept));
    Ok(config)
}

fn set<T>(value: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *value = given;
    }
}

fn kept(keep: Keep) -> Option<Duration> {
    match keep {
        Keep::For(time) => Some(time),
        Keep::Forever => None,
    }
}
