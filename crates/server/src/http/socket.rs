//! Subscriptions, over a WebSocket at `GET /graphql` in the protocol `graphql-transport-ws`.
//!
//! * **Who asks** is said by the session's cookie, by a header, or by `authorization` in the payload of `connection_init`, and
//!   looked at again every [`TURN`]: with the key or the session the socket ends, with the code 4401.
//! * **A page of another server gets none**: a browser says whose page asks, and the guard looks before.
//! * **Bounded** are the sockets of a server, the subscriptions of a socket, and the size of what it sends. A document is
//!   looked through as one that is posted is.
//! * Whoever is gone without a word is noticed by pings. A server that stops says so, with the code 1001.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::http::{WebSocket as Protocol, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Executor, Request as Document, Response as Answer, ServerError};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream::{self, BoxStream};
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use serde_json::Value as Json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Http, document, refuse, ui};
use crate::graphql::Schema;
use crate::scope::Scope;

/// How many sockets a server has at most: some for each of the people that it can be thought to have.
const MAX_SOCKETS: usize = 1_000;

/// How many subscriptions a socket has at most: those of a page, several times over.
const MAX_SUBSCRIPTIONS: usize = 32;

/// How long what a socket sends may be.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// How often is looked who asks, and whether anybody is there. By the second time they have to have said who they are.
const TURN: Duration = Duration::from_secs(5);

/// How many turns somebody may say nothing, not even that a ping came.
const SILENT_TURNS: u32 = 6;

/// How long a message may take to be taken.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);

/// The one protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// The code by which a socket is told that it is to go where no key opens it.
const UNAUTHORIZED: u16 = 4401;

/// The code by which a socket is told that its server goes away.
const GOING_AWAY: u16 = 1001;

/// The sockets of a server.
#[derive(Clone, Debug)]
pub(crate) struct Sockets {
    room: Arc<Semaphore>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Default for Sockets {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(MAX_SOCKETS));
        Self { room, stopping: CancellationToken::new(), tasks: TaskTracker::new() }
    }
}

impl Sockets {
    /// Tells all of them to end.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
    }

    /// Waits until they have.
    pub(crate) async fn ended(&self) {
        self.tasks.wait().await;
    }
}

pub(super) async fn get(
    State(http): State<Http>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let Ok(upgrade) = upgrade else { return ui::page(request).await };
    let asked = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
    if !asked.is_some_and(|asked| asked.split(',').any(|protocol| protocol.trim() == PROTOCOL)) {
        return refuse(StatusCode::BAD_REQUEST, "subscriptions are spoken of in graphql-transport-ws");
    }
    let Ok(place) = Arc::clone(&http.sockets.room).try_acquire_owned() else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "the server has as many sockets as it may have");
    };
    let mut given = HeaderMap::new();
    for name in [header::AUTHORIZATION, header::COOKIE] {
        given.extend(request.headers().get(&name).map(|value| (name, value.clone())));
    }
    let tasks = http.sockets.tasks.clone();
    let serve = move |socket| tasks.track_future(serve(socket, http, given, place));
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .on_upgrade(serve)
}

async fn serve(socket: WebSocket, http: Http, given: HeaderMap, _place: OwnedSemaphorePermit) {
    let (mut sink, incoming) = socket.split();
    let who = Arc::new(Who { given, known: OnceLock::new() });
    let heard = Arc::new(AtomicBool::new(true));
    let (asked, asking) = (http.clone(), Arc::clone(&who));
    let protocol = Protocol::new(
        Limited::new(http.schema.clone()),
        texts(incoming, &heard),
        WebSocketProtocols::GraphQLWS,
    )
    .on_connection_init(async move |payload| asking.begin(&asked, &payload).await);
    let mut protocol = std::pin::pin!(protocol);
    let mut turns = tokio::time::interval_at(Instant::now() + TURN, TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut silent = 0;
    loop {
        let message = tokio::select! {
            message = protocol.next() => match message {
                Some(WsMessage::Text(text)) => Message::Text(text.into()),
                // What fails before anybody is known is that nobody is.
                Some(WsMessage::Close(_, why)) if who.known.get().is_none() => close(UNAUTHORIZED, &why),
                Some(WsMessage::Close(code, why)) => close(code, &why),
                None => return,
            },
            _ = turns.tick() => {
                silent = if heard.swap(false, Ordering::Relaxed) { 0 } else { silent + 1 };
                match who.is_still(&http).await {
                    _ if silent >= SILENT_TURNS => return,
                    Ok(()) => Message::Ping(Vec::new().into()),
                    Err(why) => close(UNAUTHORIZED, &why),
                }
            }
            () = http.sockets.stopping.cancelled() => close(GOING_AWAY, "the server stops"),
        };
        let is_last = matches!(message, Message::Close(_));
        let sent = tokio::time::timeout(SEND_TIMEOUT, sink.send(message)).await;
        if is_last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

/// What a socket sends, as far as it is text, until it ends.
fn texts(
    incoming: impl Stream<Item = Result<Message, axum::Error>> + Unpin,
    heard: &Arc<AtomicBool>,
) -> impl Stream<Item = String> + Unpin {
    let heard = Arc::clone(heard);
    Box::pin(stream::unfold((incoming, heard), async |(mut incoming, heard)| {
        loop {
            let message = incoming.next().await?.ok()?;
            heard.store(true, Ordering::Relaxed);
            match message {
                Message::Text(text) => return Some((text.to_string(), (incoming, heard))),
                Message::Close(_) => return None,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    }))
}

fn close(code: u16, why: &str) -> Message {
    // A frame of this kind takes 123 bytes.
    let why = why.char_indices().take_while(|(at, char)| at + char.len_utf8() <= 123).map(|(_, char)| char);
    Message::Close(Some(CloseFrame { code, reason: why.collect::<String>().into() }))
}

/// Who is at the other end.
struct Who {
    /// The headers that say it.
    given: HeaderMap,
    /// The headers that it was found out by, and what came of it.
    known: OnceLock<(HeaderMap, Scope)>,
}

impl Who {
    /// Finds it out, at the beginning.
    async fn begin(&self, http: &Http, payload: &Json) -> async_graphql::Result<Data> {
        let mut headers = self.given.clone();
        let said = ["authorization", "Authorization"].iter().find_map(|key| payload[key].as_str());
        if let Some(said) = said {
            let value = HeaderValue::from_str(said).map_err(|_| "UNAUTHENTICATED: that is no key")?;
            headers.insert(header::AUTHORIZATION, value);
        }
        let caller = http.app.keys.caller(&http.app, &headers).await;
        let caller = caller.inspect_err(|_| http.app.counters.unauthenticated.add(1))?;
        // It is called once.
        let _ = self.known.set((headers, caller.scope));
        let mut data = Data::default();
        data.insert(caller.scope);
        data.insert(caller);
        Ok(data)
    }

    /// Whether what was found out is still so; if not, why.
    async fn is_still(&self, http: &Http) -> Result<(), String> {
        let Some((headers, scope)) = self.known.get() else {
            return Err("UNAUTHENTICATED: connection_init did not come".to_owned());
        };
        match http.app.keys.caller(&http.app, headers).await {
            Ok(caller) if caller.scope == *scope => Ok(()),
            Ok(_) => Err("UNAUTHENTICATED: the key opens something else now".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Executes what one socket asks for.
#[derive(Clone)]
struct Limited {
    schema: Schema,
    room: Arc<Semaphore>,
}

impl Limited {
    fn new(schema: Schema) -> Self {
        Self { schema, room: Arc::new(Semaphore::new(MAX_SUBSCRIPTIONS)) }
    }
}

impl Executor for Limited {
    async fn execute(&self, document: Document) -> Answer {
        self.schema.execute(document).await
    }

    fn execute_stream(&self, mut document: Document, data: Option<Arc<Data>>) -> BoxStream<'static, Answer> {
        let refused = |why: String| {
            let error = ServerError::new(why, None);
            stream::once(async { Answer::from_errors(vec![error]) }).boxed()
        };
        let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else {
            return refused(format!("a socket has {MAX_SUBSCRIPTIONS} subscriptions at most"));
        };
        match document::parse(&document.query) {
            Ok(parsed) => document.set_parsed_query(parsed),
            Err(why) => return refused(why),
        };
        let answers = Executor::execute_stream(&self.schema, document, data);
        answers
            .map(move |answer| {
                let _held = &place;
                answer
            })
            .boxed()
    }
}
