//! What all versions of a flow share.

use std::collections::BTreeSet;

use campana_model::id::FlowGroupId;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope};

/// Changes what all versions of a flow share. What is `None` stays; an inner `None` is taken away, so that each
/// version's own counts.
#[derive(Clone, Debug)]
pub struct UpdateGroup {
    /// Whose flow it may be.
    pub scope: Scope,
    /// The group.
    pub flow_group_id: FlowGroupId,
    /// The labels that runs get.
    pub labels: Option<Option<BTreeSet<String>>>,
    /// How runs are run.
    pub run_config: Option<Option<Json>>,
    /// The parameters that runs get if they are given no other.
    pub default_parameters: Option<Map<String, Json>>,
    /// The settings to change, such as `heartbeat_enabled`; the rest stay.
    pub settings: Map<String, Json>,
}

impl ApplyWrite for UpdateGroup {
    type Applied = ();

    fn route(&self) -> Uuid {
        self.flow_group_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let sql = format!(
            "SELECT settings, labels, run_config, default_parameters, tenant_id FROM flow_group
             WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id){}",
            tx.dialect().for_update()
        );
        let row = tx.query_opt(&sql, params![self.flow_group_id, self.scope])?;
        let missing = || Error::NotFound { what: "flow group", id: self.flow_group_id.to_string() };
        let row = row.ok_or_else(missing)?;
        let mut settings = match row.json(0)? {
            Some(Json::Object(settings)) => settings,
            _ => Map::new(),
        };
        settings.extend(self.settings.clone());
        let labels = match &self.labels {
            Some(labels) => labels.as_ref().map(|labels| json!(labels)),
            None => row.json(1)?,
        };
        let run_config = match &self.run_config {
            Some(run_config) => run_config.clone(),
            None => row.json(2)?,
        };
        let parameters = match &self.default_parameters {
            Some(parameters) => Some(Json::Object(parameters.clone())),
            None => row.json(3)?,
        };
        tx.execute(
            "UPDATE flow_group SET settings = $2, labels = $3, run_config = $4, default_parameters = $5 WHERE id = $1",
            params![self.flow_group_id, Json::Object(settings), labels, run_config, parameters],
        )?;
        tx.changed(row.get(4)?, Changed::Flow);
        Ok(())
    }
}
