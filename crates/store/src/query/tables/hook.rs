//! Hooks, and what happens that they match.

use super::delivery::DELIVERY;
use super::flow::{FLOW, PROJECT};
use super::run::{AGENT, FLOW_RUN, TASK_RUN};
use super::table;

table! {
    /// A standing order to notify.
    CLOUD_HOOK = "cloud_hook" {
        key: "id";
        indexed: "id", "tenant_id";
        gone: "deleted_at";
        few: true;
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The project whose flows it watches; none: those of all projects.
            project_id: Uuid | null,
            /// The flow that it watches, in all its versions; none: all flows.
            version_group_id: Text | null,
            /// The name.
            name: Text,
            /// By what it notifies: `EMAIL`, `SLACK_WEBHOOK`, `TWILIO`, `PAGERDUTY`, `WEBHOOK`, `PREFECT_MESSAGE`,
            /// `TEAMS`.
            type: Text,
            /// The runs that it watches: `FLOW_RUN`, `TASK_RUN` or `ANY`.
            subject: Subject,
            /// The states that it notifies of, in upper case.
            states: States = state_mask,
            /// What else it notifies of: `LATE`, `STUCK`, `HEARTBEAT_LOST`, `AGENT_UNHEALTHY`, `DELIVERY_DEAD`.
            events: Events = event_mask,
            /// Its configuration; of secrets there are but the last four characters.
            config: Json = masked_config,
            /// Where its messages go; hooks with the same destination have the same text here, which is not the
            /// address.
            destination: Text,
            /// The template of its messages, if they are not the built-in ones.
            template: Text | null,
            /// Whether messages show the parameters of the run.
            include_parameters: Bool,
            /// How many messages a minute it sends before they are gathered into one.
            max_per_minute: Int | null,
            /// Whether it notifies; if not, what happens meanwhile is not told later.
            active: Bool,
            /// When it was made.
            created: Time,
            /// When it was last changed.
            updated: Time,
        }
        one {
            /// The project whose flows it watches.
            project: project_id -> PROJECT.id | null,
        }
        many {
            /// What it owes and has delivered.
            deliveries: id -> DELIVERY.cloud_hook_id,
            /// Its alerts that are open.
            incidents: id -> INCIDENT.cloud_hook_id,
        }
    }
}

table! {
    /// Something that happened, and that hooks may match.
    EVENT = "event" {
        key: "id";
        indexed: "id", "version_group_id", "flow_run_id", "tenant_id";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// What happened: `STATE_CHANGE`, `LATE`, `STUCK`, `HEARTBEAT_LOST`, `AGENT_UNHEALTHY`, `DELIVERY_DEAD`.
            kind: Text,
            /// In which project.
            project_id: Uuid | null,
            /// In which version of a flow.
            flow_id: Uuid | null,
            /// In which flow, whatever its version.
            version_group_id: Text | null,
            /// In which run.
            flow_run_id: Uuid | null,
            /// To which run of a task; none: to the run of the flow.
            task_run_id: Uuid | null,
            /// To which agent.
            agent_id: Uuid | null,
            /// To which delivery.
            delivery_id: Uuid | null,
            /// The state that the run took.
            state: State | null,
            /// The number of that state.
            version: Int | null,
            /// What the state says of itself.
            message: Text | null,
            /// When it happened, as whoever told it says.
            occurred_at: Time,
            /// When the server was told.
            recorded_at: Time,
        }
        one {
            /// The project in which it happened.
            project: project_id -> PROJECT.id | null,
            /// The version of the flow in which it happened.
            flow: flow_id -> FLOW.id | null,
            /// The run in which it happened.
            flow_run: flow_run_id -> FLOW_RUN.id | null,
            /// The run of a task to which it happened.
            task_run: task_run_id -> TASK_RUN.id | null,
            /// The agent to which it happened.
            agent: agent_id -> AGENT.id | null,
            /// The delivery to which it happened.
            delivery: delivery_id -> DELIVERY.id | null,
        }
        many {
            /// What hooks owed because of it.
            deliveries: id -> DELIVERY.event_id,
        }
    }
}

table! {
    /// An alert that was opened and that the next success closes.
    INCIDENT = "incident" {
        key: "cloud_hook_id", "version_group_id";
        indexed: "cloud_hook_id", "tenant_id";
        few: true;
        columns {
            /// The hook that opened it.
            cloud_hook_id: Uuid,
            /// The flow that it is about.
            version_group_id: Text,
            /// Whose it is.
            tenant_id: Uuid,
            /// The run that failed.
            flow_run_id: Uuid,
            /// When that run started; a success of one that started later closes the alert.
            run_start_time: Time,
            /// What happened.
            event_id: Uuid,
            /// When the alert was opened.
            opened: Time,
        }
        one {
            /// The hook that opened it.
            cloud_hook: cloud_hook_id -> CLOUD_HOOK.id,
            /// The run that failed.
            flow_run: flow_run_id -> FLOW_RUN.id | null,
            /// What happened.
            event: event_id -> EVENT.id | null,
        }
        many {}
    }
}
