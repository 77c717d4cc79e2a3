//! Task runs: one for each task of a flow run, and one for each child of a mapped task.

mod begin;
mod row;
mod set_name;
mod set_state;

use campana_model::id::{FlowRunId, TaskRunId};
use uuid::Uuid;

pub use begin::{GetOrCreate, Info};
pub use set_name::SetName;
pub use set_state::SetState;

pub(crate) use begin::create_all;
pub(crate) use row::cancel_all;

use crate::flow_run;

/// An id for a task run of this flow run. It ends as that of the flow run does, so that whoever knows
/// only the task run comes to the same writer.
pub(crate) fn new_id(run: FlowRunId) -> TaskRunId {
    let mut bytes = Uuid::now_v7().into_bytes();
    bytes[14..].copy_from_slice(&run.uuid().into_bytes()[14..]);
    TaskRunId::from_uuid(Uuid::from_bytes(bytes))
}

pub(crate) fn route(id: TaskRunId) -> Uuid {
    flow_run::end_of(id.uuid())
}

#[cfg(test)]
mod tests;
