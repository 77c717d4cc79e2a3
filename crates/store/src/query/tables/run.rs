//! Runs, how they came to be as they are, and what they wrote.

use super::flow::{FLOW, TASK};
use super::hook::EVENT;
use super::table;

table! {
    /// A program that takes runs from the server and starts them.
    AGENT = "agent" {
        key: "id";
        indexed: "id";
        few: true;
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The type of agent: `LocalAgent`.
            type: Text,
            /// The name.
            name: Text | null,
            /// It takes runs whose labels are all in here: a list of text.
            labels: Json,
            /// The version of the library that it runs on.
            core_version: Text | null,
            /// When it last asked for runs.
            last_queried: Time | null,
            /// When it registered.
            created: Time,
        }
        one {}
        many {}
    }
}

table! {
    /// One run of a flow.
    FLOW_RUN = "flow_run" {
        key: "id";
        indexed: "id", "flow_id", "tenant_id", "heartbeat";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The flow, in the version that runs.
            flow_id: Uuid,
            /// The agent that started it.
            agent_id: Uuid | null,
            /// The name.
            name: Text,
            /// How many states it has had.
            version: Int,
            /// How often the server gave it up and had it start anew; reports of an earlier start are refused.
            epoch: Int,
            /// The state that it is in: `Running`.
            state: State,
            /// What the state says of itself.
            state_message: Text | null,
            /// Since when it is in this state.
            state_timestamp: Time,
            /// When it is to start, if it waits.
            state_start_time: Time | null,
            /// The state, whole.
            serialized_state: Json,
            /// The parameters: an object.
            parameters: Json,
            /// What its tasks find in their context: an object.
            context: Json | null,
            /// How it is run.
            run_config: Json | null,
            /// An agent has to have all of these: a list of text.
            labels: Json,
            /// When it was to start.
            scheduled_start_time: Time,
            /// When it first ran.
            start_time: Time | null,
            /// When it ended.
            end_time: Time | null,
            /// When it last gave a sign of life.
            heartbeat: Time | null,
            /// Whether the server made it by the flow's schedule.
            auto_scheduled: Bool,
            /// How often it was started again because it gave no sign of life.
            times_resurrected: Int,
            /// How often it ran.
            run_count: Int,
            /// The key with which it was made; the same key does not make another.
            idempotency_key: Text | null,
            /// Who made it.
            created_by: Text | null,
            /// When it was made.
            created: Time,
            /// When it last changed.
            updated: Time,
        }
        one {
            /// The flow, in the version that runs.
            flow: flow_id -> FLOW.id,
            /// The agent that started it.
            agent: agent_id -> AGENT.id | null,
        }
        many {
            /// The runs of its tasks.
            task_runs: id -> TASK_RUN.flow_run_id,
            /// The states that it has had.
            states: id -> FLOW_RUN_STATE.flow_run_id,
            /// What it and its tasks wrote.
            logs: id -> LOG.flow_run_id,
            /// What happened to it and its tasks.
            events: id -> EVENT.flow_run_id,
        }
    }
}

table! {
    /// One run of a task, or of one child of a mapped task, in a flow run.
    TASK_RUN = "task_run" {
        key: "id";
        indexed: "id", "flow_run_id", "task_id", "cache_key";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The run of the flow.
            flow_run_id: Uuid,
            /// The task.
            task_id: Uuid,
            /// Which child of a mapped task it is, from 0; -1: it is none.
            map_index: Int,
            /// The name.
            name: Text | null,
            /// How many states it has had.
            version: Int,
            /// The state that it is in: `Running`.
            state: State,
            /// What the state says of itself.
            state_message: Text | null,
            /// Since when it is in this state.
            state_timestamp: Time,
            /// When it is to start, if it waits.
            state_start_time: Time | null,
            /// The state, whole.
            serialized_state: Json,
            /// The key under which its result is kept for other runs.
            cache_key: Text | null,
            /// When it first ran.
            start_time: Time | null,
            /// When it ended.
            end_time: Time | null,
            /// How often it ran.
            run_count: Int,
            /// When it was made.
            created: Time,
            /// When it last changed.
            updated: Time,
        }
        one {
            /// The run of the flow.
            flow_run: flow_run_id -> FLOW_RUN.id,
            /// The task.
            task: task_id -> TASK.id,
        }
        many {
            /// The states that it has had.
            states: id -> TASK_RUN_STATE.task_run_id,
        }
    }
}

table! {
    /// A state that a flow run has had.
    FLOW_RUN_STATE = "flow_run_state" {
        key: "id";
        indexed: "id", "flow_run_id";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The run.
            flow_run_id: Uuid,
            /// The number of the state, from 1.
            version: Int,
            /// The state: `Running`.
            state: State,
            /// What the state says of itself.
            message: Text | null,
            /// When it was to start, if it waited.
            start_time: Time | null,
            /// When the run took it.
            timestamp: Time,
            /// The state, whole.
            serialized_state: Json,
            /// When the server was told.
            created: Time,
        }
        one {
            /// The run.
            flow_run: flow_run_id -> FLOW_RUN.id,
        }
        many {}
    }
}

table! {
    /// A state that a task run has had.
    TASK_RUN_STATE = "task_run_state" {
        key: "id";
        indexed: "id", "task_run_id";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The run.
            task_run_id: Uuid,
            /// The number of the state, from 1.
            version: Int,
            /// The state: `Running`.
            state: State,
            /// What the state says of itself.
            message: Text | null,
            /// When it was to start, if it waited.
            start_time: Time | null,
            /// When the run took it.
            timestamp: Time,
            /// The state, whole.
            serialized_state: Json,
            /// When the server was told.
            created: Time,
        }
        one {
            /// The run.
            task_run: task_run_id -> TASK_RUN.id,
        }
        many {}
    }
}

table! {
    /// A line that a run wrote.
    LOG = "log" {
        key: "seq";
        indexed: "seq", "flow_run_id";
        columns {
            /// The id.
            id: Uuid,
            /// Its place among all lines: later lines of a run have greater ones.
            seq: Int,
            /// Whose it is.
            tenant_id: Uuid,
            /// The run of the flow.
            flow_run_id: Uuid,
            /// The run of the task, if one wrote it.
            task_run_id: Uuid | null,
            /// When it was written.
            timestamp: Time,
            /// The name of the logger.
            name: Text | null,
            /// The level: `INFO`.
            level: Text,
            /// The line.
            message: Text,
            /// What was written with it.
            info: Json | null,
            /// When the server was told.
            created: Time,
        }
        one {
            /// The run of the flow.
            flow_run: flow_run_id -> FLOW_RUN.id,
            /// The run of the task, if one wrote it.
            task_run: task_run_id -> TASK_RUN.id | null,
        }
        many {}
    }
}
