//! The server, its hooks, and what it owes.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::hooked::Hooked;
use super::receiver::Process;

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How often it is asked whether all is delivered.
const LOOK: Duration = Duration::from_millis(100);

/// More deliveries than there are.
const ALL: &str = "1000";

/// `campana server start` on a database of its own.
pub(super) struct Server {
    campana: PathBuf,
    home: PathBuf,
    environment: Vec<(String, String)>,
    running: Option<Running>,
    address: String,
}

struct Running {
    process: Process,
    /// Kept open: whoever writes there must not fail.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    pub(super) fn start<'a>(
        campana: &Path,
        home: &Path,
        environment: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut environment: Vec<_> = environment.map(owned).collect();
        environment.push(owned(("CAMPANA__SMTP__FROM", "Campana <campana@example.com>")));
        environment.push(owned(("CAMPANA__NETWORK__ALLOW", "127.0.0.0/8")));
        environment.push(owned(("RUST_LOG", "warn")));
        let (campana, home) = (campana.to_owned(), home.to_owned());
        let mut server =
            Self { campana, home, environment, running: None, address: "127.0.0.1:0".to_owned() };
        server.listen()?;
        Ok(server)
    }

    /// Starts the process, at the port that it has had.
    fn listen(&mut self) -> Result<()> {
        let port = self.address.rsplit(':').next().unwrap_or("0");
        let mut start = Command::new(&self.campana);
        start.args(["server", "start", "--port", port]).env("HOME", &self.home);
        start.envs(self.environment.iter().map(|(name, value)| (name, value))).stdout(Stdio::piped());
        let mut process = Process::start(&mut start)?;
        let mut stdout = BufReader::new(process.0.stdout.take().context("the server has no stdout")?);
        let mut first = String::new();
        stdout.read_line(&mut first).context("could not read what the server says")?;
        let (_, address) = first.trim_end().split_once("http://").context("the server did not start")?;
        self.address = address.to_owned();
        self.running = Some(Running { process, _stdout: stdout });
        Ok(())
    }

    /// Kills it with SIGKILL, and starts it again on the same port and database.
    pub(super) fn kill_and_start(&mut self) -> Result<()> {
        let mut running = self.running.take().context("the server does not run")?;
        running.process.0.kill().context("could not kill the server")?;
        running.process.0.wait().context("could not wait for the server")?;
        self.listen()
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The program, told to report here.
    pub(super) fn reporting(&self, mut program: Command) -> Command {
        program.env("HOME", &self.home).env("CAMPANA__SERVER__ENDPOINT", self.url());
        program.env("CAMPANA_PROJECT", "demo");
        program
    }

    /// Makes a hook of each kind, for the flows of every project.
    pub(super) fn make_hooks(&self, hooked: &Hooked) -> Result<()> {
        let url = |kind| json!({ "url": hooked.url(kind) });
        let sid = |kind: &str| format!("{kind}{:032}", 0);
        let twilio = json!({
            "account_sid": sid("AC"), "auth_token": "made-up", "messaging_service_sid": sid("MG"), "to": ["+15005550006"],
        });
        let pagerduty = json!({ "routing_key": format!("{:032}", 0), "severity": "error" });
        for (kind, states, config) in [
            ("EMAIL", "Running", json!({ "to": "ops@example.com" })),
            ("SLACK_WEBHOOK", "Failed", url("slack")),
            ("TEAMS", "Failed", url("teams")),
            ("TWILIO", "Failed", twilio),
            ("PAGERDUTY", "Failed", pagerduty),
            ("WEBHOOK", "ALL", url("webhook")),
            ("PREFECT_MESSAGE", "ALL", json!({})),
        ] {
            let create = ["hook", "create", "--type", kind, "--name", "demo", "--states", states];
            self.ask(&[&create[..], &["--config-file", "-", "--json"]].concat(), &config.to_string())?;
        }
        println!("{}", self.ask(&["hook", "list"], "")?);
        Ok(())
    }

    /// Waits until every run has ended, as the server knows, and nothing is owed; what became of all deliveries.
    pub(super) fn settled(&self) -> Result<Delivered> {
        let since = Instant::now();
        loop {
            let runs: Vec<Run> = self.rows(&["run", "list", "--limit", ALL, "--json"])?;
            let delivered = Delivered::new(self.rows(&["hook", "deliveries", "--limit", ALL, "--json"])?);
            if runs.iter().all(|run| run.end_time.is_some()) && delivered.pending == 0 {
                return Ok(delivered);
            }
            if since.elapsed() > PATIENCE {
                bail!("after {} s the server still owes:\n{}", PATIENCE.as_secs(), self.deliveries()?);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// All deliveries, for people.
    pub(super) fn deliveries(&self) -> Result<String> {
        self.ask(&["hook", "deliveries", "--limit", ALL], "")
    }

    /// Pages of the web UI, each with what there is to see.
    pub(super) fn pages(&self) -> Result<Vec<(String, &'static str)>> {
        let url = self.url();
        let runs: Vec<Run> = self.rows(&["run", "list", "--limit", ALL, "--json"])?;
        let failed = runs.iter().find(|run| run.state == "Failed");
        let failed = failed.map(|run| (format!("{url}/flow-run/{}", run.id), "the run that failed, and why"));
        let others = [
            (format!("{url}/team/cloud-hooks"), "the hooks, and the form for another one"),
            (format!("{url}/deliveries"), "what they sent, with each attempt"),
        ];
        let first = (url, "the dashboard, and from there everything");
        Ok([first].into_iter().chain(failed).chain(others).collect())
    }

    fn rows<T: for<'de> Deserialize<'de>>(&self, arguments: &[&str]) -> Result<Vec<T>> {
        serde_json::from_str(&self.ask(arguments, "")?).context("could not read what `campana` says")
    }

    /// Runs a command that asks the server; what it says.
    fn ask(&self, arguments: &[&str], stdin: &str) -> Result<String> {
        let mut command = self.reporting(Command::new(&self.campana));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("could not start `campana`")?;
        if let Some(mut input) = child.stdin.take() {
            // One that reads nothing may have ended.
            let _ = input.write_all(stdin.as_bytes());
        }
        let output = child.wait_with_output().context("could not wait for `campana`")?;
        ensure!(output.status.success(), "`campana {}` failed", arguments.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }
}

/// A run, as the command line tells of it.
#[derive(Deserialize)]
struct Run {
    id: String,
    state: String,
    end_time: Option<Json>,
}

#[derive(Deserialize)]
struct Delivery {
    status: String,
    attempts: usize,
}

/// What became of the deliveries.
pub(super) struct Delivered {
    all: usize,
    delivered: usize,
    pending: usize,
    attempts: usize,
}

impl Delivered {
    fn new(deliveries: Vec<Delivery>) -> Self {
        let count = |status: &str| deliveries.iter().filter(|delivery| delivery.status == status).count();
        Self {
            all: deliveries.len(),
            delivered: count("delivered"),
            pending: count("pending"),
            attempts: deliveries.iter().map(|delivery| delivery.attempts).sum(),
        }
    }

    /// Whether there were some, and all arrived.
    pub(super) fn is_all(&self) -> bool {
        self.all > 0 && self.delivered == self.all
    }
}

impl fmt::Display for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { all, delivered, attempts, .. } = self;
        write!(f, "{delivered} of {all} deliveries of 7 hooks arrived, by {attempts} attempts")
    }
}
