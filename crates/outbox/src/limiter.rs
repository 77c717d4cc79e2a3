//! What each destination may have in flight, and which are paused. Pure: no clock, no waiting.
//!
//! ```text
//! well --- failures in a row, or one that concerns it as a whole ---> paused --- time ---> probed
//!   ^                                                                   ^                    |
//!   +------------------------- the probe is answered -------------------|--------------------+
//!                                                                       +-- the probe fails --+
//! ```
//!
//! A destination that is well has some attempts in flight, and what exceeds them waits here for its turn; one that
//! is paused has none, and one that is probed has one. What has no place and no turn is refused: it goes back to
//! the database.
//!
//! When the probe is answered the destination has few places again, one more with each answer: one that takes a message
//! a second would refuse all others of a crowd, and each would have spent an attempt.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use campana_model::Timestamp;
use campana_store::delivery::Claimed;

use crate::backoff::MAX_RETRY_AFTER;
use crate::clock::later;

/// The shortest pause that a provider may ask for.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// What an attempt has shown of its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answers, if only to refuse this message.
    Well,
    /// It failed this message.
    Troubled(String),
    /// It fails whatever is sent; not to be tried before this wait.
    Down(String, Option<Duration>),
    /// Nothing.
    Unknown,
}

/// What becomes of a delivery that has come into our hands.
#[derive(Debug, PartialEq)]
pub(crate) enum Admission {
    /// It is sent now.
    Send(Claimed),
    /// It waits here, and comes out of [`Limiter::leave`].
    Queued,
    /// It goes back, and is due again then.
    Refused(Claimed, Timestamp),
}

/// What an attempt that ended has changed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Left {
    /// Whose turn it is now.
    pub(crate) next: Vec<Claimed>,
    /// What waited and goes back to the database.
    pub(crate) refused: Vec<Claimed>,
    /// Whether the destination turned.
    pub(crate) turn: Option<Turn>,
    /// How many places the destination has now, if that has changed; none: as many as others.
    pub(crate) places: Option<Option<usize>>,
}

/// A destination came into another state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is paused, or paused for longer.
    Paused {
        failures: u32,
        until: Timestamp,
        reason: String,
        /// Whether it was paused before, and the attempt was to see whether it is well again.
        probe_failed: bool,
    },
    /// It is well again.
    Recovered,
}

/// The destinations that are not idle and well.
#[derive(Debug)]
pub(crate) struct Limiter {
    per_destination: usize,
    threshold: u32,
    pauses: Vec<Duration>,
    destinations: HashMap<String, Destination>,
    /// When pauses end.
    ends: BTreeSet<(Timestamp, String)>,
}

#[derive(Debug, Default)]
struct Destination {
    sending: usize,
    waiting: VecDeque<Claimed>,
    failures: u32,
    /// Until when it is paused; a time that is past: it is probed.
    paused_until: Option<Timestamp>,
    /// How many places it has after a pause, until it has as many as others.
    places: Option<usize>,
}

impl Destination {
    /// How many places it has, if not as many as others.
    fn places(&self, now: Timestamp) -> Option<usize> {
        match self.paused_until {
            None => self.places,
            Some(until) if now < until => Some(0),
            Some(_) => Some(1),
        }
    }

    fn is_idle_and_well(&self) -> bool {
        let Self { sending, waiting, failures, paused_until, places } = self;
        *sending == 0 && waiting.is_empty() && *failures == 0 && paused_until.is_none() && places.is_none()
    }
}

impl Limiter {
    /// No destination in flight. `threshold` failures in a row pause one; `pauses` says how long, and is not
    /// empty.
    pub(crate) fn new(per_destination: usize, threshold: u32, pauses: Vec<Duration>) -> Self {
        Self { per_destination, threshold, pauses, destinations: HashMap::new(), ends: BTreeSet::new() }
    }

    /// Remembers a pause from before the start.
    pub(crate) fn remember(&mut self, key: &str, failures: u32, until: Timestamp) {
        let failures = failures.max(self.threshold);
        let destination = self.destinations.entry(key.to_owned()).or_default();
        if let Some(old) = destination.paused_until.replace(until) {
            self.ends.remove(&(old, key.to_owned()));
        }
        destination.failures = failures;
        self.ends.insert((until, key.to_owned()));
    }

    /// Takes in a delivery.
    pub(crate) fn admit(&mut self, claimed: Claimed, now: Timestamp) -> Admission {
        let destination = match self.destinations.get_mut(&claimed.destination) {
            Some(destination) => destination,
            None => self.destinations.entry(claimed.destination.clone()).or_default(),
        };
        if destination.sending < destination.places(now).unwrap_or(self.per_destination) {
            destination.sending += 1;
            return Admission::Send(claimed);
        }
        match destination.paused_until {
            None => {
                destination.waiting.push_back(claimed);
                Admission::Queued
            }
            Some(until) => Admission::Refused(claimed, until.max(now)),
        }
    }

    /// An attempt at this destination has ended.
    pub(crate) fn leave(&mut self, key: &str, health: Health, now: Timestamp) -> Left {
        let Some(destination) = self.destinations.get_mut(key) else { return Left::default() };
        destination.sending = destination.sending.saturating_sub(1);
        let before = destination.places(now);
        let turn = self.judge(key, health, now);
        let Some(destination) = self.destinations.get_mut(key) else { return Left::default() };
        let places = destination.places(now);
        let mut left = Left { turn, places: (places != before).then_some(places), ..Left::default() };
        if destination.paused_until.is_some() {
            left.refused.extend(destination.waiting.drain(..));
        }
        while destination.sending < places.unwrap_or(self.per_destination)
            && let Some(next) = destination.waiting.pop_front()
        {
            destination.sending += 1;
            left.next.push(next);
        }
        if destination.is_idle_and_well() {
            self.destinations.remove(key);
        }
        left
    }

    /// The destinations whose pause has ended since this was asked last: each is to be probed.
    pub(crate) fn ended(&mut self, now: Timestamp) -> Vec<String> {
        let mut ended = Vec::new();
        while self.ends.first().is_some_and(|(until, _)| *until <= now) {
            ended.extend(self.ends.pop_first().map(|(_, key)| key));
        }
        ended
    }

    /// When the next pause ends.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.ends.first().map(|(until, _)| *until)
    }

    /// Until when this destination is paused.
    pub(crate) fn paused_until(&self, key: &str) -> Option<Timestamp> {
        self.destinations.get(key)?.paused_until
    }

    /// How many destinations are paused or probed.
    pub(crate) fn paused(&self) -> usize {
        self.destinations.values().filter(|destination| destination.paused_until.is_some()).count()
    }

    /// Takes out everything that waits.
    pub(crate) fn drain(&mut self) -> Vec<Claimed> {
        self.destinations.values_mut().flat_map(|destination| destination.waiting.drain(..)).collect()
    }

    fn judge(&mut self, key: &str, health: Health, now: Timestamp) -> Option<Turn> {
        let (threshold, full) = (self.threshold, self.per_destination);
        let destination = self.destinations.get_mut(key)?;
        let is_paused = destination.paused_until.is_some_and(|until| now < until);
        let (reason, after) = match health {
            Health::Unknown => return None,
            // What was in flight when the pause began says nothing of how it is now.
            Health::Well | Health::Troubled(_) if is_paused => return None,
            Health::Well => {
                destination.failures = 0;
                let recovered = destination.paused_until.take().map(|_| Turn::Recovered);
                let places = if recovered.is_some() { Some(1) } else { destination.places };
                destination.places = places.map(|places| places + 1).filter(|places| *places < full);
                return recovered;
            }
            Health::Troubled(reason) => {
                destination.failures = destination.failures.saturating_add(1);
                (reason, None)
            }
            // Unless it asks for more time.
            Health::Down(reason, after) if is_paused => (reason, Some(after?)),
            Health::Down(reason, after) => {
                destination.failures = destination.failures.saturating_add(1).max(threshold);
                (reason, after)
            }
        };
        self.pause(key, reason, after, now)
    }

    fn pause(&mut self, key: &str, reason: String, after: Option<Duration>, now: Timestamp) -> Option<Turn> {
        let destination = self.destinations.get_mut(key)?;
        let level = usize::try_from(destination.failures.checked_sub(self.threshold)?).ok()?;
        let own = |level: usize| self.pauses.get(level).or(self.pauses.last()).copied().unwrap_or_default();
        // The provider knows best, unless what it says has not helped before.
        let pause = match (after, level.checked_sub(1)) {
            (None, _) => own(level),
            (Some(after), None) => after.clamp(SHORTEST_PAUSE, MAX_RETRY_AFTER),
            (Some(after), Some(before)) => after.min(MAX_RETRY_AFTER).max(own(before)),
        };
        let until = later(now, pause);
        let before = destination.paused_until;
        if before.is_some_and(|before| until <= before) {
            return None;
        }
        destination.paused_until = Some(until);
        if let Some(before) = before {
            self.ends.remove(&(before, key.to_owned()));
        }
        self.ends.insert((until, key.to_owned()));
        let probe_failed = before.is_some_and(|before| before <= now);
        Some(Turn::Paused { failures: destination.failures, until, reason, probe_failed })
    }
}

#[cfg(test)]
mod tests;
