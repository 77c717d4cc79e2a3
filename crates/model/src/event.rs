//! What can happen that somebody may want to be told.

use std::fmt;
use std::str::FromStr;

/// The kind of an event: a fact that hooks match and deliveries tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum EventKind {
    /// A run has another state. Hooks match it by the state's name, not by this kind.
    StateChange,
    /// A run did not start when it was to start.
    Late,
    /// A run takes longer than it may.
    Stuck,
    /// A run gives no more sign of life.
    HeartbeatLost,
    /// An agent does not ask for work any more.
    AgentUnhealthy,
    /// A delivery was given up. Whatever becomes of the deliveries of this event, it raises no other.
    DeliveryDead,
}

impl EventKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::StateChange,
        Self::Late,
        Self::Stuck,
        Self::HeartbeatLost,
        Self::AgentUnhealthy,
        Self::DeliveryDead,
    ];

    /// The name, as hooks and the API have it: `DELIVERY_DEAD`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StateChange => "STATE_CHANGE",
            Self::Late => "LATE",
            Self::Stuck => "STUCK",
            Self::HeartbeatLost => "HEARTBEAT_LOST",
            Self::AgentUnhealthy => "AGENT_UNHEALTHY",
            Self::DeliveryDead => "DELIVERY_DEAD",
        }
    }

    /// The bit of this kind in a stored set of kinds.
    pub const fn bit(self) -> i64 {
        1 << self as u8
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No event has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown event {0:?}; known are {known}", known = EventKind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownEvent(pub String);

impl FromStr for EventKind {
    type Err = UnknownEvent;

    fn from_str(name: &str) -> Result<Self, UnknownEvent> {
        let wanted = Self::ALL.iter().copied().find(|kind| kind.name().eq_ignore_ascii_case(name));
        wanted.ok_or_else(|| UnknownEvent(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_in_any_case() {
        for &kind in EventKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(kind.name().to_lowercase().parse(), Ok(kind));
        }
        let error = "DEAD".parse::<EventKind>().unwrap_err().to_string();
        assert!(error.contains("DELIVERY_DEAD"), "{error}");
    }

    #[test]
    fn each_kind_has_a_bit_of_its_own() {
        let all = EventKind::ALL.iter().fold(0, |bits, kind| bits | kind.bit());
        assert_eq!(all.count_ones() as usize, EventKind::ALL.len());
    }
}
