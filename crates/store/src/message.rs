//! The inbox of the web UI: where the hooks of type `PREFECT_MESSAGE` deliver.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId, RowId, TenantId};
use serde_json::Value as Json;

use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope};

/// Puts a message into the inbox; says whether it is new. A delivery has one message, however often it is attempted.
#[derive(Clone, Debug)]
pub struct Create {
    /// Its id.
    pub id: RowId,
    /// Whose inbox.
    pub tenant_id: TenantId,
    /// The delivery that brings it.
    pub delivery_id: DeliveryId,
    /// What it is about.
    pub event_id: Option<EventId>,
    /// The first line.
    pub title: String,
    /// The text.
    pub text: String,
    /// What the UI shows beside it.
    pub content: Option<Json>,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Create {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let made = tx.execute(
            "INSERT INTO message (id, tenant_id, delivery_id, event_id, title, text, content, read, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (delivery_id) DO NOTHING",
            params![
                self.id,
                self.tenant_id,
                self.delivery_id,
                self.event_id,
                self.title,
                self.text,
                self.content,
                false,
                self.now,
            ],
        )?;
        tx.changed(self.tenant_id, Changed::Message);
        Ok(made > 0)
    }
}

/// Marks a message as read, or not.
#[derive(Clone, Copy, Debug)]
pub struct SetRead {
    /// Which.
    pub id: RowId,
    /// Whose it may be.
    pub scope: Scope,
    /// Whether it was read.
    pub read: bool,
}

impl ApplyWrite for SetRead {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let marked = tx.returning(
            "UPDATE message SET read = $3 WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)
             RETURNING tenant_id",
            params![self.id, self.scope, self.read],
        )?;
        let Some(row) = marked.first() else {
            return Err(Error::NotFound { what: "message", id: self.id.to_string() });
        };
        tx.changed(row.get(0)?, Changed::Message);
        Ok(())
    }
}
