//! The engine's port to a server.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use campana_client::Client;
use campana_engine::Answer;
use campana_engine::backend::{Backend, Beginning, Change, LogRecord, TaskIdent, Verdict};
use campana_model::id::FlowId;
use campana_model::{FlowRunId, Secret, State, TaskRunId};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::Server;
use super::owed::{Owed, Run, TaskRunIds};
use super::worker::{Message, Worker};

/// How many lines of logs may wait to be sent. A server that is slower than a run talks does not fill its memory.
const MAX_WAITING_LINES: usize = 10_000;

/// Reports the runs of one registered flow to its server; made by
/// [`Registered::backend`](super::Registered::backend).
pub struct ServerBackend {
    pub(super) server: Server,
    pub(super) client: Client,
    pub(super) runtime: Handle,
    pub(super) flow_id: FlowId,
    pub(super) label: String,
    ids: TaskRunIds,
    runs: Mutex<HashMap<FlowRunId, Inbox>>,
}

/// Where a run puts what its worker is to report.
#[derive(Clone)]
struct Inbox {
    messages: mpsc::UnboundedSender<Message>,
    lines: Arc<AtomicUsize>,
}

impl ServerBackend {
    pub(super) fn new(
        server: Server,
        client: Client,
        runtime: Handle,
        flow_id: FlowId,
        label: String,
    ) -> Self {
        Self {
            server,
            client,
            runtime,
            flow_id,
            label,
            ids: TaskRunIds::default(),
            runs: Mutex::new(HashMap::new()),
        }
    }

    fn inbox(&self, run: FlowRunId) -> Option<Inbox> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).get(&run).cloned()
    }

    fn start_worker(&self, run: Run) -> Option<Inbox> {
        let (messages, inbox) = mpsc::unbounded_channel();
        let lines = Arc::new(AtomicUsize::new(0));
        let id = run.id;
        let worker = Worker::new(self.server.clone(), run, inbox, Arc::clone(&lines), self.ids.clone());
        match worker {
            Ok(worker) => {
                self.runtime.spawn(worker.work());
                Some(Inbox { messages, lines })
            }
            Err(error) => {
                tracing::error!(flow_run_id = %id, %error, "the run reports to nobody");
                None
            }
        }
    }

    fn send(&self, run: FlowRunId, message: Message) {
        if let Some(inbox) = self.inbox(run) {
            // The worker lives as long as the inbox.
            let _ = inbox.messages.send(message);
        }
    }

    /// Asks whether something may start. Whoever gets no word in time starts.
    fn ask(&self, run: FlowRunId, owed: Owed) -> Answer<'_, Verdict> {
        let (answer, asked) = oneshot::channel();
        self.send(run, Message::Ask(owed, answer));
        let patience = self.server.get_pace().patience;
        // The time is measured over there, since the run's own may stand still.
        let verdict = self.runtime.spawn(async move { tokio::time::timeout(patience, asked).await });
        Answer::later(async move {
            match verdict.await {
                Ok(Ok(Ok(verdict))) => verdict,
                _ => Verdict::Go,
            }
        })
    }

    /// Asks the server for something that a run can do without.
    fn look_up<'a, T: Default + Send + 'static>(
        &'a self,
        what: &'static str,
        asked: impl Future<Output = Result<T, campana_client::Error>> + Send + 'static,
    ) -> Answer<'a, T> {
        let patience = self.server.get_pace().patience;
        let asked = self.runtime.spawn(async move { tokio::time::timeout(patience, asked).await });
        Answer::later(async move {
            match asked.await {
                Ok(Ok(Ok(found))) => return found,
                Ok(Ok(Err(error))) => tracing::warn!(%error, what, "the server was asked in vain"),
                Ok(Err(_)) | Err(_) => {
                    tracing::warn!(what, "the server was asked in vain: no answer in time");
                }
            }
            T::default()
        })
    }
}

impl Backend for ServerBackend {
    fn begin(&self, run: Beginning<'_>) {
        let Beginning { flow_run_id, name, parameters, cancel } = run;
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if !runs.contains_key(&flow_run_id) {
            let known = Run {
                id: flow_run_id,
                flow_id: self.flow_id,
                name: name.to_owned(),
                labels: vec![self.label.clone()],
                parameters: parameters.clone(),
            };
            runs.extend(self.start_worker(known).map(|inbox| (flow_run_id, inbox)));
        }
        drop(runs);
        self.send(flow_run_id, Message::Begin(cancel.clone()));
    }

    fn start_flow<'a>(&'a self, run: FlowRunId, state: &'a State) -> Answer<'a, Verdict> {
        self.ask(run, Owed::state(None, state.clone()))
    }

    fn start_task<'a>(&'a self, task: &'a TaskIdent, state: &'a State) -> Answer<'a, Verdict> {
        self.ask(task.flow_run_id, Owed::state(Some(task.into()), state.clone()))
    }

    fn report(&self, changes: Vec<Change>) {
        for change in changes {
            self.send(change.flow_run_id, Message::Report(Owed::change(change)));
        }
    }

    fn task_run_id(&self, own: TaskRunId) -> Option<TaskRunId> {
        self.ids.get(own)
    }

    fn flush(&self) -> Answer<'_, ()> {
        let inboxes: Vec<_> =
            self.runs.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        Answer::later(async move {
            for inbox in inboxes {
                let (done, flushed) = oneshot::channel();
                let _ = inbox.messages.send(Message::Flush(done));
                // A worker that is gone has nothing left.
                let _ = flushed.await;
            }
        })
    }

    fn cached<'a>(&'a self, key: &'a str) -> Answer<'a, Vec<State>> {
        let (client, key) = (self.client.clone(), key.to_owned());
        self.look_up("cached states", async move { client.cached_states(&key, None).await })
    }

    fn secret<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Secret>> {
        let (client, name) = (self.client.clone(), name.to_owned());
        self.look_up("secret", async move { client.secret_value(&name).await })
    }

    fn log(&self, record: LogRecord) {
        let Some(inbox) = self.inbox(record.flow_run_id) else { return };
        if inbox.lines.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING_LINES {
            inbox.lines.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let _ = inbox.messages.send(Message::Report(record.into()));
    }
}

impl fmt::Debug for ServerBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBackend")
            .field("server", &self.server)
            .field("flow_id", &self.flow_id)
            .finish_non_exhaustive()
    }
}
