//! The tables, as fields of the query.
//!
//! Not a derived object: its fields are those that the tables of the store declare.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{CacheControl, MetaType, Registry};
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Error, Guard as _, OutputType, Positioned, SelectionField,
    ServerResult, Value,
};
use campana_store::query::{Count, Find, Table, tables};

use super::arguments::{by_key, part};
use super::selection::{Refused, aggregate, select};
use super::{answer, types};
use crate::app::App;
use crate::graphql::error::from_store;
use crate::graphql::mutation::input;
use crate::scope::{Role, Scope};

/// The fields of the query that are tables.
#[derive(Default)]
pub(crate) struct Tables;

/// The tables that say who may do what, and who did.
const FOR_ADMINS: [&str; 2] = ["auth_api_key", "audit"];

/// What of a table a field of the query asks for.
#[derive(Clone, Copy)]
enum Ask {
    Rows,
    ByKey,
    Aggregate,
}

fn asked(field: &str) -> Option<(&'static Table, Ask)> {
    let named = |name: &str| tables::ALL.iter().copied().find(|table| table.name == name);
    if let Some(table) = named(field) {
        return Some((table, Ask::Rows));
    }
    let by_key = field.strip_suffix("_by_pk").and_then(named).map(|table| (table, Ask::ByKey));
    by_key.or_else(|| field.strip_suffix("_aggregate").and_then(named).map(|table| (table, Ask::Aggregate)))
}

async fn find(
    ctx: &Context<'_>,
    table: &'static Table,
    ask: Ask,
    field: SelectionField<'_>,
) -> Result<Value, Refused> {
    let app: &App = input::app(ctx).map_err(|error| refused(ctx, error))?;
    let scope: Scope = input::scope(ctx).map_err(|error| refused(ctx, error))?;
    if FOR_ADMINS.contains(&table.name) {
        Role::Admin.check(ctx).await.map_err(|error| refused(ctx, error))?;
    }
    let arguments = field.arguments()?;
    let from_store = |error| refused(ctx, from_store(error));
    match ask {
        Ask::Aggregate => {
            let shape = aggregate(table, &[field])?;
            let count = Count { scope: scope.rows(), table, part: part(table, &arguments)? };
            let count = app.store.read(count).await.map_err(from_store)?;
            Ok(answer::aggregate(count, &shape))
        }
        Ask::Rows => {
            let (mut select, shape) = select(table, &[field])?;
            select.part = part(table, &arguments)?;
            let find = Find { scope: scope.rows(), select };
            let found = app.store.read(find).await.map_err(from_store)?;
            Ok(answer::rows(&found, &shape))
        }
        Ask::ByKey => {
            let (mut select, shape) = select(table, &[field])?;
            select.part = by_key(table, &arguments)?;
            let find = Find { scope: scope.rows(), select };
            let found = app.store.read(find).await.map_err(from_store)?;
            Ok(if found.rows.is_empty() { Value::Null } else { answer::row(&found, 0, &shape) })
        }
    }
}

fn refused(ctx: &Context<'_>, error: Error) -> Refused {
    Refused::Server(error.into_server_error(ctx.item.pos))
}

impl ContainerType for Tables {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some((table, ask)) = asked(ctx.item.node.name.node.as_str()) else { return Ok(None) };
        let found = find(ctx, table, ask, ctx.field()).await;
        found.map(Some).map_err(|refused| {
            let error = match refused {
                Refused::Argument(error) => input::invalid(error).into_server_error(ctx.item.pos),
                Refused::Server(error) => error,
            };
            ctx.set_error_path(error)
        })
    }
}

impl OutputType for Tables {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Tables")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let fields = types::register(registry, tables::ALL);
        let object = MetaType::Object {
            name: Self::type_name().into_owned(),
            description: None,
            fields,
            cache_control: CacheControl::default(),
            extends: false,
            shareable: false,
            resolvable: true,
            keys: None,
            visible: None,
            inaccessible: false,
            interface_object: false,
            tags: Vec::new(),
            is_subscription: false,
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        registry.types.insert(Self::type_name().into_owned(), object);
        Self::qualified_type_name()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        async_graphql::resolver_utils::resolve_container(ctx, self).await
    }
}
