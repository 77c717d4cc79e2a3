//! `campana hook preview`.

use campana_client::{Preview as Shown, TriedHook};
use campana_model::id::HookId;
use campana_model::{FlowRunId, StateKind};
use clap::Args;
use serde_json::json;

use crate::ExitStatus;
use crate::notify::state;
use crate::remote::{ask, print_json};
use crate::terminal::print;

/// Show what a hook would send; nothing is sent
#[derive(Debug, Args)]
pub(super) struct Preview {
    /// The hook
    #[arg(value_name = "ID")]
    hook: HookId,

    /// Tell of this run, and not of a made-up one
    #[arg(long, value_name = "ID")]
    run: Option<FlowRunId>,

    /// Tell of this state, such as failed
    #[arg(long, value_parser = state)]
    state: Option<StateKind>,

    /// Print JSON: {"content_type", "body"}
    #[arg(long)]
    json: bool,
}

impl Preview {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { hook, run, state, json } = self;
        let Shown { content_type, body } =
            ask(async |client| Ok(client.preview_hook(&TriedHook::Saved(hook), run, state).await?))?;
        if json {
            return print_json(&json!({ "content_type": content_type, "body": body }));
        }
        // Line breaks are part of it; nothing else that a terminal obeys is.
        print(&body.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "\u{fffd}"))
    }
}
