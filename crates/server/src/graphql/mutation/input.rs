//! What mutations have in common: who asks, for which tenant, and how a write is told.

use std::sync::Arc;

use async_graphql::{Context, Error, ErrorExtensions, Result};
use campana_model::id::TenantId;
use campana_store as store;
use serde_json::Value as Json;

use crate::app::{App, Caller};
use crate::graphql::error::from_store;
use crate::graphql::scalars::Uuid;
use crate::scope::Scope;

pub(crate) fn app<'c>(ctx: &Context<'c>) -> Result<&'c App> {
    ctx.data::<Arc<App>>().map(|app| &**app)
}

pub(crate) fn scope(ctx: &Context<'_>) -> Result<Scope> {
    ctx.data().copied()
}

pub(crate) fn caller<'c>(ctx: &Context<'c>) -> Result<&'c Caller> {
    ctx.data()
}

/// Who is named in the audit.
pub(crate) fn actor(ctx: &Context<'_>) -> Result<String> {
    Ok(caller(ctx)?.actor.clone())
}

/// The tenant that a new thing belongs to: the one that is given, if the request may see it, else its own.
pub(crate) fn tenant(ctx: &Context<'_>, given: Option<Uuid>) -> Result<TenantId> {
    let scope = scope(ctx)?;
    match given.map(|Uuid(id)| TenantId::from_uuid(id)) {
        None => Ok(scope.tenant_id),
        Some(tenant) if scope.rows().sees(tenant) => Ok(tenant),
        Some(tenant) => Err(from_store(store::Error::NotFound { what: "tenant", id: tenant.to_string() })),
    }
}

/// Applies a write.
pub(crate) async fn write<W: store::Write>(ctx: &Context<'_>, write: W) -> Result<W::Applied> {
    app(ctx)?.store.write(write).await.map_err(from_store)
}

/// Asks the store.
pub(crate) async fn read<R: store::Read>(ctx: &Context<'_>, read: R) -> Result<R::Found> {
    app(ctx)?.store.read(read).await.map_err(from_store)
}

/// The input cannot be used; the text names the field and the remedy.
pub(crate) fn invalid(message: impl std::fmt::Display) -> Error {
    Error::new(message.to_string()).extend_with(|_, extensions| extensions.set("code", "BAD_REQUEST"))
}

/// Our fault; what it was goes to the log.
pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Error {
    tracing::error!(error, "request failed");
    let extend = |_: &Error, extensions: &mut async_graphql::ErrorExtensionValues| {
        extensions.set("code", "INTERNAL_SERVER_ERROR");
    };
    Error::new("the server failed to answer; its log says more").extend_with(extend)
}

/// JSON that may be sent as a text that holds it.
pub(crate) fn json_or_text(field: &str, sent: Json) -> Result<Json> {
    match sent {
        Json::String(text) => serde_json::from_str(&text)
            .map_err(|error| invalid(format!("{field}: the text is not JSON: {error}"))),
        json => Ok(json),
    }
}

/// A name for links: letters and digits in lower case, with dashes between.
pub(crate) fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&part.to_lowercase());
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_made_of_the_name() {
        assert_eq!(slug_of("The  Bell & Co."), "the-bell-co");
        assert_eq!(slug_of("---"), "");
    }

    #[test]
    fn json_may_come_as_text() {
        let wanted = serde_json::json!({ "to": "a@b.example" });
        assert_eq!(json_or_text("config", wanted.clone()).unwrap(), wanted);
        assert_eq!(json_or_text("config", r#"{"to": "a@b.example"}"#.into()).unwrap(), wanted);
        assert!(json_or_text("config", "to".into()).unwrap_err().message.starts_with("config: "));
    }
}
