//! One id type for each entity: a UUID behind a newtype, shown bare.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id (UUIDv7: later ids sort after earlier ones).
            #[expect(clippy::new_without_default, reason = "each call gives another id; a default is one value")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id that wraps `uuid`.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// One run of a flow.
    FlowRunId
}
id! {
    /// One run of a task, or of one child of a mapped task, inside a flow run.
    TaskRunId
}
id! {
    /// A fact that notifications speak of: one change of one state.
    EventId
}
id! {
    /// What is owed to one destination about one event; the same for each attempt to deliver it.
    DeliveryId
}

id! {
    /// One of the parties that share a server and see nothing of each other.
    TenantId
}
id! {
    /// A folder of flows.
    ProjectId
}
id! {
    /// What all versions of a flow share.
    FlowGroupId
}
id! {
    /// One version of a flow.
    FlowId
}
id! {
    /// A task of one version of a flow.
    TaskId
}
id! {
    /// A standing order to notify.
    HookId
}
id! {
    /// A program that takes runs from the server and starts them.
    AgentId
}
id! {
    /// A key that opens the API.
    ApiKeyId
}
id! {
    /// One process of the server; a lease says whose it is by this.
    ServerId
}
id! {
    /// Any row that nothing but its own table speaks of: a state in a history, a line of a log, an audit entry.
    RowId
}

impl TaskRunId {
    /// The id of a task's run where no server hands ids out: a UUIDv5 of the flow run, the slug and the
    /// map index, so that it costs nothing to keep and is the same whenever it is asked for.
    pub fn derived(run: FlowRunId, slug: &str, map_index: Option<u32>) -> Self {
        let name = match map_index {
            Some(index) => format!("{slug}[{index}]"),
            None => slug.to_owned(),
        };
        Self(Uuid::new_v5(&run.uuid(), name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_id_is_stable_and_tells_children_apart() {
        let run = FlowRunId::new();
        let parent = TaskRunId::derived(run, "m-1", None);
        assert_eq!(parent, TaskRunId::derived(run, "m-1", None));
        assert_ne!(parent, TaskRunId::derived(run, "m-1", Some(0)));
        assert_ne!(parent, TaskRunId::derived(FlowRunId::new(), "m-1", None));
    }
}
