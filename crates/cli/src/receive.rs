//! `campana receive`: a stand-in for Slack and webhooks that shows what arrives.
//!
//! Stdout carries the addresses, then one drawing (or one JSON object in a line) for each request, flushed
//! at once; stderr carries the summary. So stdout can be piped, and its first line can be pasted.

use std::future::pending;
use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::time::Duration;

use anyhow::Context as _;
use campana_receiver::{Kind, Messages, Options, Outcome, Received, Receiver, StartError, draw};
use clap::Args;
use serde_json::{Map, json};

use crate::ExitStatus;
use crate::terminal::{self, Color};

/// The environment variable from which flows read the Slack URL.
const SLACK_VARIABLE: &str = "CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL";

/// Show on this terminal what would arrive at Slack or a webhook
///
/// Listens on this machine only, answers as the service would, and draws each message as a person would see
/// it. No account and no network are needed.
///
/// The first line is the command that points flows here: paste it into the terminal where the flow is
/// started. Any path below the ones shown works too: /slack/T0/B0/xyz is as good as /slack.
///
/// What the service would refuse is refused here, and shown: Slack answers 400 with invalid_payload, no_text,
/// invalid_blocks, invalid_attachments or too_many_attachments.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Receive {
    /// The port to listen at; 0 takes any free one
    #[arg(long, default_value_t = 4300)]
    port: u16,

    /// The address to listen at: 127.0.0.1 or another of this machine's own, such as ::1
    #[arg(long, default_value_t = IpAddr::from(Ipv4Addr::LOCALHOST), value_parser = loopback)]
    host: IpAddr,

    /// Print JSON, one object in a line
    ///
    /// The first says where it listens: {"listening": "http://...", "urls": {"slack": ..., "webhook": ...}}.
    /// Each of the others is a request, with number, kind, at, path, outcome (accepted, refused) and, as far
    /// as there is one, status, reason and message.
    #[arg(long)]
    json: bool,

    /// End after this many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// End after this time
    #[arg(long = "for", value_name = "SECONDS", value_parser = seconds)]
    limit: Option<Duration>,

    /// When to colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

const EXAMPLES: &str = "\
Examples:
  campana receive
  campana receive --json --count 1 --for 60 | jq .message
  curl -d '{\"text\": \"hello\"}' http://127.0.0.1:4300/slack

Ctrl-C ends it. Exit status: 0, or 3 if it ended before --count messages had arrived; see `campana --help`.";

impl Receive {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.context("could not start the runtime")?.block_on(self.receive())
    }

    async fn receive(self) -> anyhow::Result<ExitStatus> {
        let ended = Self::ended(self.limit)?;
        let options = Options { host: self.host, port: self.port, ..Options::default() };
        let receiver = Receiver::start(options).await.map_err(explain)?;
        let mut messages = receiver.messages();
        let mut tally = Tally::default();
        let mut shown = match write_out(&self.greeting(&receiver)) {
            Ok(()) => self.show(&mut messages, ended, &mut tally).await,
            Err(error) => Err(error),
        };
        receiver.stop().await;
        if shown.is_ok() {
            // Whoever was told that a message arrived finds it on the screen.
            shown = self.show(&mut messages, pending(), &mut tally).await;
        }
        match shown {
            // Whoever read the messages has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            shown => shown.context("could not write to stdout")?,
        }
        // The summary is a courtesy: without a stderr, the exit status still tells.
        let _ = writeln!(io::stderr(), "{}", tally.summary());
        let enough = self.count.is_none_or(|count| tally.accepted >= count);
        Ok(if enough { ExitStatus::Ok } else { ExitStatus::TooFewMessages })
    }

    /// Shows requests until there were as many as asked for, there are no more, or `ended` is done.
    async fn show(
        &self,
        messages: &mut Messages,
        ended: impl Future<Output = ()>,
        tally: &mut Tally,
    ) -> io::Result<()> {
        let mut ended = pin!(ended);
        while self.count != Some(tally.accepted) {
            let received = tokio::select! {
                received = messages.next() => received,
                () = &mut ended => None,
            };
            let Some(received) = received else { break };
            tally.add(&received);
            write_out(&self.shown(&received)?)?;
        }
        Ok(())
    }

    fn shown(&self, received: &Received) -> io::Result<String> {
        Ok(if self.json {
            terminal::without_controls(&serde_json::to_string(received)?) + "\n"
        } else {
            draw(received, terminal::width(), self.color.on_stdout()) + "\n"
        })
    }

    /// What to paste, so that messages come here.
    fn greeting(&self, receiver: &Receiver) -> String {
        if self.json {
            let listening = format!("http://{}", receiver.address());
            let key = |kind: Kind| kind.path().trim_start_matches('/').to_owned();
            let urls: Map<_, _> =
                Kind::ALL.iter().map(|&kind| (key(kind), receiver.url(kind).into())).collect();
            return json!({ "listening": listening, "urls": urls }).to_string() + "\n";
        }
        let mut greeting = format!("export {SLACK_VARIABLE}={}\n", receiver.url(Kind::Slack));
        for kind in Kind::ALL.iter().filter(|&&kind| kind != Kind::Slack) {
            greeting += &format!("# {kind}: {}\n", receiver.url(*kind));
        }
        greeting + "# Waiting for messages; Ctrl-C ends it.\n\n"
    }

    /// Done when the time is up or somebody asks for the end.
    fn ended(limit: Option<Duration>) -> anyhow::Result<impl Future<Output = ()>> {
        let asked = asked_to_end().context("could not listen for signals")?;
        Ok(async move {
            match limit {
                // A timeout is one of the two ways to end, not an error.
                Some(limit) => drop(tokio::time::timeout(limit, asked).await),
                None => asked.await,
            }
        })
    }
}

/// How many requests there were.
#[derive(Debug, Default)]
struct Tally {
    accepted: u64,
    refused: u64,
}

impl Tally {
    fn add(&mut self, received: &Received) {
        match received.outcome {
            Outcome::Accepted(_) | Outcome::Unanswered(_) => self.accepted += 1,
            Outcome::Repeated => {}
            Outcome::Refused { .. } | Outcome::Failed(_) => self.refused += 1,
        }
    }

    fn summary(&self) -> String {
        let messages = if self.accepted == 1 { "message" } else { "messages" };
        match self.refused {
            0 => format!("{} {messages} received", self.accepted),
            refused => format!("{} {messages} received, {refused} refused", self.accepted),
        }
    }
}

/// Listens for Ctrl-C and SIGTERM from now on; done when one comes.
#[cfg(unix)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}

/// Adds the remedy to what the receiver says.
fn explain(error: StartError) -> anyhow::Error {
    match &error {
        StartError::Listen { address, source } if source.kind() == ErrorKind::AddrInUse => {
            let port = address.port();
            anyhow::anyhow!(
                "port {port} is in use: end what listens there, or choose another with --port (0 takes any free one)"
            )
        }
        _ => error.into(),
    }
}

fn write_out(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn loopback(text: &str) -> Result<IpAddr, String> {
    let host = if text == "localhost" {
        Ipv4Addr::LOCALHOST.into()
    } else {
        text.parse::<IpAddr>().map_err(|e| e.to_string())?
    };
    if host.is_loopback() {
        Ok(host)
    } else {
        Err("not a loopback address; messages can be received on this machine only, at 127.0.0.1 or ::1"
            .to_owned())
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
