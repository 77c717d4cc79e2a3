//! Deliveries: what is owed to a destination about an event, and each try to pay it.

use campana_model::id::{DeliveryId, EventId, HookId};
use campana_model::{FlowRunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::project::Success;
use crate::transport::Repeat;
use crate::{Client, Error, Row};

/// A delivery.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Delivery {
    /// The id, which each attempt carries as its idempotency key.
    pub id: DeliveryId,
    /// `pending`, `delivered`, `dead` or `cancelled`.
    pub status: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is to be tried next, if it is pending.
    pub due_at: Option<Timestamp>,
    /// When it came to be.
    pub created: Timestamp,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Why it stands as it stands.
    pub reason: Option<String>,
    /// Those of a hook with the same key go one after the other.
    pub order_key: Option<String>,
    /// Where it goes, without what is secret.
    pub destination: Option<String>,
    /// For how many it stands, if it is a digest.
    pub digest_count: Option<i64>,
    /// By which hook.
    pub cloud_hook: Option<HookOfDelivery>,
    /// About what.
    pub event: Option<Event>,
    /// Each try, the first one first.
    #[serde(default)]
    pub attempt_log: Vec<Attempt>,
}

/// The hook that a delivery is owed by.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HookOfDelivery {
    /// The id.
    pub id: HookId,
    /// The name.
    pub name: String,
    /// By what it notifies.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The event that a delivery is about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// The id.
    pub id: EventId,
    /// `STATE_CHANGE`, `DELIVERY_DEAD`, ...
    pub kind: String,
    /// The name of the state, if it is a change.
    pub state: Option<String>,
    /// The flow run.
    pub flow_run_id: Option<FlowRunId>,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Attempt {
    /// Which one, from 1.
    pub number: i64,
    /// `accepted`, `retry`, `rejected`, `ambiguous` or `lost`.
    pub outcome: String,
    /// What kind of failure it was: `unreachable`, `rate_limited`, ...
    pub kind: Option<String>,
    /// The status that the provider answered with.
    pub status: Option<i64>,
    /// What went wrong.
    pub reason: Option<String>,
    /// The beginning of what the provider answered, without what is secret.
    pub answer: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// How long the provider took, in microseconds.
    pub latency_us: Option<i64>,
}

impl Row for Delivery {
    const TABLE: &str = "delivery";
    const FIELDS: &str = "id status attempts due_at created finished reason order_key destination digest_count \
                          cloud_hook { id name type } event { id kind state flow_run_id } \
                          attempt_log { number outcome kind status reason answer started finished latency_us }";
}

/// Which deliveries are to be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// Those of this hook; `None`: of any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_hook_id: Option<HookId>,
    /// Those that ended so (`DEAD`, `DELIVERED`, `CANCELLED`); `None`: the dead ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Those that came to be then or later.
    pub from: Timestamp,
    /// Those that came to be before.
    pub to: Timestamp,
    /// Whether their messages are made anew, by the hook's template of now.
    pub rerender: bool,
}

impl Client {
    /// Sends a delivery again: as it was, or made anew by the hook's template of now.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses (it is pending), or answers something else.
    pub async fn replay(&self, delivery: DeliveryId, rerender: bool) -> Result<(), Error> {
        let mutation = "replay_delivery";
        let input = json!({ "delivery_id": delivery, "rerender": rerender });
        self.mutate::<Success>(mutation, &input, "success", Repeat::IfUnseen).await?.check(mutation)
    }

    /// Gives a delivery up that is pending.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses (it has ended), or answers something else.
    pub async fn cancel_delivery(&self, delivery: DeliveryId) -> Result<(), Error> {
        let mutation = "cancel_delivery";
        let input = json!({ "delivery_id": delivery });
        self.mutate::<Success>(mutation, &input, "success", Repeat::IfUnseen).await?.check(mutation)
    }

    /// Sends several again, and gives back how many.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn replay_all(&self, which: &Replay) -> Result<u64, Error> {
        #[derive(Deserialize)]
        struct Replayed {
            count: u64,
        }
        let replayed: Replayed = self.mutate("replay_deliveries", which, "count", Repeat::IfUnseen).await?;
        Ok(replayed.count)
    }
}
