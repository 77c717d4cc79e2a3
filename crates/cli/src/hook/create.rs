//! `campana hook create`.

use campana_client::{Matches, TriedHook};
use clap::Args;
use serde_json::json;

use super::draft::Draft;
use crate::ExitStatus;
use crate::remote::{ask, print_json, table, time};
use crate::terminal::print;

/// Make a hook
///
/// What is secret of its configuration, such as the URL of a webhook, is asked for or read from stdin, so that it
/// stands neither in the shell's history nor in the list of processes.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Create {
    #[command(flatten)]
    draft: Draft,

    /// Make nothing; show what it would have told of in the last days
    #[arg(long)]
    dry_run: bool,

    /// How many days --dry-run looks back
    #[arg(long, default_value_t = 7, requires = "dry_run")]
    days: u32,

    /// Print JSON: {"id": ...}; with --dry-run {"count", "counts": [{"kind", "count"}], "latest": [...]}
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  campana hook create --type SLACK_WEBHOOK --name on-call --states FAILED
  pass show slack/on-call | campana hook create --type SLACK_WEBHOOK --states FAILED,TIMEDOUT
  campana hook create --type EMAIL --to ops@example.com --states ALL --flow orders
  campana hook create --type TWILIO --states FAILED --config-file twilio.json
  campana hook create --type TEAMS --states FAILED --dry-run --days 30";

impl Create {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { draft, dry_run, days, json } = self;
        let config = draft.config()?;
        if dry_run {
            let matches = ask(async |client| {
                let hook = TriedHook::New(Box::new(draft.hook(config, client).await?));
                Ok(client.hook_matches(&hook, days).await?)
            })?;
            return tell(&matches, days, json);
        }
        let id = ask(async |client| Ok(client.create_hook(&draft.hook(config, client).await?).await?))?;
        if json {
            return print_json(&json!({ "id": id }));
        }
        print(&format!("{id}\n`campana hook test {id}` sends a message by it"))
    }
}

fn tell(matches: &Matches, days: u32, json: bool) -> anyhow::Result<ExitStatus> {
    let Matches { count, counts, latest } = matches;
    if json {
        let counts: Vec<_> = counts.iter().map(|of| json!({ "kind": of.kind, "count": of.count })).collect();
        let event = |event: &campana_client::Match| {
            json!({
                "event_id": event.event_id,
                "kind": event.kind,
                "state": event.state,
                "flow_run_id": event.flow_run_id,
                "task_run_id": event.task_run_id,
                "occurred_at": event.occurred_at,
            })
        };
        let latest: Vec<_> = latest.iter().map(event).collect();
        return print_json(&json!({ "count": count, "counts": counts, "latest": latest }));
    }
    let kinds: Vec<_> = counts.iter().map(|of| format!("{} {}", of.count, of.kind)).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
    let row = |event: &campana_client::Match| {
        let what = event.state.clone().unwrap_or_else(|| event.kind.clone());
        let run = event.flow_run_id.map(|run| run.to_string()).unwrap_or_default();
        [time(event.occurred_at), what, run]
    };
    let latest = match latest.as_slice() {
        [] => String::new(),
        latest => format!("\n{}", table(["WHEN", "WHAT", "RUN"], latest.iter().map(row).collect())),
    };
    print(&format!("it would have told of {count} events in {days} days{kinds}{latest}"))
}
