//! The cost of a message, through each channel, beside a bare client that sends the same bytes in the same run.
//!
//! A message goes the whole way: a task fails, its notifier looks at its filters, reads its secrets, renders and
//! sends. What it sends is taken down once by `campana-receiver`; after that both it and the bare client send to a
//! server that does no more than answer, and every message is counted there.
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Instant;

use campana::Start;
use campana::prelude::*;
use campana_bench::bare::{Bare, Mail, Post};
use campana_bench::loopback::{Answer, Loopback};
use campana_bench::rounds::{median, time};
use campana_receiver::{Kind, Options, Receiver};
use hyper::HeaderMap;
use tokio::runtime::Runtime;

const ROUNDS: usize = 7;
const MESSAGES: usize = 1_000;
const CONCURRENCIES: [usize; 2] = [1, 16];
const PROCESSES: usize = 21;

/// What this program does when it is started again to be a fresh process.
const FIRST_BY_CAMPANA: &str = "first-by-campana";
const FIRST_BY_BARE_CLIENT: &str = "first-by-bare-client";

const SLACK_URL: &str = "CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL";
const USER: &str = "bell@example.com";

#[task]
fn numbers(count: usize) -> Vec<usize> {
    (0..count).collect()
}

#[task]
async fn load(_number: usize) -> Result<u64, BoxError> {
    Err("connection refused by 'db'".into())
}

#[task]
async fn nothing() {}

fn main() -> Result<(), BoxError> {
    match std::env::args().nth(1).as_deref() {
        Some(FIRST_BY_CAMPANA) => return first_by_campana(),
        Some(FIRST_BY_BARE_CLIENT) => return first_by_bare_client(),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("| channel | at a time | messages/s | by the bare client | µs a message | x bare client |");
    println!("|---|---|---|---|---|---|");
    for &kind in Kind::ALL {
        let service = runtime.block_on(Service::new(kind))?;
        for at_a_time in CONCURRENCIES {
            let flow = failing(MESSAGES);
            let start = || service.telling(&flow, StateKind::Failed);
            let figures = service.rounds(&runtime, MESSAGES, at_a_time, start)?;
            println!("| {kind} | {at_a_time} | {figures} |");
        }
    }
    let slack = runtime.block_on(Service::new(Kind::Slack))?;
    println!(
        "\n| 200 tasks that tell Slack of two states each, at a time | messages/s | by the bare client | µs a message | x bare client |"
    );
    println!("|---|---|---|---|---|");
    let flow = passing(200);
    for at_a_time in CONCURRENCIES {
        let start =
            || flow.run().secret("SLACK_WEBHOOK_URL", slack.url()).task_state_handler(slack_notifier());
        let figures = slack.rounds(&runtime, 400, at_a_time, start)?;
        println!("| {at_a_time} | {figures} |");
    }
    println!("\n| first message of a fresh process | ms after its start |\n|---|---|");
    println!("| Campana | {:.1} |", slack.first_message(FIRST_BY_CAMPANA)?);
    println!("| the bare client | {:.1} |", slack.first_message(FIRST_BY_BARE_CLIENT)?);
    Ok(())
}

/// A flow of so many tasks that fail.
fn failing(count: usize) -> Flow {
    let mut flow = Flow::new("orders");
    flow.add(load::map(numbers(count)));
    flow
}

/// A flow of so many tasks that do not.
fn passing(count: usize) -> Flow {
    let mut flow = Flow::new("orders");
    for _ in 0..count {
        flow.add(nothing());
    }
    flow
}

/// A service that takes everything, and a bare client that sends to it what the notifier sends.
struct Service {
    kind: Kind,
    loopback: Loopback,
    bare: Bare,
}

/// Medians of the rounds.
struct Figures {
    us: f64,
    bare_us: f64,
    ratio: f64,
}

impl Service {
    /// Takes down what the notifier sends and what is answered, and makes the server and the bare client of it.
    async fn new(kind: Kind) -> Result<Self, BoxError> {
        let receiver = Receiver::start(Options::default()).await?;
        let address = if kind == Kind::Email { receiver.smtp_address() } else { receiver.address() };
        let run = telling(failing(1).run(), kind, address, StateKind::Failed).await;
        let received = receiver.received();
        let request = received.first().ok_or_else(|| run.to_string())?.request.clone();
        if kind == Kind::Email {
            let loopback = Loopback::smtp()?;
            let server = loopback.address();
            let bare = Bare::Mail(Mail { server, from: USER.into(), to: USER.into(), bytes: request.body });
            return Ok(Self { kind, loopback, bare });
        }
        let post = |address| {
            let url = format!("http://{address}{}", request.path.expose());
            Post::new(url, request.headers.clone(), request.body.clone())
        };
        let answer = post(address)?.send().await?;
        let (status, content_type) = (answer.status(), answer.headers().get("content-type").cloned());
        let loopback = Loopback::http(Answer { status, content_type, body: answer.bytes().await? })?;
        let bare = Bare::Post(post(loopback.address())?);
        Ok(Self { kind, loopback, bare })
    }

    fn url(&self) -> String {
        url(self.kind, self.loopback.address())
    }

    fn telling(&self, flow: &Flow, state: StateKind) -> Start {
        telling(flow.run(), self.kind, self.loopback.address(), state)
    }

    /// Runs of `count` messages, each followed by the same number from the bare client.
    fn rounds(
        &self,
        runtime: &Runtime,
        count: usize,
        at_a_time: usize,
        start: impl Fn() -> Start,
    ) -> Result<Figures, BoxError> {
        let round = || {
            let run = match at_a_time {
                1 => start(),
                _ => start().executor(Concurrent::new().limit(at_a_time)),
            };
            let (campana, run) = time(|| runtime.block_on(async { run.await }));
            let taken = self.loopback.taken();
            if taken != count {
                return Err(format!("{} took {taken} messages of {count}: {run}", self.kind).into());
            }
            let (bare, sent) = time(|| runtime.block_on(self.bare.send_all(count, at_a_time)));
            sent?;
            self.loopback.taken();
            let us = |took: Duration| took.as_secs_f64() * 1e6 / count as f64;
            Ok((us(campana), us(bare)))
        };
        round()?;
        let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| round()).collect::<Result<_, BoxError>>()?;
        let of = |figure: fn(&(f64, f64)) -> f64| median(rounds.iter().map(figure).collect());
        Ok(Figures { us: of(|r| r.0), bare_us: of(|r| r.1), ratio: of(|r| r.0 / r.1) })
    }

    /// How many milliseconds after its start the first message of this program's other self arrives.
    fn first_message(&self, role: &str) -> Result<f64, BoxError> {
        let once = || {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg(role).env(SLACK_URL, self.url()).stdout(Stdio::null());
            let start = Instant::now();
            let mut child = command.spawn()?;
            let arrived = self.loopback.next()?;
            if !child.wait()?.success() {
                return Err(format!("{role} failed").into());
            }
            Ok((arrived - start).as_secs_f64() * 1e3)
        };
        once()?;
        Ok(median((0..PROCESSES).map(|_| once()).collect::<Result<_, BoxError>>()?))
    }
}

fn url(kind: Kind, address: SocketAddr) -> String {
    format!("http://{address}{}", kind.path())
}

/// The run, with a notifier that tells this service of each task that goes to `state`.
fn telling(start: Start, kind: Kind, address: SocketAddr, state: StateKind) -> Start {
    let url = url(kind, address);
    match kind {
        Kind::Slack => {
            start.secret("SLACK_WEBHOOK_URL", url).task_state_handler(slack_notifier().only_states([state]))
        }
        Kind::Teams => {
            start.secret("TEAMS_WEBHOOK_URL", url).task_state_handler(teams_notifier().only_states([state]))
        }
        Kind::Webhook => start
            .secret("WEBHOOK_URL", url)
            .secret("WEBHOOK_SIGNING_SECRET", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
            .task_state_handler(webhook_notifier().only_states([state])),
        Kind::Pushbullet => start
            .secret("PUSHBULLET_TOKEN", "o.00000000000000")
            .task_state_handler(pushbullet_notifier().api_url(url).only_states([state])),
        Kind::PagerDuty => start
            .secret("PAGERDUTY_ROUTING_KEY", "00000000000000000000000000000000")
            .task_state_handler(pagerduty_notifier().api_url(url).only_states([state])),
        Kind::Twilio => {
            let notifier = twilio_notifier().api_url(url).to(["+15005550006"]).only_states([state]);
            start
                .secret("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000")
                .secret("TWILIO_AUTH_TOKEN", "00000000000000000000000000000000")
                .secret("TWILIO_MESSAGING_SERVICE_SID", "MG00000000000000000000000000000000")
                .task_state_handler(notifier)
        }
        Kind::Email => {
            let notifier = email_notifier().host(address.ip().to_string()).port(address.port());
            let notifier = notifier.security(Security::Insecure).from(USER).to([USER]);
            start.task_state_handler(notifier.only_states([state]))
        }
    }
}

/// What a fresh process does: the smallest flow that sends something.
fn first_by_campana() -> Result<(), BoxError> {
    let mut flow = Flow::new("orders");
    flow.add(nothing().state_handler(slack_notifier().only_states([StateKind::Success])));
    let run = flow.run_blocking()?;
    if run.is_successful() { Ok(()) } else { Err(run.to_string().into()) }
}

fn first_by_bare_client() -> Result<(), BoxError> {
    let url = std::env::var(SLACK_URL)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let body = r#"{"text":"nothing is now in a Success state"}"#.into();
    let post = Post::new(url, HeaderMap::new(), body)?;
    runtime.block_on(post.send())?;
    Ok(())
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { us, bare_us, ratio } = self;
        write!(f, "{:.0} | {:.0} | {us:.0} | {ratio:.2}", 1e6 / us, 1e6 / bare_us)
    }
}
