//! Deletes what was kept for long enough.

use std::time::Duration;

use campana_model::Timestamp;
use campana_store::{self as store, retention};

use crate::app::App;
use crate::config::Retention;

/// How often it looks.
pub(super) const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// How many rows a write deletes: few enough that a report does not wait long behind it.
const BATCH: u32 = 500;

pub(super) async fn run(app: &App, keep: &Retention) -> Result<(), store::Error> {
    let Retention { deliveries, logs } = keep;
    let mut rows = 0;
    if let Some(before) = before(app, *deliveries) {
        rows += repeat(app, || retention::PruneDeliveries { before, limit: BATCH }).await?;
    }
    if let Some(before) = before(app, *logs) {
        rows += repeat(app, || retention::PruneLogs { before, limit: BATCH }).await?;
    }
    if rows > 0 {
        tracing::info!(rows, "deleted what was kept for long enough");
    }
    Ok(())
}

/// The time before which things go; none: they are kept for ever.
fn before(app: &App, keep: Option<Duration>) -> Option<Timestamp> {
    app.now().checked_sub(keep?).ok()
}

async fn repeat<W>(app: &App, write: impl Fn() -> W) -> Result<u64, store::Error>
where
    W: store::Write<Applied = retention::Pruned>,
{
    let mut rows = 0;
    loop {
        let pruned = app.store.write(write()).await?;
        rows += pruned.rows;
        if !pruned.more {
            return Ok(rows);
        }
    }
}
