//! From what the store tells of an event to what a message is made of.

use campana_model::id::EventId;
use campana_model::notification::{LogLine, TenantRef};
use campana_model::{EventKind, FlowRunId, HookType, State, StateKind, Timestamp};
use campana_store::told::{self, Told};
use serde_json::{Map, Value as Json};

use crate::message::{AgentFacts, DeadDelivery, Facts, FailedTaskFacts, RunFacts, TaskFacts};

/// The facts of an event that the store tells of.
pub(crate) fn facts(told: Told) -> Facts {
    let run = run(&told);
    let Told { event, tenant_slug, agent, dead, .. } = told;
    Facts {
        event_id: event.id,
        kind: event.kind,
        occurred_at: event.occurred_at,
        is_test: false,
        message: event.message,
        tenant: Some(TenantRef { id: event.tenant_id.to_string(), slug: tenant_slug }),
        run,
        agent: event.agent_id.map(|agent_id| AgentFacts {
            agent_id,
            name: agent.unwrap_or_else(|| agent_id.to_string()),
            labels: Vec::new(),
            last_seen: None,
        }),
        dead: dead.and_then(dead_delivery),
    }
}

/// The run, unless the event is of none or all of it was deleted.
fn run(told: &Told) -> Option<RunFacts> {
    let event = &told.event;
    let (flow_run_id, flow, flow_run) = (event.flow_run_id?, told.flow.as_ref()?, told.flow_run.as_ref()?);
    let task = told.task_run.as_ref();
    let state = state(told);
    let run_count = task.map_or(flow_run.run_count, |task| task.run_count);
    Some(RunFacts {
        flow_id: event.flow_id,
        flow_group_id: Some(flow.group_id),
        flow_name: flow.name.clone(),
        version_group_id: event.version_group_id.clone(),
        project: told.project.clone(),
        flow_run_id,
        flow_run_name: flow_run.name.clone(),
        parameters: flow_run.parameters.as_ref().and_then(Json::as_object).cloned().unwrap_or_default(),
        scheduled_start: Some(flow_run.scheduled_start_time),
        started_at: task.map_or(flow_run.start_time, |task| task.start_time),
        ended_at: task.map_or(flow_run.end_time, |task| task.end_time),
        task: event.task_run_id.zip(task).map(|(task_run_id, task)| TaskFacts {
            task_run_id,
            name: task.name.clone(),
            slug: task.slug.clone(),
            map_index: u32::try_from(task.map_index).ok(),
        }),
        will_retry: task.is_some_and(|task| is_tried_again(&state) && run_count <= task.max_retries),
        state,
        previous: told.previous,
        version: event.version.and_then(|version| version.try_into().ok()),
        run_count,
        failed_task: told.failed_task.as_ref().map(failed_task),
        logs: told.logs.iter().map(line).collect(),
    })
}

/// The state that was taken, or for other events the one that the run is in.
fn state(told: &Told) -> State {
    let kind = told.event.state.unwrap_or(StateKind::Pending);
    match &told.state {
        Some(json) => RunFacts::read_state(json, kind, told.event.message.as_deref()),
        None => match (&told.event.message, told.event.kind) {
            (Some(message), EventKind::StateChange) => State::new(kind).with_message(message.clone()),
            _ => State::new(kind),
        },
    }
}

/// Whether a runner tries a task again that failed so, while it may. A task that did not run is not.
fn is_tried_again(state: &State) -> bool {
    state.kind().is_a(StateKind::Failed) && state.kind() != StateKind::TriggerFailed
}

fn failed_task(failed: &told::FailedTold) -> FailedTaskFacts {
    let told::FailedTold { id, name, slug, map_index, message } = failed;
    FailedTaskFacts {
        task: TaskFacts {
            task_run_id: *id,
            name: name.clone(),
            slug: slug.clone(),
            map_index: u32::try_from(*map_index).ok(),
        },
        message: message.clone(),
    }
}

fn line(line: &told::Line) -> LogLine {
    let told::Line { timestamp, level, message } = line.clone();
    LogLine { at: timestamp, level, message }
}

fn dead_delivery(dead: told::DeadTold) -> Option<DeadDelivery> {
    let told::DeadTold { id, hook_id, hook_name, hook_type, reason, attempts } = dead;
    let hook_type: HookType = hook_type.parse().ok()?;
    Some(DeadDelivery { delivery_id: id, hook_id, hook_name, hook_type, attempts, reason })
}

/// The facts of a run that there is not, to try a hook out with.
pub(crate) fn sample(state: State, now: Timestamp) -> Facts {
    Facts {
        event_id: EventId::new(),
        kind: EventKind::StateChange,
        occurred_at: now,
        is_test: true,
        message: None,
        tenant: None,
        run: Some(RunFacts {
            flow_id: None,
            flow_group_id: None,
            flow_name: "Test flow".to_owned(),
            version_group_id: None,
            project: None,
            flow_run_id: FlowRunId::new(),
            flow_run_name: "test-run".to_owned(),
            parameters: Map::new(),
            scheduled_start: Some(now),
            started_at: Some(now),
            ended_at: state.is_finished().then_some(now),
            task: None,
            state,
            previous: None,
            version: None,
            run_count: 1,
            will_retry: false,
            failed_task: None,
            logs: Vec::new(),
        }),
        agent: None,
        dead: None,
    }
}
