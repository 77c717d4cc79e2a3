//! `campana flow show`.

use campana_client::{Client, Flow, FlowRun, Order, Select};
use campana_model::id::FlowId;
use clap::Args;
use serde_json::{Value as Json, json};

use crate::ExitStatus;
use crate::remote::{Sent, ask, found, print_json, table, time, time_or_none};
use crate::terminal::{print, without_controls};

/// How many runs are shown.
const RUNS: u32 = 10;

/// Show a flow, and its latest runs
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The flow: the id of a version, or a name
    #[arg(value_name = "ID|NAME")]
    flow: String,

    /// Print JSON: {"flow": ..., "flow_runs": [...]}, as the API has them
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { flow, json } = self;
        let (flow, runs) = ask(async |client| {
            let flow = found(find(client, &flow).await?, "flow", &flow)?;
            let filter = json!({ "flow": { "flow_group_id": { "_eq": flow.row.flow_group_id } } });
            let select = Select::where_(filter).order_by("created", Order::Desc).limit(RUNS);
            let runs: Vec<Sent<FlowRun>> = client.rows(&select).await?;
            Ok((flow, runs))
        })?;
        if json {
            let runs: Json = runs.into_iter().map(Sent::into_json).collect();
            return print_json(&json!({ "flow": flow.into_json(), "flow_runs": runs }));
        }
        print(&draw(&flow.row, runs.into_iter().map(|run| run.row).collect()))
    }
}

/// By its id, or the latest of this name.
async fn find(client: &Client, flow: &str) -> Result<Option<Sent<Flow>>, campana_client::Error> {
    if let Ok(id) = flow.parse::<FlowId>() {
        return client.row(id).await;
    }
    let filter = json!({ "name": { "_eq": flow }, "archived": { "_eq": false } });
    Ok(client.rows(&Select::where_(filter).order_by("created", Order::Desc).limit(1)).await?.pop())
}

fn draw(flow: &Flow, runs: Vec<FlowRun>) -> String {
    let Flow { id, name, version, archived, created, flow_group_id, version_group_id, project } = flow;
    let project = project.as_ref().map_or("-", |project| &project.name);
    let version_group = version_group_id.clone().unwrap_or_else(|| flow_group_id.to_string());
    let archived = if *archived { ", archived" } else { "" };
    let head = without_controls(&format!("{name}, version {version}{archived}, in {project}"));
    let facts =
        format!("id             {id}\nversion group  {version_group}\nregistered     {}", time(*created));
    if runs.is_empty() {
        return format!("{head}\n{facts}\n\nno runs");
    }
    let row = |run: FlowRun| [run.id.to_string(), run.name, run.state, time_or_none(run.start_time)];
    format!(
        "{head}\n{facts}\n\n{}",
        table(["RUN", "NAME", "STATE", "STARTED"], runs.into_iter().map(row).collect())
    )
}
