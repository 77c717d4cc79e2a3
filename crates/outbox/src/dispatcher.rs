//! The loops that take deliveries in hand: those that are born leased, and those that are due.

use std::sync::Arc;
use std::time::Duration;

use campana_model::Timestamp;
use campana_store::delivery::{Claim, ClaimedBatch};
use futures_util::FutureExt;

use crate::clock::later;
use crate::desk::Desk;

/// How many deliveries are claimed at once at most: births find free slots meanwhile.
const BATCH: usize = 64;

/// How long it waits after a claim that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes in what is born leased, at once.
pub(crate) async fn births(desk: Arc<Desk>) {
    loop {
        let birth = tokio::select! {
            birth = desk.store.birth() => birth,
            () = desk.stopping.cancelled() => break,
        };
        match birth {
            Some(claimed) => desk.take_in(claimed),
            None => return,
        }
    }
    // What was leased before the slots were taken away goes back.
    while let Some(Some(claimed)) = desk.store.birth().now_or_never() {
        desk.take_in(claimed);
    }
}

/// Claims what is due while there are slots: after a hint, when a slot or a destination becomes free, and when
/// the time has come.
pub(crate) async fn claims(desk: Arc<Desk>) {
    let mut is_failing = false;
    while !desk.stopping.is_cancelled() {
        let wanted = desk.slots().take_up_to(BATCH);
        if wanted == 0 {
            tokio::select! {
                () = desk.freed.notified() => {}
                () = desk.stopping.cancelled() => {}
            }
            continue;
        }
        let now = desk.clock.now();
        let next_pause_end = desk.end_pauses(now);
        match claim(&desk, wanted, now).await {
            Ok(Claims { again: true, .. }) => is_failing = false,
            Ok(Claims { again: false, next_due }) => {
                is_failing = false;
                let poll = later(now, desk.options.poll_every);
                let timer = [next_due, next_pause_end].into_iter().flatten().fold(poll, Timestamp::min);
                tokio::select! {
                    () = desk.store.due() => {}
                    () = desk.wake.notified() => {}
                    () = desk.clock.sleep_until(timer) => {}
                    () = desk.stopping.cancelled() => {}
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut is_failing, true) {
                    tracing::error!(%error, "could not claim deliveries; trying again");
                }
                tokio::select! {
                    () = desk.clock.sleep_until(later(now, PAUSE)) => {}
                    () = desk.stopping.cancelled() => {}
                }
            }
        }
    }
}

struct Claims {
    /// Whether more can be claimed now.
    again: bool,
    /// When the next one is due.
    next_due: Option<Timestamp>,
}

async fn claim(desk: &Arc<Desk>, wanted: usize, now: Timestamp) -> Result<Claims, campana_store::Error> {
    let (share, busy) = (desk.share(), desk.slots().busy());
    let mut full: Vec<_> =
        busy.iter().filter(|(_, held)| *held >= share).map(|(name, _)| name.clone()).collect();
    let claimed = desk.store.write(Claim { now, limit: wanted, per_destination: share, busy }).await;
    let ClaimedBatch { claimed, more, next_due } = claimed.inspect_err(|_| desk.give(wanted))?;
    let count = claimed.len();
    for delivery in claimed {
        desk.slots().hold(&delivery.destination);
        if full.last() != Some(&delivery.destination) {
            full.push(delivery.destination.clone());
        }
        desk.take_in(delivery);
    }
    desk.give(wanted - count.min(wanted));
    // What has got room while we claimed did not wake us; what has none will, when it has.
    let again = more && (count == wanted || full.iter().any(|name| desk.slots().has_room(name)));
    Ok(Claims { again, next_due })
}
