//! The write that all depends on: a flow run takes a state.

use campana_model::id::{AgentId, FlowRunId};
use campana_model::transition::Command;
use campana_model::{State, StateKind, Timestamp};
use uuid::Uuid;

use super::FlowRun;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope, flow};

/// Lets a flow run take a state, if the gate lets it.
///
/// With it are written its history, the event, and the deliveries that it makes owed. One that is
/// cancelled takes its unfinished task runs with it, each with history and event of its own.
#[derive(Clone, Debug)]
pub struct SetState {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub flow_run_id: FlowRunId,
    /// The version that the reporter knows; it counts only if the flow's settings ask for version locking.
    pub version: Option<i64>,
    /// The epoch that the reporter knows.
    pub epoch: Option<i64>,
    /// The agent that says so; a run that it has submitted is known as its own.
    pub agent_id: Option<AgentId>,
    /// The state. It counts from its [timestamp](State::timestamp) on, or else from `now`.
    pub state: State,
    /// The time.
    pub now: Timestamp,
}

/// What has become of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Changed<Id> {
    /// The run.
    pub id: Id,
    /// How many states it has taken.
    pub version: i64,
    /// The one that it has now.
    pub state: StateKind,
    /// How often it was taken back from a process that was lost.
    pub epoch: i64,
}

impl ApplyWrite for SetState {
    type Applied = Changed<FlowRunId>;

    fn route(&self) -> Uuid {
        super::route(self.flow_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Changed<FlowRunId>, Error> {
        let mut run = FlowRun::lock(tx, self.scope, self.flow_run_id)?;
        let version = match self.version {
            Some(_) if !flow::locks_versions(tx, run.flow_group_id)? => None,
            version => version,
        };
        let command = Command::Set { state: self.state.clone(), version, epoch: self.epoch };
        let decision = run.decide(command, self.now)?;
        run.take(tx, &decision, self.now)?;
        if let (Some(agent), StateKind::Submitted) = (self.agent_id, run.kind) {
            tx.execute("UPDATE flow_run SET agent_id = $2 WHERE id = $1", params![run.id, agent])?;
        }
        Ok(run.changed())
    }
}
