//! `campana flow list`.

use campana_client::{Flow, Order, Select};
use clap::Args;
use serde_json::json;

use crate::ExitStatus;
use crate::remote::{ListOptions, Sent, ask, print_list, table, time};

/// List the flows, each in its latest version
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those of this project
    #[arg(long, value_name = "NAME")]
    project: Option<String>,

    #[command(flatten)]
    list: ListOptions,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { project, list } = self;
        let mut filter = json!({ "archived": { "_eq": false } });
        if let Some(project) = project {
            filter["project"] = json!({ "name": { "_eq": project } });
        }
        let select = Select::where_(filter).order_by("created", Order::Desc).limit(list.limit);
        let flows: Vec<Sent<Flow>> = ask(async |client| Ok(client.rows(&select).await?))?;
        print_list(flows, list.json, "no flows; `flow.register(\"project\")` registers one", |flows| {
            table(["ID", "NAME", "PROJECT", "VERSION", "REGISTERED"], flows.into_iter().map(row).collect())
        })
    }
}

fn row(Flow { id, name, project, version, created, .. }: Flow) -> [String; 5] {
    let project = project.map(|project| project.name).unwrap_or_default();
    [id.to_string(), name, project, version.to_string(), time(created)]
}
