//! Projects.

use async_graphql::{Context, Error, InputObject, Object, Result};
use campana_model::id::ProjectId;
use campana_store::{self as store, project};

use super::input::{actor, app, scope, tenant, write};
use super::payload::{IdPayload, SuccessPayload};
use crate::graphql::error::from_store;
use crate::graphql::scalars::Uuid;
use crate::scope::Role;

/// A project to be made.
#[derive(InputObject)]
#[graphql(name = "create_project_input", rename_fields = "snake_case")]
pub(crate) struct CreateProject {
    /// The name, unique in the tenant.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Whose it is; the request's own tenant, unless given.
    tenant_id: Option<Uuid>,
}

/// A project to be deleted.
#[derive(InputObject)]
#[graphql(name = "delete_project_input", rename_fields = "snake_case")]
pub(crate) struct DeleteProject {
    /// The project.
    project_id: Uuid,
}

/// What can be done to projects.
#[derive(Default)]
pub(crate) struct Projects;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Projects {
    /// Makes a project.
    #[graphql(guard = "Role::Member")]
    async fn create_project(&self, ctx: &Context<'_>, input: CreateProject) -> Result<IdPayload> {
        let CreateProject { name, description, tenant_id } = input;
        let (tenant_id, now) = (tenant(ctx, tenant_id)?, app(ctx)?.now());
        let create = project::Create { id: ProjectId::new(), tenant_id, name, description, now };
        match app(ctx)?.store.write(create).await {
            Ok(id) => Ok(IdPayload::of(id.uuid())),
            // Prefect's client looks for these words, and then for the project.
            Err(store::Error::Exists { .. }) => Err(Error::new("Uniqueness violation.")),
            Err(error) => Err(from_store(error)),
        }
    }

    /// Deletes a project with its flows and their runs.
    #[graphql(guard = "Role::Member")]
    async fn delete_project(&self, ctx: &Context<'_>, input: DeleteProject) -> Result<SuccessPayload> {
        let project_id = ProjectId::from_uuid(input.project_id.0);
        let (scope, actor, now) = (scope(ctx)?.rows(), actor(ctx)?, app(ctx)?.now());
        write(ctx, project::Delete { scope, project_id, actor, now }).await?;
        Ok(SuccessPayload::DONE)
    }
}
