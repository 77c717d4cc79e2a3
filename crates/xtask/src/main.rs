//! The tasks of Campana's developers, `cargo xtask <task>`.
//!
//! * `demo` shows what Campana does.
//! * `test` is what CI runs, and all that it runs.
//! * `bench` measures, `soak` looks for what is lost when a server is killed again and again.
//! * `ui` builds the web UI, which `cargo build` then takes into the server.
//! * `tidy` checks what no compiler does: who uses whom, licences, manifests, files, links.
//!
//! Every developer compiles this crate before anything else, so it has few dependencies and none of the workspace.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod bench;
mod demo;
mod test;
mod tidy;
mod ui;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use workspace::Workspace;

const USAGE: &str = "\
Usage: cargo xtask <task>

  demo [--exit]            run flows on this machine and show the messages that they send
  test [--only <step>]...  run every check of CI, or only some of its steps
  bench server [quick] [<part>]...
                           measure the server beside the smallest one that keeps the same promise;
                           parts: baseline, sqlite, hanging, kill, growth, postgres
  soak                     kill a server 1,000 times, and look for what was lost
  ui                       build the web UI; a server that is built then has it in it
  tidy                     check layers, licences, bans, manifests, files and links
  help                     show this";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Not returned from `main`, which would add a backtrace to a mistyped name.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the task that the arguments name; says whether nothing is wrong with the workspace.
fn run() -> Result<bool> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["test", rest @ ..] => test::run(&Workspace::find()?, &only(rest)?),
        ["demo"] => demo::run(&Workspace::find()?, false, demo::Build::Programs),
        ["demo", "--exit"] => demo::run(&Workspace::find()?, true, demo::Build::Programs),
        ["bench", "server", parts @ ..] => bench::server(&Workspace::find()?, parts),
        ["soak"] => test::soak(&Workspace::find()?),
        ["ui"] => ui::build(&Workspace::find()?).map(|()| true),
        ["tidy"] => tidy::run(&Workspace::find()?),
        [] | ["help" | "-h" | "--help", ..] => {
            println!("{USAGE}\n\nSteps of test: {}", test::names().join(", "));
            Ok(true)
        }
        _ => bail!("unknown task {:?}\n\n{USAGE}", args.join(" ")),
    }
}

/// The names after each `--only`.
fn only<'a>(args: &[&'a str]) -> Result<Vec<&'a str>> {
    let mut names = Vec::new();
    for pair in args.chunks(2) {
        match pair {
            ["--only", name] => names.push(*name),
            _ => bail!("expected --only <step>, found {:?}", pair.join(" ")),
        }
    }
    Ok(names)
}
