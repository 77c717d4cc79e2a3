//! Deliveries: what is owed to a hook about an event, from the transaction of the change until it is
//! delivered, dead or cancelled.

mod claimed;

pub use claimed::{Action, Claimed};

use crate::Error;
use crate::event::Event;
use crate::sql::Tx;

/// Writes a delivery for each hook that the event matches.
pub(crate) fn owe(_tx: &mut Tx<'_>, _event: &Event) -> Result<(), Error> {
    Ok(())
}
