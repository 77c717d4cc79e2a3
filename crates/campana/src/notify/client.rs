//! The HTTP client of all notifiers and tasks.

use std::sync::{Mutex, PoisonError};

use campana_model::Secret;
use campana_notify::{Http, HttpOptions, Networks};

use super::error::NotifyError;
use crate::config::Config;

/// How the HTTP client of a notifier or a task is to be; it is made when it is first needed.
///
/// All of a process share one, and its connections; so do those with the same proxy. It reaches any network,
/// private ones too: the addresses are the flow's author's own.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub(super) proxy: Option<Secret>,
}

impl Client {
    /// The client: through the proxy that was set, or else the one in the section `[network]` of the
    /// configuration.
    ///
    /// # Errors
    /// If the configuration cannot be used, the proxy is not the URL of an HTTP proxy, or the machine's
    /// certificates cannot be used.
    pub fn http(&self) -> Result<Http, NotifyError> {
        match &self.proxy {
            Some(proxy) => shared(Some(proxy)),
            None => shared(Config::load()?.network.proxy.as_ref()),
        }
    }
}

/// The one client of this process that has this proxy.
fn shared(proxy: Option<&Secret>) -> Result<Http, NotifyError> {
    // Reading the machine's certificates takes its time: once, and not before a message is to be sent.
    static CLIENTS: Mutex<Vec<(Option<Secret>, Http)>> = Mutex::new(Vec::new());
    // Nothing is left half done by a panic.
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let wanted = proxy.map(Secret::expose);
    if let Some((_, http)) = clients.iter().find(|(of, _)| of.as_ref().map(Secret::expose) == wanted) {
        return Ok(http.clone());
    }
    let options = HttpOptions { networks: Networks::any(), ..HttpOptions::default() };
    let http = Http::new(options).map_err(NotifyError::Client)?;
    let http = http.through(proxy.cloned()).map_err(NotifyError::Proxy)?;
    clients.push((proxy.cloned(), http.clone()));
    Ok(http)
}
