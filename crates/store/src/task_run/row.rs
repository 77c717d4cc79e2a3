//! A task run as far as a change of its state needs it, and how the change is written.

use campana_model::id::{EventId, FlowGroupId, FlowId, FlowRunId, ProjectId, RowId, TaskRunId, TenantId};
use campana_model::transition::{Command, Decision, Run, decide};
use campana_model::{EventKind, State, StateKind, Timestamp};

use crate::event::{self, Event};
use crate::flow_run::FlowRun;
use crate::history::Entry;
use crate::sql::{Dialect, Tx, params};
use crate::{Error, Scope, group_order};

/// A task run that nobody else changes until this transaction ends.
pub(super) struct TaskRun {
    pub(super) id: TaskRunId,
    of: Of,
    pub(super) version: i64,
    pub(super) kind: StateKind,
    since: Timestamp,
}

/// The flow run that a task run belongs to.
#[derive(Clone)]
pub(super) struct Of {
    flow_run_id: FlowRunId,
    tenant_id: TenantId,
    flow_id: FlowId,
    project_id: ProjectId,
    pub(super) flow_group_id: FlowGroupId,
    version_group_id: String,
    pub(super) epoch: i64,
    kind: StateKind,
}

impl TaskRun {
    /// Reads the task run, and its state's JSON, for a change to `wanted`. No other transaction changes it until
    /// this one ends; nor the flow run's state, if the task may run only while that is Running. Whoever
    /// changes both takes the flow run first.
    pub(super) fn lock(
        tx: &mut Tx<'_>,
        scope: Scope,
        id: TaskRunId,
        wanted: StateKind,
    ) -> Result<(Self, String), Error> {
        macro_rules! select {
            ($lock:literal) => {
                concat!(
                    "SELECT r.id, r.tenant_id, r.flow_id, f.project_id, f.flow_group_id, f.version_group_id,
                         r.epoch, r.state, t.version, t.state, t.state_timestamp, t.serialized_state
                     FROM task_run t JOIN flow_run r ON r.id = t.flow_run_id JOIN flow f ON f.id = r.flow_id
                     WHERE t.id = $1 AND t.tenant_id = COALESCE($2, t.tenant_id)",
                    $lock
                )
            };
        }
        let sql = match (tx.dialect(), wanted) {
            (Dialect::Sqlite, _) => select!(""),
            (Dialect::Postgres, StateKind::Running) => select!(" FOR SHARE OF r FOR UPDATE OF t"),
            (Dialect::Postgres, _) => select!(" FOR UPDATE OF t"),
        };
        let row = tx.query_opt(sql, params![id, scope])?.ok_or_else(|| not_found(id))?;
        let of = Of {
            flow_run_id: row.get(0)?,
            tenant_id: row.get(1)?,
            flow_id: row.get(2)?,
            project_id: row.get(3)?,
            flow_group_id: row.get(4)?,
            version_group_id: row.get(5)?,
            epoch: row.get(6)?,
            kind: row.get(7)?,
        };
        let run = Self { id, of, version: row.get(8)?, kind: row.get(9)?, since: row.get(10)? };
        Ok((run, row.get(11)?))
    }

    pub(super) fn of(&self) -> &Of {
        &self.of
    }

    /// What becomes of the task run by the command.
    pub(super) fn decide(&self, command: Command, now: Timestamp) -> Result<Decision, Error> {
        let run = Run {
            kind: self.kind,
            since: self.since,
            version: self.version,
            epoch: self.of.epoch,
            flow_run: Some(self.of.kind),
        };
        Ok(decide(&run, command, now)?)
    }

    /// Writes what was decided: the state, its place in the history, the event and what it makes owed.
    pub(super) fn take(&mut self, tx: &mut Tx<'_>, decision: &Decision, now: Timestamp) -> Result<(), Error> {
        let Some(entry) = Entry::of(decision, now)? else { return Ok(()) };
        self.version += 1;
        self.kind = entry.kind;
        self.since = entry.at;
        tx.execute(
            "UPDATE task_run SET version = $2, state = $3, state_message = $4, state_timestamp = $5,
                 state_start_time = $6, serialized_state = $7, start_time = COALESCE(start_time, $8),
                 end_time = $9, run_count = run_count + $10, updated = $11
             WHERE id = $1",
            params![
                self.id,
                self.version,
                entry.kind,
                entry.message,
                entry.at,
                entry.start_time,
                entry.json,
                entry.started,
                entry.ended,
                entry.starts(),
                entry.now,
            ],
        )?;
        self.record(tx, &entry)
    }

    fn record(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Error> {
        tx.execute(
            "INSERT INTO task_run_state (id, tenant_id, task_run_id, version, state, message, start_time,
                 timestamp, serialized_state, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                RowId::new(),
                self.of.tenant_id,
                self.id,
                self.version,
                entry.kind,
                entry.message,
                entry.start_time,
                entry.at,
                entry.json,
                entry.now,
            ],
        )?;
        let event = Event {
            id: EventId::new(),
            tenant_id: self.of.tenant_id,
            kind: EventKind::StateChange,
            project_id: Some(self.of.project_id),
            flow_id: Some(self.of.flow_id),
            version_group_id: Some(self.of.version_group_id.clone()),
            flow_run_id: Some(self.of.flow_run_id),
            task_run_id: Some(self.id),
            agent_id: None,
            delivery_id: None,
            state: Some(entry.kind),
            version: Some(self.version),
            message: entry.message.clone(),
            occurred_at: entry.at,
            recorded_at: entry.now,
        };
        group_order::keep(tx, self.of.flow_group_id, &event)?;
        event::record(tx, &event)
    }
}

/// Cancels the unfinished task runs of a flow run that was cancelled, and that this transaction has locked.
pub(crate) fn cancel_all(tx: &mut Tx<'_>, run: &FlowRun, now: Timestamp) -> Result<(), Error> {
    // By id, so that no two transactions wait for each other.
    macro_rules! select {
        ($lock:literal) => {
            concat!(
                "SELECT id, version, state, state_timestamp FROM task_run
                 WHERE flow_run_id = $1 AND state NOT IN ('Finished', 'Success', 'Cached', 'Mapped', 'Skipped',
                     'Cancelled', 'Failed', 'TimedOut', 'TriggerFailed', 'ValidationFailed')
                 ORDER BY id",
                $lock
            )
        };
    }
    let sql = match tx.dialect() {
        Dialect::Sqlite => select!(""),
        Dialect::Postgres => select!(" FOR UPDATE"),
    };
    let rows = tx.query(sql, params![run.id])?;
    let of = Of {
        flow_run_id: run.id,
        tenant_id: run.tenant_id,
        flow_id: run.flow_id,
        project_id: run.project_id,
        flow_group_id: run.flow_group_id,
        version_group_id: run.version_group_id.clone(),
        epoch: run.epoch,
        kind: run.kind,
    };
    let cancelled = State::new(StateKind::Cancelled).with_message("The flow run was cancelled.");
    for row in rows {
        let mut task_run = TaskRun {
            id: row.get(0)?,
            of: of.clone(),
            version: row.get(1)?,
            kind: row.get(2)?,
            since: row.get(3)?,
        };
        let command = Command::Set { state: cancelled.clone(), version: None, epoch: None };
        let decision = task_run.decide(command, now)?;
        task_run.take(tx, &decision, now)?;
    }
    Ok(())
}

pub(super) fn not_found(id: TaskRunId) -> Error {
    Error::NotFound { what: "task run", id: id.to_string() }
}
