//! A task run takes a state.

use campana_model::id::TaskRunId;
use campana_model::transition::Command;
use campana_model::{State, Timestamp};
use uuid::Uuid;

use super::row::TaskRun;
use crate::flow_run::Changed;
use crate::sql::Tx;
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope, flow};

/// Lets a task run take a state, if the gate lets it: it may become Running only while its flow run is.
///
/// With it are written its history, the event, and the deliveries that it makes owed. Where the inputs of
/// the task are stored is carried over from the state before, unless this one says it.
#[derive(Clone, Debug)]
pub struct SetState {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub task_run_id: TaskRunId,
    /// The version that the reporter knows; it counts only if the flow's settings ask for version locking.
    pub version: Option<i64>,
    /// The epoch of the flow run that the reporter knows.
    pub epoch: Option<i64>,
    /// The state. It counts from its [timestamp](State::timestamp) on, or else from `now`.
    pub state: State,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for SetState {
    type Applied = Changed<TaskRunId>;

    fn route(&self) -> Uuid {
        super::route(self.task_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Changed<TaskRunId>, Error> {
        let (mut run, before) = TaskRun::lock(tx, self.scope, self.task_run_id, self.state.kind())?;
        let version = match self.version {
            Some(_) if !flow::locks_versions(tx, run.of().flow_group_id)? => None,
            version => version,
        };
        let state = with_inputs_of(&before, &self.state)?;
        let decision = run.decide(Command::Set { state, version, epoch: self.epoch }, self.now)?;
        run.take(tx, &decision, self.now)?;
        Ok(Changed { id: run.id, version: run.version, state: run.kind, epoch: run.of().epoch })
    }
}

/// The state, with the stored inputs of the one before if it has none.
fn with_inputs_of(before: &str, state: &State) -> Result<State, Error> {
    const KEY: &str = "\"cached_inputs\":{";
    let has_none = || before.match_indices(KEY).all(|(at, key)| before[at + key.len()..].starts_with('}'));
    // Few have any, so most are not worth parsing.
    if state.cached_inputs().is_some() || has_none() {
        return Ok(state.clone());
    }
    let before = serde_json::from_str(before).map_err(|error| Error::corrupt("state", error))?;
    let before = State::from_json(&before).map_err(|error| Error::corrupt("state", error))?;
    Ok(match before.cached_inputs() {
        Some(inputs) => state.clone().with_cached_inputs(inputs.clone()),
        None => state.clone(),
    })
}
