//! A run as its server knows it: made there, reported to, asked about.

use std::collections::{HashMap, HashSet};

use campana_client::{
    Client, CreateFlowRun, Error, GetOrCreateTaskRun, SetFlowRunState, SetTaskRunState, StateReply, WriteLog,
};
use campana_model::id::{RowId, TaskId};
use campana_model::{FlowRunId, State, StateKind, TaskRunId, Timestamp};

use super::owed::{Owed, Run, Task, TaskRunIds, number_of};

/// How many states, or ids of task runs, go in one request.
pub(super) const MAX_STATES: usize = 100;

/// How many lines of a log go in one request.
pub(super) const MAX_LINES: usize = 500;

/// How many bytes of them; the server takes bodies of up to 5 MB.
const MAX_LINES_BYTES: usize = 1024 * 1024;

/// Speaks for one run.
#[derive(Debug)]
pub(super) struct Envoy {
    client: Client,
    run: Run,
    ids: TaskRunIds,
    known: Option<Known>,
}

/// The run by the server's ids.
#[derive(Debug)]
struct Known {
    id: FlowRunId,
    tasks: HashMap<String, TaskId>,
    task_runs: HashMap<(String, Option<u32>), TaskRunId>,
    named: HashSet<TaskRunId>,
}

/// What the server said to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It has it.
    Taken,
    /// The run has to wait.
    Queued,
    /// It does not want it, and never will.
    Refused(String),
}

impl Envoy {
    /// It tells `ids` all ids that it learns.
    pub(super) fn new(client: Client, run: Run, ids: TaskRunIds) -> Self {
        Self { client, run, ids, known: None }
    }

    /// Makes the run at the server, if that has not been done.
    pub(super) async fn introduce(&mut self) -> Result<(), Error> {
        if self.known.is_none() {
            self.known = Some(self.create().await?);
        }
        Ok(())
    }

    async fn create(&self) -> Result<Known, Error> {
        let Run { id, flow_id, name, labels, parameters } = self.run.clone();
        let create = CreateFlowRun {
            flow_id,
            id: Some(id),
            // Whoever asks again, from another process too, gets the same run.
            idempotency_key: id.to_string(),
            flow_run_name: Some(name),
            parameters,
            labels,
            scheduled_start_time: None,
        };
        let id = self.client.create_flow_run(&create).await?;
        let found = self.client.flow_run_tasks(id).await?;
        let found = found.ok_or_else(|| Error::Malformed { problem: format!("there is no run {id}") })?;
        let mut known = Known { id, tasks: HashMap::new(), task_runs: HashMap::new(), named: HashSet::new() };
        for run in found.task_runs {
            known.tasks.insert(run.task.slug.clone(), run.task.id);
            known.learn(&self.ids, self.run.id, run.task.slug, None, run.id);
        }
        Ok(known)
    }

    /// Reports in this order, and says what the server said to each. After an error nobody knows how much of it has
    /// arrived; [`not_arrived`](Self::not_arrived) finds out.
    pub(super) async fn report(&mut self, owed: &[Owed]) -> Result<Vec<Reply>, Error> {
        let mut replies = Vec::with_capacity(owed.len());
        for group in owed.chunk_by(same_kind) {
            for part in parts(group) {
                replies.extend(match part.first() {
                    Some(Owed::Log { .. }) => self.write_logs(part).await?,
                    Some(Owed::State { task: Some(_), .. }) => self.set_task_states(part).await?,
                    _ => self.set_flow_states(part).await?,
                });
            }
        }
        Ok(replies)
    }

    async fn set_flow_states(&mut self, owed: &[Owed]) -> Result<Vec<Reply>, Error> {
        let flow_run_id = self.id().await?;
        let mut replies = Vec::new();
        for (state, at) in owed.iter().filter_map(state_of) {
            let set =
                SetFlowRunState { flow_run_id, version: None, state: state.clone(), timestamp: Some(at) };
            replies.push(one_reply(self.client.set_flow_run_states(&[set]).await)?);
        }
        Ok(replies)
    }

    async fn set_task_states(&mut self, owed: &[Owed]) -> Result<Vec<Reply>, Error> {
        let ids = self.task_runs(owed).await?;
        self.name_task_runs(owed, &ids).await?;
        let states = owed.iter().filter_map(state_of).zip(&ids);
        let set = |((state, at), id): ((&State, Timestamp), &Option<TaskRunId>)| {
            let (task_run_id, state) = ((*id)?, state.clone());
            Some(SetTaskRunState { task_run_id, version: None, state, timestamp: Some(at) })
        };
        let states: Vec<_> = states.filter_map(set).collect();
        let mut replies = self.set_all(owed, &states).await?.into_iter();
        let unknown = || Reply::Refused("the flow has no such task at the server".to_owned());
        Ok(ids.iter().map(|id| id.and_then(|_| replies.next()).unwrap_or_else(unknown)).collect())
    }

    /// Sets them in one request; if the server refuses that, one by one, so that one bad state does not take the
    /// others with it.
    async fn set_all(&mut self, owed: &[Owed], states: &[SetTaskRunState]) -> Result<Vec<Reply>, Error> {
        match states {
            [] => return Ok(Vec::new()),
            [one] => {
                return Ok(vec![one_reply(
                    self.client.set_task_run_states(std::slice::from_ref(one)).await,
                )?]);
            }
            _ => {}
        }
        match self.client.set_task_run_states(states).await {
            Ok(replies) if replies.len() == states.len() => {
                return Ok(replies.into_iter().map(Reply::from).collect());
            }
            Ok(_) => {
                return Err(Error::Malformed { problem: "one reply for each state is wanted".to_owned() });
            }
            Err(error) if !is_refusal(&error) => return Err(error),
            Err(_) => {}
        }
        let arrived = self.arrived(owed).await?;
        let mut replies = Vec::new();
        for set in states {
            let number = number_of(&set.state);
            if number.is_some() && number <= arrived.get(&Some(set.task_run_id)).copied() {
                replies.push(Reply::Taken);
                continue;
            }
            replies.push(one_reply(self.client.set_task_run_states(std::slice::from_ref(set)).await)?);
        }
        Ok(replies)
    }

    /// The server's ids of the runs of these tasks, which are made there if need be; `None` for a task that the server
    /// does not know.
    async fn task_runs(&mut self, owed: &[Owed]) -> Result<Vec<Option<TaskRunId>>, Error> {
        let flow_run_id = self.id().await?;
        let (own_id, ids) = (self.run.id, self.ids.clone());
        let client = self.client.clone();
        let known = self.known().await?;
        let mut wanted: Vec<(&Task, GetOrCreateTaskRun)> = Vec::new();
        let mut seen = HashSet::new();
        for task in owed.iter().filter_map(task_of) {
            let is_known = known.task_runs.contains_key(&(task.slug.clone(), task.map_index));
            let Some(&task_id) = known.tasks.get(&task.slug) else { continue };
            if !is_known && seen.insert((&task.slug, task.map_index)) {
                wanted.push((task, GetOrCreateTaskRun { flow_run_id, task_id, map_index: task.map_index }));
            }
        }
        let questions: Vec<_> = wanted.iter().map(|(_, question)| *question).collect();
        for ((task, _), found) in wanted.iter().zip(client.get_or_create_task_runs(&questions).await?) {
            known.learn(&ids, own_id, task.slug.clone(), task.map_index, found.id);
        }
        let id = |task: &Task| known.task_runs.get(&(task.slug.clone(), task.map_index)).copied();
        Ok(owed.iter().filter_map(task_of).map(id).collect())
    }

    async fn name_task_runs(&mut self, owed: &[Owed], ids: &[Option<TaskRunId>]) -> Result<(), Error> {
        let client = self.client.clone();
        let known = self.known().await?;
        for (task, id) in owed.iter().filter_map(task_of).zip(ids) {
            let (Some(name), Some(id)) = (&task.run_name, id) else { continue };
            if known.named.contains(id) {
                continue;
            }
            match client.set_task_run_name(*id, name).await {
                Err(error) if !is_refusal(&error) => return Err(error),
                Err(error) => tracing::debug!(%error, "the server does not take a name"),
                Ok(()) => {}
            }
            known.named.insert(*id);
        }
        Ok(())
    }

    async fn write_logs(&mut self, owed: &[Owed]) -> Result<Vec<Reply>, Error> {
        let flow_run_id = self.id().await?;
        let line = |owed: &Owed| match owed {
            Owed::State { .. } => None,
            Owed::Log { task_run_id, at, level, name, message } => Some(WriteLog {
                flow_run_id,
                // Of a task that the server has not heard of yet, the line is the flow's.
                task_run_id: task_run_id.and_then(|id| self.ids.get(id)),
                timestamp: *at,
                name: name.clone(),
                level: level.clone(),
                message: message.clone(),
            }),
        };
        let lines: Vec<_> = owed.iter().filter_map(line).collect();
        let reply = match self.client.write_run_logs(&lines).await {
            Ok(()) => Reply::Taken,
            Err(error) if is_refusal(&error) => Reply::Refused(error.to_string()),
            Err(error) => return Err(error),
        };
        Ok(vec![reply; owed.len()])
    }

    /// What of this the server has not got: each run's state at the server has the number of the last report that it
    /// took, and with it all before.
    pub(super) async fn not_arrived(&mut self, owed: Vec<Owed>) -> Result<Vec<Owed>, Error> {
        let arrived = self.arrived(&owed).await?;
        let known = self.known().await?;
        let is_new = |owed: &Owed| match owed {
            Owed::Log { .. } => true,
            Owed::State { number, task, .. } => {
                let run = task
                    .as_ref()
                    .map(|task| known.task_runs.get(&(task.slug.clone(), task.map_index)).copied());
                let last = match run {
                    None => arrived.get(&None),
                    Some(None) => None,
                    Some(run) => arrived.get(&run),
                };
                last.is_none_or(|last| number > last)
            }
        };
        Ok(owed.into_iter().filter(is_new).collect())
    }

    /// The number of the last report that the server took of each of these runs; the flow's own under `None`.
    async fn arrived(&mut self, owed: &[Owed]) -> Result<HashMap<Option<TaskRunId>, RowId>, Error> {
        let flow_run_id = self.id().await?;
        let client = self.client.clone();
        let known = self.known().await?;
        let mut arrived = HashMap::new();
        if owed.iter().any(|owed| matches!(owed, Owed::State { task: None, .. })) {
            let state = client.flow_run_state(flow_run_id).await?;
            arrived.extend(state.as_ref().and_then(number_of).map(|number| (None, number)));
        }
        let mut seen = HashSet::new();
        let question = |task: &Task| {
            let task_id = *known.tasks.get(&task.slug)?;
            let is_first = seen.insert((task.slug.clone(), task.map_index));
            is_first.then_some(GetOrCreateTaskRun { flow_run_id, task_id, map_index: task.map_index })
        };
        let questions: Vec<_> = owed.iter().filter_map(task_of).filter_map(question).collect();
        for part in questions.chunks(MAX_STATES) {
            for found in client.get_or_create_task_runs(part).await? {
                let number = found.serialized_state.as_ref().and_then(number_of);
                arrived.extend(number.map(|number| (Some(found.id), number)));
            }
        }
        // Their ids are known from now on.
        for part in owed.chunks(MAX_STATES) {
            self.task_runs(part).await?;
        }
        Ok(arrived)
    }

    /// Says that the run is alive.
    pub(super) async fn beat(&mut self) -> Result<(), Error> {
        let id = self.id().await?;
        self.client.update_flow_run_heartbeat(id).await
    }

    /// Whether somebody has cancelled the run at the server.
    pub(super) async fn is_cancelled(&mut self) -> Result<bool, Error> {
        let id = self.id().await?;
        let state = self.client.flow_run_state(id).await?;
        let cancelled = |state: State| matches!(state.kind(), StateKind::Cancelling | StateKind::Cancelled);
        Ok(state.is_some_and(cancelled))
    }

    async fn id(&mut self) -> Result<FlowRunId, Error> {
        Ok(self.known().await?.id)
    }

    async fn known(&mut self) -> Result<&mut Known, Error> {
        let known = match self.known.take() {
            Some(known) => known,
            None => self.create().await?,
        };
        Ok(self.known.insert(known))
    }
}

impl Known {
    fn learn(
        &mut self,
        ids: &TaskRunIds,
        run: FlowRunId,
        slug: String,
        map_index: Option<u32>,
        id: TaskRunId,
    ) {
        ids.learn(TaskRunId::derived(run, &slug, map_index), id);
        self.task_runs.insert((slug, map_index), id);
    }
}

impl From<StateReply> for Reply {
    fn from(reply: StateReply) -> Self {
        match reply {
            reply if reply.is_success() => Self::Taken,
            reply if reply.is_queued() => Self::Queued,
            StateReply { status, message } => Self::Refused(message.unwrap_or(status)),
        }
    }
}

fn one_reply(replies: Result<Vec<StateReply>, Error>) -> Result<Reply, Error> {
    match replies {
        Ok(mut replies) => match replies.pop() {
            Some(reply) => Ok(reply.into()),
            None => Err(Error::Malformed { problem: "a reply for the state is wanted".to_owned() }),
        },
        Err(error) if is_refusal(&error) => Ok(Reply::Refused(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Whether the server has understood, and does not want it: to ask again would be in vain. What may pass, a wrong key
/// and a server that is none are not refusals; who is refused by them waits for better times.
fn is_refusal(error: &Error) -> bool {
    match error {
        Error::Refused { .. } => !error.is_transient() && !error.is_unauthenticated(),
        Error::Status { status, .. } => matches!(status, 400 | 413 | 422),
        _ => false,
    }
}

fn task_of(owed: &Owed) -> Option<&Task> {
    match owed {
        Owed::State { task, .. } => task.as_ref(),
        Owed::Log { .. } => None,
    }
}

fn state_of(owed: &Owed) -> Option<(&State, Timestamp)> {
    match owed {
        Owed::State { state, at, .. } => Some((state, *at)),
        Owed::Log { .. } => None,
    }
}

/// Whether both go by the same operation.
fn same_kind(one: &Owed, other: &Owed) -> bool {
    one.is_log() == other.is_log() && task_of(one).is_some() == task_of(other).is_some()
}

/// What goes in one request each.
fn parts(group: &[Owed]) -> Vec<&[Owed]> {
    let Some(Owed::Log { .. }) = group.first() else { return group.chunks(MAX_STATES).collect() };
    let mut parts = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, owed) in group.iter().enumerate() {
        let Owed::Log { message, .. } = owed else { continue };
        if at > start && (at - start == MAX_LINES || bytes + message.len() > MAX_LINES_BYTES) {
            parts.push(&group[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += message.len();
    }
    parts.push(&group[start..]);
    parts
}
