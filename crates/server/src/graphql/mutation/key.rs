//! API keys.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use campana_model::id::ApiKeyId;
use campana_store::api_key;

use super::input::{actor, app, internal, invalid, scope, tenant, write};
use super::payload::SuccessPayload;
use crate::app::{NewKey, NewKeyError};
use crate::graphql::error::from_store;
use crate::graphql::scalars::{Time, Uuid};
use crate::scope::Role;

/// A key to be made.
#[derive(InputObject)]
#[graphql(name = "create_api_key_input", rename_fields = "snake_case")]
pub(crate) struct CreateApiKey {
    /// The name by which people know it, also in the audit.
    name: String,
    /// What it opens: `viewer`, `member` or `admin`; `admin`, unless given.
    role: Option<String>,
    /// From when it opens nothing; never, unless given.
    expires_at: Option<Time>,
    /// The tenant that it opens; the request's own, unless given.
    tenant_id: Option<Uuid>,
    /// Not used: there are no users here.
    user_id: Option<Uuid>,
}

/// A key to be taken out of use.
#[derive(InputObject)]
#[graphql(name = "delete_api_key_input", rename_fields = "snake_case")]
pub(crate) struct DeleteApiKey {
    /// The key.
    key_id: Uuid,
}

/// A key that was made.
#[derive(SimpleObject)]
#[graphql(name = "create_api_key_payload", rename_fields = "snake_case")]
pub(crate) struct ApiKeyPayload {
    /// Its id.
    id: Uuid,
    /// The key. It is shown this once: what is stored is its hash.
    key: String,
}

/// What can be done to keys.
#[derive(Default)]
pub(crate) struct Keys;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Keys {
    /// Makes a key. From the first one on, every request needs one.
    #[graphql(guard = "Role::Admin")]
    async fn create_api_key(&self, ctx: &Context<'_>, input: CreateApiKey) -> Result<ApiKeyPayload> {
        let CreateApiKey { name, role, expires_at, tenant_id, user_id: _ } = input;
        let role = role.map_or(Ok(Role::Admin), |role| role.to_lowercase().parse()).map_err(invalid)?;
        let new = NewKey {
            tenant_id: tenant(ctx, tenant_id)?,
            name,
            role,
            expires_at: expires_at.map(|Time(at)| at),
            actor: actor(ctx)?,
            now: app(ctx)?.now(),
        };
        let made = new.create(&app(ctx)?.store).await;
        app(ctx)?.keys.forget();
        let (id, key) = made.map_err(|error| match error {
            NewKeyError::Store(error) => from_store(error),
            NewKeyError::Random(_) => internal(&error),
        })?;
        Ok(ApiKeyPayload { id: Uuid(id.uuid()), key: key.expose().to_owned() })
    }

    /// Takes a key out of use at once; other servers on the same database follow within two seconds.
    #[graphql(guard = "Role::Admin")]
    async fn delete_api_key(&self, ctx: &Context<'_>, input: DeleteApiKey) -> Result<SuccessPayload> {
        let id = ApiKeyId::from_uuid(input.key_id.0);
        let (scope, actor, now) = (scope(ctx)?.rows(), actor(ctx)?, app(ctx)?.now());
        write(ctx, api_key::Revoke { id, scope, actor, now }).await?;
        app(ctx)?.keys.forget();
        Ok(SuccessPayload::DONE)
    }
}
