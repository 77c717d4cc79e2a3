//! Hints that something has become due: within a server, and from one server to the others on one Postgres.
//!
//! A hint carries nothing and may be lost; whoever waits for it looks by himself now and then.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use campana_model::id::ServerId;
use postgres::fallible_iterator::FallibleIterator;
use tokio::sync::{Notify, mpsc};

use crate::sql::postgres_client;
use crate::store::spawn;
use crate::{Error, OpenError};

/// How long several hints are one to other servers: a burst of changes is not a burst of hints.
const PAUSE: Duration = Duration::from_millis(20);

/// How long it waits before it connects again.
const RECONNECT: Duration = Duration::from_secs(1);

/// How soon a thread that waits for hints sees that it is to end.
const TURN: Duration = Duration::from_millis(250);

/// Hints of one server.
#[derive(Default)]
pub(crate) struct Hints {
    here: Notify,
    /// To the other servers; there is room for one, as a second says nothing more.
    others: OnceLock<SyncSender<()>>,
    stopped: AtomicBool,
}

impl Hints {
    /// Tells that something has become due.
    pub(crate) fn tell(&self) {
        self.here.notify_one();
        if let Some(others) = self.others.get() {
            let _ = others.try_send(());
        }
    }

    /// Waits for a hint.
    pub(crate) async fn wait(&self) {
        self.here.notified().await;
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

/// Starts the threads that tell other servers and hear them.
pub(crate) fn between_servers(
    url: &str,
    server: ServerId,
    hints: &Arc<Hints>,
    alive: &mpsc::Sender<Infallible>,
) -> Result<(), OpenError> {
    let (sender, told) = sync_channel(1);
    // Only set here, for hints that are new.
    let _ = hints.others.set(sender);
    // Neither thread keeps the store alive: where it is gone, so are the hints.
    let (weak, place) = (Arc::downgrade(hints), url.to_owned());
    let gone = move || weak.upgrade().is_none_or(|hints| hints.stopped.load(Ordering::Relaxed));
    let also_gone = gone.clone();
    spawn("store-tell".to_owned(), alive, move || tell(&place, server, &told, gone))?;
    let (weak, place) = (Arc::downgrade(hints), url.to_owned());
    let heard = move || {
        if let Some(hints) = weak.upgrade() {
            hints.here.notify_one();
        }
    };
    spawn("store-hear".to_owned(), alive, move || {
        while !also_gone() {
            if hear(&place, server, &heard, &also_gone).is_err() && !also_gone() {
                thread::sleep(RECONNECT);
            }
        }
    })
}

fn tell(url: &str, server: ServerId, told: &Receiver<()>, gone: impl Fn() -> bool) {
    let mut open = None;
    // Not in the transaction of a change: all commits that notify wait for each other.
    let sql = format!("NOTIFY campana_due, '{server}'");
    loop {
        match told.recv_timeout(TURN) {
            Ok(()) => {}
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if !gone() => continue,
            Err(_) => return,
        }
        if open.is_none() {
            open = postgres_client(url).ok();
        }
        if open.as_mut().is_some_and(|client| client.batch_execute(&sql).is_err()) {
            open = None;
        }
        thread::sleep(PAUSE);
    }
}

fn hear(url: &str, server: ServerId, heard: impl Fn(), gone: impl Fn() -> bool) -> Result<(), Error> {
    let lost = |error: postgres::Error| Error::Unavailable(Box::new(error));
    let mut client = postgres_client(url)?;
    client.batch_execute("LISTEN campana_due").map_err(lost)?;
    // What was told while nobody listened.
    heard();
    let own = server.to_string();
    while !gone() && !client.is_closed() {
        let mut notifications = client.notifications();
        let mut arriving = notifications.timeout_iter(TURN);
        while let Some(notification) = arriving.next().map_err(lost)? {
            if notification.payload() != own {
                heard();
            }
        }
    }
    Ok(())
}
