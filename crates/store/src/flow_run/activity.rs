//! How many runs there were, by time and by what became of them.

use campana_model::id::{FlowGroupId, ProjectId};
use campana_model::{StateKind, Timestamp};

use crate::query::narrowed;
use crate::sql::{Dialect, Tx, params};
use crate::store::sealed::RunRead;
use crate::{Error, Scope};

/// How many parts a time may be cut into.
pub const MAX_BUCKETS: u32 = 1_000;

/// Counts the runs whose start was planned within a time, for each part of it.
#[derive(Clone, Copy, Debug)]
pub struct Activity {
    /// Whose.
    pub scope: Scope,
    /// From when.
    pub since: Timestamp,
    /// Until when; later.
    pub until: Timestamp,
    /// In how many parts, all of one length; from 1 to [`MAX_BUCKETS`].
    pub buckets: u32,
    /// Only those of this project.
    pub project_id: Option<ProjectId>,
    /// Only those of this flow, in all its versions.
    pub flow_group_id: Option<FlowGroupId>,
}

/// A part of the time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// When it begins.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// How many runs are in each state whose start was planned in it.
    pub counts: Vec<(StateKind, u64)>,
}

impl RunRead for Activity {
    type Found = Vec<Bucket>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Bucket>, Error> {
        let mut buckets = self.empty()?;
        let scope = narrowed(tx, self.scope)?;
        let sql = self.sql(scope, tx.dialect());
        let width = self.width()?;
        let time = params![self.since, width, self.until];
        let rest = params![scope, self.project_id, self.flow_group_id];
        let used = if self.is_of_flows() { 3 } else { 1 };
        for row in tx.query(&sql, &[time, &rest[..used]].concat())? {
            let (place, state, count): (usize, StateKind, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if let Some(bucket) = buckets.get_mut(place) {
                bucket.counts.push((state, u64::try_from(count).unwrap_or_default()));
            }
        }
        Ok(buckets)
    }
}

impl Activity {
    fn is_of_flows(&self) -> bool {
        self.project_id.is_some() || self.flow_group_id.is_some()
    }

    fn sql(&self, scope: Scope, dialect: Dialect) -> String {
        // One flow has few of the tenant's runs, and a project many; the sign keeps SQLite from going by the other.
        let (tenant, flow) = match (dialect, self.flow_group_id) {
            (Dialect::Postgres, _) => ("", ""),
            (Dialect::Sqlite, Some(_)) => ("+", ""),
            (Dialect::Sqlite, None) => ("", "+"),
        };
        let of_tenant = match scope {
            Scope::Tenant(_) => "$4",
            Scope::All => "COALESCE($4, r.tenant_id)",
        };
        let of_flows = match self.is_of_flows() {
            true => format!(
                "AND {flow}r.flow_id IN (SELECT f.id FROM flow f WHERE f.project_id = COALESCE($5, f.project_id)
                     AND f.flow_group_id = COALESCE($6, f.flow_group_id))"
            ),
            false => String::new(),
        };
        format!(
            "SELECT (r.scheduled_start_time - $1) / $2, r.state, count(*) FROM flow_run r
             WHERE r.scheduled_start_time >= $1 AND r.scheduled_start_time < $3 AND {tenant}r.tenant_id = {of_tenant} {of_flows}
             GROUP BY 1, 2 ORDER BY 1, 2"
        )
    }

    /// How long a part is, in microseconds.
    fn width(&self) -> Result<i64, Error> {
        let problem = |field, problem: String| Error::Invalid { field, problem };
        if self.buckets == 0 || self.buckets > MAX_BUCKETS {
            return Err(problem("buckets", format!("write a number from 1 to {MAX_BUCKETS}")));
        }
        let length = self.until.as_microsecond() - self.since.as_microsecond();
        if length <= 0 {
            return Err(problem("until", "it is not after since".to_owned()));
        }
        let buckets = i64::from(self.buckets);
        Ok((length + buckets - 1) / buckets)
    }

    fn empty(&self) -> Result<Vec<Bucket>, Error> {
        let (first, width) = (self.since.as_microsecond(), self.width()?);
        let at = |place: u32| {
            let at =
                Timestamp::from_microsecond(first.saturating_add(width.saturating_mul(i64::from(place))));
            at.map_or(self.until, |at| at.min(self.until))
        };
        let bucket = |place| Bucket { since: at(place), until: at(place + 1), counts: Vec::new() };
        Ok((0..self.buckets).map(bucket).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow_run::Create;
    use crate::trial::{self, Trial, at, on_both};
    use campana_model::id::{FlowRunId, TenantId};

    #[test]
    fn one_flow_is_found_by_its_runs_and_all_else_by_those_of_the_tenant() {
        trial::on_sqlite(async |trial| {
            let (project, group) = (Some(trial.project), Some(FlowGroupId::new()));
            for (project_id, flow_group_id, index) in [
                (None, None, "flow_run_planned (tenant_id=? AND scheduled_start_time>?"),
                (project, None, "flow_run_planned (tenant_id=? AND scheduled_start_time>?"),
                (project, group, "flow_run_planned_of_flow (flow_id=? AND scheduled_start_time>?"),
            ] {
                let (scope, since, until) = (trial.scope(), at(0), at(1));
                let activity = Activity { scope, since, until, buckets: 1, project_id, flow_group_id };
                let sql = format!("EXPLAIN QUERY PLAN {}", activity.sql(scope, Dialect::Sqlite));
                let rows = trial.rows(&sql, uuid::Uuid::nil()).await;
                let plan: Vec<String> = rows.iter().map(|row| row.get(3).unwrap()).collect();
                assert!(plan.iter().any(|step| step.contains(index)), "{plan:?}");
            }
        });
    }

    on_both!(runs_are_counted_in_the_part_of_the_time_in_which_they_were_to_start);

    async fn run(trial: &Trial, now: i64) -> FlowRunId {
        let id = FlowRunId::new();
        trial.store.write(Create { now: at(now), ..trial.create(id) }).await.unwrap();
        id
    }

    async fn runs_are_counted_in_the_part_of_the_time_in_which_they_were_to_start(trial: Trial) {
        for now in [9, 10, 14, 15, 29, 30] {
            let run = run(&trial, now).await;
            if now == 14 {
                trial.set(run, StateKind::Running, 100).await.unwrap();
            }
        }
        let activity = Activity {
            scope: trial.scope(),
            since: at(10),
            until: at(30),
            buckets: 4,
            project_id: None,
            flow_group_id: None,
        };
        let counts = async |activity: Activity| {
            let buckets = trial.store.read(activity).await.unwrap();
            assert_eq!(buckets[1].since, buckets[0].until);
            assert_eq!((buckets[0].since, buckets[3].until), (activity.since, activity.until));
            buckets.into_iter().map(|bucket| bucket.counts).collect::<Vec<_>>()
        };
        let (running, scheduled) = ((StateKind::Running, 1), (StateKind::Scheduled, 1));
        let wanted = vec![vec![running, scheduled], vec![scheduled], vec![], vec![scheduled]];
        assert_eq!(counts(activity).await, wanted);
        assert_eq!(counts(Activity { scope: Scope::All, ..activity }).await, wanted);
        let of_project = Activity { project_id: Some(trial.project), ..activity };
        assert_eq!(counts(of_project).await, wanted);
        let of_none = Activity { flow_group_id: Some(FlowGroupId::new()), ..of_project };
        assert_eq!(counts(of_none).await, vec![vec![]; 4]);
        let elsewhere = Activity { scope: TenantId::new().into(), ..activity };
        assert_eq!(counts(elsewhere).await, vec![vec![]; 4]);
        for wrong in [Activity { buckets: 0, ..activity }, Activity { until: at(10), ..activity }] {
            assert!(trial.store.read(wrong).await.unwrap_err().is_refusal());
        }
    }
}
