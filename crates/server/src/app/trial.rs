//! What a hook that is tried tells of: a run that there is, or a made-up one.

use campana_model::hook::UnknownState;
use campana_model::{FlowRunId, State, StateKind, StateSet};
use campana_store::hook::Hook;
use campana_store::{self as store, told};
use uuid::Uuid;

use super::App;
use super::facts::{facts, sample};
use crate::message::Facts;
use crate::scope::Scope;

/// The message of a state that somebody only tries.
const MESSAGE: &str = "This is a test of a Cloud Hook.";

/// What to tell of.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    scope: Scope,
    flow_run_id: Option<FlowRunId>,
    state: Option<StateKind>,
}

impl Trial {
    /// A trial with this run, or a made-up one, in this state, or that of the run.
    ///
    /// # Errors
    /// If there is no such state.
    pub(crate) fn new(
        scope: Scope,
        flow_run_id: Option<Uuid>,
        state_type: Option<String>,
    ) -> Result<Self, UnknownState> {
        let state = state_type.map(|name| StateSet::from_names([name])).transpose()?;
        let state = state.and_then(|states| states.kinds().next());
        Ok(Self { scope, flow_run_id: flow_run_id.map(FlowRunId::from_uuid), state })
    }
}

impl App {
    /// The facts that a hook is tried with.
    pub(crate) async fn trial_facts(&self, hook: &Hook, trial: Trial) -> Result<Facts, store::Error> {
        let Trial { scope, flow_run_id, state } = trial;
        let of_kind = |kind: StateKind| State::new(kind).with_message(MESSAGE.to_owned());
        let Some(flow_run_id) = flow_run_id else {
            let kind = state.or(hook.settings.states.kinds().next()).unwrap_or(StateKind::Success);
            return Ok(sample(of_kind(kind), self.now()));
        };
        let told = self.store.read(told::OfFlowRun { flow_run_id, scope: scope.rows() }).await?;
        let mut facts = Facts { is_test: true, ..facts(told) };
        if let (Some(run), Some(kind)) = (&mut facts.run, state) {
            run.state = of_kind(kind);
        }
        Ok(facts)
    }
}
