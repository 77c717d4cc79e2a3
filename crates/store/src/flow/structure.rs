//! The tasks and edges of a flow. A client sends them with the flow or after it, in pieces, and may send a
//! piece twice.

use std::collections::{HashMap, HashSet};

use campana_model::Timestamp;
use campana_model::id::{FlowId, RowId, TaskId, TenantId};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope};

/// Adds tasks to a flow; those whose slug it has already stay as they are.
#[derive(Clone, Debug)]
pub struct RegisterTasks {
    /// Whose flow it may be.
    pub scope: Scope,
    /// The flow.
    pub flow_id: FlowId,
    /// The tasks, as the client writes them.
    pub serialized_tasks: Vec<Json>,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for RegisterTasks {
    type Applied = ();

    fn route(&self) -> Uuid {
        self.flow_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (tenant, mut flow) = lock(tx, self.scope, self.flow_id)?;
        add_tasks(tx, tenant, self.flow_id, &flow, &self.serialized_tasks, self.now)?;
        // Whoever reads the flow back finds its tasks in there.
        let Some(object) = flow.as_object_mut() else { return Ok(()) };
        let tasks = object.entry("tasks").or_insert_with(|| Json::Array(Vec::new()));
        let Some(tasks) = tasks.as_array_mut() else { return Ok(()) };
        let mut known: HashSet<String> =
            tasks.iter().filter_map(|task| task["slug"].as_str()).map(str::to_owned).collect();
        let before = tasks.len();
        tasks.extend(
            self.serialized_tasks
                .iter()
                .filter(|task| task["slug"].as_str().is_some_and(|slug| known.insert(slug.to_owned())))
                .cloned(),
        );
        if tasks.len() > before {
            tx.execute("UPDATE flow SET serialized_flow = $2 WHERE id = $1", params![self.flow_id, flow])?;
        }
        Ok(())
    }
}

/// Adds edges to a flow, between tasks that it has; an edge that it has already is not added again.
#[derive(Clone, Debug)]
pub struct RegisterEdges {
    /// Whose flow it may be.
    pub scope: Scope,
    /// The flow.
    pub flow_id: FlowId,
    /// The edges, as the client writes them.
    pub serialized_edges: Vec<Json>,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for RegisterEdges {
    type Applied = ();

    fn route(&self) -> Uuid {
        self.flow_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (tenant, flow) = lock(tx, self.scope, self.flow_id)?;
        add_edges(tx, tenant, self.flow_id, &flow, &self.serialized_edges, self.now)
    }
}

fn lock(tx: &mut Tx<'_>, scope: Scope, id: FlowId) -> Result<(TenantId, Json), Error> {
    let sql = format!(
        "SELECT tenant_id, serialized_flow FROM flow WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id){}",
        tx.dialect().for_update()
    );
    let row = tx.query_opt(&sql, params![id, scope])?.ok_or_else(|| super::not_found(id))?;
    Ok((row.get(0)?, row.json(1)?.unwrap_or_default()))
}

/// A task has no upstream and no downstream until edges say so.
pub(super) fn add_tasks(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    flow_id: FlowId,
    flow: &Json,
    tasks: &[Json],
    now: Timestamp,
) -> Result<(), Error> {
    for task in tasks {
        text(task, "slug", "serialized_tasks")?;
    }
    let references = references(flow);
    for task in tasks {
        let slug = text(task, "slug", "serialized_tasks")?;
        let tags = task.get("tags").filter(|tags| tags.is_array()).cloned();
        tx.execute(
            "INSERT INTO task (id, tenant_id, flow_id, name, slug, type, description, mapped, max_retries,
                 retry_delay, cache_key, tags, trigger_name, is_reference_task, is_root_task, is_terminal_task,
                 auto_generated, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
             ON CONFLICT (flow_id, slug) DO NOTHING",
            params![
                TaskId::new(),
                tenant,
                flow_id,
                task["name"].as_str().unwrap_or(slug),
                slug,
                task["type"].as_str(),
                task["description"].as_str(),
                task["mapped"].as_bool().unwrap_or_default(),
                task["max_retries"].as_i64().unwrap_or_default(),
                // Whole seconds, and a wait stays one.
                task["retry_delay"].as_f64().map(|seconds| seconds.ceil() as i64),
                task["cache_key"].as_str(),
                tags.unwrap_or_else(|| Json::Array(Vec::new())),
                task["trigger"]["fn"].as_str(),
                references.is_empty() || references.contains(slug),
                true,
                true,
                task["auto_generated"].as_bool().unwrap_or_default(),
                now,
            ],
        )?;
    }
    Ok(())
}

pub(super) fn add_edges(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    flow_id: FlowId,
    flow: &Json,
    edges: &[Json],
    now: Timestamp,
) -> Result<(), Error> {
    if edges.is_empty() {
        return Ok(());
    }
    let mut tasks: HashMap<String, TaskId> = HashMap::new();
    for row in tx.query("SELECT slug, id FROM task WHERE flow_id = $1", params![flow_id])? {
        tasks.insert(row.get(0)?, row.get(1)?);
    }
    let task = |edge: &Json, end: &str| {
        let slug = text(&edge[end], "slug", "serialized_edges")?;
        let problem = || format!("the flow has no task {slug:?}; register its tasks first");
        let found = tasks.get(slug).copied();
        found.ok_or_else(|| Error::Invalid { field: "serialized_edges", problem: problem() })
    };
    let ends: Vec<_> = edges
        .iter()
        .map(|edge| Ok((edge, task(edge, "upstream_task")?, task(edge, "downstream_task")?)))
        .collect::<Result<_, Error>>()?;

    let mut known: HashSet<(TaskId, TaskId, Option<String>)> = HashSet::new();
    let sql = "SELECT upstream_task_id, downstream_task_id, key FROM edge WHERE flow_id = $1";
    for row in tx.query(sql, params![flow_id])? {
        known.insert((row.get(0)?, row.get(1)?, row.get(2)?));
    }
    let is_terminal_reference = references(flow).is_empty();
    for (edge, upstream, downstream) in ends {
        let key = edge["key"].as_str();
        if !known.insert((upstream, downstream, key.map(str::to_owned))) {
            continue;
        }
        let mapped = edge["mapped"].as_bool().unwrap_or_default();
        tx.execute(
            "INSERT INTO edge (id, tenant_id, flow_id, upstream_task_id, downstream_task_id, key, mapped, flattened,
                 created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                RowId::new(),
                tenant,
                flow_id,
                upstream,
                downstream,
                key,
                mapped,
                edge["flattened"].as_bool().unwrap_or_default(),
                now,
            ],
        )?;
        tx.execute(
            "UPDATE task SET is_terminal_task = $2, is_reference_task = is_reference_task AND NOT $3 WHERE id = $1",
            params![upstream, false, is_terminal_reference],
        )?;
        tx.execute(
            "UPDATE task SET is_root_task = $2, mapped = mapped OR $3 WHERE id = $1",
            params![downstream, false, mapped],
        )?;
    }
    Ok(())
}

/// The slugs of the tasks that decide how the flow ends; none: its terminal ones.
fn references(flow: &Json) -> HashSet<&str> {
    let tasks = flow["reference_tasks"].as_array().map_or(&[][..], Vec::as_slice);
    tasks.iter().filter_map(|task| task["slug"].as_str()).collect()
}

fn text<'a>(json: &'a Json, key: &str, field: &'static str) -> Result<&'a str, Error> {
    let problem = || format!("an element has no {key:?}; send it as the client serialises it");
    json[key].as_str().ok_or_else(|| Error::Invalid { field, problem: problem() })
}
