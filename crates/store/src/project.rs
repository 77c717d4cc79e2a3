//! Projects: the folders of a tenant's flows.

use campana_model::Timestamp;
use campana_model::id::{ProjectId, TenantId};
use uuid::Uuid;

use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope, flow, hook, tenant};

/// Makes a project. Its name is unique among those of the tenant.
#[derive(Clone, Debug)]
pub struct Create {
    /// The id that it gets.
    pub id: ProjectId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Create {
    type Applied = ProjectId;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<ProjectId, Error> {
        let exists = || Error::Exists { what: "project", name: self.name.clone() };
        tenant::check(tx, self.tenant_id)?;
        let same = tx.query_opt(
            "SELECT 1 FROM project WHERE tenant_id = $1 AND name = $2",
            params![self.tenant_id, self.name],
        )?;
        if same.is_some() {
            return Err(exists());
        }
        // On Postgres another transaction may be making it just now.
        let made = tx.execute(
            "INSERT INTO project (id, tenant_id, name, description, created) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            params![self.id, self.tenant_id, self.name, self.description, self.now],
        )?;
        tx.changed(self.tenant_id, Changed::Flow);
        if made == 0 { Err(exists()) } else { Ok(self.id) }
    }
}

/// Deletes a project with its flows and their runs. Events and deliveries stay, and what is owed is
/// delivered; hooks of the project are deleted, which cancels what they owe.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Whose project it may be.
    pub scope: Scope,
    /// The project.
    pub project_id: ProjectId,
    /// Who deletes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Delete {
    type Applied = ();

    fn route(&self) -> Uuid {
        self.project_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let tenant_id = lock(tx, self.scope, self.project_id)?;
        let hooks = tx.query(
            "SELECT id FROM cloud_hook
             WHERE tenant_id = $1 AND project_id = $2 AND deleted_at IS NULL ORDER BY id",
            params![tenant_id, self.project_id],
        )?;
        for hook in hooks {
            hook::Delete {
                id: hook.get(0)?,
                scope: tenant_id.into(),
                actor: self.actor.clone(),
                now: self.now,
            }
            .apply(tx)?;
        }
        let flows =
            tx.query("SELECT id FROM flow WHERE project_id = $1 ORDER BY id", params![self.project_id])?;
        for flow in flows {
            flow::delete(tx, flow.get(0)?)?;
        }
        tx.execute("DELETE FROM project WHERE id = $1", params![self.project_id])?;
        tx.changed(tenant_id, Changed::Flow);
        Ok(())
    }
}

/// The tenant of a project, in which no other transaction registers a flow until this one ends.
pub(crate) fn lock(tx: &mut Tx<'_>, scope: Scope, id: ProjectId) -> Result<TenantId, Error> {
    let sql = format!(
        "SELECT tenant_id FROM project WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id){}",
        tx.dialect().for_update()
    );
    let row = tx.query_opt(&sql, params![id, scope])?;
    row.ok_or_else(|| Error::NotFound { what: "project", id: id.to_string() })?.get(0)
}
