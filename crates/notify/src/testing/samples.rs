//! Notifications to try a channel with: the same at every call.

use std::time::Duration;

use campana_model::id::{DeliveryId, EventId};
use campana_model::notification::{FailedTask, FlowRef, FlowRunRef, Links, LogLine, TaskRef, TenantRef};
use campana_model::{EventKind, Failure, FlowRunId, Notification, State, StateKind, TaskRunId, Timestamp};
use serde_json::{Map, json};

use crate::SendContext;

/// The time of all samples.
pub fn now() -> Timestamp {
    "2026-11-20T21:58:17.094046Z".parse().expect("a time")
}

/// An attempt to send a sample.
pub fn context() -> SendContext {
    SendContext { delivery_id: delivery_id(), event_id: event_id(), now: now() }
}

fn delivery_id() -> DeliveryId {
    "019aa3b1-7c00-7000-8000-00000000000d".parse().expect("an id")
}

fn event_id() -> EventId {
    "019aa3b1-7c00-7000-8000-00000000000e".parse().expect("an id")
}

fn flow_run_id() -> FlowRunId {
    "019aa3b1-7c00-7000-8000-00000000000f".parse().expect("an id")
}

fn task(name: &str, map_index: Option<u32>) -> TaskRef {
    let slug = format!("{name}-1");
    let run_id = TaskRunId::derived(flow_run_id(), &slug, map_index);
    TaskRef { run_id, name: name.to_owned(), slug, map_index }
}

/// A flow that ended well, in its first run, without a server.
pub fn flow_succeeded() -> Notification {
    Notification {
        event_id: event_id(),
        event: EventKind::StateChange,
        occurred_at: now(),
        is_test: false,
        flow: FlowRef { name: "Add Divide Flow".to_owned(), ..FlowRef::default() },
        flow_run: FlowRunRef { id: flow_run_id(), name: "brave-bell".to_owned(), parameters: None },
        task: None,
        tenant: None,
        state: State::success("All reference tasks succeeded.").at(now()),
        version: None,
        run_count: 1,
        will_retry: false,
        duration: Some(Duration::from_millis(2_500)),
        failed_task: None,
        note: None,
        logs: Vec::new(),
        links: Links::default(),
    }
}

/// A task that failed with an error and its cause, and will be tried again.
pub fn task_failed() -> Notification {
    let error = std::io::Error::other("connection refused by 'db'");
    Notification {
        task: Some(task("load orders", None)),
        state: State::new(StateKind::Failed)
            .with_message("Error during execution of task")
            .with_result(Failure::new(error))
            .at(now()),
        run_count: 2,
        will_retry: true,
        ..flow_succeeded()
    }
}

/// A flow that failed because a mapped task did, on a server with everything that it knows.
pub fn flow_failed() -> Notification {
    let page = |path: &str| Some(format!("https://campana.example.com/acme/{path}"));
    let mut parameters = Map::new();
    parameters.insert("day".to_owned(), json!("2026-11-20"));
    Notification {
        flow: FlowRef {
            id: Some("0f6b2a7e-6f6b-4b0e-9c38-0a4ba8cc3a01".to_owned()),
            name: "orders".to_owned(),
            version_group_id: Some("orders-group".to_owned()),
            project: Some("sales".to_owned()),
        },
        flow_run: FlowRunRef {
            id: flow_run_id(),
            name: "brave-bell".to_owned(),
            parameters: Some(parameters),
        },
        tenant: Some(TenantRef { id: "t-1".to_owned(), slug: "acme".to_owned() }),
        state: State::new(StateKind::Failed).with_message("Some reference tasks failed.").at(now()),
        version: Some(3),
        duration: Some(Duration::from_secs(3_723)),
        failed_task: Some(FailedTask {
            task: task("convert", Some(3)),
            reason: "line 7: 'n/a' is not a number".to_owned(),
            link: page("task-run/2"),
        }),
        links: Links {
            task_run: None,
            flow_run: page("flow-run/1?tab=logs&level=error"),
            flow: page("flow/1"),
        },
        ..flow_succeeded()
    }
}

/// A task whose names and error are written to break out of whatever they are put into.
pub fn hostile() -> Notification {
    let text =
        "```</pre><!channel> <https://evil.example|click> & \"quoted\" \u{1b}[31m\r\nBcc: x@example.com\n`";
    let mut sample = task_failed();
    sample.flow.name = format!("flow `{text}`");
    sample.flow_run.name = format!("run {text}");
    sample.task = Some(task(text, Some(0)));
    sample.state = State::failed(text).at(now());
    sample.failed_task = Some(FailedTask { task: task(text, None), reason: text.to_owned(), link: None });
    sample.note = Some(text.to_owned());
    sample.logs = vec![line(text)];
    sample.links.task_run = Some("https://campana.example.com/task-run/1?a=1&b=<x>|y".to_owned());
    sample
}

/// A run that did not start when it was to, and what it logged before that.
pub fn flow_late() -> Notification {
    Notification {
        event: EventKind::Late,
        state: State::new(StateKind::Scheduled).with_message("Flow run scheduled.").at(now()),
        note: Some("It was to start at 2026-11-20 21:53:17 UTC.".to_owned()),
        logs: vec![line("Queued behind 3 others."), line("Still waiting.")],
        duration: None,
        failed_task: None,
        ..flow_failed()
    }
}

fn line(message: &str) -> LogLine {
    LogLine { at: now(), level: "ERROR".to_owned(), message: message.to_owned() }
}

/// A task and a flow with names, an error, a reason, a note and logs of so many characters, each of them a `fill`.
pub fn long(fill: char, chars: usize) -> Notification {
    let text: String = std::iter::repeat_n(fill, chars).collect();
    let mut sample = flow_failed();
    sample.flow.name.clone_from(&text);
    sample.flow_run.name.clone_from(&text);
    sample.task = Some(task(&text, None));
    sample.state = State::failed(text.clone()).at(now());
    sample.run_count = 12;
    sample.is_test = true;
    sample.note = Some(text.clone());
    sample.logs = vec![line(&text), line(&text)];
    sample.failed_task =
        Some(FailedTask { task: task(&text, None), reason: text, link: sample.links.flow_run.clone() });
    sample.links.task_run = sample.links.flow_run.clone();
    sample
}
