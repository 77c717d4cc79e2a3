//! What becomes of a flow run.

use std::collections::BTreeSet;
use std::time::Duration;

use async_graphql::{Context, Result, SimpleObject, Subscription};
use campana_model::FlowRunId;
use campana_store::Changed;
use campana_store::query::{Count, Filter, Part, Test, Value, tables};
use futures_util::{Stream, StreamExt as _, stream};

use super::MAX_IDS;
use crate::app::News;
use crate::graphql::mutation::input::{app, invalid, read, scope};
use crate::graphql::scalars::Uuid;

/// How long changes are gathered.
const PAUSE: Duration = Duration::from_millis(150);

/// What of a flow run has changed since the last time.
#[derive(SimpleObject)]
#[graphql(name = "flow_run_change", rename_fields = "snake_case")]
struct FlowRunChange {
    /// The run.
    flow_run_id: Uuid,
    /// More may have changed than is said here; look at the run and all its task runs.
    everything: bool,
    /// Whether the run itself has.
    flow_run: bool,
    /// The task runs that have, new ones too.
    task_run_ids: Vec<Uuid>,
}

/// What can be watched of runs.
#[derive(Default)]
pub(crate) struct RunFeed;

#[Subscription(rename_fields = "snake_case", rename_args = "snake_case")]
impl RunFeed {
    /// Whenever a flow run or one of its task runs changes.
    async fn flow_run_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The flow run.")] flow_run_id: Uuid,
    ) -> Result<impl Stream<Item = FlowRunChange>> {
        let watching = app(ctx)?.watch(scope(ctx)?.rows(), PAUSE);
        let id = check(ctx, flow_run_id).await?;
        let is_of_run =
            move |what| matches!(what, Changed::FlowRun(run) | Changed::TaskRun(run, _) if run == id);
        let changes = stream::unfold(watching, move |mut watching| async move {
            let news = watching.next(|change| is_of_run(change.what)).await?;
            Some((FlowRunChange::of(id, &news), watching))
        });
        let everything = News { everything: true, ..News::default() };
        Ok(stream::once(async move { FlowRunChange::of(id, &everything) }).chain(changes))
    }
}

/// The run, if it is there for whoever asks.
pub(super) async fn check(ctx: &Context<'_>, Uuid(id): Uuid) -> Result<FlowRunId> {
    let table = &tables::FLOW_RUN;
    let filter = table
        .id()
        .map_or(Filter::Or(Vec::new()), |column| Filter::Column(column, Test::Eq(Some(Value::Uuid(id)))));
    let count = Count { scope: scope(ctx)?.rows(), table, part: Part { filter, ..Part::all() } };
    let id = FlowRunId::from_uuid(id);
    match read(ctx, count).await? {
        0 => Err(invalid(format!("flow run {id} not found"))),
        _ => Ok(id),
    }
}

impl FlowRunChange {
    fn of(id: FlowRunId, news: &News) -> Self {
        let flow_run = news.changes.iter().any(|change| change.what == Changed::FlowRun(id));
        let task_runs: BTreeSet<_> = news
            .changes
            .iter()
            .filter_map(|change| match change.what {
                Changed::TaskRun(_, task_run) => Some(task_run.uuid()),
                _ => None,
            })
            .collect();
        let everything = news.everything || task_runs.len() > MAX_IDS;
        let task_run_ids = task_runs.into_iter().filter(|_| !everything).map(Uuid).collect();
        Self { flow_run_id: Uuid(id.uuid()), everything, flow_run: everything || flow_run, task_run_ids }
    }
}
