//! What a flow run writes, as it writes it.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, Result, SimpleObject, Subscription};
use campana_model::TaskRunId;
use campana_store::{Changed, log};
use futures_util::{Stream, stream};
use serde_json::Value as Json;

use super::run::check;
use crate::app::{App, Watching};
use crate::graphql::error::from_store;
use crate::graphql::mutation::input::{app, scope};
use crate::graphql::scalars::{Time, Uuid};

/// How long lines are gathered.
const PAUSE: Duration = Duration::from_millis(150);

/// How many lines an event has at most; more come with the next one.
const MAX_LINES: u32 = 500;

/// Lines that were written.
#[derive(SimpleObject)]
#[graphql(name = "log_lines", rename_fields = "snake_case")]
struct LogLines {
    /// The lines, in the order in which they were written.
    lines: Vec<LogLine>,
    /// The place of the last of them: what to go on from.
    last_seq: i64,
}

/// A line that a run wrote.
#[derive(SimpleObject)]
#[graphql(name = "log_line", rename_fields = "snake_case")]
struct LogLine {
    /// The id.
    id: Uuid,
    /// Its place among all lines.
    seq: i64,
    /// The run of the task, if one wrote it.
    task_run_id: Option<Uuid>,
    /// When it was written.
    timestamp: Option<Time>,
    /// The name of the logger.
    name: Option<String>,
    /// The level: `INFO`.
    level: String,
    /// The line.
    message: String,
    /// What was written with it.
    info: Option<Json>,
}

/// What can be watched of logs.
#[derive(Default)]
pub(crate) struct LogFeed;

#[Subscription(rename_fields = "snake_case", rename_args = "snake_case")]
impl LogFeed {
    /// The lines of a flow run behind a place, and then each as it is written: none is left out, and none comes twice.
    async fn log_written(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The flow run.")] flow_run_id: Uuid,
        #[graphql(desc = "Only the lines of this task run.")] task_run_id: Option<Uuid>,
        #[graphql(desc = "The place (`seq`) of the last line that is known; 0: from the first on.", default)]
        after: i64,
    ) -> Result<impl Stream<Item = Result<LogLines>>> {
        let scope = scope(ctx)?.rows();
        let reading = Reading {
            app: Arc::clone(ctx.data()?),
            watching: app(ctx)?.watch(scope, PAUSE),
            after: log::After {
                scope,
                flow_run_id: check(ctx, flow_run_id).await?,
                task_run_id: task_run_id.map(|Uuid(id)| TaskRunId::from_uuid(id)),
                seq: after,
                limit: MAX_LINES,
            },
        };
        Ok(stream::unfold(Some(reading), async |reading| {
            let mut reading = reading?;
            match reading.next().await {
                Ok(lines) => lines.map(|lines| (Ok(lines), Some(reading))),
                // Where it goes on from is for whoever reads to say.
                Err(error) => Some((Err(from_store(error)), None)),
            }
        }))
    }
}

/// A log, and how far it was read.
struct Reading {
    app: Arc<App>,
    watching: Watching,
    after: log::After,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<LogLines>, campana_store::Error> {
        loop {
            let found = self.app.store.read(self.after).await?;
            if let Some(last) = found.last() {
                self.after.seq = last.seq;
                let lines = found.into_iter().map(LogLine::from).collect();
                return Ok(Some(LogLines { lines, last_seq: self.after.seq }));
            }
            let run = self.after.flow_run_id;
            if self.watching.next(|change| change.what == Changed::Log(run)).await.is_none() {
                return Ok(None);
            }
        }
    }
}

impl From<log::Placed> for LogLine {
    fn from(log::Placed { seq, id, line }: log::Placed) -> Self {
        let log::Line { flow_run_id: _, task_run_id, timestamp, name, level, message, info } = line;
        Self {
            id: Uuid(id.uuid()),
            seq,
            task_run_id: task_run_id.map(|id| Uuid(id.uuid())),
            timestamp: timestamp.map(Time),
            name,
            level,
            message,
            info,
        }
    }
}
