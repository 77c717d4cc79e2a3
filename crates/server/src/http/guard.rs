//! Keeps web pages away from a server that trusts its machine.
//!
//! A server on loopback without keys does what any program on the machine asks. A page in a browser is such a
//! program, and its author is anybody. Three checks keep it out: the body has to be JSON by its type, which a page may not send
//! elsewhere without being allowed to, and nobody is; a request with an `Origin` comes from this server's own
//! pages; and its `Host` is a name of this machine, not one that somebody else's DNS has pointed here.

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
    /// The host in the public URL.
    public: Option<Host>,
}

impl Guard {
    pub(crate) fn new(is_local: bool, public_url: Option<&str>) -> Self {
        let url = public_url.and_then(|url| Url::parse(url).ok());
        Self { is_local, public: url.and_then(|url| url.host().map(|host| host.to_owned())) }
    }

    /// Whether the request may have been sent by whom it should be.
    fn admits(&self, headers: &HeaderMap) -> Result<(), &'static str> {
        let text =
            |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or_default());
        // HTTP/1.0 may have none, and then no browser sent it.
        let host = text(header::HOST).map(host_of);
        if self.is_local && host.as_ref().is_some_and(|host| !self.knows(host.as_ref())) {
            return Err(
                "this server is known by another name; call it by 127.0.0.1, or set server.public_url to the name",
            );
        }
        let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
        let origin = Url::parse(origin).ok().and_then(|url| url.host().map(|host| host.to_owned()));
        let is_own = origin.is_some() && (origin == host.flatten() || origin == self.public);
        if is_own { Ok(()) } else { Err("pages of other servers may not use this one") }
    }

    fn knows(&self, host: Option<&Host>) -> bool {
        let is_loopback = match host {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => IpAddr::from(*address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(*address).is_loopback(),
            None => false,
        };
        is_loopback || (host.is_some() && host == self.public.as_ref())
    }
}

/// The host in a `Host` header, which may have a port behind it.
fn host_of(header: &str) -> Option<Host> {
    let url = Url::parse(&format!("http://{header}")).ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
    if is_bare { url.host().map(|host| host.to_owned()) } else { None }
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
            for origin in ["https://evil.example", "null", "http://localhost:8080"] {
                assert!(!admits(&guard, "127.0.0.1:4200", Some(origin)), "{origin}");
            }
        }
        let behind = Guard::new(false, Some("https://bell.example"));
        assert!(admits(&behind, "10.0.0.7:4200", Some("https://bell.example")));
    }
}
