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

    /// The kinds as Prefect 1.4.1 has them: name, parent, colour.
    const TABLE: [(&str, Option<&str>, &str); 21] = [
        ("Pending", None, "#7ebdff"),
        ("Scheduled", Some("Pending"), "#ffab00"),
        ("Paused", Some("Scheduled"), "#99a8e8"),
        ("Resume", Some("Scheduled"), "#f58c0c"),
        ("Retrying", Some("Scheduled"), "#f66a0a"),
        ("Submitted", None, "#ffdf5d"),
        ("Queued", None, "#ffea7f"),
        ("ClientFailed", None, "#eb0000"),
        ("Running", None, "#3d67ff"),
        ("Cancelling", Some("Running"), "#e8e8e8"),
        ("Finished", None, "#003ccb"),
        ("Looped", Some("Finished"), "#003ccb"),
        ("Success", Some("Finished"), "#28a745"),
        ("Cached", Some("Success"), "#34d058"),
        ("Mapped", Some("Success"), "#003ccb"),
        ("Skipped", Some("Success"), "#62757f"),
        ("Cancelled", Some("Finished"), "#bdbdbd"),
        ("Failed", Some("Finished"), "#eb0000"),
        ("TimedOut", Some("Failed"), "#ff4e33"),
        ("TriggerFailed", Some("Failed"), "#ff5131"),
        ("ValidationFailed", Some("Failed"), "#ff5131"),
    ];

    #[test]
    fn names_parents_and_colours_are_those_people_know() {
        let ours: Vec<_> = StateKind::ALL
            .iter()
            .map(|kind| (kind.name(), kind.parent().map(StateKind::name), kind.color().to_string()))
            .collect();
        let wanted: Vec<_> =
            TABLE.iter().map(|&(name, parent, color)| (name, parent, color.to_owned())).collect();
        assert_eq!(ours, wanted);
    }

    #[test]
    fn is_a_follows_every_parent_and_nothing_else() {
        fn ancestors(kind: StateKind) -> Vec<StateKind> {
            std::iter::successors(Some(kind), |kind| kind.parent()).collect()
        }
        for &kind in StateKind::ALL {
            for &other in StateKind::ALL {
                assert_eq!(kind.is_a(other), ancestors(kind).contains(&other), "{kind} is a {other}");
            }
        }
    }

    #[test]
    fn kinds_pad_like_text() {
        assert_eq!(format!("[{:<9}]", StateKind::Failed), "[Failed   ]");
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
