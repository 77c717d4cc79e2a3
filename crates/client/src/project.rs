//! Tenants and projects.

use campana_model::Timestamp;
use campana_model::id::{ProjectId, TenantId};
use serde::Deserialize;
use serde_json::json;

use crate::transport::Repeat;
use crate::{Client, Error, Order, Row, Select};

/// One of the parties that share a server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tenant {
    /// The id.
    pub id: TenantId,
    /// The name in addresses.
    pub slug: String,
    /// The name.
    pub name: String,
}

impl Row for Tenant {
    const TABLE: &str = "tenant";
    const FIELDS: &str = "id slug name";
}

/// A folder of flows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// The id.
    pub id: ProjectId,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

impl Row for Project {
    const TABLE: &str = "project";
    const FIELDS: &str = "id name description created";
}

/// An id and nothing else: what most mutations answer.
#[derive(Deserialize)]
pub(crate) struct Id<T> {
    pub(crate) id: T,
}

/// Whether something was done.
#[derive(Deserialize)]
pub(crate) struct Success {
    pub(crate) success: bool,
}

impl Success {
    /// An answer that says neither `success` nor why not is none.
    pub(crate) fn check(&self, operation: &str) -> Result<(), Error> {
        if self.success {
            return Ok(());
        }
        Err(Error::Malformed { problem: format!("{operation} has failed without an error") })
    }
}

impl Client {
    /// The tenant of the key, or the server's first one.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn tenant(&self) -> Result<Option<Tenant>, Error> {
        Ok(self.rows(&Select::all().limit(1)).await?.pop())
    }

    /// All projects, by name.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        self.rows(&Select::all().order_by("name", Order::Asc)).await
    }

    /// The project of this name, if there is one.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn project_by_name(&self, name: &str) -> Result<Option<Project>, Error> {
        Ok(self.rows(&Select::where_(json!({ "name": { "_eq": name } })).limit(1)).await?.pop())
    }

    /// Makes a project.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses (there is one of this name), or answers something else.
    pub async fn create_project(
        &self,
        tenant: TenantId,
        name: &str,
        description: Option<&str>,
    ) -> Result<ProjectId, Error> {
        let input = json!({ "tenant_id": tenant, "name": name, "description": description });
        let project: Id<_> = self.mutate("create_project", &input, "id", Repeat::Freely).await?;
        Ok(project.id)
    }
}
