//! Secrets of a tenant.

use async_graphql::{Context, Error, InputObject, Object, Result};
use serde_json::Value as Json;

use super::input::{app, caller, internal};
use super::payload::SuccessPayload;
use crate::app::SecretError;
use crate::graphql::error::from_store;
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
            None | Some(Json::Null) => app.secret_delete(caller, name).await.map_err(from_secret)?,
            Some(value) => app.secret_set(caller, name, &value).await.map_err(from_secret)?,
        }
        Ok(SuccessPayload::DONE)
    }

    /// Deletes a secret; one that is not there is gone already.
    #[graphql(guard = "Role::Admin")]
    async fn delete_secret(&self, ctx: &Context<'_>, input: DeleteSecret) -> Result<SuccessPayload> {
        app(ctx)?.secret_delete(caller(ctx)?, input.name).await.map_err(from_secret)?;
        Ok(SuccessPayload::DONE)
    }
}

pub(crate) fn from_secret(error: SecretError) -> Error {
    match error {
        SecretError::Store(error) => from_store(error),
        error => internal(&error),
    }
}
