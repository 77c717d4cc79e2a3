//! `campana notify`: sends one message, to try a channel out before it is relied on.
//!
//! ```text
//! Channel (arguments) + Credentials (secrets, configuration) -> ChannelConfig -> one attempt -> Report
//! ```
//!
//! Exactly one attempt, so that what is said is what happened. The credentials are those that the notifiers and
//! the notification tasks take; they are never arguments.

mod channel;
mod credentials;
mod report;
mod sample;

use anyhow::{Context as _, anyhow};
use campana_model::id::{DeliveryId, EventId};
use campana_model::notification::Message;
use campana_model::{StateKind, Timestamp};
use campana_notify::{ChannelConfig, Http, HttpOptions, Networks, SendContext};
use clap::Args;

use self::channel::Channel;
use self::credentials::Credentials;
use self::report::Report;
use crate::{ExitStatus, config};

/// Send one message, to try a channel out
///
/// Sends exactly once and says what the provider answered. The credentials are those that notifiers take: from
/// the secrets, which `campana secret set` keeps, and from the configuration.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
#[command(subcommand_value_name = "CHANNEL", subcommand_help_heading = "Channels")]
pub(crate) struct Notify {
    #[command(subcommand)]
    channel: Channel,
}

const EXAMPLES: &str = "\
Examples:
  campana notify slack
  campana notify slack --message 'The *orders* are in.'
  campana notify slack --state failed --secret ON_CALL_URL
  pass show teams | campana notify teams --ask
  campana notify email --to ops@example.com --json

Exit status: 0 if the provider took it, 4 if it refused it for good, 5 if it did not arrive, or
nobody knows, and another try may help, 1 if nothing could be sent; see `campana --help`.";

/// What to send, and how to say what came of it.
#[derive(Debug, Args)]
struct Common {
    /// The text to send, or the message of the state
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "This is a test of Campana.",
        hide_default_value = true
    )]
    message: String,

    /// The first line, for channels that have one
    #[arg(long, value_name = "TEXT", conflicts_with = "state")]
    title: Option<String>,

    /// Send what a notifier would send about a change to this state, such as failed or success
    #[arg(long, value_parser = state)]
    state: Option<StateKind>,

    /// Take the main credential (a URL, a token or a password) from the secret of this name
    #[arg(long, value_name = "NAME", conflicts_with = "ask")]
    secret: Option<String>,

    /// Ask for the main credential, or read it from stdin
    #[arg(long)]
    ask: bool,

    /// Print JSON: {"channel", "outcome", "status", "answer"}, or with "reason" if it was not taken
    ///
    /// The outcome is accepted, rejected (for good), retry (another try may help; "retry_after_seconds" if the
    /// provider says when) or ambiguous (sent, but not answered: it may have arrived).
    #[arg(long)]
    json: bool,
}

impl Notify {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let common = self.channel.common();
        let config = config::load()?;
        let mut credentials = Credentials::new(&config, common.secret.as_deref(), common.ask);
        let channel = self.channel.config(&config, &mut credentials)?;
        let proxy = config.network.proxy.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let sending = send(channel, proxy, common, config.server.public_url.as_deref());
        let report = runtime.context("could not start the runtime")?.block_on(sending);
        // Whoever is told that a credential is wrong wants to know which.
        let report = report.map_err(|error| anyhow!("{error:#}; {}", credentials.used()))?;
        report.tell(&credentials, common.json)
    }
}

async fn send(
    config: ChannelConfig,
    proxy: Option<campana_model::Secret>,
    common: &Common,
    public_url: Option<&str>,
) -> anyhow::Result<Report> {
    // The addresses are the user's own, so private ones may be reached.
    let options = HttpOptions { networks: Networks::any(), proxy, ..HttpOptions::default() };
    let http = Http::new(options).context("the proxy of [network] cannot be used")?;
    let channel = config.build(&http)?;
    let Common { message, title, state, .. } = common;
    let now = Timestamp::now();
    let payload = match *state {
        Some(kind) => channel.render(&sample::change(kind, message, public_url, now)),
        None => channel.render_message(&Message { title: title.clone(), text: message.clone() }),
    };
    let context = SendContext { delivery_id: DeliveryId::new(), event_id: EventId::new(), now };
    Ok(Report { channel: channel.name(), sent: channel.send(&payload, &context).await })
}

pub(crate) fn state(text: &str) -> Result<StateKind, String> {
    let named = StateKind::ALL.iter().find(|kind| kind.name().eq_ignore_ascii_case(text));
    named.copied().ok_or_else(|| {
        let known: Vec<_> = StateKind::ALL.iter().map(|kind| kind.name().to_lowercase()).collect();
        format!("there is no such state; the states are {}", known.join(", "))
    })
}
