//! The SMTP server: takes connections and mails, writes down, answers, and makes faults.
//!
//! ```text
//! bytes -> session (what to do) -> mail -> reader's view -> fault or answer
//! ```
//!
//! It takes a mail from anybody to anybody, and every password. It offers no TLS, since what it stands in for
//! is a relay on this machine; a sender has to be told so (`insecure`).

mod html;
mod mail;
mod session;

use std::sync::Arc;
use std::time::Duration;

use campana_model::Timestamp;
use hyper::body::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use self::session::{Action, Envelope, GREETING, Session};
use crate::fault::Script;
use crate::log::Log;
use crate::{Fault, Kind, Outcome, Request, listen};

/// How long a sender may say nothing.
const IDLE_LIMIT: Duration = Duration::from_secs(300);

/// What every connection needs.
pub(crate) struct Service {
    pub(crate) log: Log,
    pub(crate) script: Arc<Script>,
    pub(crate) stopping: CancellationToken,
}

/// Serves until `stopping`, then ends the connections. Dropped, it closes everything at once.
pub(crate) async fn serve(listener: TcpListener, service: Arc<Service>) {
    listen::serve(listener, &service.stopping, |stream| connection(stream, service.clone())).await;
}

async fn connection(mut stream: TcpStream, service: Arc<Service>) {
    // A sender that breaks its connection off has been told all that it waited for.
    let _ = converse(&mut stream, &service).await;
}

/// Serves one connection until it ends.
async fn converse(stream: &mut TcpStream, service: &Service) -> std::io::Result<()> {
    stream.write_all(GREETING.as_bytes()).await?;
    let mut session = Session::default();
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = tokio::select! {
            () = service.stopping.cancelled() => 0,
            read = tokio::time::timeout(IDLE_LIMIT, stream.read(&mut buffer)) => read.unwrap_or(Ok(0))?,
        };
        if read == 0 {
            return Ok(());
        }
        let mut bytes = buffer[..read].iter();
        while let Some(action) = session.read(&mut bytes) {
            let reply = match action {
                Action::Say(reply) => reply,
                Action::Close(reply) => return stream.write_all(reply.as_bytes()).await,
                Action::Take(envelope, raw) => match take(service, &envelope, raw) {
                    Reaction::Say(reply) => reply,
                    Reaction::Reset => return stream.set_zero_linger(),
                    Reaction::Hang => {
                        service.stopping.cancelled().await;
                        return Ok(());
                    }
                },
            };
            stream.write_all(reply.as_bytes()).await?;
        }
    }
}

/// What the sender gets to see.
enum Reaction {
    Say(String),
    Hang,
    Reset,
}

/// Writes a mail down, and says what to do then: who has an answer finds the mail in the log.
fn take(service: &Service, envelope: &Envelope, raw: Vec<u8>) -> Reaction {
    let at = Timestamp::now();
    let (outcome, reaction) = match (service.script.next(), mail::read(envelope, &raw)) {
        (Some(fault @ Fault::Status { code, .. }), _) => {
            (Outcome::Failed(fault), Reaction::Say(format!("{code} a fault made to order\r\n")))
        }
        (Some(fault @ Fault::Hang), _) => (Outcome::Failed(fault), Reaction::Hang),
        (Some(fault @ Fault::Reset), _) => (Outcome::Failed(fault), Reaction::Reset),
        (Some(Fault::LoseAnswer), Some(message)) => (Outcome::Unanswered(message), Reaction::Reset),
        (None, Some(message)) => {
            (Outcome::Accepted(message), Reaction::Say("250 2.0.0 taken\r\n".to_owned()))
        }
        (fault, None) => {
            let reason = "5.6.0 not a mail".to_owned();
            let said = Reaction::Say(format!("554 {reason}\r\n"));
            let reaction = if fault.is_some() { Reaction::Reset } else { said };
            (Outcome::Refused { status: 554, reason }, reaction)
        }
    };
    service.log.push(Kind::Email, at, Request::mail(Bytes::from(raw)), outcome);
    reaction
}
