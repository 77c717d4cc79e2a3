//! Whether the server does its work, and if not, why.

use std::path::Path;
use std::time::Duration;

use campana_store::delivery::{Count, Counts};

use super::App;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a delivery may be due before that is worth a word: it is claimed within seconds, unless there are
/// more than can be sent.
const LATE: Duration = Duration::from_secs(60);

/// How little room on the disk is worth a word.
const SCARCE_BYTES: u64 = 200_000_000;

/// What is to be said of the server's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Health {
    /// Whether it can take what is reported.
    pub(crate) is_available: bool,
    /// What is wrong, for people.
    pub(crate) reasons: Vec<String>,
    /// How long the oldest delivery has been due that nobody has in hand.
    pub(crate) oldest_due: Option<Duration>,
}

impl App {
    /// How the server is.
    pub(crate) async fn health(&self) -> Health {
        let unavailable = |reason| Health { is_available: false, reasons: vec![reason], oldest_due: None };
        let now = self.now();
        let Counts { oldest_due: due_since, paused_destinations, .. } =
            match tokio::time::timeout(PATIENCE, self.store.read(Count { now })).await {
                Ok(Ok(counts)) => counts,
                Ok(Err(error)) => return unavailable(error.to_string()),
                Err(_) => {
                    let seconds = PATIENCE.as_secs();
                    return unavailable(format!("the database did not answer within {seconds} s"));
                }
            };
        let free = self.database_folder.as_deref().and_then(free_bytes);
        if free == Some(0) {
            return unavailable("the disk of the database is full".to_owned());
        }
        let oldest_due = due_since.map(|since| now.duration_since(since).unsigned_abs());
        let mut reasons = Vec::new();
        if let Some(free) = free.filter(|free| *free < SCARCE_BYTES) {
            reasons.push(format!("the disk of the database has {} MB left", free / 1_000_000));
        }
        if let Some(age) = oldest_due.filter(|age| *age >= LATE) {
            reasons.push(format!("a delivery has been due for {} s and was not tried", age.as_secs()));
        }
        if paused_destinations > 0 {
            reasons.push(format!("{paused_destinations} destinations do not take what is sent to them"));
        }
        Health { is_available: true, reasons, oldest_due }
    }
}

/// How many bytes the disk has left for us; none: nobody can tell.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}
