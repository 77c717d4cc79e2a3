//! The kinds of states, and which is a special case of which.

use std::fmt;
use std::str::FromStr;

use crate::Color;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $(: $parent:ident)?, $color:literal;)*) => {
        /// What a state says about its task or flow.
        ///
        /// Kinds form a tree: a `Cached` is a `Success`, which is a `Finished`. Filters use
        /// [`is_a`](Self::is_a), so `only_states([StateKind::Failed])` lets a `TimedOut` through too.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum StateKind {
            $($(#[$doc])* $kind,)*
        }

        impl StateKind {
            /// Every kind, parents before children.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The kind that this one is a special case of.
            pub const fn parent(self) -> Option<Self> {
                match self {
                    $(Self::$kind => kinds!(@parent $($parent)?),)*
                }
            }

            /// The name, which is also the `type` in JSON: `TimedOut`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                }
            }

            /// The colour in which people know it.
            pub const fn color(self) -> Color {
                match self {
                    $(Self::$kind => Color::rgb($color),)*
                }
            }
        }
    };
    (@parent) => { None };
    (@parent $parent:ident) => { Some(Self::$parent) };
}

kinds! {
    /// Waits to run.
    Pending, 0x7ebdff;
    /// Waits for its start time.
    Scheduled: Pending, 0xffab00;
    /// Waits for a person (or for its start time, if it has one).
    Paused: Scheduled, 0x99a8e8;
    /// A person let it go on.
    Resume: Scheduled, 0xf58c0c;
    /// Failed, and waits to be tried again.
    Retrying: Scheduled, 0xf66a0a;
    /// Handed to whoever will run it; wraps the state it had.
    Submitted, 0xffdf5d;
    /// Waits for a free slot; wraps the state it had.
    Queued, 0xffea7f;
    /// The client could not report; wraps the state it wanted to report.
    ClientFailed, 0xeb0000;
    /// Runs.
    Running, 0x3d67ff;
    /// Runs, and has been asked to stop.
    Cancelling: Running, 0xe8e8e8;
    /// Ended; its children say how.
    Finished, 0x003ccb;
    /// Ended one turn of a loop.
    Looped: Finished, 0x003ccb;
    /// Ended well.
    Success: Finished, 0x28a745;
    /// Its result was there already.
    Cached: Success, 0x34d058;
    /// Made its children; they say how they end.
    Mapped: Success, 0x003ccb;
    /// Was left out on purpose.
    Skipped: Success, 0x62757f;
    /// Was stopped.
    Cancelled: Finished, 0xbdbdbd;
    /// Ended badly.
    Failed: Finished, 0xeb0000;
    /// Took longer than it may.
    TimedOut: Failed, 0xff4e33;
    /// Did not run, because its trigger did not pass.
    TriggerFailed: Failed, 0xff5131;
    /// Ran, and its result did not pass the check.
    ValidationFailed: Failed, 0xff5131;
}

impl StateKind {
    /// Whether this is `ancestor` or a special case of it.
    ///
    /// ```
    /// # use campana_model::StateKind;
    /// assert!(StateKind::TimedOut.is_a(StateKind::Failed));
    /// assert!(StateKind::Failed.is_a(StateKind::Failed));
    /// assert!(!StateKind::Failed.is_a(StateKind::TimedOut));
    /// ```
    pub const fn is_a(self, ancestor: Self) -> bool {
        let mut kind = self;
        loop {
            if kind as u8 == ancestor as u8 {
                return true;
            }
            match kind.parent() {
                Some(parent) => kind = parent,
                None => return false,
            }
        }
    }

    /// Whether it wraps another state, which says what lies underneath.
    pub const fn is_meta(self) -> bool {
        matches!(self, Self::Submitted | Self::Queued | Self::ClientFailed)
    }
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No state has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown state type {0:?}; known are {known}", known = StateKind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownKind(pub String);

impl FromStr for StateKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_the_one_of_the_documents() {
        let children = |parent: StateKind| -> Vec<&str> {
            StateKind::ALL
                .iter()
                .filter(|kind| kind.parent() == Some(parent))
                .map(|kind| kind.name())
                .collect()
        };
        let roots: Vec<_> =
            StateKind::ALL.iter().filter(|kind| kind.parent().is_none()).map(|k| k.name()).collect();
        assert_eq!(roots, ["Pending", "Submitted", "Queued", "ClientFailed", "Running", "Finished"]);
        assert_eq!(children(StateKind::Pending), ["Scheduled"]);
        assert_eq!(children(StateKind::Scheduled), ["Paused", "Resume", "Retrying"]);
        assert_eq!(children(StateKind::Running), ["Cancelling"]);
        assert_eq!(children(StateKind::Finished), ["Looped", "Success", "Cancelled", "Failed"]);
        assert_eq!(children(StateKind::Success), ["Cached", "Mapped", "Skipped"]);
        assert_eq!(children(StateKind::Failed), ["TimedOut", "TriggerFailed", "ValidationFailed"]);
    }

    #[test]
    fn names_parse_back() {
        for &kind in StateKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!(
            "Success ".parse::<StateKind>().unwrap_err().to_string().contains("known are Pending, Scheduled")
        );
    }
}
