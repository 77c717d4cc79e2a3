//! How an outbox works.

use std::time::Duration;

use campana_store::delivery::GIVE_UP_AFTER;

use crate::Backoff;

/// How an outbox works.
///
/// ```
/// # use campana_outbox::Options;
/// # use std::time::Duration;
/// let options = Options { per_destination: 4, ..Options::default() };
/// options.check(Duration::from_secs(60))?;
/// # Ok::<(), campana_outbox::OptionsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// How many deliveries are in hand at once. 256.
    pub slots: usize,
    /// How many attempts are made at one destination at once. 16.
    pub per_destination: usize,
    /// How long an attempt may take; shorter than the store's lease. 20 s, which is longer than the channels' own
    /// limits, whose errors say more.
    pub send_timeout: Duration,
    /// The waits between the attempts of a delivery.
    pub backoff: Backoff,
    /// How many failures in a row pause a destination. One is enough if it concerns the whole
    /// destination. 5.
    pub failures: u32,
    /// How long a destination is paused: the first time, after the first probe that failed, and so on; the last one goes
    /// on. 5 s, 10 s, 30 s, 1 min, 2 min, 5 min, 10 min.
    pub pauses: Vec<Duration>,
    /// How long a delivery waits that cannot be sent because something is missing on our side. 5 min.
    pub wait: Duration,
    /// How old a delivery grows that waits for us, or is told to come later, however often. 3 days 6 h.
    pub give_up_after: Duration,
    /// How often it looks for leases that ran out. 15 s.
    pub reap_every: Duration,
    /// How often it looks for what is due though nobody gave a hint. 5 s.
    pub poll_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            slots: 256,
            per_destination: 16,
            send_timeout: Duration::from_secs(20),
            backoff: Backoff::default(),
            failures: 5,
            pauses: [5, 10, 30, 60, 120, 300, 600].map(Duration::from_secs).into(),
            wait: Duration::from_secs(5 * 60),
            give_up_after: GIVE_UP_AFTER,
            reap_every: Duration::from_secs(15),
            poll_every: Duration::from_secs(5),
        }
    }
}

/// Options that do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// An attempt could outlive its lease, and be made twice at once.
    #[error("send timeout {send_timeout:?} is not shorter than the lease of {lease:?}")]
    SendTimeout {
        /// The limit of an attempt.
        send_timeout: Duration,
        /// The store's lease.
        lease: Duration,
    },
    /// A number that must not be zero is.
    #[error("{0} must not be zero")]
    Zero(&'static str),
}

impl Options {
    /// Checks that these go together, and with this lease.
    ///
    /// # Errors
    /// If they do not.
    pub fn check(&self, lease: Duration) -> Result<(), OptionsError> {
        let Self {
            slots,
            per_destination,
            send_timeout,
            backoff: _,
            failures,
            pauses,
            wait,
            give_up_after: _,
            reap_every,
            poll_every,
        } = self;
        let zeros = [
            ("slots", *slots == 0),
            ("per_destination", *per_destination == 0),
            ("send_timeout", send_timeout.is_zero()),
            ("failures", *failures == 0),
            ("pauses", pauses.is_empty() || pauses.iter().any(Duration::is_zero)),
            ("wait", wait.is_zero()),
            ("reap_every", reap_every.is_zero()),
            ("poll_every", poll_every.is_zero()),
        ];
        if let Some((name, _)) = zeros.into_iter().find(|(_, zero)| *zero) {
            return Err(OptionsError::Zero(name));
        }
        if *send_timeout >= lease {
            return Err(OptionsError::SendTimeout { send_timeout: *send_timeout, lease });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_ends_before_its_lease_does() {
        let options = Options::default();
        assert_eq!(options.check(Duration::from_secs(60)), Ok(()));
        for lease in [19, 20].map(Duration::from_secs) {
            let error = OptionsError::SendTimeout { send_timeout: Duration::from_secs(20), lease };
            assert_eq!(options.check(lease), Err(error));
        }
    }

    #[test]
    fn nothing_that_would_stand_still_is_taken() {
        let lease = Duration::from_secs(60);
        let none = Options { slots: 0, ..Options::default() };
        assert_eq!(none.check(lease), Err(OptionsError::Zero("slots")));
        let no_pause = Options { pauses: Vec::new(), ..Options::default() };
        assert_eq!(no_pause.check(lease), Err(OptionsError::Zero("pauses")));
    }
}
