//! Flows: their versions, what all versions of one share, and the tasks and edges of each.

mod archive;
mod group;
mod register;
mod structure;
mod summary;

use campana_model::id::{FlowGroupId, FlowId};
use serde_json::Value as Json;

pub(crate) use archive::delete;
pub use archive::{Archive, Delete, SetScheduleActive};
pub use group::UpdateGroup;
pub use register::{Register, Registered};
pub use structure::{RegisterEdges, RegisterTasks};
pub use summary::{LastRun, MAX_RUNS, Summaries, Summary};

use crate::Error;
use crate::sql::{Tx, params};

/// Whether a report about a run of the flow has to know the run's version.
pub(crate) fn locks_versions(tx: &mut Tx<'_>, group: FlowGroupId) -> Result<bool, Error> {
    let row = tx.query_opt("SELECT settings FROM flow_group WHERE id = $1", params![group])?;
    let settings = row.map(|row| row.json(0)).transpose()?.flatten();
    Ok(settings.is_some_and(|settings| settings["version_locking_enabled"] == Json::Bool(true)))
}

pub(crate) fn not_found(id: FlowId) -> Error {
    Error::NotFound { what: "flow", id: id.to_string() }
}

#[cfg(test)]
mod tests;
