//! Makes deliveries ready to be sent.

use campana_notify::BoxFuture;
use campana_outbox::{Prepare, Prepared, Unprepared, UnpreparedKind};
use campana_store::delivery::Claimed;

use super::App;

impl Prepare for App {
    fn prepare<'a>(&'a self, _: &'a Claimed) -> BoxFuture<'a, Result<Prepared, Unprepared>> {
        let reason = "no channel is set up".to_owned();
        Box::pin(async { Err(Unprepared { reason, kind: UnpreparedKind::Waits }) })
    }
}
