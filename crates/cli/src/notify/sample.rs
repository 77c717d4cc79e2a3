//! A change of state that did not happen.

use std::time::Duration;

use campana_model::id::EventId;
use campana_model::notification::{FailedTask, FlowRef, FlowRunRef, Links, TaskRef};
use campana_model::{EventKind, FlowRunId, Notification, State, StateKind, TaskRunId, Timestamp};

/// Tells that a run of a sample flow entered this state, and says that it is only a test.
pub(super) fn change(
    kind: StateKind,
    message: &str,
    public_url: Option<&str>,
    now: Timestamp,
) -> Notification {
    let state = State::new(kind).with_message(message.to_owned()).at(now);
    let id = FlowRunId::new();
    Notification {
        event_id: EventId::new(),
        event: EventKind::StateChange,
        occurred_at: now,
        is_test: true,
        flow: FlowRef { name: "sample flow".to_owned(), ..FlowRef::default() },
        flow_run: FlowRunRef { id, name: "sample run".to_owned(), parameters: None },
        task: None,
        tenant: None,
        version: None,
        run_count: 1,
        will_retry: false,
        duration: state.is_finished().then_some(Duration::from_secs(83)),
        failed_task: state.is_failed().then(|| failed_task(id)),
        note: None,
        logs: Vec::new(),
        links: Links { flow_run: public_url.map(|url| format!("{url}/flow-run/{id}")), ..Links::default() },
        state,
    }
}

fn failed_task(run: FlowRunId) -> FailedTask {
    let (name, slug) = ("sample task".to_owned(), "sample-task-1".to_owned());
    let run_id = TaskRunId::derived(run, &slug, None);
    FailedTask {
        task: TaskRef { run_id, name, slug, map_index: None },
        reason: "no orders.csv (this is only a test)".to_owned(),
        link: None,
    }
}
