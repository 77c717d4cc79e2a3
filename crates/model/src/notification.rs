//! What there is to say about a change of state, before any channel gives it a form.
//!
//! A message answers: what failed, why, since when, which attempt, and where to click.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::id::EventId;
use crate::{EventKind, FlowRunId, State, TaskRunId};

/// One change of one state, or something else that happened to a run, told completely enough that a channel can
/// render it without asking anyone.
#[derive(Clone, Debug)]
pub struct Notification {
    /// The event.
    pub event_id: EventId,
    /// What happened. Of anything but a change of state, `state` is the one that the run was in.
    pub event: EventKind,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Whether someone only tries a channel out.
    pub is_test: bool,
    /// The flow.
    pub flow: FlowRef,
    /// The run of the flow.
    pub flow_run: FlowRunRef,
    /// The task whose state changed; `None`: the flow's own state did.
    pub task: Option<TaskRef>,
    /// The tenant, where there is a server.
    pub tenant: Option<TenantRef>,
    /// The new state.
    pub state: State,
    /// The version of the run's state, where there is a server.
    pub version: Option<u64>,
    /// How many times the subject has run so far, this time included.
    pub run_count: u32,
    /// Whether it will be tried again, as far as is known now.
    pub will_retry: bool,
    /// How long it has run, once it has.
    pub duration: Option<Duration>,
    /// The first task that failed, when a flow did.
    pub failed_task: Option<FailedTask>,
    /// What else is to be said, in words for people.
    pub note: Option<String>,
    /// The last lines that were logged, the newest last.
    pub logs: Vec<LogLine>,
    /// Where to click.
    pub links: Links,
}

/// A line of a log; displays as `21:58:17 ERROR no orders.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When it was written.
    pub at: Timestamp,
    /// How bad it is: `ERROR`.
    pub level: String,
    /// The words, of one line or of several.
    pub message: String,
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, level, message } = self;
        write!(f, "{} {level} {message}", at.strftime("%T"))
    }
}

/// The flow that a notification speaks of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowRef {
    /// The id, where there is a server.
    pub id: Option<String>,
    /// The name.
    pub name: String,
    /// The id that all versions of the flow share.
    pub version_group_id: Option<String>,
    /// The project.
    pub project: Option<String>,
}

/// The flow run that a notification speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowRunRef {
    /// The id.
    pub id: FlowRunId,
    /// The name.
    pub name: String,
    /// The parameters, if they are to be told.
    pub parameters: Option<Map<String, Json>>,
}

/// The task that a notification speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRef {
    /// The id of the task's run.
    pub run_id: TaskRunId,
    /// The task's name.
    pub name: String,
    /// The task's slug, unique in its flow.
    pub slug: String,
    /// Which child of a mapped task.
    pub map_index: Option<u32>,
}

impl TaskRef {
    /// The name as people know it: `name`, or `name[3]` for a child of a mapped task.
    pub fn full_name(&self) -> String {
        match self.map_index {
            Some(index) => format!("{}[{index}]", self.name),
            None => self.name.clone(),
        }
    }
}

/// The tenant that a notification speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantRef {
    /// The id.
    pub id: String,
    /// The slug, which is the first part of a link.
    pub slug: String,
}

/// The task that made a flow fail.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedTask {
    /// The task.
    pub task: TaskRef,
    /// Why it failed.
    pub reason: String,
    /// Its page.
    pub link: Option<String>,
}

/// Pages about what a notification speaks of; all `None` where no server is there to link to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Links {
    /// The task run's page, if a task's state changed.
    pub task_run: Option<String>,
    /// The flow run's page.
    pub flow_run: Option<String>,
    /// The flow's page.
    pub flow: Option<String>,
}

impl Notification {
    /// The name of what changed: the task's full name, or the flow's name.
    pub fn subject_name(&self) -> String {
        self.task.as_ref().map_or_else(|| self.flow.name.clone(), TaskRef::full_name)
    }

    /// The page of what changed.
    pub fn subject_link(&self) -> Option<&str> {
        match self.task {
            Some(_) => self.links.task_run.as_deref(),
            None => self.links.flow_run.as_deref(),
        }
    }

    /// Why it failed: the error and its causes, if the state holds one.
    pub fn error(&self) -> Option<String> {
        self.state.failure().map(ToString::to_string)
    }

    /// Whether no more changes are expected: the state is final and will not be retried.
    pub fn is_final(&self) -> bool {
        self.state.is_finished() && !self.will_retry
    }
}

/// A message in somebody's own words, as the notification tasks send it.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The first line, where the channel has one.
    pub title: Option<String>,
    /// The text.
    pub text: String,
}

impl<T: Into<String>> From<T> for Message {
    fn from(text: T) -> Self {
        Self { title: None, text: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(state: State, task: Option<TaskRef>) -> Notification {
        Notification {
            event_id: EventId::new(),
            event: EventKind::StateChange,
            occurred_at: Timestamp::UNIX_EPOCH,
            is_test: false,
            flow: FlowRef { name: "Add Divide Flow".to_owned(), ..FlowRef::default() },
            flow_run: FlowRunRef { id: FlowRunId::new(), name: "brave-bell".to_owned(), parameters: None },
            task,
            tenant: None,
            state,
            version: None,
            run_count: 1,
            will_retry: false,
            duration: None,
            failed_task: None,
            note: None,
            logs: Vec::new(),
            links: Links {
                task_run: Some("/task-run/1".to_owned()),
                flow_run: Some("/flow-run/1".to_owned()),
                flow: None,
            },
        }
    }

    fn child() -> TaskRef {
        let run_id = TaskRunId::derived(FlowRunId::new(), "div-1", Some(3));
        TaskRef { run_id, name: "div".to_owned(), slug: "div-1".to_owned(), map_index: Some(3) }
    }

    #[test]
    fn the_subject_is_the_task_if_there_is_one() {
        let of_task = of(State::pending(""), Some(child()));
        assert_eq!(
            (of_task.subject_name().as_str(), of_task.subject_link()),
            ("div[3]", Some("/task-run/1"))
        );
        let of_flow = of(State::pending(""), None);
        assert_eq!(
            (of_flow.subject_name().as_str(), of_flow.subject_link()),
            ("Add Divide Flow", Some("/flow-run/1"))
        );
    }

    #[test]
    fn a_failure_that_will_be_retried_is_not_final() {
        let mut notification = of(State::failed("division by zero"), None);
        assert!(notification.is_final());
        assert_eq!(notification.error().as_deref(), Some("division by zero"));
        notification.will_retry = true;
        assert!(!notification.is_final());
        notification.state = State::running("Starting task run.");
        notification.will_retry = false;
        assert!(!notification.is_final());
        assert_eq!(notification.error(), None);
    }
}
