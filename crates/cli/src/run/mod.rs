//! `campana run`: what became of runs.

mod list;
mod show;

use clap::{Args, Subcommand};

use crate::ExitStatus;

/// See the runs of flows that a server knows
#[derive(Debug, Args)]
pub(crate) struct RunCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::List),
    Show(show::Show),
}

impl RunCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self.command {
            Command::List(list) => list.run(),
            Command::Show(show) => show.run(),
        }
    }
}
