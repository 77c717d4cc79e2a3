//! The vocabulary of hooks: what a standing order to notify may select, and by what it notifies.

use std::fmt;
use std::str::FromStr;

use crate::StateKind;

/// By what a hook notifies; the names are those of the API.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum HookType {
    /// E-mail.
    Email,
    /// An incoming webhook of Slack.
    SlackWebhook,
    /// SMS by Twilio.
    Twilio,
    /// Incidents of PagerDuty.
    PagerDuty,
    /// Any web server.
    Webhook,
    /// The inbox of the web UI.
    PrefectMessage,
    /// A workflow of Microsoft Teams.
    Teams,
}

impl HookType {
    /// Every type.
    pub const ALL: &[Self] = &[
        Self::Email,
        Self::SlackWebhook,
        Self::Twilio,
        Self::PagerDuty,
        Self::Webhook,
        Self::PrefectMessage,
        Self::Teams,
    ];

    /// The name: `SLACK_WEBHOOK`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::SlackWebhook => "SLACK_WEBHOOK",
            Self::Twilio => "TWILIO",
            Self::PagerDuty => "PAGERDUTY",
            Self::Webhook => "WEBHOOK",
            Self::PrefectMessage => "PREFECT_MESSAGE",
            Self::Teams => "TEAMS",
        }
    }

    /// Whether a burst may be told in one message. A program behind a webhook wants each change, and
    /// PagerDuty groups by itself.
    pub const fn may_digest(self) -> bool {
        !matches!(self, Self::PagerDuty | Self::Webhook)
    }
}

impl fmt::Display for HookType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No hook has this type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown type of hook {0:?}; known are {known}", known = HookType::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownHookType(pub String);

impl FromStr for HookType {
    type Err = UnknownHookType;

    fn from_str(name: &str) -> Result<Self, UnknownHookType> {
        let wanted = Self::ALL.iter().copied().find(|kind| kind.name() == name);
        wanted.ok_or_else(|| UnknownHookType(name.to_owned()))
    }
}

/// Whose changes a hook watches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Subject {
    /// Those of flow runs.
    #[default]
    FlowRun,
    /// Those of task runs.
    TaskRun,
    /// Those of both.
    Any,
}

impl Subject {
    /// The name: `FLOW_RUN`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FlowRun => "FLOW_RUN",
            Self::TaskRun => "TASK_RUN",
            Self::Any => "ANY",
        }
    }

    /// The set as bits: 1 for flow runs, 2 for task runs.
    pub const fn bits(self) -> i64 {
        match self {
            Self::FlowRun => 1,
            Self::TaskRun => 2,
            Self::Any => 3,
        }
    }

    /// The subject with these bits.
    pub const fn from_bits(bits: i64) -> Option<Self> {
        match bits {
            1 => Some(Self::FlowRun),
            2 => Some(Self::TaskRun),
            3 => Some(Self::Any),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No subject has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown subject {0:?}; known are FLOW_RUN, TASK_RUN, ANY")]
pub struct UnknownSubject(pub String);

impl FromStr for Subject {
    type Err = UnknownSubject;

    fn from_str(name: &str) -> Result<Self, UnknownSubject> {
        match name {
            "FLOW_RUN" => Ok(Self::FlowRun),
            "TASK_RUN" => Ok(Self::TaskRun),
            "ANY" => Ok(Self::Any),
            other => Err(UnknownSubject(other.to_owned())),
        }
    }
}

/// The states that a hook lists. It matches the exact kind; the [presets](StateSet::family) are written out
/// when the hook is made, so that what it matches can be read off it.
///
/// ```
/// # use campana_model::{StateKind, StateSet};
/// let set = StateSet::from_names(["failed", "TriggerFailed"])?;
/// assert!(set.contains(StateKind::TriggerFailed) && !set.contains(StateKind::TimedOut));
/// assert_eq!(set.names().collect::<Vec<_>>(), ["FAILED", "TRIGGERFAILED"]);
/// # Ok::<(), campana_model::hook::UnknownState>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct StateSet(i64);

impl StateSet {
    /// No state.
    pub const EMPTY: Self = Self(0);

    /// Just this state.
    pub const fn of(kind: StateKind) -> Self {
        Self(1 << kind as u8)
    }

    /// Every state that is a case of `kind`: the presets FINISHED, SUCCESS and FAILED.
    pub fn family(kind: StateKind) -> Self {
        StateKind::ALL.iter().filter(|other| other.is_a(kind)).copied().collect()
    }

    /// Every state: the preset ALL.
    pub fn all() -> Self {
        StateKind::ALL.iter().copied().collect()
    }

    /// The set of these names, in any case. `ALL` means every state.
    ///
    /// # Errors
    /// If a name is not that of a state.
    pub fn from_names<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Result<Self, UnknownState> {
        let mut set = Self::EMPTY;
        for name in names {
            let name = name.as_ref();
            let known = StateKind::ALL.iter().find(|kind| kind.name().eq_ignore_ascii_case(name));
            set.0 |= match known {
                Some(&kind) => Self::of(kind).0,
                None if name.eq_ignore_ascii_case("all") => Self::all().0,
                None => return Err(UnknownState(name.to_owned())),
            };
        }
        Ok(set)
    }

    /// The set with these bits, as stored; bits of no state are dropped.
    pub fn from_bits(bits: i64) -> Self {
        Self(bits & Self::all().0)
    }

    /// The bits, one for each kind.
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// Whether it has this state.
    pub const fn contains(self, kind: StateKind) -> bool {
        self.0 & Self::of(kind).0 != 0
    }

    /// Whether it has none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The states, parents before children.
    pub fn kinds(self) -> impl Iterator<Item = StateKind> {
        StateKind::ALL.iter().copied().filter(move |&kind| self.contains(kind))
    }

    /// The names in upper case, as the API has them: `TRIGGERFAILED`.
    pub fn names(self) -> impl Iterator<Item = String> {
        self.kinds().map(|kind| kind.name().to_ascii_uppercase())
    }
}

impl FromIterator<StateKind> for StateSet {
    fn from_iter<I: IntoIterator<Item = StateKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | Self::of(kind).0))
    }
}

impl fmt::Debug for StateSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.kinds()).finish()
    }
}

/// A hook lists a state that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown state {0:?}; known are {known}", known = StateSet::all().names().collect::<Vec<_>>().join(", "))]
pub struct UnknownState(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_follow_the_families_of_states() {
        let names = |set: StateSet| set.names().collect::<Vec<_>>();
        assert_eq!(
            names(StateSet::family(StateKind::Failed)),
            ["FAILED", "TIMEDOUT", "TRIGGERFAILED", "VALIDATIONFAILED"]
        );
        assert_eq!(names(StateSet::family(StateKind::Success)), ["SUCCESS", "CACHED", "MAPPED", "SKIPPED"]);
        assert!(StateSet::family(StateKind::Finished).contains(StateKind::TimedOut));
        assert_eq!(StateSet::from_names(["all"]), Ok(StateSet::all()));
    }

    #[test]
    fn bits_come_back_and_an_unknown_name_is_told_the_known_ones() {
        let set = StateSet::from_names(["Running", "CANCELLED"]).unwrap();
        assert_eq!(StateSet::from_bits(set.bits()), set);
        let error = StateSet::from_names(["Broken"]).unwrap_err().to_string();
        assert!(error.contains("\"Broken\"") && error.contains("TRIGGERFAILED"), "{error}");
    }

    #[test]
    fn names_parse_back() {
        for &kind in HookType::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        for subject in [Subject::FlowRun, Subject::TaskRun, Subject::Any] {
            assert_eq!(subject.name().parse(), Ok(subject));
            assert_eq!(Subject::from_bits(subject.bits()), Some(subject));
        }
    }
}
