//! The inbox of the web UI.

use async_graphql::{Context, InputObject, Object, Result};
use campana_model::id::RowId;
use campana_store::message;

use super::input::{scope, write};
use super::payload::SuccessPayload;
use crate::graphql::scalars::Uuid;
use crate::scope::Role;

/// A message that somebody has read.
#[derive(InputObject)]
#[graphql(name = "set_message_read_input", rename_fields = "snake_case")]
pub(crate) struct SetMessageRead {
    /// The message.
    message_id: Uuid,
    /// Whether it was read.
    #[graphql(default = true)]
    read: bool,
}

/// What can be done to messages.
#[derive(Default)]
pub(crate) struct Messages;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Messages {
    /// Marks a message of the inbox as read, or not.
    #[graphql(guard = "Role::Member")]
    async fn set_message_read(&self, ctx: &Context<'_>, input: SetMessageRead) -> Result<SuccessPayload> {
        let SetMessageRead { message_id, read } = input;
        let id = RowId::from_uuid(message_id.0);
        write(ctx, message::SetRead { id, scope: scope(ctx)?.rows(), read }).await?;
        Ok(SuccessPayload::DONE)
    }
}
