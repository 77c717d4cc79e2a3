//! From a name to addresses that may be reached.
//!
//! The client connects to the addresses that this returns and asks nobody else, so a name that changes its
//! address between the check and the connection (DNS rebinding) gains nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Networks;

/// Asks the operating system.
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await?.collect::<Vec<_>>();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Asks another resolver and keeps only what may be reached.
pub(super) struct Guarded {
    pub(super) inner: Arc<dyn Resolve>,
    pub(super) networks: Networks,
    /// The name of the operator's own proxy, which mostly is a private one.
    pub(super) exempt: Option<String>,
}

/// None of a name's addresses may be reached.
#[derive(Debug, thiserror::Error)]
#[error("its name leads to an address that is not on the public internet; allow its network to reach it")]
pub(super) struct Refused;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = if self.exempt.as_deref() == Some(name.as_str()) {
            Networks::any()
        } else {
            self.networks.clone()
        };
        let addresses = self.inner.resolve(name);
        Box::pin(async move {
            let permitted: Vec<SocketAddr> =
                addresses.await?.filter(|address| networks.permit(address.ip())).collect();
            if permitted.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Mutex;

    use campana_model::Secret;

    use super::*;
    use crate::http::client::Surroundings;
    use crate::testing::{Reply, Server};
    use crate::{Http, HttpOptions, Payload, SendErrorKind};

    /// Gives another list of addresses at each question, and the last one for ever.
    struct Fickle(Mutex<Vec<Vec<IpAddr>>>);

    impl Fickle {
        fn new(answers: &[&[&str]]) -> Arc<Self> {
            let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
            Arc::new(Self(Mutex::new(answers.iter().rev().map(parse).collect())))
        }
    }

    impl Resolve for Fickle {
        fn resolve(&self, _: Name) -> Resolving {
            let mut answers = self.0.lock().unwrap();
            let answer = if answers.len() > 1 { answers.pop().unwrap() } else { answers[0].clone() };
            let addresses = answer.into_iter().map(|address| SocketAddr::new(address, 0));
            Box::pin(std::future::ready(Ok(Box::new(addresses) as Addrs)))
        }
    }

    fn http(networks: Networks, resolver: Arc<Fickle>, proxy: Option<String>) -> Http {
        let options = HttpOptions { networks, proxy: proxy.map(Secret::new), ..HttpOptions::default() };
        Http::in_surroundings(options, Surroundings { resolver, ..Surroundings::default() }).unwrap()
    }

    /// The public internet, and 127.0.0.1 alone of what is not.
    fn one_more() -> Networks {
        Networks::public().allow("127.0.0.1/32".parse().unwrap())
    }

    async fn post(http: &Http, server: &Server) -> Result<u16, (SendErrorKind, String)> {
        let url = Secret::new(format!("http://localhost:{}/", server.address().port()));
        let endpoint = http.endpoint("url", &url).unwrap();
        let answer = endpoint.post(&Payload::new("text/plain", "hello"), &[]).await;
        answer.map(|answer| answer.status).map_err(|error| (error.kind, error.message))
    }

    fn refused() -> Result<u16, (SendErrorKind, String)> {
        Err((SendErrorKind::Unreachable, format!("not connected: {Refused}")))
    }

    fn closing() -> Reply {
        Reply::new(200).header("connection", "close")
    }

    #[tokio::test]
    async fn a_name_that_changes_its_address_is_refused_where_it_leads_inside() {
        let server = Server::start([closing()]);
        let resolver = Fickle::new(&[&["127.0.0.1"], &["127.0.0.2"], &["127.0.0.1"]]);
        let http = http(one_more(), resolver, None);
        assert_eq!(post(&http, &server).await, Ok(200));
        assert_eq!(post(&http, &server).await, refused());
        assert_eq!(post(&http, &server).await, Ok(200));
        assert_eq!(server.requests().len(), 2);
    }

    #[tokio::test]
    async fn of_several_addresses_only_those_permitted_are_tried() {
        let server = Server::start([closing()]);
        let mixed = Fickle::new(&[&["127.0.0.2", "::1", "10.0.0.1", "127.0.0.1"]]);
        assert_eq!(post(&http(one_more(), mixed, None), &server).await, Ok(200));
        let inside = Fickle::new(&[&["127.0.0.2", "::ffff:10.0.0.1", "::1"]]);
        assert_eq!(post(&http(one_more(), inside, None), &server).await, refused());
        let none = Fickle::new(&[&[]]);
        assert_eq!(post(&http(one_more(), none, None), &server).await, refused());
    }

    #[tokio::test]
    async fn the_proxy_may_be_inside_but_not_what_is_sent_to() {
        let proxy = Server::start([closing()]);
        let port = proxy.address().port();
        let inside = || Fickle::new(&[&["127.0.0.1"]]);
        let through = http(Networks::public(), inside(), Some(format!("http://proxy.internal:{port}")));
        assert_eq!(post(&through, &proxy).await, Ok(200));
        assert_eq!(post(&http(Networks::public(), inside(), None), &proxy).await, refused());
        assert!(through.endpoint("url", &Secret::new("https://127.0.0.1/")).is_err());
    }

    #[tokio::test]
    async fn a_channel_s_own_proxy_may_not_be_inside() {
        let proxy = Server::start([closing()]);
        let port = proxy.address().port();
        let own = |networks, host: &str| {
            let url = Secret::new(format!("http://{host}:{port}"));
            http(networks, Fickle::new(&[&["127.0.0.1"]]), None).through(Some(url))
        };
        assert_eq!(post(&own(Networks::public(), "proxy.internal").unwrap(), &proxy).await, refused());
        for address in ["127.0.0.1", "2130706433", "[::1]", "169.254.169.254"] {
            let error = own(Networks::public(), address).unwrap_err().to_string();
            assert!(error.starts_with("proxy ") && error.contains("allow"), "{error}");
        }
        assert_eq!(proxy.requests().len(), 0);
        for host in ["proxy.internal", "127.0.0.1"] {
            assert_eq!(post(&own(one_more(), host).unwrap(), &proxy).await, Ok(200));
        }
    }
}
