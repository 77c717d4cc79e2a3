//! `campana hook list`.

use campana_client::{Hook, Order, Select};
use campana_model::StateKind;
use clap::Args;

use crate::ExitStatus;
use crate::remote::{ListOptions, Sent, ask, print_list, table};

/// List the hooks, the newest first
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    list: ListOptions,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let select = Select::all().order_by("created", Order::Desc).limit(self.list.limit);
        let hooks: Vec<Sent<Hook>> = ask(async |client| Ok(client.rows(&select).await?))?;
        print_list(hooks, self.list.json, "no hooks; `campana hook create` makes one", |hooks| {
            table(["ID", "TYPE", "NAME", "STATES", "FLOW", "ACTIVE"], hooks.into_iter().map(row).collect())
        })
    }
}

fn row(Hook { id, kind, name, states, version_group_id, active, .. }: Hook) -> [String; 6] {
    let flow = version_group_id.unwrap_or_else(|| "any".to_owned());
    let active = if active { "yes" } else { "no" };
    let states = if states.len() == StateKind::ALL.len() { "ALL".to_owned() } else { states.join(",") };
    [id.to_string(), kind, name, states, flow, active.to_owned()]
}
