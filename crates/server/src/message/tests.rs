mod composing;
mod digests;
mod tellings;

use campana_model::id::{AgentId, DeliveryId, EventId, FlowGroupId, FlowId, HookId};
use campana_model::notification::{LogLine, TenantRef};
use campana_model::{EventKind, FlowRunId, HookType, State, StateKind, TaskRunId, Timestamp};
use serde_json::{Map, json};
use uuid::Uuid;

use super::*;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-20T{time}Z").parse().unwrap()
}

fn pages() -> Pages {
    Pages::new("https://campana.example.com").unwrap()
}

fn task() -> TaskFacts {
    let task_run_id = TaskRunId::from_uuid(id(4));
    TaskFacts { task_run_id, name: "convert".to_owned(), slug: "convert-1".to_owned(), map_index: Some(3) }
}

fn run() -> RunFacts {
    RunFacts {
        flow_id: Some(FlowId::from_uuid(id(1))),
        flow_group_id: Some(FlowGroupId::from_uuid(id(2))),
        flow_name: "orders".to_owned(),
        version_group_id: Some("orders-group".to_owned()),
        project: Some("sales".to_owned()),
        flow_run_id: FlowRunId::from_uuid(id(3)),
        flow_run_name: "brave-bell".to_owned(),
        parameters: Map::from_iter([("day".to_owned(), json!("2026-11-20"))]),
        scheduled_start: Some(at("20:56:00")),
        started_at: Some(at("20:56:15")),
        ended_at: Some(at("21:58:18")),
        task: None,
        state: State::new(StateKind::Failed).with_message("Some reference tasks failed."),
        previous: Some(StateKind::Running),
        version: Some(3),
        run_count: 1,
        will_retry: false,
        failed_task: Some(FailedTaskFacts {
            task: task(),
            message: Some("line 7: 'n/a' is not a number".to_owned()),
        }),
        logs: vec![LogLine {
            at: at("21:58:17"),
            level: "ERROR".to_owned(),
            message: "line 7: 'n/a' is not a number".to_owned(),
        }],
    }
}

fn facts(kind: EventKind) -> Facts {
    Facts {
        event_id: EventId::from_uuid(id(5)),
        kind,
        occurred_at: at("21:58:18"),
        is_test: false,
        message: None,
        tenant: Some(TenantRef { id: id(6).to_string(), slug: "acme".to_owned() }),
        run: Some(run()),
        agent: None,
        dead: None,
    }
}

fn agent_is_gone() -> Facts {
    let agent = AgentFacts {
        agent_id: AgentId::from_uuid(id(7)),
        name: "builder".to_owned(),
        labels: vec!["linux".to_owned(), "gpu".to_owned()],
        last_seen: Some(at("21:00:00")),
    };
    Facts { run: None, agent: Some(agent), ..facts(EventKind::AgentUnhealthy) }
}

fn dead(run: Option<RunFacts>) -> Facts {
    let dead = DeadDelivery {
        delivery_id: DeliveryId::from_uuid(id(8)),
        hook_id: HookId::from_uuid(id(9)),
        hook_name: "ops".to_owned(),
        hook_type: HookType::SlackWebhook,
        attempts: 12,
        reason: Some("answered 404: no_service".to_owned()),
    };
    Facts { run, dead: Some(dead), ..facts(EventKind::DeliveryDead) }
}
