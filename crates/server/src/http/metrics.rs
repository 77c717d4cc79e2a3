//! `/metrics`: what Prometheus reads.
//!
//! The text is written here: it is some twenty numbers that are known where they are, so a registry of metrics would be
//! one more place to keep them in.

use std::fmt::{Display, Write as _};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Http;

pub(super) async fn metrics(State(http): State<Http>) -> Response {
    let counters = &http.app.counters;
    let mut text = Text::default();
    text.counter(
        "campana_requests_total",
        "Requests of GraphQL that were answered.",
        counters.requests.get(),
    );
    text.counter(
        "campana_unauthenticated_requests_total",
        "Requests without a key that opens the server.",
        counters.unauthenticated.get(),
    );
    text.counter("campana_states_total", "States that runs took by this server.", counters.states.get());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.0).into_response()
}

/// The text, as it grows.
#[derive(Default)]
struct Text(String);

impl Text {
    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help, "counter");
        self.line(name, value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help, "gauge");
        self.line(name, value);
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name} {value}");
    }
}
