//! The server's HTTP: which request goes where.
//!
//! ```text
//! connection -> guard (a browser on another page is turned away) -> route -> GraphQL, health, metrics, the UI
//! ```
//!
//! `POST` is GraphQL at any path but those where people sign in and out, since a client may be configured with one. `GET` of
//! `/graphql` is for subscriptions, of `/session` for who one is, every other for the UI. `/health`, `/metrics` and
//! `/.well-known/apollo/server-health` answer without a key, and say nothing of what is in the database but how much
//! of it.

mod document;
mod graphql;
mod guard;
mod headers;
mod health;
mod metrics;
mod session;
mod socket;
mod ui;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use campana_outbox::Outbox;
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub(crate) use self::guard::Guard;
pub(crate) use self::socket::Sockets;
use crate::app::App;
use crate::graphql::Schema;

/// What the handlers need.
#[derive(Clone)]
pub(crate) struct Http {
    pub(crate) app: Arc<App>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) schema: Schema,
    pub(crate) guard: Arc<Guard>,
    pub(crate) sockets: Sockets,
}

/// The routes.
pub(crate) fn router(http: Http) -> Router {
    Router::new()
        .route("/health", get(health::health).post(graphql::post))
        .route("/metrics", get(metrics::metrics).post(graphql::post))
        .route("/.well-known/apollo/server-health", get(health::apollo).post(graphql::post))
        .route("/graphql", get(socket::get).post(graphql::post))
        .route("/session", get(session::get).post(graphql::post))
        .route("/sign-in", get(ui::page).post(session::sign_in))
        .route("/sign-out", get(ui::page).post(session::sign_out))
        .fallback(other)
        .layer(middleware::from_fn_with_state(http.guard.clone(), guard::check))
        .layer(middleware::map_response(headers::harden))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(http)
}

async fn other(state: State<Http>, request: axum::extract::Request) -> Response {
    match *request.method() {
        Method::POST => graphql::post(state, request).await,
        Method::GET | Method::HEAD => ui::page(request).await,
        _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "the API takes POST"),
    }
}

/// An answer in the form that clients of GraphQL read.
fn refuse(status: StatusCode, message: &str) -> Response {
    let body = json!({ "errors": [{ "message": message }] }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// A panic is our fault; what it says may hold anything, so it goes to the log of the process only.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a request ended in a panic");
    refuse(StatusCode::INTERNAL_SERVER_ERROR, "the server failed to answer; its log says more")
}
