//! What has become of a delivery.

use std::fmt;
use std::str::FromStr;

/// Where a delivery stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Status {
    /// It is owed.
    Pending,
    /// The provider accepted it.
    Delivered,
    /// It was refused for good, or every attempt is spent.
    Dead,
    /// Somebody cancelled it, or its hook was deleted.
    Cancelled,
}

impl Status {
    /// Every status.
    pub const ALL: &[Self] = &[Self::Pending, Self::Delivered, Self::Dead, Self::Cancelled];

    /// The name, as stored and as the API has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No delivery has this status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown status {0:?}; known are pending, delivered, dead, cancelled")]
pub struct UnknownStatus(pub String);

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, UnknownStatus> {
        let wanted = Self::ALL.iter().copied().find(|status| status.name().eq_ignore_ascii_case(name));
        wanted.ok_or_else(|| UnknownStatus(name.to_owned()))
    }
}
