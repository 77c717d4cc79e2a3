//! `campana hook replay`.

use campana_client::Replay as Range;
use campana_model::Timestamp;
use campana_model::id::{DeliveryId, HookId};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::ExitStatus;
use crate::remote::{ask, print_json};
use crate::terminal::print;

/// Send again what has ended: one delivery, or those of a time
///
/// Each keeps its idempotency key. The message is what was sent before, unless --rerender is given.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Replay {
    /// The delivery
    #[arg(value_name = "DELIVERY", required_unless_present = "from", conflicts_with_all = ["hook", "from", "to", "status"])]
    delivery: Option<DeliveryId>,

    /// Those of this hook; unless given, of any
    #[arg(long, value_name = "ID")]
    hook: Option<HookId>,

    /// Those that came to be then or later
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,

    /// Those that came to be before; unless given, until now
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<Timestamp>,

    /// Those that have ended so
    #[arg(long, default_value = "dead")]
    status: Ended,

    /// Make the message anew, by the hook's template of now
    #[arg(long)]
    rerender: bool,

    /// Print JSON: {"count": ...}
    #[arg(long)]
    json: bool,
}

/// How a delivery has ended.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Ended {
    Dead,
    Delivered,
    Cancelled,
}

const EXAMPLES: &str = "\
Examples:
  campana hook replay 019a9f3e-5a77-7c31-a4ff-3c5a3b1f2d10
  campana hook replay --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z";

impl Replay {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { delivery, hook, from, to, status, rerender, json } = self;
        let count = ask(async |client| match (delivery, from) {
            (Some(delivery), _) => {
                client.replay(delivery, rerender).await?;
                Ok(1)
            }
            (None, from) => {
                let status = match status {
                    Ended::Dead => "DEAD",
                    Ended::Delivered => "DELIVERED",
                    Ended::Cancelled => "CANCELLED",
                };
                let range = Range {
                    cloud_hook_id: hook,
                    status: Some(status.to_owned()),
                    from: from.unwrap_or(Timestamp::UNIX_EPOCH),
                    to: to.unwrap_or_else(Timestamp::now),
                    rerender,
                };
                Ok(client.replay_all(&range).await?)
            }
        })?;
        if json {
            return print_json(&json!({ "count": count }));
        }
        print(&format!("{count} to be sent again; `campana hook deliveries` shows how that goes"))
    }
}
