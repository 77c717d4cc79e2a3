//! The command line `campana`: one file for each subcommand.
//!
//! A subcommand is a struct of arguments with a `run` that returns an [`ExitStatus`], or an error, which is
//! printed with its causes on stderr and ends in [`ExitStatus::Failure`]. Adding one touches its file and
//! the enum here.

mod completions;
mod config;
mod exit_status;
mod flow;
mod hook;
mod notify;
mod receive;
mod remote;
mod run;
mod secret;
mod server;
mod signal;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit_status::ExitStatus;

/// A workflow engine whose notifications always arrive.
#[derive(Debug, Parser)]
#[command(name = "campana", version, after_help = exit_status::HELP, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Server(server::ServerCommand),
    Hook(hook::HookCommand),
    Run(run::RunCommand),
    Flow(flow::FlowCommand),
    Receive(receive::Receive),
    Notify(notify::Notify),
    Secret(secret::SecretCommand),
    Config(config::ConfigCommand),
    Completions(completions::Completions),
}

/// Runs the command line of this process. Wrong usage ends the process with [`ExitStatus::Usage`].
pub fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let done = match command {
        Command::Server(server) => server.run(),
        Command::Hook(hook) => hook.run(),
        Command::Run(run) => run.run(),
        Command::Flow(flow) => flow.run(),
        Command::Receive(receive) => receive.run(),
        Command::Notify(notify) => notify.run(),
        Command::Secret(secret) => secret.run(),
        Command::Config(config) => config.run(),
        Command::Completions(completions) => completions.run(),
    };
    done.unwrap_or_else(|error| {
        terminal::complain(&error);
        ExitStatus::Failure
    })
    .into()
}
