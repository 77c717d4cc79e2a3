//! The load: changes at a given rate, or as fast as they are accepted.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Ledger;
use super::subject::Subject;
use super::wire::Connection;

/// How much, by how many, for how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Connections, each of which waits for its answer.
    pub clients: usize,
    /// Changes a second in all; `None`: as fast as they are accepted.
    pub rate: Option<f64>,
    /// For how long.
    pub time: Duration,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Changes that the server accepted.
    pub accepted: usize,
    /// Changes that it refused, or requests that failed.
    pub failed: usize,
    /// How long it took.
    pub took: Duration,
}

impl Outcome {
    /// Accepted changes a second.
    pub fn rate(&self) -> f64 {
        self.accepted as f64 / self.took.as_secs_f64()
    }
}

/// Sends the load to these servers in turn. With a rate, a change that no client was free for counts as sent when it was due.
///
/// # Errors
/// If the server cannot be reached.
pub async fn run(
    load: Load,
    subject: &Subject,
    addresses: &[SocketAddr],
    runs: &Arc<Vec<String>>,
    ledger: &Arc<Ledger>,
) -> io::Result<Outcome> {
    let begin = Instant::now();
    let ticket = Arc::new(AtomicUsize::new(0));
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..load.clients {
        let connection = Connection::open(addresses[client % addresses.len()]).await?;
        let (subject, ticket, ledger) = (subject.clone(), ticket.clone(), ledger.clone());
        // Each client has runs of its own, so that the changes of a run are sent in order.
        let own: Vec<String> = runs.iter().skip(client).step_by(load.clients).cloned().collect();
        clients.spawn(client_of(load, subject, connection, own, ticket, ledger, begin));
    }
    let (mut accepted, mut failed) = (0, 0);
    while let Some(done) = clients.join_next().await {
        let (good, bad) = done.map_err(io::Error::other)?;
        accepted += good;
        failed += bad;
    }
    Ok(Outcome { accepted, failed, took: begin.elapsed() })
}

async fn client_of(
    load: Load,
    subject: Subject,
    mut connection: Connection,
    runs: Vec<String>,
    ticket: Arc<AtomicUsize>,
    ledger: Arc<Ledger>,
    begin: Instant,
) -> (usize, usize) {
    let (mut accepted, mut failed) = (0, 0);
    for run in runs.iter().cycle() {
        let due = match load.rate {
            Some(rate) => {
                let place = ticket.fetch_add(1, Ordering::Relaxed);
                begin + Duration::from_secs_f64(place as f64 / rate)
            }
            None => Instant::now(),
        };
        if due.duration_since(begin) >= load.time {
            break;
        }
        let Some(number) = ledger.take_number() else { break };
        let (path, body) = subject.change(run, number);
        let is_late = due < Instant::now();
        tokio::time::sleep_until(due.into()).await;
        // The timer's own lateness is not the server's.
        ledger.sent(number, if is_late { due } else { Instant::now() });
        match connection.post(path, &body).await {
            Ok((200, answer)) if !answer.windows(8).any(|window| window == b"\"errors\"") => {
                ledger.accepted();
                accepted += 1;
            }
            Ok(_) => failed += 1,
            Err(_) => {
                failed += 1;
                break;
            }
        }
    }
    (accepted, failed)
}

/// Waits until everything accepted has arrived, or `patience` is over; says whether it has.
pub async fn drained(ledger: &Ledger, patience: Duration) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < patience {
        if ledger.backlog() == 0 {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ledger.backlog() == 0
}
