//! `campana hook deliveries`.

use campana_client::{Delivery, Order, Select};
use campana_model::FlowRunId;
use campana_model::id::HookId;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::ExitStatus;
use crate::remote::{ListOptions, Sent, ask, draw_delivery, print_list};

/// List deliveries, the newest first, each with its attempts
///
/// In a line about an attempt stand its number, when it began, its outcome (accepted, retry, rejected, ambiguous or
/// lost), the status of the answer, how long it took, and the reason or the answer.
#[derive(Debug, Args)]
pub(super) struct Deliveries {
    /// Only those of this hook
    #[arg(value_name = "ID")]
    hook: Option<HookId>,

    /// Only those that stand so
    #[arg(long)]
    status: Option<Status>,

    /// Only those about this run
    #[arg(long, value_name = "ID")]
    run: Option<FlowRunId>,

    #[command(flatten)]
    list: ListOptions,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Status {
    Pending,
    Delivered,
    Dead,
    Cancelled,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Deliveries {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { hook, status, run, list } = self;
        let mut filter = json!({});
        if let Some(hook) = hook {
            filter["cloud_hook_id"] = json!({ "_eq": hook });
        }
        if let Some(status) = status {
            filter["status"] = json!({ "_eq": status.name() });
        }
        if let Some(run) = run {
            filter["event"] = json!({ "flow_run_id": { "_eq": run } });
        }
        let select = Select::where_(filter).order_by("seq", Order::Desc).limit(list.limit);
        let deliveries: Vec<Sent<Delivery>> = ask(async |client| Ok(client.rows(&select).await?))?;
        print_list(deliveries, list.json, "no such deliveries", |deliveries| {
            deliveries.iter().map(draw_delivery).collect::<Vec<_>>().join("\n")
        })
    }
}
