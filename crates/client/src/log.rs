//! The logs of runs.

use campana_model::{FlowRunId, TaskRunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::document::literal;
use crate::project::Success;
use crate::transport::Repeat;
use crate::{Client, Error};

/// A line to be written.
#[derive(Clone, Debug, Serialize)]
pub struct WriteLog {
    /// The flow run.
    pub flow_run_id: FlowRunId,
    /// The task run, if it is a task's.
    pub task_run_id: Option<TaskRunId>,
    /// When it was said.
    pub timestamp: Timestamp,
    /// Who said it.
    pub name: String,
    /// How grave it is: `DEBUG`, `INFO`, `WARNING`, `ERROR`.
    pub level: String,
    /// What was said.
    pub message: String,
}

/// A line that was written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LogLine {
    /// When it was said.
    pub timestamp: Timestamp,
    /// How grave it is.
    pub level: Option<String>,
    /// What was said.
    pub message: Option<String>,
}

impl Client {
    /// Writes lines into logs.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn write_run_logs(&self, logs: &[WriteLog]) -> Result<(), Error> {
        let mutation = "write_run_logs";
        let input = json!({ "logs": logs });
        self.mutate::<Success>(mutation, &input, "success", Repeat::IfUnseen).await?.check(mutation)
    }

    /// The log of a flow run and its tasks, as it was said; `None`, if there is no such run.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn flow_run_logs(&self, run: FlowRunId) -> Result<Option<Vec<LogLine>>, Error> {
        #[derive(Deserialize)]
        struct Logs {
            logs: Vec<LogLine>,
        }
        let id = literal(&json!(run));
        let fields = "logs(order_by: {timestamp: asc}) { timestamp level message }";
        let document = format!("query {{ flow_run_by_pk(id: {id}) {{ {fields} }} }}");
        let found: Option<Logs> = self.query(document, "flow_run_by_pk").await?;
        Ok(found.map(|run| run.logs))
    }
}
