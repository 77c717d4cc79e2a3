//! The client: limits, TLS and connections, shared by all endpoints.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use campana_model::Secret;
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use rustls::RootCertStore;
use rustls::client::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use super::resolver::{Guarded, System};
use super::{ConfigError, Endpoint};
use crate::Networks;

/// How long an unused connection is kept. Servers close theirs after some time; one that we close first
/// cannot break in the moment of sending.
const IDLE: Duration = Duration::from_secs(20);

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
    /// The URL of an HTTP proxy for all requests; it may hold a user and a password. None.
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
    resolver: Arc<dyn Resolve>,
}

impl Http {
    /// A client with these limits.
    ///
    /// # Errors
    /// If the proxy's URL is not one of an HTTP proxy, or TLS cannot be set up.
    pub fn new(options: HttpOptions) -> Result<Self, ConfigError> {
        Self::with_resolver(options, Arc::new(System))
    }

    /// A client that asks `resolver` for the addresses of names.
    pub(crate) fn with_resolver(
        options: HttpOptions,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, ConfigError> {
        let client = client(&options, &resolver)?;
        Ok(Self { client, options: Arc::new(options), resolver })
    }

    /// The same client through this proxy, or the same as it is for `None`. It has connections of its own.
    ///
    /// # Errors
    /// If the URL is not one of an HTTP proxy.
    pub fn through(&self, proxy: Option<Secret>) -> Result<Self, ConfigError> {
        if proxy.is_none() {
            return Ok(self.clone());
        }
        let options = HttpOptions { proxy, ..(*self.options).clone() };
        Self::with_resolver(options, Arc::clone(&self.resolver))
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
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("options", &self.options).finish_non_exhaustive()
    }
}

fn client(options: &HttpOptions, resolver: &Arc<dyn Resolve>) -> Result<reqwest::Client, ConfigError> {
    let (proxy, proxy_host) = match &options.proxy {
        Some(url) => proxy(url).map(|(proxy, host)| (Some(proxy), Some(host)))?,
        None => (None, None),
    };
    let resolver =
        Guarded { inner: Arc::clone(resolver), networks: options.networks.clone(), exempt: proxy_host };
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("campana/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(TLS.clone())
        .dns_resolver(Arc::new(resolver))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(options.connect_timeout.min(options.total_timeout / 2))
        .timeout(options.total_timeout)
        .pool_idle_timeout(IDLE);
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| ConfigError::Client(error.without_url().into()))
}

/// The proxy at this URL, and the name of its host.
fn proxy(url: &Secret) -> Result<(reqwest::Proxy, String), ConfigError> {
    const FIELD: &str = "proxy";
    let url = Url::parse(url.expose()).map_err(|_| ConfigError::NotAUrl { field: FIELD })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(ConfigError::Scheme { field: FIELD, wanted: "an http or https URL" });
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let proxy = reqwest::Proxy::all(url).map_err(|_| ConfigError::NotAUrl { field: FIELD })?;
    Ok((proxy, host))
}

/// TLS that trusts whom the machine trusts. On a machine without any certificates it trusts nobody, which
/// still serves for http on loopback. It is made once: reading the certificates takes longer than sending.
static TLS: LazyLock<ClientConfig> = LazyLock::new(|| {
    let builder = || {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
    };
    let verified = match builder().with_platform_verifier() {
        Ok(verified) => verified,
        Err(_) => builder().with_root_certificates(RootCertStore::empty()),
    };
    verified.with_no_client_auth()
});

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

    #[test]
    fn its_debug_shows_no_proxy_password() {
        let proxy = Some(Secret::new("http://user:hunter2@proxy.example.com:3128"));
        let http = Http::new(HttpOptions { proxy, ..HttpOptions::default() }).unwrap();
        assert!(!format!("{http:?} {http:#?}").contains("hunter2"));
    }
}
