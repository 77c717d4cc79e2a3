//! `/health`: whether the server does its work, and if not, why.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::Http;

/// `{"status": "ready" | "degraded" | "unavailable", "reasons": [...], "version": "..."}`.
///
/// Ready and degraded answer 200: the server takes reports, and what is owed waits on disk. Unavailable answers 503:
/// it can take none.
pub(super) async fn health(State(http): State<Http>) -> Response {
    let health = http.app.health().await;
    let status = if health.is_available { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = match (health.is_available, health.reasons.is_empty()) {
        (false, _) => "unavailable",
        (true, false) => "degraded",
        (true, true) => "ready",
    };
    let body = json!({
        "status": word,
        "reasons": health.reasons,
        "oldest_due_seconds": health.oldest_due.map(|age: Duration| age.as_secs()),
        "version": env!("CARGO_PKG_VERSION"),
    });
    answer(status, &body)
}

/// What container health checks of Prefect's server ask.
pub(super) async fn apollo() -> Response {
    answer(StatusCode::OK, &json!({ "status": "pass" }))
}

fn answer(status: StatusCode, body: &Json) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
