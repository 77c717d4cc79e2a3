//! Which server, and how it is spoken to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use campana_client::{Client, Endpoint, Options};
use campana_model::Secret;

use super::ServerError;
use crate::config::Config;

/// Where a server listens unless told otherwise.
const DEFAULT_PORT: u16 = 4200;

/// A server that flows report to.
///
/// ```
/// use campana::server::Server;
///
/// let server = Server::at("http://127.0.0.1:4200")?.api_key("hunter2");
/// assert!(!format!("{server:?}").contains("hunter2"));
/// # Ok::<_, campana::server::ServerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    endpoint: Endpoint,
    api_key: Option<Secret>,
    public_url: Option<String>,
    journal: Option<PathBuf>,
    pace: Pace,
}

/// How long things take at the most, and how often others happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// How long a task or flow waits for the server's word before it runs without it. 5 s.
    pub patience: Duration,
    /// For one request. 5 s.
    pub request: Duration,
    /// How often the server is told that a run is alive. 30 s.
    pub heartbeat: Duration,
    /// How often it is asked whether a run has been cancelled. 5 s.
    pub look: Duration,
    /// How long lines of a log are gathered. 1 s.
    pub logs: Duration,
    /// The wait before a server that was lost is tried again; it doubles, up to 30 s. 250 ms.
    pub retry: Duration,
    /// How long a run that is over waits for a server that is away. 10 s.
    pub wait_at_end: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(5),
            request: Duration::from_secs(5),
            heartbeat: Duration::from_secs(30),
            look: Duration::from_secs(5),
            logs: Duration::from_secs(1),
            retry: Duration::from_millis(250),
            wait_at_end: Duration::from_secs(10),
        }
    }
}

impl Server {
    /// The server that the configuration names in `[server]`: at `endpoint`, with the key `api_key`; without an
    /// `endpoint`, the one that listens on this machine, at `host` and `port`.
    ///
    /// # Errors
    /// If the configuration cannot be used.
    pub fn from_config() -> Result<Self, ServerError> {
        let config = Config::load()?.server;
        let mut server = match &config.endpoint {
            Some(endpoint) => Self::new(endpoint.clone()),
            None => {
                // Who listens everywhere is found here.
                let host = config.host.filter(|host| !host.is_unspecified());
                let host = host.unwrap_or(std::net::Ipv4Addr::LOCALHOST.into());
                let port = config.port.filter(|port| *port != 0).unwrap_or(DEFAULT_PORT);
                Self::new(format!("http://{}", std::net::SocketAddr::new(host, port)).parse()?)
            }
        };
        server.api_key = config.api_key;
        server.public_url = config.public_url;
        Ok(server)
    }

    /// The server at this URL.
    ///
    /// # Errors
    /// If it is none, or holds a password.
    pub fn at(url: &str) -> Result<Self, ServerError> {
        Ok(Self::new(url.parse()?))
    }

    fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, api_key: None, public_url: None, journal: None, pace: Pace::default() }
    }

    /// The same, opened by this key.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// The same, whose pages are found at this URL, and not at the server's own.
    #[must_use]
    pub fn public_url(mut self, url: &str) -> Self {
        self.public_url = Some(url.trim_end_matches('/').to_owned());
        self
    }

    /// The same, with journals in this folder, and not in `~/.campana/journal`.
    #[must_use]
    pub fn journal(mut self, folder: impl Into<PathBuf>) -> Self {
        self.journal = Some(folder.into());
        self
    }

    /// The same, at another pace.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The same, for which a run that is over waits this long if it is away; [`Pace::wait_at_end`].
    #[must_use]
    pub fn wait_at_end(mut self, wait: Duration) -> Self {
        self.pace.wait_at_end = wait;
        self
    }

    /// Its address.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// A client that tries again by itself, for everything else that one may ask a server.
    ///
    /// # Errors
    /// If the key cannot be sent in a header, or the machine gives no TLS.
    pub fn client(&self) -> Result<Client, ServerError> {
        self.client_with(Options::default())
    }

    /// A client that tries once: whoever uses it has something better to do than to wait.
    pub(super) fn impatient_client(&self) -> Result<Client, ServerError> {
        let (request, retries) = (self.pace.request, 0);
        self.client_with(Options {
            timeout: request,
            connect_timeout: request / 2,
            retries,
            ..Options::default()
        })
    }

    /// A client that asks in this way, with the key of this server.
    ///
    /// # Errors
    /// If the key cannot be sent in a header, or the machine gives no TLS.
    pub fn client_with(&self, options: Options) -> Result<Client, ServerError> {
        Client::new(self.endpoint.clone(), Options { api_key: self.api_key.clone(), ..options })
            .map_err(|source| self.could_not("make a client", source))
    }

    /// Where its pages are: this server serves them itself.
    pub(super) fn pages(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| self.endpoint.to_string())
    }

    /// The folder of journals; `None`: the user has no home.
    pub(super) fn journals(&self) -> Option<PathBuf> {
        let home = || Some(std::env::home_dir()?.join(".campana").join("journal"));
        self.journal.as_deref().map(Path::to_owned).or_else(home)
    }

    pub(super) fn get_pace(&self) -> Pace {
        self.pace
    }

    pub(super) fn could_not(&self, wanted: impl Into<String>, source: campana_client::Error) -> ServerError {
        ServerError::Server { wanted: wanted.into(), server: self.endpoint.to_string(), source }
    }
}
