//! Secrets of a tenant.

use async_graphql::{Context, InputObject, Object, Result};
use serde_json::Value as Json;

use super::input::{app, caller};
use super::payload::SuccessPayload;
use crate::scope::Role;

/// A secret to be kept.
#[derive(InputObject)]
#[graphql(name = "set_secret_input", rename_fields = "snake_case")]
pub(crate) struct SetSecret {
    /// The name.
    name: String,
    /// The value: a text, or any JSON; null deletes the secret.
    value: Option<Json>,
}

/// A secret to be deleted.
#[derive(InputObject)]
#[graphql(name = "delete_secret_input", rename_fields = "snake_case")]
pub(crate) struct DeleteSecret {
    /// The name.
    name: String,
}

/// What can be done to secrets.
#[derive(Default)]
pub(crate) struct Secrets;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Secrets {
    /// Keeps a secret, anew or in place of the one of this name. It is encrypted before it is stored.
    #[graphql(guard = "Role::Admin")]
    async fn set_secret(&self, ctx: &Context<'_>, input: SetSecret) -> Result<SuccessPayload> {
        let SetSecret { name, value } = input;
        let (app, caller) = (app(ctx)?, caller(ctx)?);
        match value {
            None | Some(Json::Null) => app.secret_delete(caller, name).await?,
            Some(value) => app.secret_set(caller, name, &value).await?,
        }
        Ok(SuccessPayload::DONE)
    }

    /// Deletes a secret; one that is not there is gone already.
    #[graphql(guard = "Role::Admin")]
    async fn delete_secret(&self, ctx: &Context<'_>, input: DeleteSecret) -> Result<SuccessPayload> {
        app(ctx)?.secret_delete(caller(ctx)?, input.name).await?;
        Ok(SuccessPayload::DONE)
    }
}
