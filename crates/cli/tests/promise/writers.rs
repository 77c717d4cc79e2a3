//! Those who report changes: each says one thing after the other of its runs, again until it is accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::server::Server;

const WRITERS: usize = 3;

/// Between two changes of a writer: a steady stream, which the debug build of the server can follow.
const PAUSE: Duration = Duration::from_millis(40);

pub(crate) struct Writers(JoinSet<usize>);

pub(crate) fn start(server: &Server, runs: Vec<String>, stop: Arc<AtomicBool>) -> Writers {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let own = runs.iter().skip(writer).step_by(WRITERS).cloned().collect();
        writers.spawn(report(server.clone(), own, stop.clone()));
    }
    Writers(writers)
}

impl Writers {
    /// Waits for them to end; says how many changes the server accepted.
    pub(crate) async fn join(mut self) -> usize {
        let mut accepted = 0;
        while let Some(ended) = self.0.join_next().await {
            accepted += ended.unwrap();
        }
        accepted
    }
}

async fn report(server: Server, runs: Vec<String>, stop: Arc<AtomicBool>) -> usize {
    let (mut accepted, mut api) = (0, None);
    for (number, run) in runs.iter().cycle().enumerate() {
        let kind = if (number / runs.len()).is_multiple_of(2) { "Running" } else { "Retrying" };
        let message = format!("report {number}");
        loop {
            if stop.load(Ordering::Relaxed) {
                return accepted;
            }
            if api.is_none() {
                api = server.connect().await.ok();
            }
            let said = match &mut api {
                Some(api) => api.set_state(run, kind, &message).await.is_ok(),
                None => false,
            };
            tokio::time::sleep(PAUSE).await;
            if said {
                break;
            }
            // Whether it was accepted is not known: it is said again, and both count if both were.
            api = None;
        }
        accepted += 1;
    }
    accepted
}
