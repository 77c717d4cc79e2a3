//! From facts to what there is to say.

use campana_model::notification::{FailedTask, FlowRef, FlowRunRef, Links, Message, TaskRef, TenantRef};
use campana_model::{EventKind, Notification, Timestamp};
use campana_notify::plain;
use serde_json::{Value as Json, json};

use super::facts::{AgentFacts, DeadDelivery, Facts, FailedTaskFacts, RunFacts, TaskFacts};
use super::pages::Pages;

/// What there is to say about an event.
#[derive(Clone, Debug)]
pub enum Telling {
    /// Something about a run, which each channel has a form for.
    Run(Box<Notification>),
    /// Something about no run.
    Notice(Box<Notice>),
}

/// What there is to say about something that is no run: an agent, or a delivery whose run is not known.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What happened, in a line.
    pub title: String,
    /// More about it.
    pub text: String,
    kind: &'static str,
    event_kind: &'static str,
    occurred_at: Timestamp,
    event_id: String,
    is_test: bool,
    tenant: Option<TenantRef>,
    about: Json,
}

impl Telling {
    /// What there is to say about these facts, with links to these pages; of parameters only on request.
    pub fn new(facts: &Facts, pages: &Pages, include_parameters: bool) -> Self {
        match &facts.run {
            Some(run) if facts.kind != EventKind::AgentUnhealthy => {
                Self::Run(Box::new(notification(facts, run, pages, include_parameters)))
            }
            _ => Self::Notice(Box::new(notice(facts))),
        }
    }

    /// The same in plain words.
    pub fn message(&self) -> Message {
        match self {
            Self::Run(notification) => plain(notification),
            Self::Notice(notice) => notice.message(),
        }
    }

    /// The same, with something more to say.
    #[must_use]
    pub(super) fn with_note(mut self, more: &str) -> Self {
        match &mut self {
            Self::Run(notification) => {
                let notes = notification.note.take().into_iter().chain([more.to_owned()]);
                notification.note = Some(notes.collect::<Vec<_>>().join("\n"));
            }
            Self::Notice(notice) => notice.text = format!("{}\n{more}", notice.text),
        }
        self
    }
}

impl Notice {
    /// The message of a channel that has no more than a title and a text.
    pub fn message(&self) -> Message {
        let test = if self.is_test { "[Test] " } else { "" };
        Message { title: Some(format!("{test}{}", self.title)), text: self.text.clone() }
    }

    /// The kind of thing that happened: `agent.unhealthy`.
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    /// The same for a program: the form of a webhook's body.
    pub(super) fn json(&self) -> Json {
        let Self { title, text, kind, event_kind, occurred_at, event_id, is_test, tenant, about } = self;
        let tenant = tenant.as_ref().map(|TenantRef { id, slug }| json!({ "id": id, "slug": slug }));
        json!({
            "type": kind,
            "timestamp": occurred_at,
            "data": { "title": title, "text": text, "about": about },
            "event": {
                "id": event_id, "type": event_kind, "timestamp": occurred_at, "is_test_event": is_test,
                "tenant": tenant,
            },
        })
    }
}

fn notification(facts: &Facts, run: &RunFacts, pages: &Pages, include_parameters: bool) -> Notification {
    let pages = pages.of_tenant(facts.tenant.as_ref().map(|tenant| tenant.slug.as_str()));
    let about_flow = run.task.is_none();
    Notification {
        event_id: facts.event_id,
        event: facts.kind,
        occurred_at: facts.occurred_at,
        is_test: facts.is_test,
        flow: FlowRef {
            id: run.flow_id.map(|id| id.to_string()),
            name: run.flow_name.clone(),
            version_group_id: run.version_group_id.clone(),
            project: run.project.clone(),
        },
        flow_run: FlowRunRef {
            id: run.flow_run_id,
            name: run.flow_run_name.clone(),
            parameters: include_parameters.then(|| run.parameters.clone()),
        },
        task: run.task.as_ref().map(task),
        tenant: facts.tenant.clone(),
        state: run.state.clone(),
        version: run.version,
        run_count: run.run_count,
        will_retry: run.will_retry || run.state.is_retrying(),
        duration: if run.state.is_finished() { run.duration() } else { None },
        failed_task: run.failed_task.as_ref().filter(|_| about_flow).map(|task| failed_task(task, &pages)),
        note: note(facts, run),
        logs: run.logs.clone(),
        links: Links {
            task_run: run.task.as_ref().map(|task| pages.task_run(task.task_run_id)),
            flow_run: Some(pages.flow_run(run.flow_run_id)),
            flow: run.flow_group_id.map(|id| pages.flow(id)),
        },
    }
}

fn task(TaskFacts { task_run_id, name, slug, map_index }: &TaskFacts) -> TaskRef {
    TaskRef { run_id: *task_run_id, name: name.clone(), slug: slug.clone(), map_index: *map_index }
}

fn failed_task(FailedTaskFacts { task: failed, message }: &FailedTaskFacts, pages: &Pages) -> FailedTask {
    let reason = message.clone().unwrap_or_else(|| "it gave no reason".to_owned());
    FailedTask { task: task(failed), reason, link: Some(pages.task_run(failed.task_run_id)) }
}

/// What a state does not say.
fn note(facts: &Facts, run: &RunFacts) -> Option<String> {
    let said = facts.message.clone();
    let sentence = match facts.kind {
        EventKind::StateChange => None,
        EventKind::Late => run.scheduled_start.map(|at| format!("It was to start at {}.", time(at))),
        EventKind::Stuck => run.started_at.map(|at| format!("It has been running since {}.", time(at))),
        EventKind::HeartbeatLost => Some("Its process may have died, or lost the network.".to_owned()),
        EventKind::DeliveryDead => facts.dead.as_ref().map(given_up),
        EventKind::AgentUnhealthy => None,
    };
    // The event of a change of state says what the state says.
    let said = said.filter(|said| facts.kind != EventKind::StateChange || run.state.message() != Some(said));
    let parts: Vec<String> = sentence.into_iter().chain(said).collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn given_up(dead: &DeadDelivery) -> String {
    let DeadDelivery { delivery_id, hook_id: _, hook_name, hook_type, attempts, reason } = dead;
    let times = if *attempts == 1 { "attempt" } else { "attempts" };
    let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "Hook {hook_name} ({hook_type}) gave up delivery {delivery_id} after {attempts} {times}{reason}\nWhen the \
         cause is mended: campana hook replay {delivery_id}"
    )
}

fn notice(facts: &Facts) -> Notice {
    let (title, mut text, (kind, event_kind), about) = match (&facts.agent, &facts.dead) {
        (_, Some(dead)) => (
            format!("A message of hook {} could not be delivered", dead.hook_name),
            given_up(dead),
            ("delivery.dead", "DeliveryDead"),
            json!({
                "delivery_id": dead.delivery_id, "hook_id": dead.hook_id, "hook_name": dead.hook_name,
                "hook_type": dead.hook_type.name(), "attempts": dead.attempts, "reason": dead.reason,
            }),
        ),
        (Some(agent), None) => (
            format!("Agent {} does not ask for work any more", agent.name),
            unhealthy(agent),
            ("agent.unhealthy", "AgentUnhealthy"),
            json!({
                "agent_id": agent.agent_id, "name": agent.name, "labels": agent.labels,
                "last_seen": agent.last_seen,
            }),
        ),
        (None, None) => {
            ("Something happened".to_owned(), facts.kind.to_string(), ("event", "Event"), Json::Null)
        }
    };
    if let Some(said) = &facts.message {
        text = format!("{text}\n{said}");
    }
    Notice {
        title,
        text,
        kind,
        event_kind,
        occurred_at: facts.occurred_at,
        event_id: facts.event_id.to_string(),
        is_test: facts.is_test,
        tenant: facts.tenant.clone(),
        about,
    }
}

fn unhealthy(agent: &AgentFacts) -> String {
    let seen = agent.last_seen.map(|at| format!("It was last seen at {}. ", time(at))).unwrap_or_default();
    let labels = if agent.labels.is_empty() { "none".to_owned() } else { agent.labels.join(", ") };
    format!("{seen}Runs that only it takes wait. Its labels: {labels}.")
}

fn time(at: Timestamp) -> String {
    at.strftime("%F %T UTC").to_string()
}
