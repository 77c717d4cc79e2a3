//! Flow runs: how they begin, what becomes of them, who is to run them.

mod activity;
mod cancel;
mod count;
mod create;
mod defaults;
mod edit;
mod queue;
mod row;
mod set_state;

use campana_model::id::FlowRunId;
use uuid::Uuid;

pub use activity::{Activity, Bucket, MAX_BUCKETS};
pub use cancel::Cancel;
pub use count::CountWaitingAndAlive;
pub use create::{Create, Created, Target};
pub use edit::{Delete, Heartbeat, SetName};
pub use queue::{InQueue, MAX_IN_QUEUE};
pub use set_state::{Changed, SetState};

pub(crate) use edit::{delete, tenant};
pub(crate) use row::{FlowRun, not_found};

/// What decides which writer has a run: the last two bytes of its id, in which the ids of its task runs
/// [end](crate::task_run::new_id) too, so that they come to the same one.
pub(crate) fn route(id: FlowRunId) -> Uuid {
    end_of(id.uuid())
}

pub(crate) fn end_of(id: Uuid) -> Uuid {
    let [.., high, low] = id.into_bytes();
    Uuid::from_u128(u128::from(u16::from_be_bytes([high, low])))
}

#[cfg(test)]
mod tests;
