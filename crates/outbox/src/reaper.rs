//! What nobody finishes: leases that ran out, and deliveries that grew too old at a destination that fails.

use std::sync::Arc;
use std::time::Duration;

use campana_store::delivery::{GiveUp, TakeOver, VoidLeases};
use campana_store::destination::Failing;
use campana_store::{Error, destination};

use crate::Backoff;
use crate::clock::later;
use crate::desk::Desk;

/// Takes over the leases that ran out, of whichever server, and learns which destinations others have paused.
pub(crate) async fn reap(desk: Arc<Desk>) {
    let mut is_failing = false;
    let mut unknown = Vec::new();
    while !desk.stopping.is_cancelled() {
        let now = desk.clock.now();
        let reaped = async {
            take_over(&desk).await?;
            learn(&desk, &mut unknown).await
        };
        match reaped.await {
            Ok(()) => is_failing = false,
            Err(error) if !std::mem::replace(&mut is_failing, true) => {
                tracing::error!(%error, "could not look for leases that ran out; trying again");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = desk.clock.sleep_until(later(now, desk.options.reap_every)) => {}
            () = desk.stopping.cancelled() => {}
        }
    }
}

async fn take_over(desk: &Desk) -> Result<(), Error> {
    let take_over = TakeOver { now: desk.clock.now(), waits: waits(&desk.options.backoff) };
    lost(desk, desk.store.write(take_over).await?);
    Ok(())
}

fn lost(desk: &Desk, count: usize) {
    if count > 0 {
        tracing::warn!(count, "attempts were lost; their leases ran out");
        desk.counters.lost(count as u64);
        desk.wake.notify_one();
    }
}

/// The waits after attempts that were lost. The first of them is none: it is more likely that the server was killed than
/// that the delivery kills it.
fn waits(backoff: &Backoff) -> Vec<Duration> {
    let delays = backoff.delays();
    let others = delays.iter().take(delays.len().saturating_sub(1)).copied();
    delays.first().map(|_| Duration::ZERO).into_iter().chain(others).collect()
}

/// Learns which destinations are paused as the database has it. What is not known here counts when it is found for the
/// second time and has not changed: the first time, a recovery may be on its way to the database.
async fn learn(desk: &Desk, unknown: &mut Vec<Failing>) -> Result<(), Error> {
    let failing = desk.store.read(destination::List).await?;
    let news: Vec<_> = failing.into_iter().filter(|failing| !desk.knows(&failing.key)).collect();
    news.iter().filter(|failing| unknown.contains(failing)).for_each(|failing| desk.remember(failing));
    *unknown = news;
    Ok(())
}

/// Takes over from whoever had the database before: its leases, if nobody else can have any, and its pauses.
pub(crate) async fn recover(desk: &Desk) -> Result<(), Error> {
    if desk.store.is_exclusive() {
        let void = VoidLeases { now: desk.clock.now(), waits: waits(&desk.options.backoff) };
        lost(desk, desk.store.write(void).await?);
    }
    desk.store.read(destination::List).await?.iter().for_each(|failing| desk.remember(failing));
    Ok(())
}

/// Gives up what has waited for this destination for too long: its probe has failed.
pub(crate) async fn give_up(desk: &Desk, destination: &str, reason: String) {
    let give_up = GiveUp { destination: destination.to_owned(), now: desk.clock.now(), reason };
    let mut dead = 0;
    loop {
        match desk.store.write(give_up.clone()).await {
            Ok(0) => break,
            Ok(count) => dead += count,
            Err(error) => {
                // The next probe that fails goes on with it.
                tracing::warn!(%error, "could not give up old deliveries");
                break;
            }
        }
    }
    if dead > 0 {
        tracing::warn!(dead, "deliveries are dead: their destination failed for too long");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_attempt_that_is_lost_is_repeated_at_once() {
        let waits = waits(&Backoff::new([5, 30, 120].map(Duration::from_secs)));
        assert_eq!(waits, [0, 5, 30].map(Duration::from_secs));
    }
}
