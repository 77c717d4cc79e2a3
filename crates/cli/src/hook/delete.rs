//! `campana hook delete`.

use campana_model::id::HookId;
use clap::Args;
use serde_json::json;

use crate::ExitStatus;
use crate::remote::ask;
use crate::terminal::print;

/// Delete a hook, and cancel what it still has to deliver
#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The hook
    #[arg(value_name = "ID")]
    hook: HookId,

    /// Print JSON: {"id": ...}
    #[arg(long)]
    json: bool,
}

impl Delete {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { hook, json } = self;
        ask(async |client| Ok(client.delete_hook(hook).await?))?;
        print(&if json { json!({ "id": hook }).to_string() } else { format!("{hook} is deleted") })
    }
}
