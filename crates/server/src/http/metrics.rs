//! `/metrics`: what Prometheus reads.
//!
//! The text is written here: it is some twenty numbers that are known where they are, so a registry of metrics would be
//! one more place to keep them in.

use std::fmt::{Display, Write as _};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use campana_model::Timestamp;
use campana_outbox::Stats;
use campana_store::delivery::{Count, Counts};

use super::Http;
use crate::app::Counters;

pub(super) async fn metrics(State(http): State<Http>) -> Response {
    let mut text = Text::default();
    requests(&mut text, &http.app.counters);
    attempts(&mut text, http.outbox.stats());
    let now = http.app.now();
    match http.app.store.read(Count { now }).await {
        Ok(owed) => backlog(&mut text, owed, now),
        // What cannot be known now is left out, and that it is can be seen.
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "could not count what is owed");
        }
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.0).into_response()
}

fn requests(text: &mut Text, counters: &Counters) {
    let Counters { requests, unauthenticated, states } = counters;
    text.counter("campana_requests_total", "Requests of GraphQL that were answered.", requests.get());
    let help = "Requests without a key that opens the server.";
    text.counter("campana_unauthenticated_requests_total", help, unauthenticated.get());
    text.counter("campana_states_total", "States that runs took by requests to this server.", states.get());
}

fn attempts(text: &mut Text, stats: Stats) {
    let Stats { in_flight, paused, accepted, retried, ambiguous, rejected, waited, cancelled, lost } = stats;
    let name = "campana_attempts_total";
    text.head(name, "Attempts to deliver by this server, by how they ended.", "counter");
    for (outcome, count) in [
        ("accepted", accepted),
        ("retry", retried),
        ("ambiguous", ambiguous),
        ("rejected", rejected),
        ("waits", waited),
        ("cancelled", cancelled),
        ("lost", lost),
    ] {
        text.line(&format!("{name}{{outcome=\"{outcome}\"}}"), count);
    }
    text.gauge("campana_deliveries_in_flight", "Deliveries that this server has in hand.", in_flight);
    text.gauge("campana_destinations_paused", "Destinations that this server does not send to now.", paused);
}

fn backlog(text: &mut Text, owed: Counts, now: Timestamp) {
    let Counts { pending, leased, dead, paused_destinations, oldest_due } = owed;
    text.gauge("campana_deliveries_pending", "Deliveries that have not ended.", pending);
    text.gauge("campana_deliveries_dead", "Deliveries that were given up.", dead);
    text.gauge("campana_deliveries_leased", "Deliveries that some server has in hand.", leased);
    let help = "Destinations that do not take what is sent.";
    text.gauge("campana_destinations_failing", help, paused_destinations);
    let age = oldest_due.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0));
    let help =
        "How long a delivery has been due that nobody has in hand and whose destination does not fail.";
    text.gauge("campana_oldest_due_seconds", help, age);
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
