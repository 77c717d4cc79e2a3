//! Runs a command with a Postgres for its tests: `with_postgres cargo nextest run`.
//!
//! The server is there as long as the command runs, and all its tests share it, each in a database of its own. Where
//! `CAMPANA_TEST_POSTGRES` names a server already, that one is used.

use std::error::Error;
use std::process::{Command, ExitCode};

use campana_store::testing::{PostgresServer, VARIABLE};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().ok_or("say what to run: with_postgres COMMAND [ARGUMENT]…")?;
    let mut command = Command::new(program);
    command.args(arguments);
    let server = match std::env::var_os(VARIABLE) {
        Some(_) => None,
        None => Some(PostgresServer::start()?),
    };
    if let Some(server) = &server {
        command.env(VARIABLE, server.url());
    }
    let status = command.status()?;
    // Dropped, and so ended, only now.
    drop(server);
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
