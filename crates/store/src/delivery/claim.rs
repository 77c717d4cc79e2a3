//! Taking what is due into one's hands, fairly.

use std::collections::HashMap;

use campana_model::Timestamp;

use super::claimed::{Claimed, columns};
use super::digest;
use super::lease::{after, claimable, lease};
use crate::sql::{Row, Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error};

/// Leases what is due, as much of it as there is room for, and no destination more than its share.
///
/// Of a destination that fails only one delivery is taken once its pause is over, the probe, and the pause begins anew
/// with it, so that no other server takes a second one before it is known how the first fares.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The time.
    pub now: Timestamp,
    /// How many at most: as many places as the dispatcher has taken for them.
    pub limit: usize,
    /// How many each destination may have in hand.
    pub per_destination: usize,
    /// How many each destination has in hand already.
    pub busy: Vec<(String, usize)>,
}

/// What was claimed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ClaimedBatch {
    /// The deliveries, which are in this server's hands now; the oldest first for each destination.
    pub claimed: Vec<Claimed>,
    /// Whether more is due than there was room for.
    pub more: bool,
    /// When the next delivery becomes due.
    pub next_due: Option<Timestamp>,
}

/// What is unleased.
macro_rules! unleased {
    () => {
        "d.status = 'pending' AND d.leased_by IS NULL AND d.digest_id IS NULL AND NOT d.limited"
    };
}

/// Each destination that something waits for, by one step in the index for each; not by all that waits.
pub(super) const PLACES: &str = concat!(
    "WITH RECURSIVE place (destination) AS (
         SELECT min(d.destination) FROM delivery d WHERE ",
    unleased!(),
    "   UNION ALL
         SELECT (SELECT min(d.destination) FROM delivery d WHERE d.destination > place.destination AND ",
    unleased!(),
    ") FROM place WHERE place.destination IS NOT NULL
     )
     SELECT place.destination,
         (SELECT min(d.due_at) FROM delivery d WHERE d.destination = place.destination AND ",
    unleased!(),
    "),
         (SELECT min(d.due_at) FROM delivery d WHERE d.destination = place.destination AND d.due_at > $1 AND ",
    unleased!(),
    "),
         t.paused_until
     FROM place LEFT JOIN destination t ON t.key = place.destination
     WHERE place.destination IS NOT NULL"
);

macro_rules! take {
    ($lock:literal) => {
        concat!(
            "WITH picked AS MATERIALIZED (SELECT d.seq FROM delivery d WHERE d.destination = $4 AND ",
            claimable!(),
            " ORDER BY d.due_at, d.seq LIMIT $5 ",
            $lock,
            ") UPDATE delivery ",
            lease!(),
            " WHERE seq IN (SELECT seq FROM picked) RETURNING ",
            columns!()
        )
    };
}

pub(super) const OLDEST: &str = concat!(
    "SELECT d.due_at FROM delivery d WHERE d.destination = $2 AND ",
    claimable!(),
    " ORDER BY d.due_at, d.seq LIMIT 1"
);

/// What has waited longest of what could be claimed.
pub(super) fn oldest_due(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut oldest = None;
    for row in tx.query(PLACES, params![now])? {
        let place = Place::from_row(&row)?;
        if place.paused_until.is_none() {
            let due = tx.query_opt(OLDEST, params![now, place.destination])?;
            let due = due.map(|row| row.get(0)).transpose()?;
            oldest = oldest.into_iter().chain(due).min();
        }
    }
    Ok(oldest)
}

pub(super) const TAKE: &str = take!("");
const TAKE_UNLOCKED: &str = take!("FOR UPDATE SKIP LOCKED");

/// A destination that something waits for.
struct Place {
    destination: String,
    first_due: Timestamp,
    /// When the first of those becomes due that are not yet.
    next_due: Option<Timestamp>,
    paused_until: Option<Timestamp>,
}

impl Place {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let destination = row.get(0)?;
        Ok(Self { destination, first_due: row.get(1)?, next_due: row.get(2)?, paused_until: row.get(3)? })
    }

    /// When there is something to take that is not there now.
    fn later(&self, now: Timestamp) -> Option<Timestamp> {
        match self.paused_until {
            Some(until) if until > now => Some(until.max(self.first_due)),
            _ => self.next_due,
        }
    }

    fn is_ripe(&self, now: Timestamp) -> bool {
        self.first_due <= now && self.paused_until.is_none_or(|until| until <= now)
    }
}

impl ApplyWrite for Claim {
    type Applied = ClaimedBatch;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<ClaimedBatch, Error> {
        let held_until = digest::release(tx, self.now)?;
        let rows = tx.query(PLACES, params![self.now])?;
        let places = rows.iter().map(Place::from_row).collect::<Result<Vec<_>, _>>()?;
        let later = places.iter().filter_map(|place| place.later(self.now)).min();
        let next_due = later.into_iter().chain(held_until).min();
        let mut batch = ClaimedBatch { next_due, ..ClaimedBatch::default() };
        let mut ripe: Vec<_> = places.into_iter().filter(|place| place.is_ripe(self.now)).collect();
        ripe.sort_by_key(|place| place.first_due);
        self.share_out(tx, ripe, &mut batch)?;
        Ok(batch)
    }
}

impl Claim {
    /// Gives each destination an equal part first, and what these leave to those that want more, so that one with a
    /// long queue does not take the places of the others.
    fn share_out(&self, tx: &mut Tx<'_>, ripe: Vec<Place>, batch: &mut ClaimedBatch) -> Result<(), Error> {
        let busy: HashMap<_, _> = self.busy.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let mut wanting = Vec::with_capacity(ripe.len());
        for place in ripe {
            let in_hand = busy.get(place.destination.as_str()).copied().unwrap_or_default();
            let room = match place.paused_until {
                Some(_) => usize::from(in_hand == 0),
                None => self.per_destination.saturating_sub(in_hand),
            };
            match room {
                0 => batch.more = true,
                room => wanting.push((place, room)),
            }
        }
        while !wanting.is_empty() && batch.claimed.len() < self.limit {
            let part = ((self.limit - batch.claimed.len()) / wanting.len()).max(1);
            let mut unsated = Vec::new();
            for (place, room) in wanting {
                let wanted = part.min(room).min(self.limit - batch.claimed.len());
                let taken = if wanted == 0 { 0 } else { self.take(tx, &place, wanted, batch)? };
                if taken == wanted && taken < room {
                    unsated.push((place, room - taken));
                } else {
                    batch.more |= taken == room && place.paused_until.is_none();
                }
            }
            wanting = unsated;
        }
        batch.more |= !wanting.is_empty();
        Ok(())
    }

    fn take(
        &self,
        tx: &mut Tx<'_>,
        place: &Place,
        wanted: usize,
        batch: &mut ClaimedBatch,
    ) -> Result<usize, Error> {
        let sql = match tx.dialect().for_update_skip_locked() {
            "" => TAKE,
            _ => TAKE_UNLOCKED,
        };
        let (server, until) = (tx.leasing.server, after(self.now, tx.leasing.lease));
        let limit = wanted as i64;
        let rows = tx.returning(sql, params![self.now, server, until, place.destination, limit])?;
        let mut taken = rows.iter().map(Claimed::from_row).collect::<Result<Vec<_>, _>>()?;
        taken.sort_by_key(|delivery| delivery.seq);
        if place.paused_until.is_some() && !taken.is_empty() {
            tx.execute(
                "UPDATE destination SET paused_until = $2 WHERE key = $1",
                params![place.destination, until],
            )?;
        }
        for delivery in &taken {
            tx.changed(delivery.tenant_id, Changed::Delivery(delivery.id, delivery.hook_id, None));
        }
        let count = taken.len();
        batch.claimed.append(&mut taken);
        Ok(count)
    }
}
