//! Keeps web pages away from a server that trusts its machine.
//!
//! A server on loopback without keys does what any program on the machine asks. A page in a browser is such a
//! program, and its author is anybody. Three checks keep it out: the body has to be JSON by its type, which a page may not send
//! elsewhere without being allowed to, and nobody is; a request with an `Origin` comes from this server's own
//! pages, not from those of another port of the machine, to which a browser sends the same cookies; and its `Host` is a
//! name of this machine, not one that somebody else's DNS has pointed here.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use url::{Host, Url};

use super::refuse;

/// By which names the server may be called.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// Whether only this machine reaches it.
    is_local: bool,
    /// The public URL.
    public: Option<Url>,
}

impl Guard {
    pub(crate) fn new(is_local: bool, public_url: Option<&str>) -> Self {
        Self { is_local, public: public_url.and_then(|url| Url::parse(url).ok()) }
    }

    /// Whether the request may have been sent by whom it should be.
    fn admits(&self, headers: &HeaderMap) -> Result<(), &'static str> {
        let text =
            |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or_default());
        // HTTP/1.0 may have none, and then no browser sent it.
        let host = text(header::HOST);
        if self.is_local && host.is_some_and(|host| !self.knows(authority(host, "http").as_ref())) {
            return Err(
                "this server is known by another name; call it by 127.0.0.1, or set server.public_url to the name",
            );
        }
        let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
        let is_own = Url::parse(origin).is_ok_and(|origin| {
            // Whoever stands between may have taken the request by another scheme, so only its port is compared.
            let here = host.and_then(|host| authority(host, origin.scheme()));
            [here.as_ref(), self.public.as_ref()].into_iter().flatten().any(|own| is_same(own, &origin))
        });
        match is_own {
            true => Ok(()),
            false => Err(
                "pages of other servers may not use this one; if it is this one, set server.public_url to its URL",
            ),
        }
    }

    fn knows(&self, called: Option<&Url>) -> bool {
        let host = called.and_then(Url::host);
        let is_loopback = match host {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            None => false,
        };
        is_loopback || (host.is_some() && host == self.public.as_ref().and_then(Url::host))
    }
}

/// Whether both have the same host and port.
fn is_same(one: &Url, other: &Url) -> bool {
    let place = |url: &Url| Some((url.host()?.to_owned(), url.port_or_known_default()?));
    place(one).is_some() && place(one) == place(other)
}

/// What a `Host` header says, which may have a port in it, as a URL.
fn authority(header: &str, scheme: &str) -> Option<Url> {
    let url = Url::parse(&format!("{scheme}://{header}")).ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
    is_bare.then_some(url)
}

pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.admits(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => refuse(StatusCode::FORBIDDEN, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(guard: &Guard, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        origin.map(|origin| headers.insert(header::ORIGIN, origin.parse().unwrap()));
        guard.admits(&headers).is_ok()
    }

    #[test]
    fn a_local_server_answers_to_the_names_of_the_machine_only() {
        let local = Guard::new(true, None);
        for host in ["localhost", "localhost:4200", "127.0.0.1:4200", "127.8.8.8", "[::1]:4200"] {
            assert!(admits(&local, host, None), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:4200", "10.0.0.1", "localhost@evil.example", ""]
        {
            assert!(!admits(&local, host, None), "{host}");
        }
        assert!(admits(&Guard::new(true, Some("https://bell.example/x")), "bell.example", None));
        assert!(admits(&Guard::new(false, None), "bell.example", None));
    }

    #[test]
    fn a_page_of_another_server_is_turned_away() {
        for guard in [Guard::new(true, None), Guard::new(false, None)] {
            assert!(admits(&guard, "127.0.0.1:4200", Some("http://127.0.0.1:4200")));
            let elsewhere =
                ["https://evil.example", "null", "http://localhost:8080", "http://127.0.0.1:8080"];
            for origin in elsewhere.into_iter().chain(["http://127.0.0.1", "https://127.0.0.1", "file://"]) {
                assert!(!admits(&guard, "127.0.0.1:4200", Some(origin)), "{origin}");
            }
        }
        let behind = Guard::new(false, Some("https://bell.example"));
        assert!(admits(&behind, "10.0.0.7:4200", Some("https://bell.example")));
        assert!(!admits(&behind, "10.0.0.7:4200", Some("https://bell.example:8443")));
        // Something in between speaks TLS, and hands the name on.
        assert!(admits(&Guard::new(false, None), "bell.example", Some("https://bell.example")));
    }
}
