//! The logs of runs.

use async_graphql::{Context, InputObject, Object, Result};
use campana_model::{FlowRunId, TaskRunId};
use campana_store::log;
use serde_json::Value as Json;

use super::input::{app, scope, write};
use super::payload::SuccessPayload;
use crate::graphql::scalars::{Time, Uuid};
use crate::scope::Role;

/// Lines for the logs of runs.
#[derive(InputObject)]
#[graphql(name = "write_run_logs_input", rename_fields = "snake_case")]
pub(crate) struct WriteRunLogs {
    /// The lines.
    logs: Vec<LogLine>,
}

/// A line of a log.
#[derive(InputObject)]
#[graphql(name = "write_run_log_input", rename_fields = "snake_case")]
pub(crate) struct LogLine {
    /// The run that wrote it.
    flow_run_id: Uuid,
    /// The task run in it, if it was one.
    task_run_id: Option<Uuid>,
    /// When it was written; now, unless given.
    timestamp: Option<Time>,
    /// The logger.
    name: Option<String>,
    /// The level, by Python's names; `INFO`, unless given.
    level: Option<String>,
    /// What it says.
    message: Option<String>,
    /// What else there is.
    info: Option<Json>,
}

/// What can be done to logs.
#[derive(Default)]
pub(crate) struct Logs;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Logs {
    /// Writes lines into the logs of runs; those of runs that are not there are dropped.
    #[graphql(guard = "Role::Member")]
    async fn write_run_logs(&self, ctx: &Context<'_>, input: WriteRunLogs) -> Result<SuccessPayload> {
        let lines = input.logs.into_iter().map(line).collect();
        let written =
            write(ctx, log::Write { scope: scope(ctx)?.rows(), lines, now: app(ctx)?.now() }).await?;
        if written.dropped > 0 {
            tracing::warn!(lines = written.dropped, "dropped lines of runs that are not there");
        }
        Ok(SuccessPayload::DONE)
    }
}

fn line(line: LogLine) -> log::Line {
    let LogLine { flow_run_id, task_run_id, timestamp, name, level, message, info } = line;
    log::Line {
        flow_run_id: FlowRunId::from_uuid(flow_run_id.0),
        task_run_id: task_run_id.map(|Uuid(id)| TaskRunId::from_uuid(id)),
        timestamp: timestamp.map(|Time(at)| at),
        name,
        level: level.unwrap_or_else(|| "INFO".to_owned()),
        message: message.unwrap_or_default(),
        info,
    }
}
