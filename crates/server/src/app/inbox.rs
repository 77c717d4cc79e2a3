//! The inbox of the web UI, as rows of the store.

use std::error::Error;
use std::fmt;

use campana_model::id::RowId;
use campana_notify::BoxFuture;
use campana_store::{Store, message};
use serde_json::json;

use crate::hook_config::{Inbox, InboxEntry};

/// The inbox of each tenant.
pub(crate) struct Messages(pub(crate) Store);

impl Inbox for Messages {
    fn put(&self, entry: InboxEntry) -> BoxFuture<'_, Result<(), Box<dyn Error + Send + Sync>>> {
        let InboxEntry { delivery_id, event_id, hook_id, tenant_id, at, title, text, link, state } = entry;
        let content = Some(json!({ "cloud_hook_id": hook_id, "link": link, "state": state }));
        let event_id = Some(event_id);
        let create = message::Create {
            id: RowId::new(),
            tenant_id,
            delivery_id,
            event_id,
            title,
            text,
            content,
            now: at,
        };
        Box::pin(async move {
            self.0.write(create).await?;
            Ok(())
        })
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Messages")
    }
}
