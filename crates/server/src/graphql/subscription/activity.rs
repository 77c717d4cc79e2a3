//! That anything happens at all.

use std::collections::BTreeSet;
use std::time::Duration;

use async_graphql::{Context, Result, SimpleObject, Subscription};
use campana_store::Changed;
use futures_util::{Stream, StreamExt as _, stream};

use super::MAX_IDS;
use crate::app::News;
use crate::graphql::mutation::input::{app, scope};
use crate::graphql::scalars::Uuid;

/// How long changes are gathered.
const PAUSE: Duration = Duration::from_millis(250);

/// What kinds of things have changed since the last time.
#[derive(SimpleObject, Default)]
#[graphql(name = "activity", rename_fields = "snake_case")]
struct Activity {
    /// More may have changed than is said here; look at everything.
    everything: bool,
    /// Whether flow runs have.
    flow_runs: bool,
    /// Whether task runs have.
    task_runs: bool,
    /// Whether lines were written to logs.
    logs: bool,
    /// Whether deliveries have.
    deliveries: bool,
    /// Whether hooks have.
    cloud_hooks: bool,
    /// Whether messages in the inbox have.
    messages: bool,
    /// Whether flows or projects have.
    flows: bool,
    /// The flow runs that have changed, or whose task runs have.
    flow_run_ids: Vec<Uuid>,
}

/// What can be watched of everything.
#[derive(Default)]
pub(crate) struct ActivityFeed;

#[Subscription(rename_fields = "snake_case", rename_args = "snake_case")]
impl ActivityFeed {
    /// What kinds of things change, told four times a second at most.
    async fn activity(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = Activity>> {
        let watching = app(ctx)?.watch(scope(ctx)?.rows(), PAUSE);
        let changes = stream::unfold(watching, async |mut watching| {
            let news = watching.next(|_| true).await?;
            Some((Activity::of(&news), watching))
        });
        Ok(stream::once(async { Activity::all() }).chain(changes))
    }
}

impl Activity {
    fn all() -> Self {
        Self {
            everything: true,
            flow_runs: true,
            task_runs: true,
            logs: true,
            deliveries: true,
            cloud_hooks: true,
            messages: true,
            flows: true,
            flow_run_ids: Vec::new(),
        }
    }

    fn of(news: &News) -> Self {
        if news.everything {
            return Self::all();
        }
        let (mut activity, mut runs) = (Self::default(), BTreeSet::new());
        for change in &news.changes {
            match change.what {
                Changed::FlowRun(run) => {
                    activity.flow_runs = true;
                    runs.insert(run);
                }
                Changed::TaskRun(run, _) => {
                    activity.task_runs = true;
                    runs.insert(run);
                }
                Changed::Log(_) => activity.logs = true,
                Changed::Delivery(..) | Changed::Deliveries => activity.deliveries = true,
                Changed::Hook(_) => activity.cloud_hooks = true,
                Changed::Message => activity.messages = true,
                Changed::Flow => activity.flows = true,
            }
        }
        match runs.len() <= MAX_IDS {
            true => activity.flow_run_ids = runs.into_iter().map(|run| Uuid(run.uuid())).collect(),
            false => activity.everything = true,
        }
        activity
    }
}
