//! A flow run is to stop.

use campana_model::Timestamp;
use campana_model::id::FlowRunId;
use campana_model::transition::Command;
use uuid::Uuid;

use super::{Changed, FlowRun};
use crate::sql::Tx;
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope};

/// Stops a flow run: one that has not begun is Cancelled, one that runs is Cancelling until it says that it
/// has stopped, and one that has ended stays as it is.
#[derive(Clone, Debug)]
pub struct Cancel {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub flow_run_id: FlowRunId,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Cancel {
    type Applied = Changed<FlowRunId>;

    fn route(&self) -> Uuid {
        super::route(self.flow_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Changed<FlowRunId>, Error> {
        let mut run = FlowRun::lock(tx, self.scope, self.flow_run_id)?;
        let decision = run.decide(Command::Cancel, self.now)?;
        run.take(tx, &decision, self.now)?;
        Ok(run.changed())
    }
}
