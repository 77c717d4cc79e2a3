//! `campana run show`.

use campana_client::{Delivery, FlowRun, Order, Select, TaskRun};
use campana_model::{FlowRunId, State};
use clap::Args;
use serde_json::{Value as Json, json};

use crate::ExitStatus;
use crate::remote::{Sent, ask, draw_delivery, found, print_json, table, time_or_none};
use crate::terminal::{print, without_controls};

/// Show a run: its state and why, those of its tasks, and who was told
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The run
    #[arg(value_name = "ID")]
    run: FlowRunId,

    /// Print JSON: {"flow_run": ..., "task_runs": [...], "deliveries": [...]}, as the API has them
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { run: id, json } = self;
        let (run, tasks, deliveries) = ask(async |client| {
            let run: Sent<FlowRun> = found(client.row(id).await?, "run", id)?;
            let of_run = json!({ "flow_run_id": { "_eq": id } });
            let select = Select::where_(of_run.clone()).order_by("created", Order::Asc);
            let tasks: Vec<Sent<TaskRun>> = client.rows(&select).await?;
            let select = Select::where_(json!({ "event": of_run })).order_by("seq", Order::Asc);
            let deliveries: Vec<Sent<Delivery>> = client.rows(&select).await?;
            Ok((run, tasks, deliveries))
        })?;
        if json {
            return print_json(&json!({
                "flow_run": run.into_json(),
                "task_runs": tasks.into_iter().map(Sent::into_json).collect::<Json>(),
                "deliveries": deliveries.into_iter().map(Sent::into_json).collect::<Json>(),
            }));
        }
        let tasks = tasks.into_iter().map(|task| task.row).collect();
        let deliveries: Vec<_> = deliveries.iter().map(|delivery| draw_delivery(&delivery.row)).collect();
        let deliveries =
            if deliveries.is_empty() { "no deliveries".to_owned() } else { deliveries.join("\n") };
        print(&[head(&run.row), draw_tasks(tasks), deliveries].join("\n\n"))
    }
}

fn head(run: &FlowRun) -> String {
    let FlowRun { name, state, serialized_state, start_time, end_time, flow, .. } = run;
    let mut lines = vec![
        format!("{name} of {}", flow.name),
        format!("state    {state}{}", said(serialized_state.as_ref())),
        format!("started  {}", time_or_none(*start_time)),
        format!("ended    {}", time_or_none(*end_time)),
    ];
    if let Some(parameters) = run.parameters.as_ref().filter(|parameters| !parameters.is_empty()) {
        lines.push(format!("with     {}", Json::Object(parameters.clone())));
    }
    lines.iter().map(|line| without_controls(line)).collect::<Vec<_>>().join("\n")
}

fn draw_tasks(tasks: Vec<TaskRun>) -> String {
    if tasks.is_empty() {
        return "no task runs".to_owned();
    }
    let row = |TaskRun { map_index, state, serialized_state, start_time, end_time, task, .. }: TaskRun| {
        let name = if map_index < 0 { task.slug } else { format!("{} [{map_index}]", task.slug) };
        let message = serialized_state.as_ref().and_then(State::message).unwrap_or_default().to_owned();
        let took = start_time
            .zip(end_time)
            .map(|(start, end)| format!("{} ms", end.duration_since(start).as_millis()));
        [name, state, took.unwrap_or_else(|| "-".to_owned()), message]
    };
    table(["TASK", "STATE", "TOOK", ""], tasks.into_iter().map(row).collect())
}

/// What the state says of itself, behind its name.
fn said(state: Option<&State>) -> String {
    state.and_then(State::message).map(|message| format!(": {message}")).unwrap_or_default()
}
