//! The client: limits, TLS and connections, shared by all endpoints.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use campana_model::Secret;
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use rustls::ClientConfig;
#[cfg(test)]
use rustls::pki_types::CertificateDer;
use url::Url;

use super::endpoint::address;
use super::resolver::{Guarded, System};
use super::{ConfigError, Endpoint, Host, tls};
use crate::Networks;

/// How long an unused connection is kept. Servers close theirs after some time; one that we close first
/// cannot break in the moment of sending.
const IDLE: Duration = Duration::from_secs(20);

/// The field of a configuration that names a proxy.
const PROXY: &str = "proxy";

/// The limits of the client.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// For the name, the connection and the TLS handshake together; at most half of `total_timeout` counts,
    /// so that "not connected" and "not answered" can be told apart. 5 s.
    pub connect_timeout: Duration,
    /// For one request, from the name to the last byte of the answer. 15 s.
    pub total_timeout: Duration,
    /// How much of an answer is read, in bytes. 64 KiB.
    pub max_answer_bytes: usize,
    /// The networks that may be reached. The public internet.
    pub networks: Networks,
    /// The URL of an HTTP proxy for all requests; it may hold a user and a password, and be in any network. None.
    pub proxy: Option<Secret>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(15),
            max_answer_bytes: 64 * 1024,
            networks: Networks::public(),
            proxy: None,
        }
    }
}

/// The guarded HTTP client. A clone shares the connections.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    options: Arc<HttpOptions>,
    surroundings: Surroundings,
}

/// What of the machine the client relies on, and what tests put in its place.
#[derive(Clone)]
pub(super) struct Surroundings {
    /// Finds the addresses of a name.
    pub(super) resolver: Arc<dyn Resolve>,
    /// Knows whom to trust.
    pub(super) tls: ClientConfig,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { resolver: Arc::new(System), tls: tls::of_this_machine() }
    }
}

impl Http {
    /// A client with these limits.
    ///
    /// # Errors
    /// If the proxy's URL is not one of an HTTP proxy, or the client cannot be made.
    pub fn new(options: HttpOptions) -> Result<Self, ConfigError> {
        Self::in_surroundings(options, Surroundings::default())
    }

    pub(super) fn in_surroundings(
        options: HttpOptions,
        surroundings: Surroundings,
    ) -> Result<Self, ConfigError> {
        let proxy = options.proxy.as_ref().map(proxy_url).transpose()?;
        let exempt = proxy.as_ref().and_then(Url::host_str).map(str::to_owned);
        let client = client(&options, &surroundings, proxy, exempt)?;
        Ok(Self { client, options: Arc::new(options), surroundings })
    }

    /// The same client through this proxy, or the same as it is for `None`. It has connections of its own. Whoever names
    /// this proxy need not be whoever set the limits, so it has to be in a network that may be reached.
    ///
    /// # Errors
    /// If the URL is not one of an HTTP proxy, or names an address that may not be reached.
    pub fn through(&self, proxy: Option<Secret>) -> Result<Self, ConfigError> {
        let Some(proxy) = proxy else { return Ok(self.clone()) };
        let url = proxy_url(&proxy)?;
        if let Some(address) = address(&url).filter(|address| !self.options.networks.permit(*address)) {
            return Err(ConfigError::Address { field: PROXY, address });
        }
        let options = HttpOptions { proxy: Some(proxy), ..(*self.options).clone() };
        let surroundings = self.surroundings.clone();
        let client = client(&options, &surroundings, Some(url), None)?;
        Ok(Self { client, options: Arc::new(options), surroundings })
    }

    /// Checks the URL that stands in `field` of a configuration, and binds it to this client.
    ///
    /// # Errors
    /// If it is not an https URL (http for a host on this machine), or names an address that may not be
    /// reached.
    pub fn endpoint(&self, field: &'static str, url: &Secret) -> Result<Endpoint, ConfigError> {
        let endpoint = Endpoint::new(self.client.clone(), &self.options, field, url)?;
        Ok(match &self.options.proxy {
            Some(proxy) => endpoint.hiding_url(proxy),
            None => endpoint,
        })
    }

    /// Checks the host that stands in `field` of a configuration, for a channel that speaks no HTTP. The
    /// client's limits hold for it too, its proxy does not.
    ///
    /// # Errors
    /// If it is not the name of a host, or is an address that may not be reached.
    pub(crate) fn host(&self, field: &'static str, host: &str, port: u16) -> Result<Host, ConfigError> {
        Host::new(&self.options, &self.surroundings, field, host, port)
    }
}

#[cfg(test)]
impl Http {
    /// A client that trusts this certificate, and no other.
    pub(crate) fn trusting(options: HttpOptions, certificate: CertificateDer<'static>) -> Self {
        let tls = tls::trusting(certificate);
        Self::in_surroundings(options, Surroundings { tls, ..Surroundings::default() }).unwrap()
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("options", &self.options).finish_non_exhaustive()
    }
}

/// A client with these limits and this proxy, which finds the addresses of the name `exempt` whichever they are.
fn client(
    options: &HttpOptions,
    surroundings: &Surroundings,
    proxy: Option<Url>,
    exempt: Option<String>,
) -> Result<reqwest::Client, ConfigError> {
    let inner = Arc::clone(&surroundings.resolver);
    let resolver = Guarded { inner, networks: options.networks.clone(), exempt };
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("campana/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(surroundings.tls.clone())
        .dns_resolver(Arc::new(resolver))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(options.connect_timeout.min(options.total_timeout / 2))
        .timeout(options.total_timeout)
        .pool_idle_timeout(IDLE);
    if let Some(url) = proxy {
        let proxy = reqwest::Proxy::all(url).map_err(|_| ConfigError::NotAUrl { field: PROXY })?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| ConfigError::Client(error.without_url().into()))
}

/// The URL of a proxy, if it is one.
fn proxy_url(url: &Secret) -> Result<Url, ConfigError> {
    let url = Url::parse(url.expose()).map_err(|_| ConfigError::NotAUrl { field: PROXY })?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(ConfigError::Scheme { field: PROXY, wanted: "an http or https URL" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Payload;
    use crate::testing::{Reply, Server};

    /// Whoever runs a flow again and again makes a runtime for each run.
    #[test]
    fn a_client_outlives_the_runtime_that_it_was_used_on() {
        let server = Server::start([Reply::new(200)]);
        let http = Http::new(HttpOptions { networks: Networks::any(), ..HttpOptions::default() }).unwrap();
        let endpoint = http.endpoint("url", &Secret::new(server.url("/"))).unwrap();
        let payload = Payload::new("text/plain", "hello");
        for _ in 0..3 {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            assert_eq!(runtime.block_on(endpoint.post(&payload, &[])).unwrap().status, 200);
        }
    }

    #[tokio::test]
    async fn a_header_that_cannot_be_sent_is_our_own_fault_and_not_shown() {
        let http = Http::new(HttpOptions { networks: Networks::any(), ..HttpOptions::default() }).unwrap();
        let endpoint = http.endpoint("url", &Secret::new("https://example.com/")).unwrap();
        let headers = [("authorization", "hunter2\r\nx: y".to_owned())];
        let error = endpoint.post(&Payload::new("text/plain", "hello"), &headers).await.unwrap_err();
        assert_eq!((error.kind, error.is_retryable()), (crate::SendErrorKind::Internal, false));
        assert_eq!(error.to_string(), "header authorization cannot be sent");
    }

    #[tokio::test]
    async fn no_more_of_an_answer_is_read_than_is_allowed() {
        let server = Server::start(
            ["x".repeat(9), "x".repeat(10), "x".repeat(1_000_000)].map(|body| Reply::new(200).body(body)),
        );
        let options =
            HttpOptions { networks: Networks::any(), max_answer_bytes: 10, ..HttpOptions::default() };
        let endpoint = Http::new(options).unwrap().endpoint("url", &Secret::new(server.url("/"))).unwrap();
        for wanted in [(9, true), (10, true), (10, false)] {
            let answer = endpoint.post(&Payload::new("text/plain", "hello"), &[]).await.unwrap();
            assert_eq!((answer.body.len(), answer.whole), wanted);
        }
    }

    #[test]
    fn its_debug_shows_no_proxy_password() {
        let proxy = Some(Secret::new("http://user:hunter2@proxy.example.com:3128"));
        let http = Http::new(HttpOptions { proxy, ..HttpOptions::default() }).unwrap();
        assert!(!format!("{http:?} {http:#?}").contains("hunter2"));
    }
}
