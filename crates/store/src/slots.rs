//! How many deliveries this server may have in its hands at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The free places of the dispatcher, shared with the store: a delivery is born leased only while one is
/// free, so that a burst does not take leases that nobody would get round to before they run out.
///
/// A store has none until its dispatcher [gives](Slots::give) some.
#[derive(Clone, Debug, Default)]
pub struct Slots(Arc<AtomicUsize>);

impl Slots {
    /// Takes one, if there is one.
    pub fn take(&self) -> bool {
        self.take_up_to(1) == 1
    }

    /// Takes as many as there are, up to `wanted`; says how many.
    pub fn take_up_to(&self, wanted: usize) -> usize {
        let mut taken = 0;
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| {
            taken = free.min(wanted);
            Some(free - taken)
        });
        taken
    }

    /// Gives some back.
    pub fn give(&self, slots: usize) {
        self.0.fetch_add(slots, Ordering::AcqRel);
    }

    /// How many are free now.
    pub fn free(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}
