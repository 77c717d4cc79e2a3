//! Hints that something has become due: within a server, and from one server to the others on one Postgres, which are told
//! of [changes](crate::Change) on the same way.
//!
//! A hint carries nothing and may be lost; whoever waits for it looks by himself now and then.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use campana_model::id::ServerId;
use postgres::fallible_iterator::FallibleIterator;
use tokio::sync::{Notify, mpsc};

use crate::changes::{self, Changes, Told};
use crate::sql::postgres_client;
use crate::store::spawn;
use crate::{Error, OpenError};

/// On which channel of Postgres servers hint that something is due.
const DUE: &str = "campana_due";

/// On which they tell what they have changed.
const CHANGED: &str = "campana_changed";

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
    changes: &Arc<Changes>,
    alive: &mpsc::Sender<Infallible>,
) -> Result<(), OpenError> {
    let (sender, told) = sync_channel(1);
    // Only set here, for hints that are new.
    let _ = hints.others.set(sender);
    changes.has_others();
    // Neither thread keeps the store alive: where it is gone, so are the hints.
    let (weak, place) = (Arc::downgrade(hints), url.to_owned());
    let gone = move || weak.upgrade().is_none_or(|hints| hints.stopped.load(Ordering::Relaxed));
    let also_gone = gone.clone();
    let own = Arc::downgrade(changes);
    let take = move || own.upgrade().and_then(|changes| changes.take_for_others());
    spawn("store-tell".to_owned(), alive, move || tell(&place, server, &told, take, gone))?;
    let (weak, place, changes) = (Arc::downgrade(hints), url.to_owned(), Arc::downgrade(changes));
    let heard = move |heard: Heard| match heard {
        Heard::Due => drop(weak.upgrade().map(|hints| hints.here.notify_one())),
        Heard::Changes(told) => drop(changes.upgrade().map(|changes| changes.tell_here(|| told))),
    };
    spawn("store-hear".to_owned(), alive, move || {
        while !also_gone() {
            if hear(&place, server, &heard, &also_gone).is_err() && !also_gone() {
                thread::sleep(RECONNECT);
            }
        }
    })
}

fn tell(
    url: &str,
    server: ServerId,
    told: &Receiver<()>,
    take: impl Fn() -> Option<Told>,
    gone: impl Fn() -> bool,
) {
    let mut open = None;
    loop {
        // Not in the transaction of a change: all commits that notify wait for each other.
        let mut sql = String::new();
        match told.recv_timeout(TURN) {
            Ok(()) => sql = format!("NOTIFY {DUE}, '{server}';"),
            Err(RecvTimeoutError::Timeout) if !gone() => {}
            Err(_) => return,
        }
        for text in take().iter().flat_map(|told| changes::write(server, told)) {
            sql.push_str(&format!("NOTIFY {CHANGED}, '{text}';"));
        }
        if sql.is_empty() {
            continue;
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

/// What another server tells.
enum Heard {
    Due,
    Changes(Told),
}

fn hear(url: &str, server: ServerId, heard: impl Fn(Heard), gone: impl Fn() -> bool) -> Result<(), Error> {
    let lost = |error: postgres::Error| Error::Unavailable(Box::new(error));
    let mut client = postgres_client(url)?;
    client.batch_execute(&format!("LISTEN {DUE}; LISTEN {CHANGED}")).map_err(lost)?;
    // What was told while nobody listened.
    heard(Heard::Due);
    heard(Heard::Changes(Told::Everything));
    let own = server.to_string();
    while !gone() && !client.is_closed() {
        let mut notifications = client.notifications();
        let mut arriving = notifications.timeout_iter(TURN);
        while let Some(notification) = arriving.next().map_err(lost)? {
            match notification.channel() {
                CHANGED => {
                    changes::read(server, notification.payload())
                        .map(Heard::Changes)
                        .into_iter()
                        .for_each(&heard);
                }
                _ if notification.payload() != own => heard(Heard::Due),
                _ => {}
            }
        }
    }
    Ok(())
}
