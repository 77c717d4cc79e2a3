//! `campana receive`: a stand-in for the services that Campana notifies, which shows what arrives.
//!
//! Stdout carries what to paste, then one drawing (or one JSON object in a line) for each request, flushed at
//! once; stderr carries the summary. So stdout can be piped, and its first lines can be pasted.

mod greeting;

use std::future::pending;
use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use anyhow::Context as _;
use campana::secret::SecretLookup as _;
use campana_model::Secret;
use campana_receiver::{Fault, Messages, Options, Outcome, Received, Receiver, StartError, draw};
use clap::Args;

use crate::ExitStatus;
use crate::signal::asked_to_end;
use crate::terminal::{self, Color};

/// Show on this terminal what would arrive at Slack, in a mailbox, on a phone or at a webhook
///
/// Stands in for Slack, Teams, Twilio, PagerDuty, Pushbullet, any webhook, and a mail server. Listens on this
/// machine only, answers as the service would, and draws each message as a person would see it. No account and
/// no network are needed.
///
/// The first lines are the commands that point flows here, a line for each service: paste them into the
/// terminal where the flow is started. The accounts in them are made up. Any path below the ones shown works
/// too: /slack/T0/B0/xyz is as good as /slack.
///
/// What the service would refuse is refused here, and shown: Slack, for one, answers 400 with invalid_payload,
/// no_text, invalid_blocks, invalid_attachments or too_many_attachments.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Receive {
    /// The port to listen at; 0 takes any free one
    #[arg(long, default_value_t = 4300)]
    port: u16,

    /// The port for mails; 0 takes any free one
    ///
    /// Unless given, the other port plus 25, or any free one if that is 0.
    #[arg(long)]
    smtp_port: Option<u16>,

    /// The address to listen at: 127.0.0.1 or another of this machine's own, such as ::1
    #[arg(long, default_value_t = IpAddr::from(Ipv4Addr::LOCALHOST), value_parser = loopback)]
    host: IpAddr,

    /// Print JSON, one object in a line
    ///
    /// The first says where it listens: {"listening": "http://...", "urls": {"slack": ..., "email":
    /// "smtp://...", ...}, "environment": {variable: value}}. Each of the others is a request, with number,
    /// kind, at, path, outcome (accepted, repeated, unanswered, refused, failed) and, as far as there is one,
    /// status, reason, message, and saved or not_saved.
    #[arg(long)]
    json: bool,

    /// End after this many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// End after this time
    #[arg(long = "for", value_name = "SECONDS", value_parser = seconds)]
    limit: Option<Duration>,

    /// Do this to each request, to see what a sender makes of it
    ///
    /// A status such as 500 or 429 (for a mail, a reply of SMTP) is answered; hang never answers; reset breaks
    /// the connection; lose-answer shows the message and breaks the connection then.
    #[arg(long, value_name = "STATUS|hang|reset|lose-answer", value_parser = fault)]
    fail: Option<Fault>,

    /// Do it so many times only
    #[arg(long, value_name = "N", requires = "fail")]
    times: Option<usize>,

    /// Ask senders to wait so long after a status of --fail
    #[arg(long, value_name = "SECONDS", requires = "fail", value_parser = seconds)]
    retry_after: Option<Duration>,

    /// Save the HTML of each mail in this folder
    #[arg(long, value_name = "DIR")]
    save_html: Option<PathBuf>,

    /// Check the signatures of webhooks by the secret WEBHOOK_SIGNING_SECRET, by which notifiers sign
    #[arg(long)]
    verify: bool,

    /// Ask for that secret, or read it from stdin
    #[arg(long, requires = "verify")]
    ask: bool,

    /// When to colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

const EXAMPLES: &str = "\
Examples:
  campana receive
  campana receive --json --count 1 --for 60 | jq .message
  campana receive --fail 429 --times 1 --retry-after 2
  campana receive --save-html /tmp/mails
  curl -d '{\"text\": \"hello\"}' http://127.0.0.1:4300/slack

Ctrl-C ends it. Exit status: 0, or 3 if it ended before --count messages had arrived; see `campana --help`.";

impl Receive {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.context("could not start the runtime")?.block_on(self.receive())
    }

    async fn receive(self) -> anyhow::Result<ExitStatus> {
        let signing_secret = self.signing_secret()?;
        let ended = Self::ended(self.limit)?;
        let smtp_port =
            self.smtp_port.unwrap_or(if self.port == 0 { 0 } else { self.port.saturating_add(25) });
        let (host, port) = (self.host, self.port);
        let options = Options { host, port, smtp_port, signing_secret, ..Options::default() };
        let receiver = Receiver::start(options).await.map_err(|error| self.explain(error))?;
        match (self.fault(), self.times) {
            (None, _) => {}
            (Some(fault), None) => receiver.fail_always(fault),
            (Some(fault), Some(times)) => receiver.fail_next(times, fault),
        }
        let mut messages = receiver.messages();
        let mut tally = Tally::default();
        let mut shown = match write_out(&greeting::greeting(&receiver, self.json)) {
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
        // A folder that cannot be written to is no reason not to show the mail.
        let saved = match self.save_html.as_ref().map(|folder| received.save_html(folder)) {
            Some(Ok(Some(path))) => Some(("saved", path.display().to_string())),
            Some(Err(error)) => Some(("not saved", error.to_string())),
            Some(Ok(None)) | None => None,
        };
        if self.json {
            let mut object = serde_json::to_value(received)?;
            if let Some((key, text)) = saved {
                object[key.replace(' ', "_")] = text.into();
            }
            return Ok(terminal::without_controls(&object.to_string()) + "\n");
        }
        let saved = saved.map(|(key, text)| format!("HTML {key}: {text}\n\n")).unwrap_or_default();
        Ok(draw(received, terminal::width(), self.color.on_stdout()) + "\n" + &saved)
    }

    fn signing_secret(&self) -> anyhow::Result<Option<Secret>> {
        const NAME: &str = "WEBHOOK_SIGNING_SECRET";
        Ok(match (self.verify, self.ask) {
            (false, _) => None,
            (true, true) => Some(terminal::read_secret(NAME)?),
            (true, false) => Some(Secret::get(NAME).context("--ask takes the secret now")?),
        })
    }

    /// What to do to requests.
    fn fault(&self) -> Option<Fault> {
        Some(match self.fail? {
            Fault::Status { code, .. } => Fault::Status { code, retry_after: self.retry_after },
            other => other,
        })
    }

    /// Adds the remedy to what the receiver says.
    fn explain(&self, error: StartError) -> anyhow::Error {
        match &error {
            StartError::Listen { address, source } if source.kind() == ErrorKind::AddrInUse => {
                let port = address.port();
                let option = if port == self.port { "--port" } else { "--smtp-port" };
                anyhow::anyhow!(
                    "port {port} is in use: end what listens there, or choose another with {option} (0 takes any free one)"
                )
            }
            _ => error.into(),
        }
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

fn fault(text: &str) -> Result<Fault, String> {
    match text {
        "hang" => Ok(Fault::Hang),
        "reset" => Ok(Fault::Reset),
        "lose-answer" => Ok(Fault::LoseAnswer),
        status => match status.parse() {
            Ok(code @ 300..=599) => Ok(Fault::status(code)),
            _ => Err("write a status from 300 to 599, hang, reset or lose-answer".to_owned()),
        },
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
