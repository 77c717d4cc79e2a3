//! `campana hook test`.

use std::io::{self, Write as _};

use campana_client::{HookTest, TriedHook};
use campana_model::id::HookId;
use campana_model::{FlowRunId, StateKind};
use clap::Args;
use serde_json::json;

use crate::ExitStatus;
use crate::notify::state;
use crate::remote::{ask, print_json};
use crate::terminal::{print, without_controls};

/// Send one message by a hook, and say what the provider answered
#[derive(Debug, Args)]
#[command(after_help = STATUS)]
pub(super) struct Test {
    /// The hook
    #[arg(value_name = "ID")]
    hook: HookId,

    /// Tell of this run, and not of a made-up one
    #[arg(long, value_name = "ID")]
    run: Option<FlowRunId>,

    /// Tell of this state, such as failed
    #[arg(long, value_parser = state)]
    state: Option<StateKind>,

    /// Print JSON: {"outcome", "status", "answer"}, or with "reason" if it was not taken
    ///
    /// The outcome is accepted, rejected (for good), retry (another try may help) or ambiguous (sent, but not
    /// answered: it may have arrived); it is null if nothing could be sent.
    #[arg(long)]
    json: bool,
}

const STATUS: &str = "\
Exit status: 0 if the provider took it, 4 if it refused it for good, 5 if it did not arrive, or
nobody knows, and another try may help, 1 if nothing could be sent; see `campana --help`.";

impl Test {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { hook, run, state, json } = self;
        let tested = ask(async |client| Ok(client.test_hook(&TriedHook::Saved(hook), run, state).await?))?;
        let HookTest { error, outcome, status, answer, .. } = tested;
        if json {
            print_json(&match &error {
                None => json!({ "outcome": outcome, "status": status, "answer": answer }),
                Some(reason) => json!({ "outcome": outcome, "status": status, "reason": reason }),
            })?;
        }
        match (&error, status) {
            _ if json => {}
            (None, status) => {
                let status = status.map(|status| format!("; it answered {status}")).unwrap_or_default();
                let answer = answer.filter(|answer| !answer.is_empty());
                let answer = answer.map(|answer| format!(": {answer}")).unwrap_or_default();
                print(&without_controls(&format!("the provider took the message{status}{answer}")))?;
            }
            (Some(reason), _) => {
                // If stderr is gone, the exit status still tells.
                let _ = writeln!(io::stderr(), "error: {}", without_controls(reason));
            }
        }
        Ok(match outcome.as_deref() {
            Some("accepted") => ExitStatus::Ok,
            Some("rejected") => ExitStatus::Rejected,
            Some(_) => ExitStatus::Undelivered,
            None => ExitStatus::Failure,
        })
    }
}
