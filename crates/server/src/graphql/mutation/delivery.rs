//! Deliveries: what a person does about them.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use campana_model::id::{DeliveryId, HookId};
use campana_store::delivery::{self, Status};

use super::input::{actor, app, invalid, scope, write};
use super::payload::SuccessPayload;
use crate::graphql::scalars::{Time, Uuid};
use crate::scope::Role;

/// A delivery that is wanted no more.
#[derive(InputObject)]
#[graphql(name = "cancel_delivery_input", rename_fields = "snake_case")]
pub(crate) struct CancelDelivery {
    /// The delivery.
    delivery_id: Uuid,
}

/// A delivery to be made again.
#[derive(InputObject)]
#[graphql(name = "replay_delivery_input", rename_fields = "snake_case")]
pub(crate) struct ReplayDelivery {
    /// The delivery.
    delivery_id: Uuid,
    /// Whether its message is made anew, by the hook's template of now; if not, it is what was sent before.
    #[graphql(default)]
    rerender: bool,
}

/// Deliveries to be made again.
#[derive(InputObject)]
#[graphql(name = "replay_deliveries_input", rename_fields = "snake_case")]
pub(crate) struct ReplayDeliveries {
    /// Those of this hook; of every hook, unless given.
    cloud_hook_id: Option<Uuid>,
    /// Those that stand so: `DEAD`, unless given, or `DELIVERED` or `CANCELLED`.
    status: Option<String>,
    /// Those that came to be then or later.
    from: Time,
    /// Those that came to be before.
    to: Time,
    /// Whether their messages are made anew, by the hook's template of now; if not, they are what was sent before.
    #[graphql(default)]
    rerender: bool,
}

/// How many there were.
#[derive(SimpleObject)]
#[graphql(name = "count_payload", rename_fields = "snake_case")]
pub(crate) struct CountPayload {
    /// How many.
    count: u64,
}

/// What can be done to deliveries.
#[derive(Default)]
pub(crate) struct Deliveries;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Deliveries {
    /// Gives up a delivery that is pending. An attempt that is being made may still arrive.
    #[graphql(guard = "Role::Admin")]
    async fn cancel_delivery(&self, ctx: &Context<'_>, input: CancelDelivery) -> Result<SuccessPayload> {
        let (scope, actor, now) = (scope(ctx)?.rows(), actor(ctx)?, app(ctx)?.now());
        let id = DeliveryId::from_uuid(input.delivery_id.0);
        let cancelled = write(ctx, delivery::Cancel { id, scope, actor, now }).await?;
        Ok(SuccessPayload::unless(!cancelled, "the delivery is not pending"))
    }

    /// Makes a delivery again that has ended: with the same idempotency key, so that a receiver can tell.
    #[graphql(guard = "Role::Admin")]
    async fn replay_delivery(&self, ctx: &Context<'_>, input: ReplayDelivery) -> Result<SuccessPayload> {
        let ReplayDelivery { delivery_id, rerender } = input;
        let (scope, actor, now) = (scope(ctx)?.rows(), actor(ctx)?, app(ctx)?.now());
        let id = DeliveryId::from_uuid(delivery_id.0);
        let replayed = write(ctx, delivery::Replay { id, scope, rerender, actor, now }).await?;
        Ok(SuccessPayload::unless(!replayed, "the delivery is pending, and need not be replayed"))
    }

    /// Makes those deliveries of a time again that have ended so.
    #[graphql(guard = "Role::Admin")]
    async fn replay_deliveries(&self, ctx: &Context<'_>, input: ReplayDeliveries) -> Result<CountPayload> {
        let ReplayDeliveries { cloud_hook_id, status, from, to, rerender } = input;
        let status = match status {
            None => Status::Dead,
            Some(name) => name.to_lowercase().parse().map_err(invalid)?,
        };
        if status == Status::Pending {
            return Err(invalid(
                "status: what is pending is not replayed; write DEAD, DELIVERED or CANCELLED",
            ));
        }
        let replay = delivery::ReplayRange {
            scope: scope(ctx)?.rows(),
            hook_id: cloud_hook_id.map(|Uuid(id)| HookId::from_uuid(id)),
            statuses: vec![status],
            from: from.0,
            until: to.0,
            rerender,
            actor: actor(ctx)?,
            now: app(ctx)?.now(),
        };
        let count = write(ctx, replay).await?;
        Ok(CountPayload { count })
    }
}
