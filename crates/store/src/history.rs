//! A state on its way into the history of a run.

use campana_model::transition::Decision;
use campana_model::{State, StateKind, Timestamp};

use crate::Error;

/// How long the JSON of a state may be. What a task returns is not in there, so nothing near it is right.
pub const MAX_STATE_BYTES: usize = 1_000_000;

/// A state, in the form in which the rows have it.
pub(crate) struct Entry {
    pub(crate) kind: StateKind,
    pub(crate) message: Option<String>,
    /// When the run goes on, if it waits.
    pub(crate) start_time: Option<Timestamp>,
    pub(crate) json: String,
    /// Since when it counts: what the reporter says, which is before the server hears of it.
    pub(crate) at: Timestamp,
    pub(crate) now: Timestamp,
    /// The same time, if the run starts with it.
    pub(crate) started: Option<Timestamp>,
    /// The same time, if the run ends with it.
    pub(crate) ended: Option<Timestamp>,
}

impl Entry {
    /// The state of a decision; `None` if it has none.
    ///
    /// # Errors
    /// If the state is too large.
    pub(crate) fn of(decision: &Decision, now: Timestamp) -> Result<Option<Self>, Error> {
        let Some(state) = &decision.state else { return Ok(None) };
        let mut entry = Self::new(state, now)?;
        entry.started = decision.starts.then_some(entry.at);
        entry.ended = decision.ends.then_some(entry.at);
        Ok(Some(entry))
    }

    /// The state that a run begins with.
    ///
    /// # Errors
    /// If the state is too large.
    pub(crate) fn new(state: &State, now: Timestamp) -> Result<Self, Error> {
        let json = state.to_json().to_string();
        if json.len() > MAX_STATE_BYTES {
            let problem = format!(
                "the JSON of the state has {} bytes, and {MAX_STATE_BYTES} are admitted: shorten its message or context",
                json.len()
            );
            return Err(Error::Invalid { field: "state", problem });
        }
        Ok(Self {
            kind: state.kind(),
            message: state.message().map(str::to_owned),
            start_time: state.start_time(),
            json,
            at: state.timestamp().map_or(now, |at| at.min(now)),
            now,
            started: None,
            ended: None,
        })
    }

    /// How many starts it adds to those that are counted.
    pub(crate) fn starts(&self) -> i64 {
        i64::from(self.started.is_some())
    }
}
