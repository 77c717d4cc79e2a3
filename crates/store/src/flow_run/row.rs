//! A flow run as far as a change of its state needs it, and how the change is written.

use campana_model::id::{EventId, FlowGroupId, FlowId, FlowRunId, ProjectId, RowId, TenantId};
use campana_model::transition::{Command, Decision, Run, decide};
use campana_model::{EventKind, StateKind, Timestamp};

use super::Changed;
use crate::event::{self, Event};
use crate::history::Entry;
use crate::sql::{Dialect, Row, Tx, params};
use crate::{Error, Scope, group_order};

/// The columns of [`FlowRun::read`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.tenant_id, r.flow_id, f.project_id, f.flow_group_id, f.version_group_id,
                 r.version, r.epoch, r.state, r.state_timestamp
             FROM flow_run r JOIN flow f ON f.id = r.flow_id ",
            $rest
        )
    };
}

/// A flow run that nobody else changes until this transaction ends.
pub(crate) struct FlowRun {
    pub(crate) id: FlowRunId,
    pub(crate) tenant_id: TenantId,
    pub(crate) flow_id: FlowId,
    pub(crate) project_id: ProjectId,
    pub(crate) flow_group_id: FlowGroupId,
    pub(crate) version_group_id: String,
    pub(crate) version: i64,
    pub(crate) epoch: i64,
    pub(crate) kind: StateKind,
    pub(crate) since: Timestamp,
}

impl FlowRun {
    /// Reads the run, which no other transaction changes until this one ends.
    pub(crate) fn lock(tx: &mut Tx<'_>, scope: Scope, id: FlowRunId) -> Result<Self, Error> {
        let sql = match tx.dialect() {
            Dialect::Sqlite => select!("WHERE r.id = $1 AND r.tenant_id = COALESCE($2, r.tenant_id)"),
            Dialect::Postgres => {
                select!("WHERE r.id = $1 AND r.tenant_id = COALESCE($2, r.tenant_id) FOR UPDATE OF r")
            }
        };
        let row = tx.query_opt(sql, params![id, scope])?;
        Self::read(&row.ok_or_else(|| not_found(id))?)
    }

    /// Reads a row of [`select`].
    pub(crate) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get(0)?,
            tenant_id: row.get(1)?,
            flow_id: row.get(2)?,
            project_id: row.get(3)?,
            flow_group_id: row.get(4)?,
            version_group_id: row.get(5)?,
            version: row.get(6)?,
            epoch: row.get(7)?,
            kind: row.get(8)?,
            since: row.get(9)?,
        })
    }

    /// What has become of it.
    pub(super) fn changed(&self) -> Changed<FlowRunId> {
        Changed { id: self.id, version: self.version, state: self.kind, epoch: self.epoch }
    }

    /// What becomes of the run by the command.
    pub(crate) fn decide(&self, command: Command, now: Timestamp) -> Result<Decision, Error> {
        let run = Run {
            kind: self.kind,
            since: self.since,
            version: self.version,
            epoch: self.epoch,
            flow_run: None,
        };
        Ok(decide(&run, command, now)?)
    }

    /// Writes what was decided: the state, its place in the history, the event and what it makes owed; and the
    /// end of its task runs, if it is that.
    pub(crate) fn take(&mut self, tx: &mut Tx<'_>, decision: &Decision, now: Timestamp) -> Result<(), Error> {
        let Some(entry) = Entry::of(decision, now)? else { return Ok(()) };
        self.update(tx, &entry)?;
        self.remember(tx, &entry)?;
        self.tell(tx, &entry)?;
        if decision.cancels_task_runs {
            crate::task_run::cancel_all(tx, self, now)?;
        }
        Ok(())
    }

    fn update(&mut self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Error> {
        // What the run itself reports is a sign of life.
        let alive = matches!(entry.kind, StateKind::Running | StateKind::Submitted).then_some(entry.now);
        self.version += 1;
        self.kind = entry.kind;
        self.since = entry.at;
        tx.execute(
            "UPDATE flow_run SET version = $2, state = $3, state_message = $4, state_timestamp = $5,
                 state_start_time = $6, serialized_state = $7, start_time = COALESCE(start_time, $8),
                 end_time = $9, run_count = run_count + $10, heartbeat = COALESCE($11, heartbeat), updated = $12
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
                alive,
                entry.now,
            ],
        )?;
        Ok(())
    }

    /// Writes the state, which the row has already, into the history.
    pub(super) fn remember(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Error> {
        tx.execute(
            "INSERT INTO flow_run_state (id, tenant_id, flow_run_id, version, state, message, start_time,
                 timestamp, serialized_state, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                RowId::new(),
                self.tenant_id,
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
        Ok(())
    }

    /// Writes that the run has taken the state as an event, and what is owed because of it.
    pub(super) fn tell(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Error> {
        let event = Event {
            id: EventId::new(),
            tenant_id: self.tenant_id,
            kind: EventKind::StateChange,
            project_id: Some(self.project_id),
            flow_id: Some(self.flow_id),
            version_group_id: Some(self.version_group_id.clone()),
            flow_run_id: Some(self.id),
            task_run_id: None,
            agent_id: None,
            delivery_id: None,
            state: Some(entry.kind),
            version: Some(self.version),
            message: entry.message.clone(),
            occurred_at: entry.at,
            recorded_at: entry.now,
        };
        group_order::keep(tx, self.flow_group_id, &event)?;
        event::record(tx, &event)
    }
}

pub(crate) fn not_found(id: FlowRunId) -> Error {
    Error::NotFound { what: "flow run", id: id.to_string() }
}
