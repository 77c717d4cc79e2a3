//! When a delivery is tried again. Pure.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::DeliveryId;

use crate::clock::later;

/// The longest wait that a provider may ask for.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// How far from its delay an attempt may be moved, so that what failed together does not come back together.
const JITTER: f64 = 0.1;

/// The waits between the attempts of a delivery. It has one attempt more than there are waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    delays: Vec<Duration>,
}

impl Backoff {
    /// These waits: after the first attempt, after the second, and so on.
    pub fn new(delays: impl Into<Vec<Duration>>) -> Self {
        Self { delays: delays.into() }
    }

    /// The waits.
    pub fn delays(&self) -> &[Duration] {
        &self.delays
    }

    /// How many waits there are.
    pub(crate) fn waits(&self) -> u32 {
        u32::try_from(self.delays.len()).unwrap_or(u32::MAX)
    }

    /// When to try again after `spent` attempts, or never: the budget is spent.
    ///
    /// `jitter` is between -1 and 1; `after` is what the provider asked for, and is kept at least.
    pub(crate) fn next(
        &self,
        spent: u32,
        jitter: f64,
        after: Option<Duration>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let delay = self.delays.get(usize::try_from(spent.max(1) - 1).ok()?)?;
        let delay = delay.mul_f64(1.0 + JITTER * jitter.clamp(-1.0, 1.0));
        let asked = after.unwrap_or_default().min(MAX_RETRY_AFTER);
        Some(later(now, delay.max(asked)))
    }
}

/// 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, 8 h, 12 h, 16 h, 24 h: 13 attempts in not quite three days.
impl Default for Backoff {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        let delays = [
            5,
            30,
            2 * MINUTE,
            10 * MINUTE,
            30 * MINUTE,
            HOUR,
            2 * HOUR,
            4 * HOUR,
            8 * HOUR,
            12 * HOUR,
            16 * HOUR,
            24 * HOUR,
        ];
        Self::new(delays.map(Duration::from_secs))
    }
}

/// The jitter of an attempt, from -1 to 1: as good as drawn, and the same each time.
pub(crate) fn jitter(delivery: DeliveryId, attempt: u32) -> f64 {
    let mut hasher = DefaultHasher::new();
    (delivery.uuid(), attempt).hash(&mut hasher);
    let drawn = f64::from((hasher.finish() >> 32) as u32) / f64::from(u32::MAX);
    2.0 * drawn - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn waits(spent: u32, jitter: f64, after: Option<u64>) -> Option<f64> {
        let next = Backoff::default().next(spent, jitter, after.map(Duration::from_secs), NOW);
        next.map(|time| time.duration_since(NOW).as_secs_f64())
    }

    #[test]
    fn the_waits_grow_until_the_budget_is_spent() {
        let all: Vec<_> = (1..).map_while(|spent| waits(spent, 0.0, None)).collect();
        assert_eq!((all.len(), all[0], all[11]), (12, 5.0, 86_400.0));
        assert!(all.is_sorted());
        let days = all.iter().sum::<f64>() / 86_400.0;
        assert!((2.7..3.0).contains(&days), "{days} days");
    }

    #[test]
    fn jitter_moves_a_wait_by_a_tenth_at_most() {
        assert_eq!((waits(2, -1.0, None), waits(2, 1.0, None)), (Some(27.0), Some(33.0)));
        assert_eq!(waits(2, 9.0, None), Some(33.0));
    }

    #[test]
    fn what_the_provider_asks_for_is_kept_at_least_and_an_hour_at_most() {
        assert_eq!(waits(1, -1.0, Some(20)), Some(20.0));
        assert_eq!(waits(3, 0.0, Some(20)), Some(120.0), "a short wait does not burn the budget");
        assert_eq!(waits(1, 0.0, Some(1_000_000)), Some(3_600.0));
        assert_eq!(waits(13, 0.0, Some(20)), None);
    }

    #[test]
    fn the_jitter_of_an_attempt_is_its_own() {
        let (a, b) = (DeliveryId::new(), DeliveryId::new());
        assert_eq!(jitter(a, 1), jitter(a, 1));
        assert!(jitter(a, 1) != jitter(a, 2) && jitter(a, 1) != jitter(b, 1));
        assert!((1..500).all(|attempt| jitter(a, attempt).abs() <= 1.0));
    }
}
