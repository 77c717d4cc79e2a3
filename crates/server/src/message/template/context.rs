//! What a template sees.

use std::sync::LazyLock;
use std::time::Duration;

use campana_model::id::{AgentId, DeliveryId, EventId, FlowGroupId, FlowId, HookId};
use campana_model::notification::{LogLine, Message, TenantRef};
use campana_model::{EventKind, FlowRunId, HookType, Notification, State, StateKind, TaskRunId, Timestamp};
use minijinja::Value;
use minijinja::value::Serde;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::TemplateError;
use crate::message::facts::{AgentFacts, DeadDelivery, Facts, FailedTaskFacts, RunFacts, TaskFacts};
use crate::message::pages::Pages;
use crate::message::telling::Telling;

/// How much of a text is seen.
const MAX_TEXT_CHARS: usize = 4_000;

/// The values for these facts.
pub(crate) fn context(facts: &Facts, telling: &Telling) -> Value {
    Value::from(Serde(json(facts, telling)))
}

fn json(facts: &Facts, telling: &Telling) -> Json {
    let Message { title, text } = telling.message();
    let mut context = json!({
        "title": title,
        "text": text,
        "event": {
            "id": facts.event_id, "kind": facts.kind.name(), "timestamp": facts.occurred_at,
            "is_test": facts.is_test, "message": facts.message.as_deref().map(clip),
        },
        "tenant": facts.tenant.as_ref().map(|TenantRef { id, slug }| json!({ "id": id, "slug": slug })),
        "agent": facts.agent.as_ref().map(agent),
        "delivery": facts.dead.as_ref().map(delivery),
    });
    let run = match (&facts.run, telling) {
        (Some(run), Telling::Run(notification)) => run_context(run, notification),
        _ => Map::new(),
    };
    for name in RUN_NAMES {
        context[*name] = run.get(*name).cloned().unwrap_or_default();
    }
    context
}

/// What a run adds.
const RUN_NAMES: &[&str] = &[
    "flow",
    "flow_run",
    "task",
    "state",
    "run_count",
    "will_retry",
    "is_final",
    "duration",
    "failed_task",
    "logs",
    "links",
    "parameters",
];

fn run_context(run: &RunFacts, n: &Notification) -> Map<String, Json> {
    let failed_task = n.failed_task.as_ref().map(|failed| {
        json!({ "name": clip(&failed.task.full_name()), "reason": clip(&failed.reason), "link": failed.link })
    });
    let context = json!({
        "flow": {
            "id": n.flow.id, "name": clip(&n.flow.name), "version_group_id": n.flow.version_group_id,
            "project": n.flow.project.as_deref().map(clip),
        },
        "flow_run": {
            "id": n.flow_run.id, "name": clip(&n.flow_run.name), "scheduled_start_time": run.scheduled_start,
        },
        "task": n.task.as_ref().map(|task| json!({
            "run_id": task.run_id, "name": clip(&task.name), "slug": clip(&task.slug), "map_index": task.map_index,
            "full_name": clip(&task.full_name()),
        })),
        "state": {
            "type": n.state.kind().name(), "message": n.state.message().map(clip),
            "color": n.state.color().to_string(), "previous": run.previous.map(StateKind::name),
            "version": n.version, "start_time": run.started_at, "end_time": run.ended_at,
            "is_failed": n.state.is_failed(), "is_successful": n.state.is_successful(),
            "is_finished": n.state.is_finished(), "is_running": n.state.is_running(),
        },
        "run_count": n.run_count,
        "will_retry": n.will_retry,
        "is_final": n.is_final(),
        "duration": n.duration.as_ref().map(Duration::as_secs_f64),
        "failed_task": failed_task,
        "logs": n.logs.iter().map(log_line).collect::<Vec<_>>(),
        "links": { "flow_run": n.links.flow_run, "task_run": n.links.task_run, "flow": n.links.flow },
        "parameters": n.flow_run.parameters,
    });
    match context {
        Json::Object(context) => context,
        _ => Map::new(),
    }
}

fn log_line(LogLine { at, level, message }: &LogLine) -> Json {
    json!({ "timestamp": at, "level": clip(level), "message": clip(message) })
}

fn agent(AgentFacts { agent_id, name, labels, last_seen }: &AgentFacts) -> Json {
    json!({ "id": agent_id, "name": clip(name), "labels": labels, "last_seen": last_seen })
}

fn delivery(dead: &DeadDelivery) -> Json {
    let DeadDelivery { delivery_id, hook_id, hook_name, hook_type, attempts, reason } = dead;
    json!({
        "id": delivery_id, "hook_id": hook_id, "hook_name": clip(hook_name), "hook_type": hook_type.name(),
        "attempts": attempts, "reason": reason.as_deref().map(clip),
    })
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether each of these names is one that a template can see.
pub(super) fn check_names(names: &[String]) -> Result<(), TemplateError> {
    names.iter().try_for_each(|name| {
        let mut place = &*NAMES;
        for part in name.split('.') {
            match place {
                // What is in a list, or in people's own parameters, is for the rendering to find out.
                Json::Object(known) if known.is_empty() => return Ok(()),
                Json::Array(_) => return Ok(()),
                Json::Object(known) if known.contains_key(part) => place = &known[part],
                Json::Object(known) => {
                    let known = known.keys().cloned().collect::<Vec<_>>().join(", ");
                    return Err(TemplateError::Unknown { name: name.clone(), known });
                }
                _ => {
                    return Err(TemplateError::Unknown {
                        name: name.clone(),
                        known: "no parts of it".to_owned(),
                    });
                }
            }
        }
        Ok(())
    })
}

/// Every name that a template can see: an event with all that any event has.
static NAMES: LazyLock<Json> = LazyLock::new(|| {
    let mut everything =
        json(&sample(EventKind::StateChange, true), &telling(&sample(EventKind::StateChange, true)));
    let flow = sample(EventKind::DeliveryDead, false);
    let flow = json(&flow, &telling(&flow));
    let agent =
        json(&sample(EventKind::AgentUnhealthy, false), &telling(&sample(EventKind::AgentUnhealthy, false)));
    everything["failed_task"] = flow["failed_task"].clone();
    everything["delivery"] = flow["delivery"].clone();
    everything["agent"] = agent["agent"].clone();
    everything["parameters"] = json!({});
    everything
});

/// What templates are tried on before they are stored.
pub(super) fn samples() -> impl Iterator<Item = &'static Value> {
    static SAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let cases = [
            (EventKind::StateChange, false),
            (EventKind::StateChange, true),
            (EventKind::Late, false),
            (EventKind::AgentUnhealthy, false),
            (EventKind::DeliveryDead, false),
        ];
        let context = |(kind, of_task)| {
            let facts = sample(kind, of_task);
            context(&facts, &telling(&facts))
        };
        cases.into_iter().map(context).collect()
    });
    SAMPLES.iter()
}

fn telling(facts: &Facts) -> Telling {
    let pages = Pages::new("https://campana.example.com").expect("a URL in a constant");
    Telling::new(facts, &pages, true)
}

/// An event of this kind; a template that suits it suits others of the kind, mostly.
fn sample(kind: EventKind, of_task: bool) -> Facts {
    let at = Timestamp::UNIX_EPOCH;
    let id = Uuid::nil();
    let task = TaskFacts {
        task_run_id: TaskRunId::from_uuid(id),
        name: "convert".to_owned(),
        slug: "convert-1".to_owned(),
        map_index: Some(3),
    };
    let failed_task =
        FailedTaskFacts { task: task.clone(), message: Some("line 7 is not a number".to_owned()) };
    let line = LogLine { at, level: "ERROR".to_owned(), message: "line 7 is not a number".to_owned() };
    let run = RunFacts {
        flow_id: Some(FlowId::from_uuid(id)),
        flow_group_id: Some(FlowGroupId::from_uuid(id)),
        flow_name: "orders".to_owned(),
        version_group_id: Some("orders-group".to_owned()),
        project: Some("sales".to_owned()),
        flow_run_id: FlowRunId::from_uuid(id),
        flow_run_name: "brave-bell".to_owned(),
        parameters: Map::from_iter([("day".to_owned(), json!("2026-11-20"))]),
        scheduled_start: Some(at),
        started_at: Some(at),
        ended_at: Some(at),
        task: of_task.then_some(task),
        state: State::new(StateKind::Failed).with_message("Some reference tasks failed."),
        previous: Some(StateKind::Running),
        version: Some(3),
        run_count: 1,
        will_retry: false,
        failed_task: (!of_task).then_some(failed_task),
        logs: vec![line.clone(), line],
    };
    let agent = AgentFacts {
        agent_id: AgentId::from_uuid(id),
        name: "builder".to_owned(),
        labels: vec!["linux".to_owned()],
        last_seen: Some(at),
    };
    let dead = DeadDelivery {
        delivery_id: DeliveryId::from_uuid(id),
        hook_id: HookId::from_uuid(id),
        hook_name: "ops".to_owned(),
        hook_type: HookType::SlackWebhook,
        attempts: 12,
        reason: Some("answered 404".to_owned()),
    };
    Facts {
        event_id: EventId::from_uuid(id),
        kind,
        occurred_at: at,
        is_test: true,
        message: Some("no sign of life for 120 s".to_owned()),
        tenant: Some(TenantRef { id: id.to_string(), slug: "acme".to_owned() }),
        run: (kind != EventKind::AgentUnhealthy).then_some(run),
        agent: (kind == EventKind::AgentUnhealthy).then_some(agent),
        dead: (kind == EventKind::DeliveryDead).then_some(dead),
    }
}
