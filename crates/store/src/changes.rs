//! What was changed, told to those who watch: after the commit, and before whoever asked for the change is answered.
//!
//! A hint that says where to look, not what is there. It is cheap, so it is bounded: a watcher that is too slow, and one at
//! another server on the same Postgres that a burst overtakes, is told to look at everything again. A watch therefore
//! begins before its owner looks for the first time, and then misses nothing.

mod text;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use campana_model::id::{DeliveryId, FlowRunId, HookId, TaskRunId, TenantId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

pub(crate) use self::text::{read, write};

/// How many commits a watcher may be behind: more than there are in the time for which a watcher rests.
const BEHIND: usize = 512;

/// How many changes may wait to be told to other servers.
const WAITING: usize = 1_024;

/// Something that was changed, and whose it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Change {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What.
    pub what: Changed,
}

/// What was changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Changed {
    /// A flow run: its state, or what else its row says.
    FlowRun(FlowRunId),
    /// A task run of a flow run.
    TaskRun(FlowRunId, TaskRunId),
    /// What a flow run and its tasks wrote.
    Log(FlowRunId),
    /// A delivery; the run that it tells of is named when it comes to be.
    Delivery(DeliveryId, HookId, Option<FlowRunId>),
    /// Several deliveries.
    Deliveries,
    /// A hook.
    Hook(HookId),
    /// A message in the inbox.
    Message,
    /// Flows or projects.
    Flow,
}

/// What a watcher is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// What was changed together.
    These(Arc<[Change]>),
    /// More than could be told; whoever watches looks at everything again.
    Everything,
}

/// What somebody watches by.
#[derive(Debug)]
pub struct Watch(broadcast::Receiver<Told>);

impl Watch {
    /// Waits for the next change; none: the store is gone.
    pub async fn next(&mut self) -> Option<Told> {
        match self.0.recv().await {
            Ok(told) => Some(told),
            Err(RecvError::Lagged(_)) => Some(Told::Everything),
            Err(RecvError::Closed) => None,
        }
    }

    /// The next change, if it is there already.
    pub fn next_of_those_here(&mut self) -> Option<Told> {
        match self.0.try_recv() {
            Ok(told) => Some(told),
            Err(TryRecvError::Lagged(_)) => Some(Told::Everything),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

/// The changes of a store, on their way.
pub(crate) struct Changes {
    here: broadcast::Sender<Told>,
    /// What other servers are still to be told, if there can be others.
    others: OnceLock<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    changes: Vec<Change>,
    too_many: bool,
}

impl Default for Changes {
    fn default() -> Self {
        Self { here: broadcast::Sender::new(BEHIND), others: OnceLock::new() }
    }
}

impl Changes {
    pub(crate) fn watch(&self) -> Watch {
        Watch(self.here.subscribe())
    }

    /// From now on other servers are to be told too.
    pub(crate) fn has_others(&self) {
        self.others.get_or_init(Mutex::default);
    }

    /// Tells what a commit has changed.
    pub(crate) fn tell(&self, mut changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        // A run that took two states in one commit was changed once.
        changes.dedup();
        if let Some(others) = self.others.get() {
            let mut waiting = others.lock().unwrap_or_else(PoisonError::into_inner);
            match waiting.changes.len() + changes.len() <= WAITING {
                true => waiting.changes.extend_from_slice(&changes),
                false => waiting.too_many = true,
            }
        }
        self.tell_here(|| Told::These(changes.into()));
    }

    /// Tells what another server has changed.
    pub(crate) fn tell_here(&self, told: impl FnOnce() -> Told) {
        if self.here.receiver_count() > 0 {
            // The last of them may have gone by now.
            let _ = self.here.send(told());
        }
    }

    /// What other servers are to be told by now.
    pub(crate) fn take_for_others(&self) -> Option<Told> {
        let mut waiting = self.others.get()?.lock().unwrap_or_else(PoisonError::into_inner);
        let Waiting { changes, too_many } = std::mem::take(&mut *waiting);
        match (too_many, changes.is_empty()) {
            (true, _) => Some(Told::Everything),
            (false, true) => None,
            (false, false) => Some(Told::These(changes.into())),
        }
    }
}

#[cfg(test)]
mod tests;
