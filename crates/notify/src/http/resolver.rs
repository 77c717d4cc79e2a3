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
    /// The proxy's name, which the operator chose and which mostly is a private one.
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
