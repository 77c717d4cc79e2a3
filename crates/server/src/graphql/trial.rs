//! Looking at a hook before it is made: what it would send, and what it would have told.

use std::time::Duration;

use async_graphql::{Context, Object, Result, SimpleObject};

use super::error::from_store;
use super::mutation::hook::{CreateCloudHook, from_hook, hook_of};
use super::mutation::input::{app, invalid, scope};
use super::scalars::{Time, Uuid};
use crate::app::{Trial, TrialError};
use crate::scope::Role;

/// How far back a dry run looks at most: events are not kept for longer, unless somebody says so.
const MAX_DAYS: u32 = 366;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A message as it would be sent.
#[derive(SimpleObject)]
#[graphql(name = "preview_cloud_hook_payload", rename_fields = "snake_case")]
pub(crate) struct Preview {
    /// The media type of the body.
    content_type: String,
    /// The body.
    body: String,
}

/// What a hook would have told.
#[derive(SimpleObject)]
#[graphql(name = "cloud_hook_matches", rename_fields = "snake_case")]
pub(crate) struct Matches {
    /// How many events.
    count: u64,
    /// How many of each kind, the most frequent first.
    counts: Vec<MatchCount>,
    /// The latest of them, newest first.
    latest: Vec<Match>,
}

/// How many events of a kind a hook would have told.
#[derive(SimpleObject)]
#[graphql(name = "cloud_hook_match_count", rename_fields = "snake_case")]
pub(crate) struct MatchCount {
    /// The state, or what else happened.
    kind: String,
    /// How many.
    count: u64,
}

/// An event that a hook would have told.
#[derive(SimpleObject)]
#[graphql(name = "cloud_hook_match", rename_fields = "snake_case")]
pub(crate) struct Match {
    /// The event.
    event_id: Uuid,
    /// What happened: `STATE_CHANGE`, or what else.
    kind: String,
    /// The state that was taken.
    state: Option<String>,
    /// The flow run.
    flow_run_id: Option<Uuid>,
    /// The task run, if it happened to one.
    task_run_id: Option<Uuid>,
    /// When it happened.
    occurred_at: Time,
}

/// What can be asked of hooks that are tried.
#[derive(Default)]
pub(super) struct Trials;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Trials {
    /// The message that a hook would send. Nothing is sent.
    #[graphql(guard = "Role::Admin")]
    async fn preview_cloud_hook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A hook that is there; this or `input` is needed.")] cloud_hook_id: Option<Uuid>,
        #[graphql(desc = "A hook as it would be made.")] input: Option<CreateCloudHook>,
        #[graphql(desc = "The run that is told of; a made-up one, unless given.")] flow_run_id: Option<Uuid>,
        #[graphql(desc = "The state that is told; that of the run, unless given.")] state_type: Option<
            String,
        >,
    ) -> Result<Preview> {
        let hook = hook_of(ctx, cloud_hook_id, input).await?;
        let trial = Trial::new(scope(ctx)?, flow_run_id.map(|Uuid(id)| id), state_type).map_err(invalid)?;
        let facts = app(ctx)?.trial_facts(&hook, trial).await.map_err(from_store)?;
        let payload = app(ctx)?.hook_preview(&hook, &facts).map_err(|error| match error {
            TrialError::Hook(error) => from_hook(error),
            error => invalid(error),
        })?;
        Ok(Preview { content_type: payload.content_type().to_owned(), body: payload.body().to_owned() })
    }

    /// What a hook would have told in the last days, had it been there.
    #[graphql(guard = "Role::Admin")]
    async fn cloud_hook_matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A hook that is there; this or `input` is needed.")] cloud_hook_id: Option<Uuid>,
        #[graphql(desc = "A hook as it would be made.")] input: Option<CreateCloudHook>,
        #[graphql(desc = "How many days back; 366 at most.", default = 7)] days: u32,
    ) -> Result<Matches> {
        let hook = hook_of(ctx, cloud_hook_id, input).await?;
        let period = DAY * days.min(MAX_DAYS);
        let matched = app(ctx)?.hook_matches(&hook, period).await.map_err(from_store)?;
        let counts: Vec<_> =
            matched.counts.into_iter().map(|(kind, count)| MatchCount { kind, count }).collect();
        let event = |event: campana_store::event::Event| Match {
            event_id: Uuid(event.id.uuid()),
            kind: event.kind.name().to_owned(),
            state: event.state.map(|state| state.name().to_owned()),
            flow_run_id: event.flow_run_id.map(|id| Uuid(id.uuid())),
            task_run_id: event.task_run_id.map(|id| Uuid(id.uuid())),
            occurred_at: Time(event.occurred_at),
        };
        Ok(Matches {
            count: counts.iter().map(|kind| kind.count).sum(),
            counts,
            latest: matched.latest.into_iter().map(event).collect(),
        })
    }
}
