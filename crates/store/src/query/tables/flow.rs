//! Tenants, projects, flows and their tasks.

use super::hook::CLOUD_HOOK;
use super::run::{FLOW_RUN, TASK_RUN};
use super::table;

table! {
    /// One of the parties that share the server and see nothing of each other.
    TENANT = "tenant" {
        tenant: "id";
        key: "id";
        indexed: "id", "slug";
        few: true;
        columns {
            /// The id.
            id: Uuid,
            /// The name.
            name: Text,
            /// The name in links.
            slug: Text,
            /// When it was made.
            created: Time,
        }
        one {}
        many {
            /// Its projects.
            projects: id -> PROJECT.tenant_id,
        }
    }
}

table! {
    /// A folder of flows.
    PROJECT = "project" {
        key: "id";
        indexed: "id", "tenant_id";
        few: true;
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The name; no other project of the tenant has it.
            name: Text,
            /// What it is for.
            description: Text | null,
            /// When it was made.
            created: Time,
        }
        one {
            /// Whose it is.
            tenant: tenant_id -> TENANT.id,
        }
        many {
            /// Its flows, in all versions.
            flows: id -> FLOW.project_id,
            /// The hooks that watch this project alone.
            cloud_hooks: id -> CLOUD_HOOK.project_id,
        }
    }
}

table! {
    /// What all versions of a flow share.
    FLOW_GROUP = "flow_group" {
        key: "id";
        indexed: "id", "tenant_id";
        few: true;
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The name under which versions are registered, and hooks watch them.
            version_group_id: Text,
            /// Settings: `heartbeat_enabled`, `lazarus_enabled`, `version_locking_enabled`.
            settings: Json,
            /// Labels of runs, instead of those of the flow.
            labels: Json | null,
            /// How runs are run, instead of what the flow says.
            run_config: Json | null,
            /// Parameters of runs, over those of the flow.
            default_parameters: Json,
            /// When its first version was registered.
            created: Time,
        }
        one {}
        many {
            /// Its versions.
            flows: id -> FLOW.flow_group_id,
        }
    }
}

table! {
    /// One version of a flow.
    FLOW = "flow" {
        key: "id";
        indexed: "id", "project_id", "flow_group_id";
        few: true;
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The project it is in.
            project_id: Uuid,
            /// What it shares with other versions.
            flow_group_id: Uuid,
            /// The name that all versions share, and that hooks watch.
            version_group_id: Text,
            /// The name.
            name: Text,
            /// The version; the first is 1.
            version: Int,
            /// Whether a newer version has taken its place.
            archived: Bool,
            /// What it does.
            description: Text | null,
            /// The version of the library that registered it.
            core_version: Text | null,
            /// Whether the server makes runs by the schedule.
            is_schedule_active: Bool,
            /// The schedule.
            schedule: Json | null,
            /// The parameters: a list of their declarations.
            parameters: Json,
            /// How runs are run.
            run_config: Json | null,
            /// Where the flow's code is.
            storage: Json | null,
            /// How runs were run before there was `run_config`.
            environment: Json | null,
            /// The flow, as it was registered.
            serialized_flow: Json,
            /// Settings, shared by all versions: `heartbeat_enabled`, `lazarus_enabled`, `version_locking_enabled`.
            settings: Json of flow_group.settings,
            /// When it was registered.
            created: Time,
        }
        one {
            /// The project it is in.
            project: project_id -> PROJECT.id,
            /// What it shares with other versions.
            flow_group: flow_group_id -> FLOW_GROUP.id,
        }
        many {
            /// Its tasks.
            tasks: id -> TASK.flow_id,
            /// What leads from task to task.
            edges: id -> EDGE.flow_id,
            /// Its runs.
            flow_runs: id -> FLOW_RUN.flow_id,
        }
    }
}

table! {
    /// A task of one version of a flow.
    TASK = "task" {
        key: "id";
        indexed: "id", "flow_id";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The flow.
            flow_id: Uuid,
            /// The name.
            name: Text,
            /// The name in the flow; no other task of the flow has it.
            slug: Text,
            /// The type of task, as the library names it.
            type: Text | null,
            /// What it does.
            description: Text | null,
            /// Whether it runs once for each element of an input.
            mapped: Bool,
            /// How often it is tried again at most.
            max_retries: Int,
            /// How long it waits before it is tried again, in seconds.
            retry_delay: Int | null,
            /// The key under which its results are kept for other runs.
            cache_key: Text | null,
            /// Its tags: a list of text.
            tags: Json,
            /// The name of the rule that says whether it runs after what came before.
            trigger: Text | null = trigger_name,
            /// Whether the state of the run depends on it.
            is_reference_task: Bool,
            /// Whether no task comes before it.
            is_root_task: Bool,
            /// Whether no task comes after it.
            is_terminal_task: Bool,
            /// Whether the library made it, of a value or a parameter.
            auto_generated: Bool,
            /// When it was registered.
            created: Time,
        }
        one {
            /// The flow.
            flow: flow_id -> FLOW.id,
        }
        many {
            /// Its runs.
            task_runs: id -> TASK_RUN.task_id,
        }
    }
}

table! {
    /// What leads from a task to another.
    EDGE = "edge" {
        key: "id";
        indexed: "id", "flow_id";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The flow.
            flow_id: Uuid,
            /// The task that runs first.
            upstream_task_id: Uuid,
            /// The task that runs after it.
            downstream_task_id: Uuid,
            /// The input that takes the result; none: only the order matters.
            key: Text | null,
            /// Whether the task runs once for each element of the result.
            mapped: Bool,
            /// Whether the result is a list of lists, which are taken as one.
            flattened: Bool,
            /// When it was registered.
            created: Time,
        }
        one {
            /// The flow.
            flow: flow_id -> FLOW.id,
            /// The task that runs first.
            upstream_task: upstream_task_id -> TASK.id,
            /// The task that runs after it.
            downstream_task: downstream_task_id -> TASK.id,
        }
        many {}
    }
}
