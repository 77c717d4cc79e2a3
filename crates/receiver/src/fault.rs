//! Faults to order: what a receiver does to a request instead of serving it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to a request instead of an answer in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this status, and the message is not shown to anyone.
    Status {
        /// The status, 100 to 999.
        code: u16,
        /// The value of a `Retry-After` header, sent in whole seconds.
        retry_after: Option<Duration>,
    },
    /// It is read and never answered; the connection stays open until the sender gives up.
    Hang,
    /// It is read, and the connection is reset.
    Reset,
    /// The message is shown, but the connection is reset before the answer: the sender cannot know.
    LoseAnswer,
}

impl Fault {
    /// An answer with `code` and without `Retry-After`.
    pub fn status(code: u16) -> Self {
        Self::Status { code, retry_after: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { code, .. } => write!(f, "status {code}"),
            Self::Hang => f.write_str("hang"),
            Self::Reset => f.write_str("reset"),
            Self::LoseAnswer => f.write_str("lost answer"),
        }
    }
}

/// The faults still to come, in order.
#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<VecDeque<Step>>);

#[derive(Debug)]
struct Step {
    /// `None`: for ever.
    times: Option<usize>,
    fault: Fault,
}

impl Script {
    /// Adds `fault` behind what was ordered before; `times: None` means for ever.
    pub(crate) fn order(&self, times: Option<usize>, fault: Fault) {
        self.steps(|steps| steps.push_back(Step { times, fault }));
    }

    /// Forgets every fault.
    pub(crate) fn clear(&self) {
        self.steps(VecDeque::clear);
    }

    /// The fault for the request at hand, if it is to have one.
    pub(crate) fn next(&self) -> Option<Fault> {
        self.steps(|steps| {
            while let Some(step) = steps.front_mut() {
                match &mut step.times {
                    None => return Some(step.fault),
                    Some(0) => drop(steps.pop_front()),
                    Some(times) => {
                        *times -= 1;
                        return Some(step.fault);
                    }
                }
            }
            None
        })
    }

    /// A panic of another thread cannot leave the queue half changed, so a poisoned lock is as good as any.
    fn steps<T>(&self, act: impl FnOnce(&mut VecDeque<Step>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_the_order_they_were_ordered_and_run_out() {
        let script = Script::default();
        script.order(Some(2), Fault::status(500));
        script.order(Some(0), Fault::Hang);
        script.order(Some(1), Fault::Reset);
        let came: Vec<_> = (0..4).map(|_| script.next()).collect();
        assert_eq!(came, [Some(Fault::status(500)), Some(Fault::status(500)), Some(Fault::Reset), None]);
    }

    #[test]
    fn a_fault_for_ever_lasts_until_it_is_cleared() {
        let script = Script::default();
        script.order(None, Fault::Hang);
        assert!((0..100).all(|_| script.next() == Some(Fault::Hang)));
        script.clear();
        assert_eq!(script.next(), None);
    }
}
