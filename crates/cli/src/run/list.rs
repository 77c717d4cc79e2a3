//! `campana run list`.

use campana_client::{FlowRun, Order, Select};
use campana_model::StateKind;
use clap::Args;
use serde_json::json;

use crate::ExitStatus;
use crate::notify::state;
use crate::remote::{ListOptions, Sent, ask, print_list, table, time_or_none};

/// List the runs, the newest first
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those of the flow of this name
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,

    /// Only those that are in this state, such as failed or running
    #[arg(long, value_parser = state)]
    state: Option<StateKind>,

    #[command(flatten)]
    list: ListOptions,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { flow, state, list } = self;
        let mut filter = json!({});
        if let Some(flow) = flow {
            filter["flow"] = json!({ "name": { "_eq": flow } });
        }
        if let Some(state) = state {
            filter["state"] = json!({ "_eq": state.name() });
        }
        let select = Select::where_(filter).order_by("created", Order::Desc).limit(list.limit);
        let runs: Vec<Sent<FlowRun>> = ask(async |client| Ok(client.rows(&select).await?))?;
        print_list(runs, list.json, "no such runs", |runs| {
            table(["ID", "FLOW", "NAME", "STATE", "STARTED", "ENDED"], runs.into_iter().map(row).collect())
        })
    }
}

fn row(FlowRun { id, name, state, start_time, end_time, flow, .. }: FlowRun) -> [String; 6] {
    [id.to_string(), flow.name, name, state, time_or_none(start_time), time_or_none(end_time)]
}
