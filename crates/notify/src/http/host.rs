//! A host and a port, for channels that speak no HTTP: the same vetted addresses, the same trust, the same
//! limits.
//!
//! There is no proxy on this way: the one that may be configured speaks HTTP.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host as Name;

use super::client::{HttpOptions, Surroundings};
use super::config::ConfigError;
use super::resolver::{Guarded, Refused};

/// A host and a port that may be connected to.
#[derive(Clone)]
pub(crate) struct Host {
    name: Name,
    port: u16,
    resolver: Arc<Guarded>,
    tls: Arc<ClientConfig>,
    connect_timeout: Duration,
    total_timeout: Duration,
}

/// Why there is no connection; the words are a fragment that holds no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotConnected {
    #[error("not connected: {0}")]
    Refused(String),
    #[error("could not connect: {0}")]
    Failed(String),
}

impl Host {
    /// Checks what stands in `field` of a configuration: a name or an address.
    pub(super) fn new(
        options: &HttpOptions,
        surroundings: &Surroundings,
        field: &'static str,
        host: &str,
        port: u16,
    ) -> Result<Self, ConfigError> {
        let wanted = "the name of a host, such as smtp.example.com";
        let bad = ConfigError::Malformed { field, wanted };
        // The parser of URLs knows the likes of `2130706433` and `0x7f.1` as the addresses they are.
        let name = match host.parse::<IpAddr>() {
            Ok(IpAddr::V4(four)) => Name::Ipv4(four),
            Ok(IpAddr::V6(six)) => Name::Ipv6(six),
            Err(_) => Name::parse(host).map_err(|_| bad)?,
        };
        let networks = options.networks.clone();
        if let Some(address) = address(&name).filter(|address| !networks.permit(*address)) {
            return Err(ConfigError::Address { field, address });
        }
        let inner = Arc::clone(&surroundings.resolver);
        Ok(Self {
            name,
            port,
            resolver: Arc::new(Guarded { inner, networks, exempt: None }),
            tls: Arc::new(surroundings.tls.clone()),
            connect_timeout: options.connect_timeout.min(options.total_timeout / 2),
            total_timeout: options.total_timeout,
        })
    }

    /// Whether it is this machine, as far as the name tells.
    pub(crate) fn is_local(&self) -> bool {
        match address(&self.name) {
            Some(address) => address.to_canonical().is_loopback(),
            None => matches!(&self.name, Name::Domain(name) if name == "localhost"),
        }
    }

    /// How long one exchange may take, from the name to the last byte.
    pub(crate) fn total_timeout(&self) -> Duration {
        self.total_timeout
    }

    /// Connects to the first address that can be had. With several, each has its share of the time, so that
    /// one that does not answer leaves some for the next.
    pub(crate) async fn connect(&self) -> Result<TcpStream, NotConnected> {
        let deadline = Instant::now() + self.connect_timeout;
        let addresses = limited(deadline, self.addresses()).await??;
        let mut failure = NotConnected::Failed("its name has no address".to_owned());
        for (at, address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses.len() - at).unwrap_or(u32::MAX);
            match limited(Instant::now() + share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failure = NotConnected::Failed(error.to_string()),
                Err(timeout) => failure = timeout,
            }
        }
        Err(failure)
    }

    /// Makes the connection a private one, with a certificate for this host that the machine trusts.
    pub(crate) async fn secure(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, NotConnected> {
        let failed = |error: &dyn fmt::Display| NotConnected::Failed(error.to_string());
        let name = match address(&self.name) {
            Some(address) => ServerName::from(address),
            None => ServerName::try_from(self.name.to_string()).map_err(|error| failed(&error))?,
        };
        let handshake = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream);
        let secured: io::Result<_> = limited(Instant::now() + self.connect_timeout, handshake).await?;
        secured.map_err(|error| failed(&error))
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, NotConnected> {
        let with_port = |address: IpAddr| SocketAddr::new(address, self.port);
        if let Some(address) = address(&self.name) {
            return Ok(vec![with_port(address)]);
        }
        let name = self.name.to_string().parse();
        let name = name.map_err(|_| NotConnected::Failed("not a name".to_owned()))?;
        match self.resolver.resolve(name).await {
            Ok(addresses) => Ok(addresses.map(|address| with_port(address.ip())).collect()),
            Err(error) if error.is::<Refused>() => Err(NotConnected::Refused(error.to_string())),
            Err(error) => Err(NotConnected::Failed(error.to_string())),
        }
    }
}

fn address(name: &Name) -> Option<IpAddr> {
    match name {
        Name::Ipv4(four) => Some(IpAddr::V4(*four)),
        Name::Ipv6(six) => Some(IpAddr::V6(*six)),
        Name::Domain(_) => None,
    }
}

async fn limited<T>(deadline: Instant, future: impl Future<Output = T>) -> Result<T, NotConnected> {
    let late = |_| NotConnected::Failed("not in time".to_owned());
    timeout_at(deadline, future).await.map_err(late)
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}
