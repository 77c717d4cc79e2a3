//! Task runs begin as Pending. That is where they stand, not a change: it has no place in the history, and no
//! event.

use campana_model::id::{FlowId, FlowRunId, TaskId, TaskRunId, TenantId};
use campana_model::{State, StateKind, Timestamp};
use serde_json::Value as Json;
use uuid::Uuid;

use super::row;
use crate::flow_run;
use crate::history::Entry;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope};

/// The map index of a task run that is no child of a mapped one.
const NO_CHILD: i64 = -1;

/// Finds the run of a task in a flow run, or makes it.
#[derive(Clone, Debug)]
pub struct GetOrCreate {
    /// Whose run it may be.
    pub scope: Scope,
    /// The flow run.
    pub flow_run_id: FlowRunId,
    /// The task, which has to be one of the same flow.
    pub task_id: TaskId,
    /// The number of the child of a mapped task; none for others, and for the mapped task itself.
    pub map_index: Option<u32>,
    /// The time.
    pub now: Timestamp,
}

/// A task run, as whoever is about to run it needs to know it.
#[derive(Clone, PartialEq, Debug)]
pub struct Info {
    /// The run.
    pub id: TaskRunId,
    /// How many states it has taken.
    pub version: i64,
    /// The kind of the one that it has.
    pub state: StateKind,
    /// That state.
    pub serialized_state: Json,
    /// Whether it was not there before.
    pub is_new: bool,
}

impl ApplyWrite for GetOrCreate {
    type Applied = Info;

    fn route(&self) -> Uuid {
        flow_run::route(self.flow_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Info, Error> {
        if let Some(info) = self.find(tx)? {
            return Ok(info);
        }
        let row = tx.query_opt(
            "SELECT r.tenant_id, t.cache_key FROM flow_run r JOIN task t ON t.flow_id = r.flow_id
             WHERE r.id = $1 AND r.tenant_id = COALESCE($2, r.tenant_id) AND t.id = $3",
            params![self.flow_run_id, self.scope, self.task_id],
        )?;
        let Some(task) = row else { return Err(self.missing(tx)?) };
        let entry = pending(self.now)?;
        let begun = Begun {
            id: super::new_id(self.flow_run_id),
            tenant_id: task.get(0)?,
            flow_run_id: self.flow_run_id,
            task_id: self.task_id,
            map_index: self.map_index(),
            cache_key: task.get(1)?,
        };
        let made = begun.insert(tx, &entry)?;
        tx.changed(begun.tenant_id, Changed::TaskRun(self.flow_run_id, begun.id));
        // On Postgres another transaction may have made it just now.
        let info = self.find(tx)?.ok_or_else(|| row::not_found(begun.id))?;
        Ok(Info { is_new: made > 0, ..info })
    }
}

impl GetOrCreate {
    fn map_index(&self) -> i64 {
        self.map_index.map_or(NO_CHILD, i64::from)
    }

    fn find(&self, tx: &mut Tx<'_>) -> Result<Option<Info>, Error> {
        let row = tx.query_opt(
            "SELECT id, version, state, serialized_state FROM task_run
             WHERE flow_run_id = $1 AND task_id = $2 AND map_index = $3 AND tenant_id = COALESCE($4, tenant_id)",
            params![self.flow_run_id, self.task_id, self.map_index(), self.scope],
        )?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Info {
            id: row.get(0)?,
            version: row.get(1)?,
            state: row.get(2)?,
            serialized_state: row.json(3)?.unwrap_or_default(),
            is_new: false,
        }))
    }

    fn missing(&self, tx: &mut Tx<'_>) -> Result<Error, Error> {
        Ok(match flow_run::tenant(tx, self.scope, self.flow_run_id)? {
            None => flow_run::not_found(self.flow_run_id),
            Some(_) => Error::NotFound { what: "task", id: self.task_id.to_string() },
        })
    }
}

/// Makes the runs of all tasks of a flow for a new flow run.
pub(crate) fn create_all(
    tx: &mut Tx<'_>,
    tenant_id: TenantId,
    flow_id: FlowId,
    flow_run_id: FlowRunId,
    now: Timestamp,
) -> Result<(), Error> {
    let entry = pending(now)?;
    for task in tx.query("SELECT id, cache_key FROM task WHERE flow_id = $1 ORDER BY id", params![flow_id])? {
        let begun = Begun {
            id: super::new_id(flow_run_id),
            tenant_id,
            flow_run_id,
            task_id: task.get(0)?,
            map_index: NO_CHILD,
            cache_key: task.get(1)?,
        };
        begun.insert(tx, &entry)?;
    }
    Ok(())
}

fn pending(now: Timestamp) -> Result<Entry, Error> {
    Entry::new(&State::pending("Task run created"), now)
}

/// A new task run.
struct Begun {
    id: TaskRunId,
    tenant_id: TenantId,
    flow_run_id: FlowRunId,
    task_id: TaskId,
    map_index: i64,
    cache_key: Option<String>,
}

impl Begun {
    fn insert(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<u64, Error> {
        tx.execute(
            "INSERT INTO task_run (id, tenant_id, flow_run_id, task_id, map_index, version, state, state_message,
                 state_timestamp, serialized_state, cache_key, run_count, created, updated)
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, 0, $8, $8)
             ON CONFLICT (flow_run_id, task_id, map_index) DO NOTHING",
            params![
                self.id,
                self.tenant_id,
                self.flow_run_id,
                self.task_id,
                self.map_index,
                entry.kind,
                entry.message,
                entry.now,
                entry.json,
                self.cache_key,
            ],
        )
    }
}
