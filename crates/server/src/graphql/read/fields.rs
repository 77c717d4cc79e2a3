//! What can be asked beside the tables.

use async_graphql::{Context, Object, Result, SimpleObject};
use campana_model::TaskRunId;
use campana_store::query::{Filter, Find, Select, Test, Value, tables};
use campana_store::secret;
use serde_json::Value as Json;

use super::super::scalars::Uuid;
use crate::graphql::mutation::input::{app, internal, invalid, read, scope};
use crate::scope::Role;

/// Who asks.
#[derive(SimpleObject)]
#[graphql(name = "auth_info", rename_fields = "snake_case")]
struct AuthInfo {
    /// The tenant whose rows are seen.
    tenant_id: Uuid,
    /// What may be done: `viewer`, `member`, `admin`, or `operator` where there are no keys.
    role: &'static str,
    /// Keys belong to tenants, not to persons: always null.
    user_id: Option<Uuid>,
}

/// What a runner reads of a task run when somebody else has changed it.
#[derive(SimpleObject)]
#[graphql(name = "task_run_info", rename_fields = "snake_case")]
struct TaskRunInfo {
    /// The task run.
    id: Uuid,
    /// How many states it has had.
    version: i64,
    /// Its state, whole.
    serialized_state: Json,
}

/// The fields of the query that are not tables.
#[derive(Default)]
pub(crate) struct Fields;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Fields {
    /// Says hello: the server is there and understands GraphQL.
    async fn hello(&self) -> &'static str {
        "👋"
    }

    /// The version of the server.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Who asks.
    async fn auth_info(&self, ctx: &Context<'_>) -> Result<AuthInfo> {
        let scope = scope(ctx)?;
        Ok(AuthInfo { tenant_id: Uuid(scope.tenant_id.uuid()), role: scope.role.name(), user_id: None })
    }

    /// The state of a task run.
    async fn get_task_run_info(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task run.")] task_run_id: Uuid,
    ) -> Result<TaskRunInfo> {
        let table = &tables::TASK_RUN;
        let mut select = Select::new(table);
        select.columns =
            ["version", "serialized_state"].iter().filter_map(|name| table.column(name)).collect();
        if let Some(id) = table.id() {
            select.part.filter = Filter::Column(id, Test::Eq(Some(Value::Uuid(task_run_id.0))));
        }
        let found = read(ctx, Find { scope: scope(ctx)?.rows(), select }).await?;
        match found.rows.first().map(Vec::as_slice) {
            Some([Value::Int(version), Value::Json(state)]) => {
                let serialized_state = serde_json::from_str(state)?;
                Ok(TaskRunInfo { id: task_run_id, version: *version, serialized_state })
            }
            _ => Err(invalid(format!("task run {} not found", TaskRunId::from_uuid(task_run_id.0)))),
        }
    }

    /// The names of the tenant's secrets.
    async fn secret_names(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        read(ctx, secret::Names { tenant_id: scope(ctx)?.tenant_id }).await
    }

    /// The value of a secret.
    #[graphql(guard = "Role::Member")]
    async fn secret_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The secret's name.")] name: String,
    ) -> Result<Json> {
        let value =
            app(ctx)?.secret_get(scope(ctx)?.tenant_id, name).await.map_err(|error| internal(&error))?;
        // Prefect's client looks for these words.
        value.ok_or_else(|| invalid("No value found for the requested key"))
    }
}
