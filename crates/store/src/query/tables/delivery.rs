//! What is owed, each try to send it, and where it goes.

use super::hook::{CLOUD_HOOK, EVENT};
use super::table;

table! {
    /// What a hook owes its destination about an event.
    DELIVERY = "delivery" {
        key: "seq";
        indexed: "seq", "id", "cloud_hook_id", "event_id", "digest_id", "tenant_id";
        columns {
            /// The id, which is also the idempotency key of each attempt.
            id: Uuid,
            /// Its place among all deliveries.
            seq: Int,
            /// Whose it is.
            tenant_id: Uuid,
            /// The hook.
            cloud_hook_id: Uuid,
            /// What it tells; a digest has none.
            event_id: Uuid | null,
            /// The digest that tells it, if one does.
            digest_id: Uuid | null,
            /// How many deliveries a digest stands for; 0: it is none.
            digest_count: Int,
            /// What it says: `notify`, `resolve` or `digest`.
            action: Text,
            /// Where it goes; deliveries with the same destination have the same text here, which is not the address.
            destination: Text,
            /// Deliveries of a hook with the same key go one after the other.
            order_key: Text | null,
            /// What became of it: `pending`, `delivered`, `dead` or `cancelled`.
            status: Status,
            /// Why it is not delivered yet, or not at all.
            reason: Text | null,
            /// How often it was tried.
            attempts: Int,
            /// How many of the attempts it may have are spent; a replay begins anew.
            spent: Int,
            /// When it is tried next, if it is pending.
            due_at: Time,
            /// When it is given up at the latest.
            give_up_at: Time,
            /// The server that has it in hand.
            leased_by: Uuid | null,
            /// Until when that server has it.
            leased_until: Time | null,
            /// Since when it is being tried.
            attempt_started_at: Time | null,
            /// The message as it was first sent, without credentials.
            payload: Json | null,
            /// When it became owed.
            created: Time,
            /// When it was delivered, given up or cancelled.
            finished: Time | null,
        }
        one {
            /// The hook.
            cloud_hook: cloud_hook_id -> CLOUD_HOOK.id,
            /// What it tells.
            event: event_id -> EVENT.id | null,
            /// The digest that tells it.
            digest: digest_id -> DELIVERY.id | null,
            /// Where it goes, if that place has failed and not recovered.
            failing_destination: destination -> DESTINATION.key | null,
            /// What it put into the inbox.
            message: id -> MESSAGE.delivery_id | null,
        }
        many {
            /// Each time that it was tried.
            attempt_log: id -> ATTEMPT.delivery_id,
            /// What a digest stands for.
            members: id -> DELIVERY.digest_id,
        }
    }
}

table! {
    /// One try to send a delivery, which is over.
    ATTEMPT = "attempt" {
        key: "id";
        indexed: "id", "delivery_id";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The delivery.
            delivery_id: Uuid,
            /// The number of the try, from 1.
            number: Int,
            /// The server that tried.
            server_id: Uuid,
            /// When it began.
            started: Time,
            /// When it was over.
            finished: Time,
            /// How long the destination took, in microseconds.
            latency_us: Int | null,
            /// What came of it: `accepted`, `retry`, `rejected`, `ambiguous` (sent, no answer) or `lost` (the server crashed).
            outcome: Text,
            /// What kind of failure it was.
            kind: Text | null,
            /// The status that the destination answered with.
            status: Int | null,
            /// Why it failed.
            reason: Text | null,
            /// What the destination answered, shortened and without secrets.
            answer: Text | null,
        }
        one {
            /// The delivery.
            delivery: delivery_id -> DELIVERY.id,
        }
        many {}
    }
}

table! {
    /// A place that messages go to, from its first failure until it takes one again.
    DESTINATION = "destination" {
        key: "key";
        indexed: "key";
        few: true;
        columns {
            /// What deliveries and hooks have as their `destination`.
            key: Text,
            /// Whose it is.
            tenant_id: Uuid,
            /// By what it is reached: `SLACK_WEBHOOK`.
            type: Text,
            /// How often it has failed in a row.
            failures: Int,
            /// Until when nothing is sent to it.
            paused_until: Time | null,
            /// Why it failed.
            reason: Text | null,
            /// When it last failed.
            updated: Time,
        }
        one {}
        many {}
    }
}

table! {
    /// A message in the inbox.
    MESSAGE = "message" {
        key: "id";
        indexed: "id", "delivery_id", "tenant_id";
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The delivery that put it there.
            delivery_id: Uuid,
            /// What it tells.
            event_id: Uuid | null,
            /// The title.
            title: Text,
            /// The text.
            text: Text,
            /// The same in parts, for whoever shows it in a form of his own.
            content: Json | null,
            /// Whether somebody has read it.
            read: Bool,
            /// When it was put there.
            created: Time,
        }
        one {
            /// The delivery that put it there.
            delivery: delivery_id -> DELIVERY.id,
            /// What it tells.
            event: event_id -> EVENT.id | null,
        }
        many {}
    }
}
