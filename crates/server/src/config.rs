//! What a server is told when it starts: plain values, which its start checks before anything is opened.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use campana_model::Secret;
use campana_notify::channels::email::EmailConfig;
use campana_outbox as outbox;
use campana_store::DatabaseUrl;
use ipnet::IpNet;

use crate::vault::KeySource;

/// How a server is set up. [`Config::new`] has every default; change the fields that are to differ.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen at. Anything but loopback needs API keys.
    pub host: IpAddr,
    /// The port to listen at; 0 takes a free one.
    pub port: u16,
    /// Where everything is kept.
    pub database: DatabaseUrl,
    /// Where the key is by which secrets are encrypted.
    pub key: KeySource,
    /// Where people reach the server, without a slash at the end: links in messages begin with this. `None`: the
    /// address that the server listens at.
    pub public_url: Option<String>,
    /// The server that takes e-mails; without one, deliveries by e-mail wait. Whom they go to is for each hook to say.
    pub smtp: Option<EmailConfig>,
    /// Where services are reached.
    pub channels: Channels,
    /// How other machines are reached.
    pub network: Network,
    /// How long a delivery stays in the hands of a server that may have crashed.
    pub lease: Duration,
    /// How deliveries are made.
    pub outbox: outbox::Options,
    /// How long things are kept.
    pub retention: Retention,
    /// How long a stop waits for what is under way.
    pub grace: Duration,
}

/// Where services are reached, if not at the usual place.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    /// The URL of Twilio's API.
    pub twilio_api_url: Option<Secret>,
    /// The URL of PagerDuty's API.
    pub pagerduty_api_url: Option<Secret>,
}

/// How other machines are reached.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The networks that may be reached though they are not public.
    pub allow: Vec<IpNet>,
    /// The HTTP proxy for everything that is sent.
    pub proxy: Option<Secret>,
}

/// How long things are kept; `None`: for ever. What is not finished is always kept.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Deliveries that are finished, with their attempts and events.
    pub deliveries: Option<Duration>,
    /// The lines that runs logged.
    pub logs: Option<Duration>,
}

impl Config {
    /// The defaults, for a server on this machine with this database.
    pub fn new(database: DatabaseUrl, key: KeySource) -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 4200,
            database,
            key,
            public_url: None,
            smtp: None,
            channels: Channels::default(),
            network: Network::default(),
            lease: Duration::from_secs(60),
            outbox: outbox::Options::default(),
            retention: Retention::default(),
            grace: Duration::from_secs(30),
        }
    }

    /// Whether only this machine reaches the server.
    pub fn is_local(&self) -> bool {
        self.host.is_loopback()
    }

    /// Where links in messages begin, for a server that listens at `address`.
    pub(crate) fn public_url(&self, address: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{address}"),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        let months = Some(Duration::from_secs(90 * DAY));
        Self { deliveries: months, logs: months }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let database = DatabaseUrl::Sqlite("campana.db".into());
        Config::new(database, KeySource::File("campana.key".into()))
    }

    #[test]
    fn the_defaults_fit_together() {
        let Config { lease, outbox, .. } = config();
        assert_eq!(outbox.check(lease), Ok(()));
    }

    #[test]
    fn links_lead_to_the_public_url_or_to_the_address() {
        let mut config = config();
        let address = "127.0.0.1:4242".parse().unwrap();
        assert_eq!(config.public_url(address), "http://127.0.0.1:4242");
        config.public_url = Some("https://bell.example/".to_owned());
        assert_eq!(config.public_url(address), "https://bell.example");
    }
}
