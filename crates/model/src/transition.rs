//! The one gate of the server: whether a run may take a state, and what follows from it.
//!
//! Whoever wants a run to change (a client that reports, a person in the UI, a background job) gives a
//! [`Command`]; [`decide`] says what the run becomes or why not. It is total and pure: no clock, no IO. The
//! store calls it inside the write and records the [`Decision`]; nothing else sets a state.
//!
//! What a runner proposes in the course of a run is always accepted, with these exceptions, which protect a
//! run from a report that comes too late: one of an older epoch or of another version, work on a run that has
//! ended, and a task that would start while its flow does not run.

use std::time::Duration;

use jiff::Timestamp;

use crate::{State, StateKind};

/// How long a second `Submitted` is taken for the double of the first.
pub const RESUBMIT_AFTER: Duration = Duration::from_secs(30);

/// What has to be known of a run in order to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its state.
    pub kind: StateKind,
    /// When it took this state.
    pub since: Timestamp,
    /// How many states it has taken.
    pub version: i64,
    /// How often it was taken back from a process that was lost.
    pub epoch: i64,
    /// For a task run: the state of its flow run.
    pub flow_run: Option<StateKind>,
}

/// What somebody wants of a run.
#[derive(Clone, Debug)]
pub enum Command {
    /// Take this state.
    Set {
        /// The state.
        state: State,
        /// The version that the reporter knows, if the run is to take the state in no other.
        version: Option<i64>,
        /// The epoch that the reporter knows, if it knows one.
        epoch: Option<i64>,
    },
    /// Stop: a run that runs is asked to, one that does not is over.
    Cancel,
}

/// What becomes of a run.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The state to record; `None`: nothing changes.
    pub state: Option<State>,
    /// Whether this is a start: the first sets the time from which a run is measured.
    pub starts: bool,
    /// Whether this is an end, which sets the time to which a run is measured.
    pub ends: bool,
    /// Whether the unfinished task runs of a flow run are cancelled with it.
    pub cancels_task_runs: bool,
}

impl Decision {
    /// That the run stays as it is.
    const NOTHING: Self = Self { state: None, starts: false, ends: false, cancels_task_runs: false };
}

/// A run does not take a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Two agents took the same run, or one took it twice.
    #[error("State update failed: this run has already been submitted.")]
    AlreadySubmitted,
    /// The run has ended, and only a restart (which schedules it) begins it again.
    #[error("State update failed: the run is {is} and does not become {wanted}.")]
    Ended {
        /// What it is.
        is: StateKind,
        /// What it was to become.
        wanted: StateKind,
    },
    /// The run has been asked to stop.
    #[error("State update failed: the run is being cancelled.")]
    BeingCancelled,
    /// A task cannot run while its flow does not.
    #[error("State update failed: the flow run is {flow_run}, not Running.")]
    FlowNotRunning {
        /// What the flow run is.
        flow_run: StateKind,
    },
    /// Somebody else has changed the run since the reporter looked.
    #[error("State update failed: the report is of version {reported}, the run has version {current}.")]
    OtherVersion {
        /// The reporter's version.
        reported: i64,
        /// The run's version.
        current: i64,
    },
    /// The report comes from a process that the run was taken from.
    #[error("State update failed: the report is of epoch {reported}, the run is in epoch {current}.")]
    OldEpoch {
        /// The reporter's epoch.
        reported: i64,
        /// The run's epoch.
        current: i64,
    },
}

/// Where a run is on its way; what is legal depends on no more than this.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Waits, also for its next try or its next turn.
    Waiting,
    /// Somebody has taken it and will report.
    Taken,
    Running,
    Cancelling,
    Ended,
}

impl Phase {
    const fn of(kind: StateKind) -> Self {
        use StateKind as S;
        match kind {
            S::Pending | S::Scheduled | S::Paused | S::Resume | S::Retrying | S::Looped => Self::Waiting,
            S::Submitted | S::Queued | S::ClientFailed => Self::Taken,
            S::Running => Self::Running,
            S::Cancelling => Self::Cancelling,
            S::Finished | S::Success | S::Cached | S::Mapped | S::Skipped | S::Cancelled => Self::Ended,
            S::Failed | S::TimedOut | S::TriggerFailed | S::ValidationFailed => Self::Ended,
        }
    }
}

/// Whether a run in this state has ended; one that ended a turn of its loop goes on.
pub const fn is_end(kind: StateKind) -> bool {
    matches!(Phase::of(kind), Phase::Ended)
}

/// What becomes of `run` by `command` at the time `now`.
///
/// # Errors
/// If the run does not take the state; the texts begin with those that Prefect's clients look for.
pub fn decide(run: &Run, command: Command, now: Timestamp) -> Result<Decision, Rejected> {
    match command {
        Command::Set { state, .. } if is_told_again(run, &state) => Ok(Decision::NOTHING),
        Command::Set { state, version, epoch } => {
            known(run, version, epoch)?;
            set(run, state, now)
        }
        Command::Cancel => Ok(cancel(run)),
    }
}

/// Whether the reporter knows the run as it is.
fn known(run: &Run, version: Option<i64>, epoch: Option<i64>) -> Result<(), Rejected> {
    if let Some(reported) = epoch
        && reported < run.epoch
    {
        return Err(Rejected::OldEpoch { reported, current: run.epoch });
    }
    match version {
        Some(reported) if reported != run.version => {
            Err(Rejected::OtherVersion { reported, current: run.version })
        }
        _ => Ok(()),
    }
}

fn set(run: &Run, state: State, now: Timestamp) -> Result<Decision, Rejected> {
    let wanted = state.kind();
    if wanted == StateKind::Running
        && let Some(flow_run) = run.flow_run
        && flow_run != StateKind::Running
    {
        return Err(Rejected::FlowNotRunning { flow_run });
    }
    use Phase::{Cancelling, Ended, Running, Taken, Waiting};
    match (Phase::of(run.kind), Phase::of(wanted)) {
        (Taken, Taken) if run.kind == wanted && wanted == StateKind::Submitted => {
            if now.duration_since(run.since).unsigned_abs() < RESUBMIT_AFTER {
                return Err(Rejected::AlreadySubmitted);
            }
        }
        (Waiting | Taken | Running, _) => {}
        // Whoever stops may say so, and may be told again; work does not begin any more.
        (Cancelling, Waiting | Cancelling | Ended) => {}
        (Cancelling, Taken | Running) => return Err(Rejected::BeingCancelled),
        // A restart, and a late report that corrects what the server concluded.
        (Ended, Waiting | Ended) => {}
        (Ended, Taken | Running | Cancelling) => return Err(Rejected::Ended { is: run.kind, wanted }),
    }
    Ok(accept(run, state))
}

/// Whether the run has taken this very state already: a reporter that did not hear the answer reports again. Only
/// one that says since when the state counts is known to; to the microsecond, as it is stored.
fn is_told_again(run: &Run, state: &State) -> bool {
    let at = state.timestamp().map(Timestamp::as_microsecond);
    state.kind() == run.kind && at == Some(run.since.as_microsecond())
}

fn cancel(run: &Run) -> Decision {
    match Phase::of(run.kind) {
        Phase::Waiting | Phase::Taken => {
            accept(run, State::new(StateKind::Cancelled).with_message("Flow run is cancelled"))
        }
        Phase::Running => {
            accept(run, State::new(StateKind::Cancelling).with_message("Flow run is cancelling"))
        }
        Phase::Cancelling | Phase::Ended => Decision::NOTHING,
    }
}

fn accept(run: &Run, state: State) -> Decision {
    let kind = state.kind();
    let of_flow = run.flow_run.is_none();
    Decision {
        starts: kind == StateKind::Running,
        ends: is_end(kind) || kind == StateKind::Looped,
        cancels_task_runs: of_flow && kind == StateKind::Cancelled,
        state: Some(state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn flow_run(kind: StateKind) -> Run {
        Run { kind, since: at(0), version: 1, epoch: 0, flow_run: None }
    }

    fn to(kind: StateKind) -> Command {
        Command::Set { state: State::new(kind), version: None, epoch: None }
    }

    /// Every pair, so that a change of the rules is seen: what is refused, and why.
    #[test]
    fn every_pair_of_states_is_ruled() {
        let mut refused = Vec::new();
        for &from in StateKind::ALL {
            for &wanted in StateKind::ALL {
                match decide(&flow_run(from), to(wanted), at(1)) {
                    Ok(decision) => assert_eq!(decision.state.map(|state| state.kind()), Some(wanted)),
                    Err(why) => refused.push((from, wanted, why)),
                }
            }
        }
        let ended: Vec<_> = StateKind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.is_a(StateKind::Finished) && *kind != StateKind::Looped)
            .collect();
        use StateKind::{Cancelling, ClientFailed, Queued, Running, Submitted};
        let mut wanted = vec![(Submitted, Submitted, Rejected::AlreadySubmitted)];
        for to in [Submitted, Queued, ClientFailed, Running] {
            wanted.push((Cancelling, to, Rejected::BeingCancelled));
        }
        for is in ended {
            for to in [Submitted, Queued, ClientFailed, Running, Cancelling] {
                wanted.push((is, to, Rejected::Ended { is, wanted: to }));
            }
        }
        assert_eq!(refused, wanted);
    }

    #[test]
    fn a_second_submission_is_a_double_for_half_a_minute() {
        let run = flow_run(StateKind::Submitted);
        let submit = || to(StateKind::Submitted);
        assert_eq!(decide(&run, submit(), at(29)).unwrap_err(), Rejected::AlreadySubmitted);
        assert!(decide(&run, submit(), at(30)).is_ok());
    }

    #[test]
    fn a_task_starts_only_while_its_flow_runs_and_may_always_end() {
        for &flow in StateKind::ALL {
            let run = Run { flow_run: Some(flow), ..flow_run(StateKind::Pending) };
            let started = decide(&run, to(StateKind::Running), at(1));
            assert_eq!(started.is_ok(), flow == StateKind::Running, "{flow}");
            let run = Run { flow_run: Some(flow), ..flow_run(StateKind::Running) };
            assert!(decide(&run, to(StateKind::Success), at(1)).is_ok());
        }
    }

    #[test]
    fn a_report_of_an_older_epoch_is_refused() {
        let run = Run { epoch: 2, ..flow_run(StateKind::Running) };
        let report = |epoch| Command::Set { state: State::success("done"), version: None, epoch };
        assert_eq!(
            decide(&run, report(Some(1)), at(1)).unwrap_err(),
            Rejected::OldEpoch { reported: 1, current: 2 }
        );
        assert!(decide(&run, report(Some(2)), at(1)).is_ok());
        assert!(decide(&run, report(None), at(1)).is_ok());
    }

    #[test]
    fn what_is_told_again_changes_nothing() {
        let report = |state: State| Command::Set { state, version: None, epoch: None };
        let run = Run { since: at(5), ..flow_run(StateKind::Success) };
        let taken = |state| decide(&run, report(state), at(9)).unwrap().state.is_some();
        assert!(!taken(State::success("done").at(at(5))));
        assert!(!taken(State::success("done").at(at(5) + Duration::from_nanos(999))));
        assert!(taken(State::success("done").at(at(6))));
        assert!(taken(State::success("done")));
        assert!(taken(State::failed("late").at(at(5))));
        // Its version is the one before.
        let again = Command::Set { state: State::success("").at(at(5)), version: Some(0), epoch: None };
        assert!(decide(&run, again, at(9)).unwrap().state.is_none());
    }

    #[test]
    fn a_version_that_was_given_has_to_be_the_run_s() {
        let report = |version| Command::Set { state: State::running("go"), version, epoch: None };
        let run = flow_run(StateKind::Submitted);
        assert_eq!(
            decide(&run, report(Some(0)), at(1)).unwrap_err(),
            Rejected::OtherVersion { reported: 0, current: 1 }
        );
        assert!(decide(&run, report(Some(1)), at(1)).is_ok());
        assert!(decide(&run, report(None), at(1)).is_ok());
    }

    #[test]
    fn cancelling_asks_what_runs_and_ends_what_waits() {
        let outcome = |kind| decide(&flow_run(kind), Command::Cancel, at(1)).unwrap();
        let state = |decision: &Decision| decision.state.as_ref().map(State::kind);
        let waiting = outcome(StateKind::Scheduled);
        assert_eq!(state(&waiting), Some(StateKind::Cancelled));
        assert!(waiting.ends && waiting.cancels_task_runs);
        let running = outcome(StateKind::Running);
        assert_eq!(state(&running), Some(StateKind::Cancelling));
        assert!(!running.ends && !running.cancels_task_runs);
        assert_eq!(state(&outcome(StateKind::Success)), None);
        assert_eq!(state(&outcome(StateKind::Cancelling)), None);
    }

    #[test]
    fn starts_and_ends_are_told() {
        let running = decide(&flow_run(StateKind::Submitted), to(StateKind::Running), at(1)).unwrap();
        assert!(running.starts && !running.ends);
        let looped = decide(&flow_run(StateKind::Running), to(StateKind::Looped), at(1)).unwrap();
        assert!(looped.ends && !looped.starts);
    }
}
