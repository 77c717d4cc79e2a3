//! What there is to say about a change of state in a run of this process.

use campana_engine::{State, StateKind, Subject, TaskState};
use campana_model::id::EventId;
use campana_model::notification::{FailedTask, FlowRef, FlowRunRef, Links, TaskRef};
use campana_model::{FlowRunId, Notification, TaskRunId};

/// Tells that `subject` is going to `state`. Nobody is asked: all of it is known to the run, and links are made
/// of its `public_url`.
pub(super) fn change(subject: &Subject, state: &State) -> Notification {
    let context = subject.context();
    let (run, url) = (context.flow_run_id(), context.public_url());
    let task = task(subject);
    Notification {
        event_id: EventId::new(),
        occurred_at: state.timestamp().unwrap_or_else(|| context.now()),
        is_test: false,
        flow: FlowRef { name: context.flow_name().to_owned(), ..FlowRef::default() },
        flow_run: FlowRunRef { id: run, name: context.flow_run_name().to_owned(), parameters: None },
        tenant: None,
        state: state.clone(),
        version: None,
        run_count: subject.run_count(),
        will_retry: subject.will_retry(),
        duration: if state.is_finished() { subject.duration() } else { None },
        failed_task: if task.is_none() && state.is_failed() { failed_task(subject) } else { None },
        links: Links {
            task_run: url.zip(task.as_ref()).map(|(url, task)| task_page(url, task.run_id)),
            flow_run: url.map(|url| format!("{url}/flow-run/{run}")),
            // A flow gets its id from a server.
            flow: None,
        },
        task,
    }
}

fn task(subject: &Subject) -> Option<TaskRef> {
    let context = subject.context();
    Some(TaskRef {
        run_id: context.task_run_id()?,
        name: context.task_name()?.to_owned(),
        slug: context.task_slug()?,
        map_index: context.map_index(),
    })
}

/// The task that a flow failed by: the first in the flow that failed itself, and not by those before it.
fn failed_task(flow: &Subject) -> Option<FailedTask> {
    let failed = flow.failed_tasks();
    let own = failed.iter().find(|task| task.state.kind() != StateKind::TriggerFailed);
    let TaskState { name, slug, map_index, state } = own.or(failed.first())?.clone();
    let run: FlowRunId = flow.flow_run_id();
    let run_id = TaskRunId::derived(run, &slug, map_index);
    let reason = match (state.failure(), state.message()) {
        (Some(failure), _) => failure.to_string(),
        (None, Some(message)) => message.to_owned(),
        (None, None) => state.to_string(),
    };
    let link = flow.context().public_url().map(|url| task_page(url, run_id));
    Some(FailedTask { task: TaskRef { run_id, name, slug, map_index }, reason, link })
}

fn task_page(url: &str, run: TaskRunId) -> String {
    format!("{url}/task-run/{run}")
}
