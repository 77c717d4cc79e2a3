//! `cargo xtask demo`: flows that ring, on this machine alone.
//!
//! Starts `campana receive` as the stand-in for Slack, runs the "Add Divide Flow" and a pipeline over a real
//! file against it, and shows each message as it arrives. The receiver stays, for flows of one's own, until
//! Ctrl-C; with `--exit` it ends when the flows have.

use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::workspace::Workspace;

const SLACK_VARIABLE: &str = "CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL";

/// How many messages the two flows send: one for each change that their notifiers and tasks tell of.
const MESSAGES: usize = 9;

/// How long the receiver waits for them, in seconds.
const PATIENCE: usize = 120;

/// Runs the demo; says whether every message arrived.
pub(crate) fn run(workspace: &Workspace, exit: bool) -> Result<bool> {
    println!("== building");
    let mut build = workspace.cargo();
    build.args(["build", "--quiet", "--locked", "--package", "campana-cli", "--package", "campana-examples"]);
    ensure!(build.status().context("could not run cargo")?.success(), "the build failed, see above");
    let target = workspace.target()?;
    let programs = target.join("debug");

    let receiver = Receiver::start(&programs.join("campana"), exit)?;
    println!("\n== Add Divide Flow: one task fails, its notifier says so");
    receiver.run(Command::new(programs.join("add_divide")))?;

    println!("\n== Orders 2026: mapping, retries, a branch that fails, a report");
    let picture = target.join("demo").join("orders.svg");
    std::fs::create_dir_all(target.join("demo")).context("could not make the folder of the picture")?;
    let mut pipeline = Command::new(programs.join("pipeline"));
    pipeline.arg(workspace.path("examples/data/orders.csv")).arg("--picture").arg(&picture);
    receiver.run(pipeline)?;

    if !exit {
        println!("\n== The receiver waits for flows of yours. In another terminal:");
        println!("export {SLACK_VARIABLE}={}", receiver.url);
        println!("Ctrl-C ends it.\n");
    }
    let all = receiver.ended()?;
    if exit {
        println!("\n== summary");
        println!("2 flows ran; {} of the {MESSAGES} messages arrived", if all { "all" } else { "NOT all" });
        println!("the flow's picture is {}", picture.display());
    }
    Ok(all)
}

/// `campana receive`, whose messages go to this terminal.
struct Receiver {
    process: Child,
    url: String,
    show: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Starts it: for ever, or until all messages are there.
    fn start(program: &Path, exit: bool) -> Result<Self> {
        let color = if std::io::stdout().is_terminal() { "always" } else { "never" };
        let mut receive = Command::new(program);
        receive.args(["receive", "--port", "0", "--color", color]).stdout(Stdio::piped());
        if exit {
            receive.args(["--count", &MESSAGES.to_string(), "--for", &PATIENCE.to_string()]);
        }
        let mut process =
            receive.spawn().with_context(|| format!("could not start {}", program.display()))?;
        let stdout = process.stdout.take().context("the receiver has no stdout")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next().context("the receiver ended at once")??;
        let Some((_, url)) = first.split_once(&format!("{SLACK_VARIABLE}=")) else {
            bail!("the receiver said {first:?}, which is no address");
        };
        let url = url.to_owned();
        let show = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok).filter(|line| !line.starts_with('#')) {
                println!("{line}");
            }
        });
        Ok(Self { process, url, show: Some(show) })
    }

    /// Runs a flow against it. That the flow fails is part of the demo; that its program does, is not.
    fn run(&self, mut flow: Command) -> Result<()> {
        let status = flow.env(SLACK_VARIABLE, &self.url).status().context("could not start the flow")?;
        ensure!(status.success(), "the flow's program ended with {status}");
        Ok(())
    }

    /// Waits until it has ended; says whether all messages arrived that it was to wait for.
    fn ended(mut self) -> Result<bool> {
        let status = self.process.wait().context("could not wait for the receiver")?;
        if let Some(show) = self.show.take() {
            show.join().map_err(|_| anyhow!("what the receiver showed could not be read"))?;
        }
        Ok(status.success())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It has ended already, unless something went wrong before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
