//! Secrets of a tenant, sealed before they are stored.

use campana_model::id::TenantId;
use campana_store::{self as store, secret};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{App, Caller};
use crate::vault::VaultError;

/// A secret cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// It cannot be sealed or unsealed.
    #[error("could not use the vault")]
    Vault(#[from] VaultError),
    /// It is no JSON any more.
    #[error("could not read the stored secret")]
    Stored(#[from] serde_json::Error),
    /// The database does not take or give it.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl App {
    /// Keeps a secret, anew or in place of the one of this name.
    pub(crate) async fn secret_set(
        &self,
        caller: &Caller,
        name: String,
        value: &Json,
    ) -> Result<(), SecretError> {
        let tenant_id = caller.scope.tenant_id;
        let value = self.vault.seal(place(tenant_id, &name), value.to_string().as_bytes())?;
        let (actor, now) = (caller.actor.clone(), self.now());
        Ok(self.store.write(secret::Set { tenant_id, name, value, actor, now }).await?)
    }

    /// Deletes a secret, if it is there.
    pub(crate) async fn secret_delete(&self, caller: &Caller, name: String) -> Result<(), SecretError> {
        let tenant_id = caller.scope.tenant_id;
        let (actor, now) = (caller.actor.clone(), self.now());
        self.store.write(secret::Delete { tenant_id, name, actor, now }).await?;
        Ok(())
    }

    /// The value of a secret, if it is there.
    pub(crate) async fn secret_get(
        &self,
        tenant_id: TenantId,
        name: String,
    ) -> Result<Option<Json>, SecretError> {
        let place = place(tenant_id, &name);
        let Some(sealed) = self.store.read(secret::Get { tenant_id, name }).await? else { return Ok(None) };
        let value = self.vault.unseal(place, &sealed)?;
        Ok(Some(serde_json::from_slice(&value)?))
    }
}

/// What a sealed value is bound to, so that it opens nowhere else.
fn place(tenant: TenantId, name: &str) -> Uuid {
    Uuid::new_v5(&tenant.uuid(), name.as_bytes())
}
