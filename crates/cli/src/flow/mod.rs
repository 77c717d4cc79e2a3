//! `campana flow`: the flows that a server knows.

mod list;
mod show;

use clap::{Args, Subcommand};

use crate::ExitStatus;

/// See the flows that a server knows
#[derive(Debug, Args)]
pub(crate) struct FlowCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::List),
    Show(show::Show),
}

impl FlowCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self.command {
            Command::List(list) => list.run(),
            Command::Show(show) => show.run(),
        }
    }
}
