//! What there is to say about a change of state in a run of this process.

use std::borrow::Cow;

use campana_engine::{Context, State, StateKind, Subject, TaskState};
use campana_model::id::EventId;
use campana_model::notification::{FailedTask, FlowRef, FlowRunRef, Links, TaskRef};
use campana_model::{EventKind, Failure, Notification, TaskRunId};

use crate::config::Config;

/// Tells that `subject` is going to `state`. No server is asked: all of it is known to the run, and links are made
/// of a [`public_url`].
pub(super) fn change(subject: &Subject, state: &State) -> Notification {
    let context = subject.context();
    let run = context.flow_run_id();
    let url = public_url(context);
    let url = url.as_deref();
    let task = task(subject);
    Notification {
        event_id: EventId::new(),
        event: EventKind::StateChange,
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
        failed_task: if task.is_none() && state.is_failed() { failed_task(subject, url) } else { None },
        note: None,
        logs: Vec::new(),
        links: Links {
            // A child of a mapped task is not known to anybody when it goes to Running.
            task_run: url.zip(known(subject)).map(|(url, task)| task_page(url, task)),
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

/// The id of the task's run by which others know it, if they do.
fn known(subject: &Subject) -> Option<TaskRunId> {
    let context = subject.context();
    context.known_task_run_id(&context.task_slug()?, context.map_index())
}

/// The task that a flow failed by: the first in the flow that failed itself, and not by those before it.
fn failed_task(flow: &Subject, url: Option<&str>) -> Option<FailedTask> {
    let failed = flow.failed_tasks();
    let own = failed.iter().find(|task| task.state.kind() != StateKind::TriggerFailed);
    let TaskState { name, slug, map_index, state } = own.or(failed.first())?.clone();
    let known = flow.context().known_task_run_id(&slug, map_index);
    let run_id = known.unwrap_or_else(|| TaskRunId::derived(flow.flow_run_id(), &slug, map_index));
    let reason = match (state.failure(), state.message()) {
        (Some(failure), _) => failure.to_string(),
        (None, Some(message)) => message.to_owned(),
        (None, None) => state.to_string(),
    };
    let link = url.zip(known).map(|(url, known)| task_page(url, known));
    Some(FailedTask { task: TaskRef { run_id, name, slug, map_index }, reason, link })
}

/// Where pages about the run are: what the run was told, or else the configuration. Of a run that is not somebody
/// else's too there are no pages, so only its own word counts. A message without links is better than none.
fn public_url(context: &Context) -> Option<Cow<'_, str>> {
    if context.public_url().is_some() || !context.keeps_logs() {
        return context.public_url().map(Cow::Borrowed);
    }
    match Config::load() {
        Ok(config) => config.server.public_url.map(Cow::Owned),
        Err(error) => {
            tracing::warn!(error = %Failure::new(error), "no links: the configuration cannot be used");
            None
        }
    }
}

fn task_page(url: &str, run: TaskRunId) -> String {
    format!("{url}/task-run/{run}")
}
