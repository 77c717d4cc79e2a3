//! What one run has to report, on its way to the server.
//!
//! ```text
//! up      inbox -> Envoy, in order; questions are answered with what the server says
//! down    inbox -> Journal; questions are answered Go; now and then Journal -> Envoy, until it is empty: up
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use campana_client::Error;
use campana_engine::backend::Verdict;
use campana_model::{Failure, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::envoy::{Envoy, MAX_LINES, MAX_STATES, Reply};
use super::journal::Journal;
use super::owed::{Owed, Run, TaskRunIds};
use super::{Pace, Server, ServerError, leftovers};
use crate::terminal;

/// The longest wait before a server that was lost is tried again.
const MAX_RETRY: Duration = Duration::from_secs(30);

/// How long a run waits that the server lets wait for a slot, before it asks again.
const QUEUE_INTERVAL: Duration = Duration::from_secs(30);

/// What comes from the run.
#[derive(Debug)]
pub(super) enum Message {
    /// It begins, or goes on; this cancels it.
    Begin(CancellationToken),
    /// Something happened.
    Report(Owed),
    /// It wants to go to Running.
    Ask(Owed, oneshot::Sender<Verdict>),
    /// It has gone as far as it can.
    Flush(oneshot::Sender<()>),
}

/// Sends what one run has to report.
pub(super) struct Worker {
    server: Server,
    pace: Pace,
    run: Run,
    inbox: mpsc::UnboundedReceiver<Message>,
    /// How many lines of logs the run has put in and nobody has sent.
    lines: Arc<AtomicUsize>,
    envoy: Envoy,
    journal: Journal,
    link: Link,
    logs: Vec<Owed>,
    logs_due: Option<Instant>,
    /// While the run goes on.
    cancel: Option<CancellationToken>,
    leftovers: Option<JoinHandle<Result<leftovers::Sent, ServerError>>>,
    flushes: Vec<oneshot::Sender<()>>,
    give_up_at: Option<Instant>,
}

enum Link {
    Up,
    Down { next_try: Instant, wait: Duration, why: String },
}

impl Worker {
    pub(super) fn new(
        server: Server,
        run: Run,
        inbox: mpsc::UnboundedReceiver<Message>,
        lines: Arc<AtomicUsize>,
        ids: TaskRunIds,
    ) -> Result<Self, ServerError> {
        let envoy = Envoy::new(server.impatient_client()?, run.clone(), ids);
        let journal = Journal::new(server.journals(), server.endpoint().to_string(), run.clone());
        Ok(Self {
            pace: server.get_pace(),
            server,
            run,
            inbox,
            lines,
            envoy,
            journal,
            link: Link::Up,
            logs: Vec::new(),
            logs_due: None,
            cancel: None,
            leftovers: None,
            flushes: Vec::new(),
            give_up_at: None,
        })
    }

    /// Works until nobody can report anything any more.
    pub(super) async fn work(mut self) {
        let mut beat = ticks(self.pace.heartbeat);
        let mut look = ticks(self.pace.look);
        loop {
            let watches = self.cancel.is_some() && matches!(self.link, Link::Up);
            let next_try = match &self.link {
                Link::Up => None,
                Link::Down { next_try, .. } => Some(*next_try),
            };
            let mut messages = Vec::new();
            tokio::select! {
                count = self.inbox.recv_many(&mut messages, MAX_STATES) => {
                    if count == 0 {
                        break;
                    }
                    self.take(messages).await;
                }
                _ = beat.tick(), if watches => self.beat().await,
                _ = look.tick(), if watches => self.look().await,
                () = at(self.logs_due) => self.send_logs().await,
                () = at(next_try) => self.catch_up().await,
                () = at(self.give_up_at) => self.give_up(),
            }
        }
        self.send_logs().await;
    }

    async fn take(&mut self, messages: Vec<Message>) {
        let mut reports = Vec::new();
        for message in messages {
            match message {
                Message::Begin(cancel) => {
                    self.cancel = Some(cancel);
                    self.begin().await;
                }
                Message::Report(log) if log.is_log() => {
                    self.logs.push(log);
                    self.logs_due.get_or_insert(Instant::now() + self.pace.logs);
                }
                Message::Report(owed) => reports.push((owed, None)),
                Message::Ask(owed, answer) => reports.push((owed, Some(answer))),
                Message::Flush(done) => {
                    self.report(std::mem::take(&mut reports)).await;
                    self.flush(done).await;
                }
            }
        }
        self.report(reports).await;
        if self.logs.len() >= MAX_LINES {
            self.send_logs().await;
        }
    }

    /// Makes the run known, so that a link to it leads somewhere before its first task runs.
    async fn begin(&mut self) {
        if let Link::Up = self.link
            && let Err(error) = self.envoy.introduce().await
        {
            self.lost(error);
        }
        if let Link::Up = self.link {
            let server = self.server.clone();
            self.leftovers = Some(tokio::spawn(async move { leftovers::send(&server).await }));
        }
    }

    async fn report(&mut self, reports: Vec<(Owed, Option<oneshot::Sender<Verdict>>)>) {
        if reports.is_empty() {
            return;
        }
        let (owed, answers): (Vec<_>, Vec<_>) = reports.into_iter().unzip();
        let replies = match &self.link {
            Link::Up => self.envoy.report(&owed).await,
            Link::Down { .. } => {
                self.keep(owed, answers);
                return;
            }
        };
        match replies {
            Ok(replies) => {
                for ((owed, answer), reply) in owed.iter().zip(answers).zip(replies) {
                    self.answer(owed, answer, reply).await;
                }
            }
            Err(error) => {
                self.lost(error);
                self.keep(owed, answers);
            }
        }
    }

    async fn answer(&mut self, owed: &Owed, answer: Option<oneshot::Sender<Verdict>>, reply: Reply) {
        let verdict = match (reply, &answer) {
            (Reply::Taken, _) => Verdict::Go,
            (Reply::Queued, _) => Verdict::Queued(Timestamp::now() + QUEUE_INTERVAL),
            (Reply::Refused(reason), None) => {
                tracing::warn!(flow_run_id = %self.run.id, ?owed, reason, "the server refuses a report");
                return;
            }
            (Reply::Refused(reason), Some(_)) => {
                tracing::info!(flow_run_id = %self.run.id, ?owed, reason, "the server lets nothing start");
                if self.is_cancelled().await { Verdict::Cancelled } else { Verdict::Taken }
            }
        };
        if let Some(answer) = answer {
            // Who asked may have lost patience.
            let _ = answer.send(verdict);
        }
    }

    /// Keeps reports until the server is back. The run goes on.
    fn keep(&mut self, owed: Vec<Owed>, answers: Vec<Option<oneshot::Sender<Verdict>>>) {
        self.journal.keep(owed);
        for answer in answers.into_iter().flatten() {
            let _ = answer.send(Verdict::Go);
        }
    }

    async fn send_logs(&mut self) {
        self.logs_due = None;
        let logs = std::mem::take(&mut self.logs);
        if logs.is_empty() {
            return;
        }
        self.lines.fetch_sub(logs.len(), Ordering::Relaxed);
        self.report(logs.into_iter().map(|log| (log, None)).collect()).await;
    }

    async fn beat(&mut self) {
        if let Err(error) = self.envoy.beat().await {
            self.maybe_lost(error);
        }
    }

    /// Looks whether somebody has cancelled the run at the server.
    async fn look(&mut self) {
        if self.is_cancelled().await
            && let Some(cancel) = self.cancel.as_ref().filter(|cancel| !cancel.is_cancelled())
        {
            tracing::info!(flow_run_id = %self.run.id, "the run has been cancelled at the server");
            cancel.cancel();
        }
    }

    async fn is_cancelled(&mut self) -> bool {
        match self.envoy.is_cancelled().await {
            Ok(cancelled) => cancelled,
            Err(error) => {
                self.maybe_lost(error);
                false
            }
        }
    }

    /// After a request whose failing loses nothing.
    fn maybe_lost(&mut self, error: Error) {
        if error.is_transient() {
            self.lost(error);
        } else {
            tracing::debug!(flow_run_id = %self.run.id, %error, "the server does not answer as it should");
        }
    }

    fn lost(&mut self, error: Error) {
        let why = Failure::new(error).to_string();
        if let Link::Up = self.link {
            let server = self.server.endpoint();
            tracing::warn!(flow_run_id = %self.run.id, %server, why, "the run goes on without its server");
        }
        let wait = match &self.link {
            Link::Up => self.pace.retry,
            Link::Down { wait, .. } => (*wait * 2).min(MAX_RETRY),
        };
        // Somebody waits.
        let wait = if self.flushes.is_empty() { wait } else { wait.min(self.pace.retry * 4) };
        self.link = Link::Down { next_try: Instant::now() + wait, wait, why };
    }

    /// Sends the journal, and what comes meanwhile.
    async fn catch_up(&mut self) {
        loop {
            match self.journal.send_some(&mut self.envoy).await {
                Ok(true) => self.keep_what_came(),
                Ok(false) => break,
                Err(error) => return self.lost(error),
            }
        }
        if let Err(error) = self.envoy.introduce().await {
            return self.lost(error);
        }
        self.journal.clear();
        self.link = Link::Up;
        tracing::info!(flow_run_id = %self.run.id, server = %self.server.endpoint(), "the server is back, and has all reports");
        self.flushed();
    }

    /// Behind what is in the journal already.
    fn keep_what_came(&mut self) {
        let mut owed = Vec::new();
        let mut answers = Vec::new();
        while let Ok(message) = self.inbox.try_recv() {
            match message {
                Message::Begin(cancel) => self.cancel = Some(cancel),
                Message::Report(report) => {
                    self.lines.fetch_sub(usize::from(report.is_log()), Ordering::Relaxed);
                    owed.push(report);
                }
                Message::Ask(report, answer) => {
                    owed.push(report);
                    answers.push(Some(answer));
                }
                Message::Flush(done) => self.wait_for_server(done),
            }
        }
        self.keep(owed, answers);
    }

    async fn flush(&mut self, done: oneshot::Sender<()>) {
        self.send_logs().await;
        self.wait_for_server(done);
        if let Link::Up = self.link {
            if let Some(leftovers) = self.leftovers.take() {
                // What is not sent now stays for the next one.
                let _ = tokio::time::timeout(self.pace.wait_at_end, leftovers).await;
            }
            self.flushed();
        }
    }

    fn wait_for_server(&mut self, done: oneshot::Sender<()>) {
        self.cancel = None;
        self.flushes.push(done);
        let now = Instant::now();
        self.give_up_at.get_or_insert(now + self.pace.wait_at_end);
        if let Link::Down { next_try, .. } = &mut self.link {
            *next_try = now;
        }
    }

    fn flushed(&mut self) {
        self.give_up_at = None;
        for done in self.flushes.drain(..) {
            // Who waited may be gone.
            let _ = done.send(());
        }
    }

    /// Lets a run end whose server is still away.
    fn give_up(&mut self) {
        let why = match &self.link {
            Link::Up => "it is slow",
            Link::Down { why, .. } => why,
        };
        let (run, server) = (self.run.id, self.server.endpoint());
        let lost = self.journal.in_memory();
        match self.journal.path() {
            Some(path) => terminal::tell(format_args!(
                "run {run} could not report all to {server}: {why}; the rest is in {}, and is sent by the next flow \
                 that reports to this server",
                path.display()
            )),
            None => {
                terminal::tell(format_args!("run {run} could not report all to {server}: {why}"));
            }
        }
        if lost > 0 {
            terminal::tell(format_args!(
                "{lost} reports of run {run} could not be written down, and are lost with this process"
            ));
        }
        self.flushed();
    }
}

fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
