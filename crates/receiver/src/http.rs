//! The HTTP server: takes connections, asks the kind, writes down, answers, and makes faults.

use std::collections::HashSet;
use std::error::Error;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use campana_model::{Secret, Timestamp};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::TokioIo;
use standardwebhooks::Webhook;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::fault::Script;
use crate::kind::Answer;
use crate::log::Log;
use crate::{Fault, Kind, Outcome, Request, listen};

/// Larger than any service takes.
const MAX_BODY_BYTES: usize = 4 << 20;

/// What every connection needs.
pub(crate) struct Service {
    pub(crate) log: Log,
    pub(crate) shown: Shown,
    pub(crate) script: Arc<Script>,
    pub(crate) signing: Option<Webhook>,
    pub(crate) stopping: CancellationToken,
}

/// The keys of the messages that were shown, for services that take a message once.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<HashSet<(Kind, String)>>);

impl Shown {
    /// What becomes of a message with this key: what was to become of it, unless it was shown before.
    fn once(&self, kind: Kind, key: Option<String>, outcome: Outcome) -> Outcome {
        let Some(key) = key.filter(|_| outcome.message().is_some()) else { return outcome };
        // A panic of another thread cannot leave the set half changed.
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((kind, key));
        if first { outcome } else { Outcome::Repeated }
    }
}

/// Serves until `stopping`, then lets open requests finish. Dropped, it closes everything at once.
pub(crate) async fn serve(listener: TcpListener, service: Arc<Service>) {
    listen::serve(listener, &service.stopping, |stream| connection(stream, service.clone())).await;
}

/// Serves one connection until it ends; resets it if a request asked for that.
async fn connection(stream: TcpStream, service: Arc<Service>) {
    let answering = service_fn(|request| Box::pin(answer(request, &service)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answering);
    let ended = {
        let mut served = pin!(poll_fn(|cx| connection.poll_without_shutdown(cx)));
        tokio::select! {
            ended = &mut served => Some(ended),
            () = service.stopping.cancelled() => None,
        }
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|cx| connection.poll_without_shutdown(cx)).await
        }
    };
    if ended.is_err_and(|error| error.source().is_some_and(<dyn Error>::is::<ResetConnection>)) {
        // With a linger of zero, closing sends a reset in place of an orderly end.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

/// The error of a request whose connection is to be reset.
#[derive(Debug, thiserror::Error)]
#[error("connection reset to order")]
struct ResetConnection;

async fn answer(
    request: hyper::Request<Incoming>,
    service: &Service,
) -> Result<Response<Full<Bytes>>, ResetConnection> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let Some(kind) = Kind::at(path) else { return Ok(respond(StatusCode::NOT_FOUND, nothing_here())) };
    let read = read(body).await.map_err(|_| ResetConnection)?;
    let at = Timestamp::now();
    let request = Request {
        method: head.method.as_str().to_owned(),
        path: Secret::new(path),
        headers: head.headers,
        body: read.clone().unwrap_or_default(),
    };
    let answer = match read {
        None => Answer::refuse(StatusCode::PAYLOAD_TOO_LARGE, "body too large"),
        Some(_) if head.method != Method::POST => {
            Answer::refuse(StatusCode::METHOD_NOT_ALLOWED, "only POST is taken")
        }
        Some(_) => kind.answer(&request, service.signing.as_ref()),
    };
    let key = answer.key.clone();
    let (outcome, reaction) = react(answer, service.script.next());
    let outcome = service.shown.once(kind, key, outcome);
    // First written down, then answered: who has an answer finds the request in the log.
    service.log.push(kind, at, request, outcome);
    match reaction {
        Reaction::Respond(response) => Ok(response),
        Reaction::Reset => Err(ResetConnection),
        Reaction::Hang => {
            service.stopping.cancelled().await;
            Err(ResetConnection)
        }
    }
}

/// The whole body; `None` if it is too large. Even then it is read to its end: a sender that is cut short while
/// it writes may never see the answer.
async fn read(mut body: Incoming) -> hyper::Result<Option<Bytes>> {
    let mut bytes = Some(Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        match &mut bytes {
            Some(bytes) if bytes.len() + data.len() <= MAX_BODY_BYTES => bytes.extend_from_slice(&data),
            too_large => *too_large = None,
        }
    }
    Ok(bytes.map(Bytes::from))
}

/// What the sender gets to see.
enum Reaction {
    Respond(Response<Full<Bytes>>),
    Hang,
    Reset,
}

/// What becomes of a request to which this would be the answer, were it not for the fault.
fn react(answer: Answer, fault: Option<Fault>) -> (Outcome, Reaction) {
    match fault {
        None => {
            let outcome = answer.outcome();
            let mut response = respond(answer.status, answer.body);
            if let Some(content_type) = answer.content_type {
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            }
            (outcome, Reaction::Respond(response))
        }
        Some(fault @ Fault::Status { code, retry_after }) => {
            (Outcome::Failed(fault), Reaction::Respond(fail(code, retry_after)))
        }
        Some(fault @ Fault::Hang) => (Outcome::Failed(fault), Reaction::Hang),
        Some(fault @ Fault::Reset) => (Outcome::Failed(fault), Reaction::Reset),
        Some(Fault::LoseAnswer) => match answer.outcome() {
            Outcome::Accepted(message) => (Outcome::Unanswered(message), Reaction::Reset),
            refused => (refused, Reaction::Reset),
        },
    }
}

fn nothing_here() -> String {
    let paths: Vec<_> = Kind::over_http().map(Kind::path).collect();
    format!("nothing is received here; there are {}", paths.join(", "))
}

fn respond(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

fn fail(code: u16, retry_after: Option<Duration>) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = respond(status, "a fault made to order");
    if let Some(retry_after) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs()));
    }
    response
}
