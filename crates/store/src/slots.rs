//! How many deliveries this server may have in its hands at once, in all and for each destination.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places of the dispatcher, shared with the store: a delivery is born leased only while one is free
/// for its destination, so that a burst does not take leases that nobody would get round to before they run out,
/// and a destination that hangs does not hold every place.
///
/// A store has none until its dispatcher [gives](Slots::give) some.
#[derive(Clone, Debug, Default)]
pub struct Slots(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    free: usize,
    /// How many one destination may hold.
    share: usize,
    /// Those that hold some, or may hold another number.
    destinations: HashMap<String, Holding>,
}

#[derive(Debug, Default)]
struct Holding {
    held: usize,
    limit: Option<usize>,
}

impl State {
    fn room(&self, destination: &str) -> usize {
        match self.destinations.get(destination) {
            Some(Holding { held, limit }) => limit.unwrap_or(self.share).saturating_sub(*held),
            None => self.share,
        }
    }

    fn hold(&mut self, destination: &str) {
        match self.destinations.get_mut(destination) {
            Some(holding) => holding.held += 1,
            None => {
                self.destinations.insert(destination.to_owned(), Holding { held: 1, limit: None });
            }
        }
    }

    fn change(&mut self, destination: &str, change: impl FnOnce(&mut Holding)) {
        let holding = self.destinations.entry(destination.to_owned()).or_default();
        change(holding);
        if holding.held == 0 && holding.limit.is_none() {
            self.destinations.remove(destination);
        }
    }
}

impl Slots {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one for this destination, if one is free and the destination may hold another.
    pub fn take_for(&self, destination: &str) -> bool {
        let mut state = self.lock();
        let takes = state.free > 0 && state.room(destination) > 0;
        if takes {
            state.free -= 1;
            state.hold(destination);
        }
        takes
    }

    /// Undoes [`take_for`](Self::take_for).
    pub fn give_back(&self, destination: &str) {
        self.leave(destination);
        self.give(1);
    }

    /// Takes as many as there are, up to `wanted`, for destinations that are not known yet; says how many.
    pub fn take_up_to(&self, wanted: usize) -> usize {
        let mut state = self.lock();
        let taken = state.free.min(wanted);
        state.free -= taken;
        taken
    }

    /// Tells that one of those of [`take_up_to`](Self::take_up_to) is for this destination.
    pub fn hold(&self, destination: &str) {
        self.lock().hold(destination);
    }

    /// Tells that one is for this destination no more; the place itself stays taken until it is
    /// [given](Self::give). Says whether the destination had no room until now.
    pub fn leave(&self, destination: &str) -> bool {
        let mut state = self.lock();
        let was_full = state.room(destination) == 0;
        state.change(destination, |holding| holding.held = holding.held.saturating_sub(1));
        was_full
    }

    /// Gives some back, or the first ones.
    pub fn give(&self, slots: usize) {
        self.lock().free += slots;
    }

    /// Sets how many each destination may hold.
    pub fn set_share(&self, share: usize) {
        self.lock().share = share;
    }

    /// Sets how many this destination may hold; without a number, as many as others.
    pub fn limit(&self, destination: &str, limit: Option<usize>) {
        self.lock().change(destination, |holding| holding.limit = limit);
    }

    /// Whether this destination may hold another.
    pub fn has_room(&self, destination: &str) -> bool {
        self.lock().room(destination) > 0
    }

    /// How many are free now.
    pub fn free(&self) -> usize {
        self.lock().free
    }

    /// How much of its share each destination has no room for: what it holds, and what it may not hold. Of one that
    /// may hold a single delivery, the probe, only what it holds.
    pub fn busy(&self) -> Vec<(String, usize)> {
        let state = self.lock();
        let busy = |(name, holding): (&String, &Holding)| {
            let busy = match holding {
                Holding { held: 0, limit: Some(1) } => 0,
                Holding { held, .. } => (*held).max(state.share.saturating_sub(state.room(name))),
            };
            (name.clone(), busy)
        };
        state.destinations.iter().map(busy).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(free: usize, share: usize) -> Slots {
        let slots = Slots::default();
        slots.give(free);
        slots.set_share(share);
        slots
    }

    #[test]
    fn a_destination_holds_no_more_than_its_share() {
        let slots = slots(5, 2);
        assert_eq!([(); 3].map(|()| slots.take_for("a")), [true, true, false]);
        assert!(slots.take_for("b"));
        assert_eq!(slots.free(), 2);
        assert!(slots.leave("a") && !slots.leave("b"));
        assert_eq!(slots.free(), 2, "what is recorded still has its place");
        assert!(slots.take_for("a"));
        slots.give_back("a");
        assert_eq!((slots.free(), slots.take_for("a")), (2, true));
    }

    #[test]
    fn there_are_no_more_than_were_given() {
        let slots = slots(2, 9);
        assert_eq!([(); 3].map(|()| slots.take_for("a")), [true, true, false]);
        assert_eq!(slots.take_up_to(3), 0);
        slots.give(2);
        assert_eq!(slots.take_up_to(3), 2);
    }

    #[test]
    fn a_destination_that_may_not_hold_another_is_busy() {
        let slots = slots(9, 4);
        slots.limit("probed", Some(1));
        slots.limit("paused", Some(0));
        slots.limit("probing", Some(1));
        slots.limit("narrow", Some(2));
        for name in ["held", "probing"] {
            slots.hold(name);
        }
        let mut busy = slots.busy();
        busy.sort();
        let wanted = [("held", 1), ("narrow", 2), ("paused", 4), ("probed", 0), ("probing", 4)];
        assert_eq!(busy, wanted.map(|(name, count)| (name.to_owned(), count)));
        assert_eq!(
            (slots.take_for("paused"), slots.take_for("probed"), slots.take_for("probed")),
            (false, true, false)
        );
        slots.limit("paused", None);
        assert!(slots.take_for("paused"));
    }
}
