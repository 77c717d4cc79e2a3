//! What there is to tell about an event: the run, the task and the state as they were when it was recorded, so that
//! what is told does not depend on when it is asked for. Only names are those of now.

use campana_model::id::{DeliveryId, FlowGroupId, FlowRunId, HookId, TaskRunId, TenantId};
use campana_model::transition::is_end;
use campana_model::{EventKind, StateKind, Timestamp};
use serde_json::Value as Json;

use crate::event::Event;
use crate::sql::{Row, Tx, params};
use crate::store::sealed::RunRead;
use crate::{Error, Scope};

/// How many lines of the log a failure is told with.
const LINES: i64 = 10;

/// An event, and what has to be known to tell it.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// The event.
    pub event: Event,
    /// The slug of the tenant, with which links begin.
    pub tenant_slug: String,
    /// The name of the project.
    pub project: Option<String>,
    /// The flow.
    pub flow: Option<FlowTold>,
    /// The flow run.
    pub flow_run: Option<FlowRunTold>,
    /// The task run, if it happened to one.
    pub task_run: Option<TaskRunTold>,
    /// The name of the agent.
    pub agent: Option<String>,
    /// The state that was taken, as it was reported.
    pub state: Option<Json>,
    /// The state before it.
    pub previous: Option<StateKind>,
    /// The first task run that failed, if a flow run has.
    pub failed_task: Option<FailedTold>,
    /// The last lines of the log before a failure, oldest first.
    pub logs: Vec<Line>,
    /// The delivery that was given up.
    pub dead: Option<DeadTold>,
}

/// The flow that is told of.
#[derive(Clone, PartialEq, Debug)]
pub struct FlowTold {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: i64,
    /// What all its versions share; links lead there.
    pub group_id: FlowGroupId,
}

/// The flow run that is told of, as it was.
#[derive(Clone, PartialEq, Debug)]
pub struct FlowRunTold {
    /// Its name.
    pub name: String,
    /// Its parameters, whether or not they are to be told.
    pub parameters: Option<Json>,
    /// How often it ran, this time included.
    pub run_count: u32,
    /// When it was to start.
    pub scheduled_start_time: Timestamp,
    /// When it first started.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
}

/// The task run that is told of, as it was.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskRunTold {
    /// The task's name.
    pub name: String,
    /// The task's slug.
    pub slug: String,
    /// Which child of a mapped task; -1: none.
    pub map_index: i32,
    /// How often it may be tried again.
    pub max_retries: u32,
    /// How often it ran, this time included.
    pub run_count: u32,
    /// When it first started.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
}

/// A task run that failed.
#[derive(Clone, PartialEq, Debug)]
pub struct FailedTold {
    /// The task run.
    pub id: TaskRunId,
    /// The task's name.
    pub name: String,
    /// The task's slug.
    pub slug: String,
    /// Which child of a mapped task; -1: none.
    pub map_index: i32,
    /// Why.
    pub message: Option<String>,
}

/// A line of a log.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// When.
    pub timestamp: Timestamp,
    /// How bad: `ERROR`.
    pub level: String,
    /// What.
    pub message: String,
}

/// A delivery that was given up.
#[derive(Clone, PartialEq, Debug)]
pub struct DeadTold {
    /// The delivery.
    pub id: DeliveryId,
    /// Its hook.
    pub hook_id: HookId,
    /// The name of its hook.
    pub hook_name: String,
    /// The type of its hook.
    pub hook_type: String,
    /// Why.
    pub reason: Option<String>,
    /// How many attempts there were.
    pub attempts: u32,
}

/// The tenant is always there; of the rest, what the event speaks of and was not deleted since.
const CONTEXT: &str = "SELECT n.slug, p.name, a.name,
         CASE WHEN $5 IS NULL
             THEN (SELECT s.serialized_state FROM flow_run_state s WHERE s.flow_run_id = $4 AND s.version = $7 LIMIT 1)
             ELSE (SELECT s.serialized_state FROM task_run_state s WHERE s.task_run_id = $5 AND s.version = $7 LIMIT 1)
         END,
         CASE WHEN $5 IS NULL
             THEN (SELECT s.state FROM flow_run_state s WHERE s.flow_run_id = $4 AND s.version < $7
                 ORDER BY s.version DESC LIMIT 1)
             ELSE (SELECT s.state FROM task_run_state s WHERE s.task_run_id = $5 AND s.version < $7
                 ORDER BY s.version DESC LIMIT 1)
         END,
         f.name, f.version, f.flow_group_id,
         r.name, r.parameters, r.run_count, r.scheduled_start_time, r.start_time, r.end_time,
         t.name, t.slug, k.map_index, t.max_retries, k.run_count, k.start_time, k.end_time,
         (SELECT e.run_count FROM event e WHERE e.id = $8)
     FROM tenant n
     LEFT JOIN project p ON p.id = $2
     LEFT JOIN flow f ON f.id = $3
     LEFT JOIN flow_run r ON r.id = $4
     LEFT JOIN task_run k ON k.id = $5
     LEFT JOIN task t ON t.id = k.task_id
     LEFT JOIN agent a ON a.id = $6
     WHERE n.id = $1";

/// Finds what there is to tell about an event.
pub(crate) fn tell(tx: &mut Tx<'_>, event: Event) -> Result<Told, Error> {
    let row = tx.query_opt(
        CONTEXT,
        params![
            event.tenant_id,
            event.project_id,
            event.flow_id,
            event.flow_run_id,
            event.task_run_id,
            event.agent_id,
            event.version,
            event.id,
        ],
    )?;
    let Some(row) = row else {
        return Err(Error::NotFound { what: "tenant", id: event.tenant_id.to_string() });
    };
    let is_failure = event.state.is_some_and(|state| state.is_a(StateKind::Failed));
    let previous: Option<String> = row.get(4)?;
    let previous = previous.map(|name| name.parse().map_err(|error| Error::corrupt("state of a run", error)));
    let logs = match event.flow_run_id {
        Some(run) if is_failure || event.kind == EventKind::HeartbeatLost => {
            logs(tx, run, event.task_run_id, event.recorded_at)?
        }
        _ => Vec::new(),
    };
    let failed_task = match (event.flow_run_id, event.task_run_id) {
        (Some(run), None) if is_failure => failed_task(tx, run, event.recorded_at)?,
        _ => None,
    };
    Ok(Told {
        tenant_slug: row.get(0)?,
        project: row.get(1)?,
        agent: row.get(2)?,
        state: row.json(3)?,
        previous: previous.transpose()?,
        flow: flow(&row)?,
        flow_run: flow_run(&row, &event)?,
        task_run: task_run(&row, &event)?,
        failed_task,
        logs,
        dead: event.delivery_id.map_or(Ok(None), |id| dead(tx, id))?,
        event,
    })
}

fn flow(row: &Row) -> Result<Option<FlowTold>, Error> {
    let Some(name) = row.get(5)? else { return Ok(None) };
    Ok(Some(FlowTold { name, version: row.get(6)?, group_id: row.get(7)? }))
}

/// How often it had run, when it first started and when it ended, as of the event; a task's event leaves the flow
/// run's own numbers as they are.
fn as_of(
    row: &Row,
    event: &Event,
    [run_count, start_time, end_time]: [usize; 3],
) -> Result<(u32, Option<Timestamp>, Option<Timestamp>), Error> {
    let counted: Option<u32> = row.get(21)?;
    let start_time: Option<Timestamp> = row.get(start_time)?;
    let start_time = start_time.filter(|start| *start <= event.occurred_at);
    let end_time = match event.state {
        Some(state) if !is_end(state) => None,
        // A later end is that of a later run.
        Some(_) => {
            let end: Option<Timestamp> = row.get(end_time)?;
            Some(end.filter(|end| *end <= event.recorded_at).unwrap_or(event.occurred_at))
        }
        None => row.get(end_time)?,
    };
    Ok((counted.map_or_else(|| row.get(run_count), Ok)?, start_time, end_time))
}

fn flow_run(row: &Row, event: &Event) -> Result<Option<FlowRunTold>, Error> {
    let Some(name) = row.get(8)? else { return Ok(None) };
    let (run_count, start_time, end_time) = match event.task_run_id {
        None => as_of(row, event, [10, 12, 13])?,
        Some(_) => (row.get(10)?, row.get(12)?, row.get(13)?),
    };
    Ok(Some(FlowRunTold {
        name,
        parameters: row.json(9)?,
        run_count,
        scheduled_start_time: row.get(11)?,
        start_time,
        end_time,
    }))
}

fn task_run(row: &Row, event: &Event) -> Result<Option<TaskRunTold>, Error> {
    let Some(name) = row.get(14)? else { return Ok(None) };
    let (run_count, start_time, end_time) = as_of(row, event, [18, 19, 20])?;
    Ok(Some(TaskRunTold {
        name,
        slug: row.get(15)?,
        map_index: row.get(16)?,
        max_retries: row.get(17)?,
        run_count,
        start_time,
        end_time,
    }))
}

/// The first that failed by itself, and not since another had.
fn failed_task(tx: &mut Tx<'_>, run: FlowRunId, by: Timestamp) -> Result<Option<FailedTold>, Error> {
    let row = tx.query_opt(
        "SELECT k.id, t.name, t.slug, k.map_index, k.state_message FROM task_run k JOIN task t ON t.id = k.task_id
         WHERE k.flow_run_id = $1 AND k.updated <= $2 AND k.state IN ('Failed', 'TimedOut', 'ValidationFailed', 'TriggerFailed')
         ORDER BY CASE k.state WHEN 'TriggerFailed' THEN 1 ELSE 0 END, k.state_timestamp, k.map_index DESC LIMIT 1",
        params![run, by],
    )?;
    row.map(|row| {
        Ok(FailedTold {
            id: row.get(0)?,
            name: row.get(1)?,
            slug: row.get(2)?,
            map_index: row.get(3)?,
            message: row.get(4)?,
        })
    })
    .transpose()
}

/// Those that had come by then; what comes later is not waited for.
fn logs(
    tx: &mut Tx<'_>,
    run: FlowRunId,
    task_run: Option<TaskRunId>,
    by: Timestamp,
) -> Result<Vec<Line>, Error> {
    let rows = match task_run {
        None => tx.query(
            "SELECT timestamp, level, message FROM log WHERE flow_run_id = $1 AND created <= $3
             ORDER BY timestamp DESC, seq DESC LIMIT $2",
            params![run, LINES, by],
        )?,
        Some(task_run) => tx.query(
            "SELECT timestamp, level, message FROM log WHERE flow_run_id = $1 AND created <= $3 AND task_run_id = $4
             ORDER BY timestamp DESC, seq DESC LIMIT $2",
            params![run, LINES, by, task_run],
        )?,
    };
    let line = |row: &Row| Ok(Line { timestamp: row.get(0)?, level: row.get(1)?, message: row.get(2)? });
    rows.iter().rev().map(line).collect()
}

fn dead(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Option<DeadTold>, Error> {
    let row = tx.query_opt(
        "SELECT h.id, h.name, h.type, d.reason, d.attempts FROM delivery d JOIN cloud_hook h ON h.id = d.cloud_hook_id
         WHERE d.id = $1",
        params![id],
    )?;
    row.map(|row| {
        Ok(DeadTold {
            id,
            hook_id: row.get(0)?,
            hook_name: row.get(1)?,
            hook_type: row.get(2)?,
            reason: row.get(3)?,
            attempts: row.get(4)?,
        })
    })
    .transpose()
}

/// What there would be to tell about the state that a flow run has now: for trying a hook out. The event is not
/// recorded.
#[derive(Clone, Copy, Debug)]
pub struct OfFlowRun {
    /// The flow run.
    pub flow_run_id: FlowRunId,
    /// Whose it may be.
    pub scope: Scope,
}

impl RunRead for OfFlowRun {
    type Found = Told;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Told, Error> {
        let row = tx.query_opt(
            "SELECT r.tenant_id, f.project_id, f.id, f.version_group_id, r.state, r.version, r.state_message,
                 r.state_timestamp, r.updated
             FROM flow_run r JOIN flow f ON f.id = r.flow_id
             WHERE r.id = $1 AND r.tenant_id = COALESCE($2, r.tenant_id)",
            params![self.flow_run_id, self.scope],
        )?;
        let Some(row) = row else {
            return Err(Error::NotFound { what: "flow run", id: self.flow_run_id.to_string() });
        };
        let (tenant_id, state): (TenantId, String) = (row.get(0)?, row.get(4)?);
        let event = Event {
            id: campana_model::id::EventId::new(),
            tenant_id,
            kind: EventKind::StateChange,
            project_id: row.get(1)?,
            flow_id: row.get(2)?,
            version_group_id: row.get(3)?,
            flow_run_id: Some(self.flow_run_id),
            task_run_id: None,
            agent_id: None,
            delivery_id: None,
            state: Some(state.parse().map_err(|error| Error::corrupt("state of a run", error))?),
            version: row.get(5)?,
            message: row.get(6)?,
            occurred_at: row.get(7)?,
            recorded_at: row.get(8)?,
        };
        tell(tx, event)
    }
}
