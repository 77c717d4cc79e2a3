//! Tenants.

use async_graphql::{Context, InputObject, Object, Result};
use campana_model::id::TenantId;
use campana_store::tenant;

use super::input::{app, slug_of, write};
use super::payload::IdPayload;
use crate::scope::Role;

/// A tenant to be made.
#[derive(InputObject)]
#[graphql(name = "create_tenant_input", rename_fields = "snake_case")]
pub(crate) struct CreateTenant {
    /// The name that people read.
    name: String,
    /// The name in links; made of the name, unless given.
    slug: Option<String>,
}

/// What can be done to tenants.
#[derive(Default)]
pub(crate) struct Tenants;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Tenants {
    /// Makes a tenant. If there is one of that slug, it is the answer.
    #[graphql(guard = "Role::Admin")]
    async fn create_tenant(&self, ctx: &Context<'_>, input: CreateTenant) -> Result<IdPayload> {
        let CreateTenant { name, slug } = input;
        let slug = slug.unwrap_or_else(|| slug_of(&name));
        let now = app(ctx)?.now();
        let id = write(ctx, tenant::Create { id: TenantId::new(), name, slug, now }).await?;
        Ok(IdPayload::of(id.uuid()))
    }
}
