//! `cargo xtask demo`: flows that ring, on this machine alone.
//!
//! ```text
//! Receiver  campana receive   the stand-in for Slack: shows what notifiers and tasks of the flows send
//! Hooked    campana receive   the stand-in for every service that hooks of the server send to
//! Server    campana server    on a fresh database, with a hook of each kind; killed half way, and started again
//! ```
//!
//! Runs the "Add Divide Flow" and a pipeline over a real file, which report to the server, kills the server with SIGKILL
//! while the pipeline runs, and shows what became of each delivery that the server owes. All of it stays, for flows
//! of one's own, until Ctrl-C; with `--exit` it ends when everything has arrived, and fails if something has not.
//! Every process that it starts ends with it.

mod hooked;
mod receiver;
mod server;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use hooked::Hooked;
use receiver::{MESSAGES, Receiver, SLACK_VARIABLE};
use server::Server;

use crate::ui;
use crate::workspace::Workspace;

/// What is built beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// The programs of the demo.
    Programs,
    /// The whole workspace with its tests, as CI has built it already: with the same features, so that nothing is
    /// compiled again.
    AsTested,
}

/// Runs the demo; says whether every message arrived.
pub(crate) fn run(workspace: &Workspace, exit: bool, what: Build) -> Result<bool> {
    println!("== building");
    build(workspace, what)?;
    let target = workspace.target()?;
    let programs = target.join("debug");
    let campana = programs.join("campana");
    let folder = Folder::make(target.join("demo").join(std::process::id().to_string()))?;

    let receiver = Receiver::start(&campana, exit)?;
    let hooked = Hooked::start(&campana)?;
    let mut server = Server::start(&campana, &folder.0, hooked.environment())?;
    println!("\n== a server at {}, and a hook of each kind", server.url());
    server.make_hooks(&hooked)?;

    println!("\n== Add Divide Flow: one task fails, its notifier says so, and the server's hooks");
    receiver.run(server.reporting(Command::new(programs.join("add_divide_at_server"))))?;
    server.settled()?;

    println!("\n== Orders 2026: mapping, retries, a branch that fails, a report");
    let picture = target.join("demo").join("orders.svg");
    let mut pipeline = server.reporting(Command::new(programs.join("pipeline")));
    pipeline.arg(workspace.path("examples/data/orders.csv")).arg("--picture").arg(&picture);
    hooked.forget();
    let flow = receiver.start_flow(pipeline)?;
    // The first that is heard of the run.
    hooked.next()?;
    server.kill_and_start()?;
    println!("== the server was killed while the flow ran, and is there again");
    flow.ended()?;
    let delivered = server.settled()?;

    println!("\n== what the server owed, with each attempt\n{}", server.deliveries()?);
    if !exit {
        println!("\n== In a browser:");
        for (address, what) in server.pages()? {
            println!("{address}  {what}");
        }
        println!("\n== The receiver and the server wait for flows of yours. In another terminal:");
        println!("export {SLACK_VARIABLE}={}", receiver.url);
        println!("export CAMPANA__SERVER__ENDPOINT={}", server.url());
        println!("Ctrl-C ends them.\n");
    }
    let all = receiver.ended()?;
    if exit {
        println!("\n== summary");
        println!("2 flows ran; {} of the {MESSAGES} messages arrived", if all { "all" } else { "NOT all" });
        println!("{delivered}, and the server was killed once");
        println!("the flow's picture is {}", picture.display());
    }
    Ok(all && delivered.is_all())
}

/// Builds the web UI, and then what has it in it.
pub(crate) fn build(workspace: &Workspace, what: Build) -> Result<()> {
    ui::build(workspace)?;
    let mut build = workspace.cargo();
    build.args(["build", "--quiet", "--locked"]);
    match what {
        Build::Programs => build.args(["--package", "campana-cli", "--package", "campana-examples"]),
        Build::AsTested => build.args(["--workspace", "--bins", "--tests", "--examples"]),
    };
    ensure!(build.status().context("could not run cargo")?.success(), "the build failed, see above");
    Ok(())
}

/// The home of the demo's processes, which is gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn make(path: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&path).with_context(|| format!("could not make {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it lies in the target folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
