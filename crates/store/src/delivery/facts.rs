//! All that is needed to render a delivery and to send it.

use std::sync::LazyLock;

use campana_model::Timestamp;
use campana_model::id::DeliveryId;

use super::{Action, Status};
use crate::Error;
use crate::event::{self, Event};
use crate::hook::{self, Hook};
use crate::sql::{Row, Tx, params};
use crate::store::sealed::RunRead;
use crate::told::{Told, tell};

/// How many members of a digest are told one by one.
pub const MEMBERS_TOLD: u32 = 20;

/// What there is to know of these deliveries, in the same order; those that are not there any more are left out.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Which.
    pub ids: Vec<DeliveryId>,
}

/// What there is to know of a delivery in order to send it.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// The delivery.
    pub id: DeliveryId,
    /// What it says.
    pub action: Action,
    /// Where it stands.
    pub status: Status,
    /// The hook, as it is now; also one that was deleted.
    pub hook: Hook,
    /// What it is about.
    pub about: About,
}

/// What a delivery is about.
#[derive(Clone, PartialEq, Debug)]
pub enum About {
    /// An event.
    Event(Box<Told>),
    /// Several.
    Digest(Digest),
}

/// What a digest stands for.
#[derive(Clone, PartialEq, Debug)]
pub struct Digest {
    /// How many.
    pub count: u32,
    /// How many of each: the name of the state or of the kind of event, most frequent first.
    pub counts: Vec<(String, u32)>,
    /// When the first of them was recorded.
    pub since: Timestamp,
    /// When the last of them was.
    pub until: Timestamp,
    /// The first [`MEMBERS_TOLD`] of them.
    pub members: Vec<Told>,
}

/// Delivery, hook and event, in this order.
static BY_ID: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT d.id, d.action, d.status, d.digest_count, {}, {}
         FROM delivery d JOIN cloud_hook h ON h.id = d.cloud_hook_id LEFT JOIN event e ON e.id = d.event_id
         WHERE d.id = $1",
        of("h", hook::COLUMNS),
        of("e", event::COLUMNS),
    )
});

static MEMBERS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM delivery d JOIN event e ON e.id = d.event_id WHERE d.digest_id = $1 ORDER BY d.seq LIMIT $2",
        of("e", event::COLUMNS)
    )
});

/// How many columns of the delivery, and of the hook, come first.
const OF_DELIVERY: usize = 4;
const OF_HOOK: usize = 19;

fn of(table: &str, columns: &str) -> String {
    let columns = columns.split(',').map(|column| format!("{table}.{}", column.trim()));
    columns.collect::<Vec<_>>().join(", ")
}

impl RunRead for Facts {
    type Found = Vec<Fact>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Fact>, Error> {
        let mut facts = Vec::with_capacity(self.ids.len());
        for &id in &self.ids {
            if let Some(row) = tx.query_opt(&BY_ID, params![id])? {
                facts.push(fact(tx, row)?);
            }
        }
        Ok(facts)
    }
}

fn fact(tx: &mut Tx<'_>, mut delivery: Row) -> Result<Fact, Error> {
    let mut hook = delivery.split_off(OF_DELIVERY);
    let event = hook.split_off(OF_HOOK);
    let (id, action, status): (_, String, String) = (delivery.get(0)?, delivery.get(1)?, delivery.get(2)?);
    let action = Action::from_name(&action).ok_or_else(|| Error::corrupt("action of a delivery", action))?;
    let about = match action {
        Action::Digest => About::Digest(digest(tx, id, delivery.get(3)?)?),
        Action::Notify | Action::Resolve => About::Event(Box::new(tell(tx, Event::from_row(&event)?)?)),
    };
    let status = status.parse().map_err(|error| Error::corrupt("status of a delivery", error))?;
    Ok(Fact { id, action, status, hook: Hook::from_row(&hook)?, about })
}

fn digest(tx: &mut Tx<'_>, id: DeliveryId, count: u32) -> Result<Digest, Error> {
    let rows = tx.query(
        "SELECT COALESCE(e.state, e.kind), count(*), min(e.recorded_at), max(e.recorded_at)
         FROM delivery d JOIN event e ON e.id = d.event_id
         WHERE d.digest_id = $1 GROUP BY COALESCE(e.state, e.kind) ORDER BY count(*) DESC, 1",
        params![id],
    )?;
    let counts = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<_>, Error>>()?;
    let since = rows.iter().map(|row| row.get(2)).collect::<Result<Vec<Timestamp>, _>>()?;
    let until = rows.iter().map(|row| row.get(3)).collect::<Result<Vec<Timestamp>, _>>()?;
    let events = tx.query(&MEMBERS, params![id, MEMBERS_TOLD])?;
    let members = events.iter().map(|row| tell(tx, Event::from_row(row)?)).collect::<Result<_, _>>()?;
    Ok(Digest {
        count,
        counts,
        since: since.into_iter().min().unwrap_or_default(),
        until: until.into_iter().max().unwrap_or_default(),
        members,
    })
}
