//! The receiver's handle.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use campana_model::Secret;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::fault::Script;
use crate::http::{self, Service, Shown};
use crate::log::{Reader, log};
use crate::smtp;
use crate::{Fault, Kind, Messages, Received, TooFew};

/// How a receiver is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// The loopback address to listen at.
    pub host: IpAddr,
    /// The port for HTTP; 0: any free one.
    pub port: u16,
    /// The port for SMTP; 0: any free one.
    pub smtp_port: u16,
    /// The secret of Standard Webhooks (`whsec_...`) by which requests to the webhook are verified.
    pub signing_secret: Option<Secret>,
    /// How many requests are remembered; at least one.
    pub keep: usize,
}

impl Default for Options {
    /// 127.0.0.1, any free ports, no secret, and 100,000 requests remembered.
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.into(), port: 0, smtp_port: 0, signing_secret: None, keep: 100_000 }
    }
}

/// Why a receiver could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Others could reach it.
    #[error("{0} is not a loopback address: a receiver is for this machine only")]
    NotLoopback(IpAddr),
    /// The address cannot be listened at.
    #[error("could not listen at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not; `AddrInUse`: something else listens there.
        source: io::Error,
    },
    /// The signing secret cannot be read. The cause is left out, since it would repeat a part of it.
    #[error("could not read the signing secret: it has to be whsec_ and base64")]
    SigningSecret,
}

/// A running receiver. Dropped, it ends at once; [`stop`](Self::stop) lets open requests finish.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    smtp_address: SocketAddr,
    reader: Reader,
    script: Arc<Script>,
    stopping: CancellationToken,
    server: AbortOnDropHandle<()>,
    mail_server: AbortOnDropHandle<()>,
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

impl Receiver {
    /// Starts to listen, on the current tokio runtime.
    ///
    /// # Errors
    /// If the host is not a loopback address, the address cannot be had, or the secret cannot be read.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { host, port, smtp_port, signing_secret, keep } = options;
        if !host.is_loopback() {
            return Err(StartError::NotLoopback(host));
        }
        let signing = signing_secret.map(|secret| Webhook::new(secret.expose()));
        let signing = signing.transpose().map_err(|_| StartError::SigningSecret)?;
        let (listener, address) = listen(SocketAddr::new(host, port)).await?;
        let (smtp_listener, smtp_address) = listen(SocketAddr::new(host, smtp_port)).await?;
        let (log, reader) = log(keep);
        let script = Arc::new(Script::default());
        let (shown, stopping) = (Shown::default(), CancellationToken::new());
        let mails = smtp::Service { log: log.clone(), script: script.clone(), stopping: stopping.clone() };
        let mail_server = AbortOnDropHandle::new(tokio::spawn(smtp::serve(smtp_listener, Arc::new(mails))));
        let service = Service { log, shown, script: script.clone(), signing, stopping: stopping.clone() };
        let server = AbortOnDropHandle::new(tokio::spawn(http::serve(listener, Arc::new(service))));
        Ok(Self { address, smtp_address, reader, script, stopping, server, mail_server })
    }

    /// Where it listens for HTTP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens for SMTP, without TLS; any login will do, or none.
    pub fn smtp_address(&self) -> SocketAddr {
        self.smtp_address
    }

    /// The URL to give to a sender, such as `http://127.0.0.1:4300/slack`. Any deeper path works too and
    /// stands for the secret part: `/slack/T0/B0/xyz`.
    pub fn url(&self, kind: Kind) -> String {
        match kind {
            Kind::Email => format!("smtp://{}", self.smtp_address),
            _ => format!("http://{}{}", self.address, kind.path()),
        }
    }

    /// All requests so far, refused ones too, oldest first.
    pub fn received(&self) -> Vec<Arc<Received>> {
        self.reader.all()
    }

    /// Requests as they arrive, from the oldest that is remembered. Every call makes a reader of its own.
    pub fn messages(&self) -> Messages {
        self.reader.messages()
    }

    /// Waits until `count` messages in all have been shown, and returns all requests so far.
    ///
    /// # Errors
    /// If it takes longer than `limit`, or the receiver ends.
    pub async fn wait_for(&self, count: usize, limit: Duration) -> Result<Vec<Arc<Received>>, TooFew> {
        self.reader.wait_for(count, limit).await
    }

    /// Makes this fault on the next `count` requests that have none ordered yet.
    pub fn fail_next(&self, count: usize, fault: Fault) {
        self.script.order(Some(count), fault);
    }

    /// Makes this fault on every request to come, behind what was ordered before, until [`heal`](Self::heal).
    pub fn fail_always(&self, fault: Fault) {
        self.script.order(None, fault);
    }

    /// Makes no more faults.
    pub fn heal(&self) {
        self.script.clear();
    }

    /// Takes no more connections, lets open requests finish (for two seconds at most), and ends.
    /// Readers get what is left and then the end.
    pub async fn stop(self) {
        self.stopping.cancel();
        // A task is never aborted before this, so the only error is its panic, which was reported.
        let _ = tokio::join!(self.server, self.mail_server);
    }
}
