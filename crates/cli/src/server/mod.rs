//! `campana server`: the server itself.

mod create_key;
mod log;
mod settings;
mod start;

use clap::{Args, Subcommand};

use crate::ExitStatus;

/// Run the server: GraphQL, Cloud Hooks, deliveries
#[derive(Debug, Args)]
pub(crate) struct ServerCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Start(start::Start),
    CreateKey(create_key::CreateKey),
}

impl ServerCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self.command {
            Command::Start(start) => start.run(),
            Command::CreateKey(create) => create.run(),
        }
    }
}
