//! The stand-in for Slack, whose messages go to this terminal.

use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow, bail, ensure};

pub(super) const SLACK_VARIABLE: &str = "CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL";

/// How many messages the two flows send: one for each change that their notifiers and tasks tell of.
pub(super) const MESSAGES: usize = 9;

/// How long the receiver waits for them, in seconds.
const PATIENCE: usize = 120;

/// `campana receive`, whose messages go to this terminal.
pub(super) struct Receiver {
    process: Process,
    pub(super) url: String,
    show: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Starts it: for ever, or until all messages are there.
    pub(super) fn start(program: &Path, exit: bool) -> Result<Self> {
        let color = if std::io::stdout().is_terminal() { "always" } else { "never" };
        let mut receive = Command::new(program);
        receive.args(["receive", "--port", "0", "--color", color]).stdout(Stdio::piped());
        if exit {
            receive.args(["--count", &MESSAGES.to_string(), "--for", &PATIENCE.to_string()]);
        }
        let mut process = Process::start(&mut receive)?;
        let stdout = process.0.stdout.take().context("the receiver has no stdout")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next().context("the receiver ended at once")??;
        let Some((_, url)) = first.split_once(&format!("{SLACK_VARIABLE}=")) else {
            bail!("the receiver said {first:?}, which is no address");
        };
        let url = url.to_owned();
        let show = std::thread::spawn(move || {
            let head = |line: &String| line.starts_with('#') || line.starts_with("export ");
            for line in lines.map_while(Result::ok).filter(|line| !head(line)) {
                println!("{line}");
            }
        });
        Ok(Self { process, url, show: Some(show) })
    }

    /// Runs a flow against it. That the flow fails is part of the demo; that its program does, is not.
    pub(super) fn run(&self, flow: Command) -> Result<()> {
        self.start_flow(flow)?.ended()
    }

    /// The same without waiting for its end.
    pub(super) fn start_flow(&self, mut flow: Command) -> Result<Flow> {
        Ok(Flow(Process::start(flow.env(SLACK_VARIABLE, &self.url))?))
    }

    /// Waits until it has ended; says whether all messages arrived that it was to wait for.
    pub(super) fn ended(mut self) -> Result<bool> {
        let status = self.process.0.wait().context("could not wait for the receiver")?;
        if let Some(show) = self.show.take() {
            show.join().map_err(|_| anyhow!("what the receiver showed could not be read"))?;
        }
        Ok(status.success())
    }
}

/// The program of a flow.
pub(super) struct Flow(Process);

impl Flow {
    pub(super) fn ended(mut self) -> Result<()> {
        let status = self.0.0.wait().context("could not wait for the flow")?;
        ensure!(status.success(), "the flow's program ended with {status}");
        Ok(())
    }
}

/// A process that ends with its owner, by SIGKILL.
pub(super) struct Process(pub(super) Child);

impl Process {
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let child = command.spawn();
        Ok(Self(child.with_context(|| format!("could not start {}", command.get_program().display()))?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already, unless something went wrong before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
