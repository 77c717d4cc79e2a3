//! Flow runs: how they begin, what becomes of them, who is to run them.

mod row;
mod set_state;

pub(crate) use row::{FlowRun, order_within_group};
pub use set_state::{Changed, SetState};

use campana_model::id::FlowRunId;
use uuid::Uuid;

/// What decides which writer has a run: the last two bytes of its id, in which the ids of its task runs
/// [end](crate::task_run::new_id) too, so that they come to the same one.
pub(crate) fn route(id: FlowRunId) -> Uuid {
    end_of(id.uuid())
}

pub(crate) fn end_of(id: Uuid) -> Uuid {
    let [.., high, low] = id.into_bytes();
    Uuid::from_u128(u128::from(u16::from_be_bytes([high, low])))
}
