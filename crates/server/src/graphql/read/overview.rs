//! Numbers about many rows, for whoever wants to see how things are at a glance.

use async_graphql::{Context, Object, Result, SimpleObject};
use campana_model::StateKind;
use campana_model::id::{FlowGroupId, ProjectId};
use campana_store::delivery::HealthOf;
use campana_store::flow::{LastRun, Summaries, Summary};
use campana_store::flow_run::{Activity, Bucket};

use super::super::scalars::{Time, Uuid};
use crate::graphql::mutation::input::{app, read, scope};

/// The runs whose start was planned within a part of a time.
#[derive(SimpleObject)]
#[graphql(name = "flow_run_activity", rename_fields = "snake_case")]
struct FlowRunActivity {
    /// When the part begins.
    since: Time,
    /// When it ends.
    until: Time,
    /// How many runs.
    count: u64,
    /// How many of them are in each state; states in which none is are left out.
    states: Vec<StateCount>,
}

/// How many runs are in a state.
#[derive(SimpleObject)]
#[graphql(name = "state_count", rename_fields = "snake_case")]
struct StateCount {
    /// The state.
    state: &'static str,
    /// How many.
    count: u64,
}

/// How a flow fares.
#[derive(SimpleObject)]
#[graphql(name = "flow_group_summary", rename_fields = "snake_case")]
struct FlowGroupSummary {
    /// The flow, in all its versions.
    flow_group_id: Uuid,
    /// Its last runs, the latest first.
    last_runs: Vec<SummaryRun>,
    /// How many of the runs that were looked at have ended, but for those that were cancelled.
    finished: u64,
    /// What part of these succeeded, from 0 to 1; null, if none has ended.
    success_rate: Option<f64>,
}

/// A run, as one sees it among others.
#[derive(SimpleObject)]
#[graphql(name = "flow_group_summary_run", rename_fields = "snake_case")]
struct SummaryRun {
    /// The id.
    id: Uuid,
    /// The name.
    name: String,
    /// The state that it is in.
    state: &'static str,
    /// When it was made.
    created: Time,
    /// When it was to start.
    scheduled_start_time: Time,
    /// When it first ran.
    start_time: Option<Time>,
    /// When it ended.
    end_time: Option<Time>,
}

/// How the deliveries are.
#[derive(SimpleObject)]
#[graphql(name = "delivery_health", rename_fields = "snake_case")]
struct DeliveryHealth {
    /// How many are owed.
    pending: u64,
    /// How many of these have failed so far, and are tried again.
    failing: u64,
    /// Since when the oldest of them is owed.
    oldest_pending: Option<Time>,
    /// How many were given up.
    dead: u64,
    /// When the latest of those was.
    last_dead: Option<Time>,
    /// How many destinations do not take what is sent to them.
    failing_destinations: u64,
}

/// The fields of the query that are numbers about many rows.
#[derive(Default)]
pub(crate) struct Overviews;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Overviews {
    /// How many flow runs there were, by the time of their planned start and by the state that they are in now.
    async fn flow_run_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From when.")] since: Time,
        #[graphql(desc = "Until when; now, unless given.")] until: Option<Time>,
        #[graphql(desc = "Into how many parts of one length the time is cut; 1000 at most.", default = 24)]
        buckets: u32,
        #[graphql(desc = "Only runs of flows in this project.")] project_id: Option<Uuid>,
        #[graphql(desc = "Only runs of this flow, in all its versions.")] flow_group_id: Option<Uuid>,
    ) -> Result<Vec<FlowRunActivity>> {
        let now = app(ctx)?.now();
        let activity = Activity {
            scope: scope(ctx)?.rows(),
            since: since.0,
            until: until.map_or(now, |Time(until)| until),
            buckets,
            project_id: project_id.map(|Uuid(id)| ProjectId::from_uuid(id)),
            flow_group_id: flow_group_id.map(|Uuid(id)| FlowGroupId::from_uuid(id)),
        };
        Ok(read(ctx, activity).await?.into_iter().map(FlowRunActivity::from).collect())
    }

    /// The last runs of each flow, and what part of them succeeded.
    async fn flow_group_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only flows in this project.")] project_id: Option<Uuid>,
        #[graphql(desc = "Only these flows; all, unless given.")] flow_group_ids: Option<Vec<Uuid>>,
        #[graphql(desc = "How many runs of each are listed; 200 at most.", default = 20)] runs: u32,
        #[graphql(desc = "By how many of its last runs the rate is told; 200 at most.", default = 100)]
        rate_of: u32,
    ) -> Result<Vec<FlowGroupSummary>> {
        let ids =
            flow_group_ids.map(|ids| ids.into_iter().map(|Uuid(id)| FlowGroupId::from_uuid(id)).collect());
        if ids.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let summaries = Summaries {
            scope: scope(ctx)?.rows(),
            project_id: project_id.map(|Uuid(id)| ProjectId::from_uuid(id)),
            flow_group_ids: ids.unwrap_or_default(),
            runs: runs.max(rate_of),
        };
        let all = read(ctx, summaries).await?.into_iter();
        Ok(all.map(|summary| FlowGroupSummary::of(summary, runs, rate_of)).collect())
    }

    /// How the deliveries are: what is owed, what was given up, what fails.
    async fn delivery_health(&self, ctx: &Context<'_>) -> Result<DeliveryHealth> {
        let campana_store::delivery::Health {
            pending,
            failing,
            oldest_pending,
            dead,
            last_dead,
            failing_destinations,
        } = read(ctx, HealthOf { scope: scope(ctx)?.rows() }).await?;
        let (oldest_pending, last_dead) = (oldest_pending.map(Time), last_dead.map(Time));
        Ok(DeliveryHealth { pending, failing, oldest_pending, dead, last_dead, failing_destinations })
    }
}

impl From<Bucket> for FlowRunActivity {
    fn from(Bucket { since, until, counts }: Bucket) -> Self {
        let states = counts.iter().map(|&(state, count)| StateCount { state: state.name(), count });
        Self {
            since: Time(since),
            until: Time(until),
            count: counts.iter().map(|(_, count)| count).sum(),
            states: states.collect(),
        }
    }
}

impl FlowGroupSummary {
    fn of(Summary { flow_group_id, last_runs }: Summary, runs: u32, rate_of: u32) -> Self {
        let first = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let counts = |state: StateKind| state.is_a(StateKind::Finished) && state != StateKind::Cancelled;
        let ended: Vec<_> = last_runs
            .iter()
            .take(first(rate_of))
            .map(|run| run.state)
            .filter(|&state| counts(state))
            .collect();
        let succeeded = ended.iter().filter(|state| state.is_a(StateKind::Success)).count();
        Self {
            flow_group_id: Uuid(flow_group_id.uuid()),
            finished: ended.len() as u64,
            success_rate: (!ended.is_empty()).then(|| succeeded as f64 / ended.len() as f64),
            last_runs: last_runs.into_iter().take(first(runs)).map(SummaryRun::from).collect(),
        }
    }
}

impl From<LastRun> for SummaryRun {
    fn from(run: LastRun) -> Self {
        let LastRun { id, name, state, created, scheduled_start_time, start_time, end_time } = run;
        Self {
            id: Uuid(id.uuid()),
            name,
            state: state.name(),
            created: Time(created),
            scheduled_start_time: Time(scheduled_start_time),
            start_time: start_time.map(Time),
            end_time: end_time.map(Time),
        }
    }
}
