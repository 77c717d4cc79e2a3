//! A flow is registered: the first version of a new one, or the next of one that is known.

use campana_model::Timestamp;
use campana_model::id::{FlowGroupId, FlowId, ProjectId, TenantId};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{archive, structure};
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope, project};

/// Registers a flow, archiving the versions before it.
///
/// Its versions are those of the version group, if one is named, or else of the flow of the same name in the project.
/// With the `idempotency_key` of the registration before, nothing happens. Tasks and edges that the
/// serialised flow has are registered with it.
#[derive(Clone, Debug)]
pub struct Register {
    /// Whose project it may be.
    pub scope: Scope,
    /// The id that the version gets.
    pub id: FlowId,
    /// The project.
    pub project_id: ProjectId,
    /// The flow, as its author's client writes it.
    pub serialized_flow: Json,
    /// The version group that it belongs to.
    pub version_group_id: Option<String>,
    /// What is the same as long as the flow is.
    pub idempotency_key: Option<String>,
    /// Whether its schedule, if it has one, makes runs from now on.
    pub set_schedule_active: bool,
    /// The time.
    pub now: Timestamp,
}

/// A registered flow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registered {
    /// The version.
    pub id: FlowId,
    /// What all its versions share.
    pub flow_group_id: FlowGroupId,
    /// The name of that.
    pub version_group_id: String,
    /// Its number, from 1.
    pub version: i64,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// What all versions of the flow share, which no other transaction changes until this one ends.
struct Group {
    id: FlowGroupId,
    version_group_id: String,
    idempotency_key: Option<String>,
}

impl ApplyWrite for Register {
    type Applied = Registered;

    fn route(&self) -> Uuid {
        self.project_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Registered, Error> {
        let name = self.serialized_flow["name"].as_str().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Error::Invalid {
            field: "serialized_flow",
            problem: "it has no \"name\"; send the flow as the client serialises it".to_owned(),
        })?;
        let tenant = project::lock(tx, self.scope, self.project_id)?;
        let group = self.group(tx, tenant, name)?;
        let latest = tx.query_opt(
            "SELECT id, version, archived FROM flow WHERE flow_group_id = $1 ORDER BY version DESC LIMIT 1",
            params![group.id],
        )?;
        if let Some(latest) = &latest
            && self.idempotency_key.is_some()
            && self.idempotency_key == group.idempotency_key
            && !latest.get(2)?
        {
            return Ok(Registered {
                id: latest.get(0)?,
                flow_group_id: group.id,
                version_group_id: group.version_group_id,
                version: latest.get(1)?,
                is_new: false,
            });
        }
        let version = latest.map_or(Ok(0), |latest| latest.get::<i64>(1))? + 1;
        self.insert(tx, tenant, &group, name, version)?;
        tx.execute(
            "UPDATE flow_group SET idempotency_key = $2 WHERE id = $1",
            params![group.id, self.idempotency_key],
        )?;
        let list = |key: &str| self.serialized_flow[key].as_array().map_or(&[][..], Vec::as_slice);
        structure::add_tasks(tx, tenant, self.id, &self.serialized_flow, list("tasks"), self.now)?;
        structure::add_edges(tx, tenant, self.id, &self.serialized_flow, list("edges"), self.now)?;
        archive::archive_others(tx, group.id, self.id, self.now)?;
        tx.changed(tenant, Changed::Flow);
        Ok(Registered {
            id: self.id,
            flow_group_id: group.id,
            version_group_id: group.version_group_id,
            version,
            is_new: true,
        })
    }
}

impl Register {
    fn group(&self, tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<Group, Error> {
        let known = match &self.version_group_id {
            Some(version_group_id) => Some(version_group_id.clone()),
            None => {
                let row = tx.query_opt(
                    "SELECT version_group_id FROM flow WHERE project_id = $1 AND name = $2
                     ORDER BY created DESC, version DESC LIMIT 1",
                    params![self.project_id, name],
                )?;
                row.map(|row| row.get(0)).transpose()?
            }
        };
        let version_group_id = known.unwrap_or_else(|| Uuid::now_v7().to_string());
        // Another transaction may be making it just now, for a flow of another project.
        tx.execute(
            "INSERT INTO flow_group (id, tenant_id, version_group_id, settings, default_parameters, created)
             VALUES ($1, $2, $3, $4, '{}', $5) ON CONFLICT (tenant_id, version_group_id) DO NOTHING",
            params![
                FlowGroupId::new(),
                tenant,
                version_group_id,
                json!({ "heartbeat_enabled": true, "lazarus_enabled": true, "version_locking_enabled": false }),
                self.now,
            ],
        )?;
        let sql = format!(
            "SELECT id, idempotency_key FROM flow_group WHERE tenant_id = $1 AND version_group_id = $2{}",
            tx.dialect().for_update()
        );
        let row = tx.query_opt(&sql, params![tenant, version_group_id])?;
        let row = row.ok_or_else(|| Error::NotFound { what: "flow group", id: version_group_id.clone() })?;
        Ok(Group { id: row.get(0)?, version_group_id, idempotency_key: row.get(1)? })
    }

    fn insert(
        &self,
        tx: &mut Tx<'_>,
        tenant: TenantId,
        group: &Group,
        name: &str,
        version: i64,
    ) -> Result<(), Error> {
        let flow = &self.serialized_flow;
        let part = |key: &str| flow.get(key).filter(|part| !part.is_null());
        let parameters = part("parameters").cloned().unwrap_or_else(|| json!([]));
        tx.execute(
            "INSERT INTO flow (id, tenant_id, project_id, flow_group_id, version_group_id, name, version, archived,
                 description, core_version, is_schedule_active, schedule, parameters, run_config, storage,
                 environment, serialized_flow, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            params![
                self.id,
                tenant,
                self.project_id,
                group.id,
                group.version_group_id,
                name,
                version,
                false,
                flow["description"].as_str(),
                flow["__version__"].as_str(),
                self.set_schedule_active && part("schedule").is_some(),
                part("schedule"),
                parameters,
                part("run_config"),
                part("storage"),
                part("environment"),
                flow,
                self.now,
            ],
        )?;
        Ok(())
    }
}
