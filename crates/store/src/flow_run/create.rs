//! A flow run begins: it is scheduled, with a task run for each task that is known.

use std::collections::BTreeSet;

use campana_model::id::{FlowGroupId, FlowId, FlowRunId, ProjectId, TenantId};
use campana_model::{State, StateKind, Timestamp};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::FlowRun;
use super::defaults::{self, Labels};
use crate::history::Entry;
use crate::sql::{Dialect, Row, Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope, flow, task_run};

/// What is to be run.
#[derive(Clone, Debug)]
pub enum Target {
    /// This version of a flow.
    Flow(FlowId),
    /// The newest version of a group that is not archived.
    VersionGroup(String),
}

/// Makes a run of a flow, which is Scheduled. That is a change like any other, unless the scheduler makes it ahead
/// of time: then it is an event only when it goes on.
#[derive(Clone, Debug)]
pub struct Create {
    /// Whose flow it may be.
    pub scope: Scope,
    /// The id that the run gets.
    pub id: FlowRunId,
    /// What to run.
    pub target: Target,
    /// The name that people read.
    pub name: String,
    /// When to begin; now, if it is not said.
    pub scheduled_start_time: Option<Timestamp>,
    /// Parameters that differ from their defaults.
    pub parameters: Map<String, Json>,
    /// How to run it, if not as the flow is.
    pub run_config: Option<Json>,
    /// Which agents may take it, if not those that may take the flow.
    pub labels: Option<BTreeSet<String>>,
    /// What the run finds in its context.
    pub context: Option<Json>,
    /// Of two runs of a flow with the same key only the first is made.
    pub idempotency_key: Option<String>,
    /// Whether the scheduler makes it.
    pub auto_scheduled: bool,
    /// Who asked for it.
    pub created_by: Option<String>,
    /// The time.
    pub now: Timestamp,
}

/// A flow run that is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Created {
    /// The run.
    pub id: FlowRunId,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// The flow that is to be run.
struct Flow {
    id: FlowId,
    tenant_id: TenantId,
    project_id: ProjectId,
    flow_group_id: FlowGroupId,
    version_group_id: String,
    archived: bool,
    parameters: Json,
    run_config: Option<Json>,
    group_parameters: Json,
    group_labels: Option<Json>,
    group_run_config: Option<Json>,
}

impl ApplyWrite for Create {
    type Applied = Created;

    fn route(&self) -> Uuid {
        super::route(self.id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Created, Error> {
        let flow = self.flow(tx)?;
        if let Some(first) = self.first_of_key(tx, flow.id)? {
            return Ok(first);
        }
        if flow.archived {
            let problem = format!("flow {} is archived; run a version that is not", flow.id);
            return Err(Error::Invalid { field: "flow_id", problem });
        }
        let start = self.scheduled_start_time.unwrap_or(self.now);
        let state =
            State::new(StateKind::Scheduled).with_message("Flow run scheduled.").with_start_time(Some(start));
        let entry = Entry::new(&state, self.now)?;
        if self.insert(tx, &flow, &entry, start)? == 0 {
            // On Postgres another transaction may have made it just now.
            let first = self.first_of_key(tx, flow.id)?;
            return first.ok_or_else(|| Error::Exists { what: "flow run", name: self.id.to_string() });
        }
        task_run::create_all(tx, flow.tenant_id, flow.id, self.id, self.now)?;
        let run = FlowRun {
            id: self.id,
            tenant_id: flow.tenant_id,
            flow_id: flow.id,
            project_id: flow.project_id,
            flow_group_id: flow.flow_group_id,
            version_group_id: flow.version_group_id,
            version: 1,
            epoch: 0,
            kind: entry.kind,
            since: entry.at,
        };
        run.remember(tx, &entry)?;
        tx.changed(run.tenant_id, Changed::FlowRun(run.id));
        if !self.auto_scheduled {
            run.tell(tx, &entry)?;
        }
        Ok(Created { id: self.id, is_new: true })
    }
}

impl Create {
    /// Reads the flow, which no other transaction archives until this one ends.
    fn flow(&self, tx: &mut Tx<'_>) -> Result<Flow, Error> {
        macro_rules! select {
            ($rest:literal) => {
                concat!(
                    "SELECT f.id, f.tenant_id, f.project_id, f.flow_group_id, f.version_group_id, f.archived,
                         f.parameters, f.run_config, g.default_parameters, g.labels, g.run_config
                     FROM flow f JOIN flow_group g ON g.id = f.flow_group_id
                     WHERE f.tenant_id = COALESCE($2, f.tenant_id) AND ",
                    $rest
                )
            };
        }
        let (row, missing) = match &self.target {
            Target::Flow(id) => {
                let sql = match tx.dialect() {
                    Dialect::Sqlite => select!("f.id = $1"),
                    Dialect::Postgres => select!("f.id = $1 FOR SHARE OF f"),
                };
                (tx.query_opt(sql, params![id, self.scope])?, flow::not_found(*id))
            }
            Target::VersionGroup(group) => {
                let sql = match tx.dialect() {
                    Dialect::Sqlite => {
                        select!("f.version_group_id = $1 AND NOT f.archived ORDER BY f.version DESC LIMIT 1")
                    }
                    Dialect::Postgres => select!(
                        "f.version_group_id = $1 AND NOT f.archived ORDER BY f.version DESC LIMIT 1
                         FOR SHARE OF f"
                    ),
                };
                let missing =
                    Error::NotFound { what: "flow that is not archived in version group", id: group.clone() };
                (tx.query_opt(sql, params![group, self.scope])?, missing)
            }
        };
        Flow::read(&row.ok_or(missing)?)
    }

    fn first_of_key(&self, tx: &mut Tx<'_>, flow: FlowId) -> Result<Option<Created>, Error> {
        let Some(key) = &self.idempotency_key else { return Ok(None) };
        let row = tx.query_opt(
            "SELECT id FROM flow_run WHERE flow_id = $1 AND idempotency_key = $2",
            params![flow, key],
        )?;
        row.map(|row| Ok(Created { id: row.get(0)?, is_new: false })).transpose()
    }

    fn insert(&self, tx: &mut Tx<'_>, flow: &Flow, entry: &Entry, start: Timestamp) -> Result<u64, Error> {
        let parameters = defaults::parameters(&flow.parameters, &flow.group_parameters, &self.parameters)?;
        let given = self.run_config.as_ref().filter(|config| !config.is_null());
        let labels = Labels {
            given: self.labels.as_ref(),
            given_run_config: given,
            of_group: flow.group_labels.as_ref(),
            group_run_config: flow.group_run_config.as_ref(),
            flow_run_config: flow.run_config.as_ref(),
        };
        let run_config = given.or(flow.group_run_config.as_ref()).or(flow.run_config.as_ref());
        tx.execute(
            "INSERT INTO flow_run (id, tenant_id, flow_id, name, version, epoch, state, state_message,
                 state_timestamp, state_start_time, serialized_state, parameters, context, run_config, labels,
                 scheduled_start_time, auto_scheduled, times_resurrected, run_count, idempotency_key, created_by,
                 created, updated)
             VALUES ($1, $2, $3, $4, 1, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13, $8, $14, 0, 0, $15, $16, $17, $17)
             ON CONFLICT DO NOTHING",
            params![
                self.id,
                flow.tenant_id,
                flow.id,
                self.name,
                entry.kind,
                entry.message,
                entry.at,
                start,
                entry.json,
                Json::Object(parameters),
                self.context,
                run_config,
                json!(labels.of_run()),
                self.auto_scheduled,
                self.idempotency_key,
                self.created_by,
                self.now,
            ],
        )
    }
}

impl Flow {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get(0)?,
            tenant_id: row.get(1)?,
            project_id: row.get(2)?,
            flow_group_id: row.get(3)?,
            version_group_id: row.get(4)?,
            archived: row.get(5)?,
            parameters: row.json(6)?.unwrap_or_default(),
            run_config: row.json(7)?,
            group_parameters: row.json(8)?.unwrap_or_default(),
            group_labels: row.json(9)?,
            group_run_config: row.json(10)?,
        })
    }
}
