//! `campana hook`: the Cloud Hooks of a server, and what became of their deliveries.

mod create;
mod delete;
mod deliveries;
mod draft;
mod list;
mod preview;
mod replay;
mod test;

use clap::{Args, Subcommand};

use crate::ExitStatus;

/// Make hooks, try them out, and see what they delivered
///
/// A hook is a standing order to the server: whenever a run takes one of these states, send a message there. The
/// server is the one that [server] of the configuration names, by endpoint and api_key.
#[derive(Debug, Args)]
pub(crate) struct HookCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(Box<create::Create>),
    List(list::List),
    Test(test::Test),
    Preview(preview::Preview),
    Deliveries(deliveries::Deliveries),
    Replay(replay::Replay),
    Delete(delete::Delete),
}

impl HookCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self.command {
            Command::Create(create) => create.run(),
            Command::List(list) => list.run(),
            Command::Test(test) => test.run(),
            Command::Preview(preview) => preview.run(),
            Command::Deliveries(deliveries) => deliveries.run(),
            Command::Replay(replay) => replay.run(),
            Command::Delete(delete) => delete.run(),
        }
    }
}
