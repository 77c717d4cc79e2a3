//! What becomes of deliveries.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, Result, SimpleObject, Subscription};
use campana_model::FlowRunId;
use campana_model::id::{DeliveryId, HookId};
use campana_store::delivery::OfRun;
use campana_store::{Change, Changed};
use futures_util::{Stream, stream};

use super::MAX_IDS;
use crate::app::{App, News, Watching};
use crate::graphql::error::from_store;
use crate::graphql::mutation::input::{app, scope};
use crate::graphql::scalars::Uuid;

/// How long changes are gathered.
const PAUSE: Duration = Duration::from_millis(250);

/// Which deliveries have changed since the last time.
#[derive(SimpleObject)]
#[graphql(name = "delivery_change", rename_fields = "snake_case")]
struct DeliveryChange {
    /// More may have changed than is said here; look at all of them.
    everything: bool,
    /// The deliveries that have, new ones too.
    delivery_ids: Vec<Uuid>,
}

/// What can be watched of deliveries.
#[derive(Default)]
pub(crate) struct DeliveryFeed;

#[Subscription(rename_fields = "snake_case", rename_args = "snake_case")]
impl DeliveryFeed {
    /// Whenever a delivery changes: is owed, tried, delivered, given up.
    async fn delivery_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the deliveries of this hook.")] cloud_hook_id: Option<Uuid>,
        #[graphql(desc = "Only the deliveries about this flow run and its task runs.")] flow_run_id: Option<
            Uuid,
        >,
    ) -> Result<impl Stream<Item = Result<DeliveryChange>>> {
        let following = Following {
            app: Arc::clone(ctx.data()?),
            watching: app(ctx)?.watch(scope(ctx)?.rows(), PAUSE),
            scope: scope(ctx)?.rows(),
            hook: cloud_hook_id.map(|Uuid(id)| HookId::from_uuid(id)),
            run: flow_run_id.map(|Uuid(id)| FlowRunId::from_uuid(id)),
            of_run: HashSet::new(),
            begun: false,
        };
        Ok(stream::unfold(Some(following), async |following| {
            let mut following = following?;
            match following.next().await {
                Ok(change) => change.map(|change| (Ok(change), Some(following))),
                Err(error) => Some((Err(from_store(error)), None)),
            }
        }))
    }
}

/// The deliveries that somebody follows.
struct Following {
    app: Arc<App>,
    watching: Watching,
    scope: campana_store::Scope,
    hook: Option<HookId>,
    run: Option<FlowRunId>,
    /// Those of the run: a change names the run only when the delivery comes to be.
    of_run: HashSet<DeliveryId>,
    begun: bool,
}

impl Following {
    async fn next(&mut self) -> Result<Option<DeliveryChange>, campana_store::Error> {
        if !std::mem::replace(&mut self.begun, true) {
            return self.everything().await.map(Some);
        }
        loop {
            let of_delivery =
                |change: &Change| matches!(change.what, Changed::Delivery(..) | Changed::Deliveries);
            let Some(News { changes, everything }) = self.watching.next(of_delivery).await else {
                return Ok(None);
            };
            let mut ids = BTreeSet::new();
            let mut many = everything;
            for change in changes {
                match change.what {
                    Changed::Delivery(id, hook, run) if self.follows(id, hook, run) => {
                        ids.insert(id.uuid());
                    }
                    Changed::Deliveries => many = true,
                    _ => {}
                }
            }
            if many || ids.len() > MAX_IDS {
                return self.everything().await.map(Some);
            }
            if !ids.is_empty() {
                let delivery_ids = ids.into_iter().map(Uuid).collect();
                return Ok(Some(DeliveryChange { everything: false, delivery_ids }));
            }
        }
    }

    fn follows(&mut self, id: DeliveryId, hook: HookId, run: Option<FlowRunId>) -> bool {
        let of_run = match (self.run, run) {
            (None, _) => true,
            (Some(wanted), Some(run)) if wanted == run => {
                self.of_run.insert(id);
                true
            }
            (Some(_), Some(_)) => false,
            (Some(_), None) => self.of_run.contains(&id),
        };
        of_run && self.hook.is_none_or(|wanted| wanted == hook)
    }

    async fn everything(&mut self) -> Result<DeliveryChange, campana_store::Error> {
        if let Some(flow_run_id) = self.run {
            let of_run = self.app.store.read(OfRun { scope: self.scope, flow_run_id }).await?;
            self.of_run = of_run.into_iter().collect();
        }
        Ok(DeliveryChange { everything: true, delivery_ids: Vec::new() })
    }
}
