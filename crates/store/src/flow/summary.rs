//! How the flows fare: the last runs of each, and what became of them.

use std::collections::BTreeMap;

use campana_model::id::{FlowGroupId, FlowId, FlowRunId, ProjectId};
use campana_model::{StateKind, Timestamp};

use crate::sql::{Row, Tx, params};
use crate::store::sealed::RunRead;
use crate::{Error, Scope};

/// How many runs of each flow may be asked for.
pub const MAX_RUNS: u32 = 200;

/// Asks for the last runs of each flow, in all its versions.
#[derive(Clone, Debug)]
pub struct Summaries {
    /// Whose.
    pub scope: Scope,
    /// Only flows with a version in this project.
    pub project_id: Option<ProjectId>,
    /// Only these; none: all.
    pub flow_group_ids: Vec<FlowGroupId>,
    /// How many runs of each; [`MAX_RUNS`] at most.
    pub runs: u32,
}

/// The last runs of a flow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// The flow.
    pub flow_group_id: FlowGroupId,
    /// Its runs, the latest first.
    pub last_runs: Vec<LastRun>,
}

/// A run, as one sees it among others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastRun {
    /// The run.
    pub id: FlowRunId,
    /// Its name.
    pub name: String,
    /// The state that it is in.
    pub state: StateKind,
    /// When it was made.
    pub created: Timestamp,
    /// When it was to start.
    pub scheduled_start_time: Timestamp,
    /// When it first ran.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
}

/// One step in the index for each version of a flow; not by all its runs.
pub(super) const LATEST: &str =
    "SELECT id, name, state, created, scheduled_start_time, start_time, end_time FROM flow_run
     WHERE flow_id = $1 ORDER BY created DESC LIMIT $2";

impl RunRead for Summaries {
    type Found = Vec<Summary>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Summary>, Error> {
        let limit = self.runs.min(MAX_RUNS);
        let rows = tx.query(
            "SELECT f.id, f.flow_group_id FROM flow f
             WHERE f.tenant_id = COALESCE($1, f.tenant_id) AND f.flow_group_id IN
                 (SELECT g.flow_group_id FROM flow g WHERE g.project_id = COALESCE($2, g.project_id))
             ORDER BY f.flow_group_id",
            params![self.scope, self.project_id],
        )?;
        let mut groups = BTreeMap::<FlowGroupId, Vec<LastRun>>::new();
        for row in rows {
            let (flow, group): (FlowId, FlowGroupId) = (row.get(0)?, row.get(1)?);
            if self.flow_group_ids.is_empty() || self.flow_group_ids.contains(&group) {
                let runs = groups.entry(group).or_default();
                for row in tx.query(LATEST, params![flow, limit])? {
                    runs.push(LastRun::from_row(&row)?);
                }
            }
        }
        let summary = |(flow_group_id, mut last_runs): (_, Vec<LastRun>)| {
            last_runs.sort_by_key(|run| std::cmp::Reverse((run.created, run.id)));
            last_runs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            Summary { flow_group_id, last_runs }
        };
        Ok(groups.into_iter().map(summary).collect())
    }
}

impl LastRun {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            state: row.get(2)?,
            created: row.get(3)?,
            scheduled_start_time: row.get(4)?,
            start_time: row.get(5)?,
            end_time: row.get(6)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow_run::{Create, Target};
    use crate::trial::{Trial, at, on_both};
    use campana_model::id::TenantId;
    use serde_json::json;

    on_both!(the_last_runs_are_those_of_all_versions);

    async fn the_last_runs_are_those_of_all_versions(trial: Trial) {
        let run = async |flow, now| {
            let id = FlowRunId::new();
            let create = Create { now: at(now), target: Target::Flow(flow), ..trial.create(id) };
            trial.store.write(create).await.unwrap();
            id
        };
        let mut runs = vec![run(trial.flow, 10).await, run(trial.flow, 20).await];
        let (second, other) = (FlowId::new(), FlowId::new());
        trial
            .store
            .write(trial.register(second, json!({ "name": "f", "tasks": [], "edges": [] })))
            .await
            .unwrap();
        runs.push(run(second, 30).await);
        trial
            .store
            .write(trial.register(other, json!({ "name": "g", "tasks": [], "edges": [] })))
            .await
            .unwrap();
        let all = Summaries { scope: trial.scope(), project_id: None, flow_group_ids: Vec::new(), runs: 2 };
        let found = trial.store.read(all.clone()).await.unwrap();
        let shown = |summary: &Summary| summary.last_runs.iter().map(|run| run.id).collect::<Vec<_>>();
        assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), [vec![runs[2], runs[1]], vec![]]);
        // The first version was archived, which cancels what has not begun.
        assert_eq!(found[0].last_runs[1].state, StateKind::Cancelled);
        let one = Summaries { flow_group_ids: vec![found[1].flow_group_id], ..all.clone() };
        assert_eq!(trial.store.read(one).await.unwrap(), found[1..]);
        let of_project = Summaries { project_id: Some(trial.project), ..all.clone() };
        assert_eq!(trial.store.read(of_project).await.unwrap(), found);
        let of_none = Summaries { project_id: Some(ProjectId::new()), ..all.clone() };
        assert_eq!(trial.store.read(of_none).await.unwrap(), []);
        let elsewhere = Summaries { scope: TenantId::new().into(), ..all };
        assert_eq!(trial.store.read(elsewhere).await.unwrap(), []);
    }
}
