//! Flows: registering and reading them.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use campana_model::Timestamp;
use campana_model::flow::{SerializedEdge, SerializedFlow, SerializedTask};
use campana_model::id::{FlowGroupId, FlowId, ProjectId};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::project::{Id, Success};
use crate::transport::Repeat;
use crate::{Client, Error, Row};

/// How many tasks or edges go in one request.
const PER_REQUEST: usize = 500;

/// A flow that is as large as this when compressed is sent in parts: the server takes bodies of up to 5 MB.
const MAX_WHOLE_BYTES: usize = 2 * 1024 * 1024;

/// A version of a flow.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Flow {
    /// The id.
    pub id: FlowId,
    /// The name.
    pub name: String,
    /// Which version.
    pub version: i64,
    /// Whether a later version has taken its place.
    pub archived: bool,
    /// When it was registered.
    pub created: Timestamp,
    /// What all its versions share.
    pub flow_group_id: FlowGroupId,
    /// What hooks call all its versions.
    pub version_group_id: Option<String>,
    /// Where it is.
    pub project: Option<NamedProject>,
}

/// The name of a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NamedProject {
    /// The name.
    pub name: String,
}

impl Row for Flow {
    const TABLE: &str = "flow";
    const FIELDS: &str = "id name version archived created flow_group_id version_group_id project { name }";
}

/// What all versions of a flow share.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FlowGroup {
    /// Its id.
    pub flow_group_id: FlowGroupId,
    /// Which version this is.
    pub version: i64,
}

impl Row for FlowGroup {
    const TABLE: &str = "flow";
    const FIELDS: &str = "flow_group_id version";
}

/// A flow to be registered.
#[derive(Clone, Debug)]
pub struct CreateFlow<'a> {
    /// Where.
    pub project_id: ProjectId,
    /// The flow.
    pub flow: &'a SerializedFlow,
    /// What tells this version from others: the same as the last one's makes no new version.
    pub idempotency_key: Option<String>,
    /// The group whose version it is to be, if not that of its name in its project.
    pub version_group_id: Option<String>,
    /// Whether its schedule counts from now on.
    pub set_schedule_active: bool,
}

#[derive(Serialize)]
struct CreateFlowInput<'a> {
    project_id: ProjectId,
    serialized_flow: String,
    set_schedule_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
}

impl Client {
    /// Registers a flow: in one request, or in as many as its size needs. A registration that was broken off is
    /// completed by another one with the same idempotency key.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn register_flow(&self, create: &CreateFlow<'_>) -> Result<FlowId, Error> {
        let whole = compressed(create.flow)?;
        if whole.len() <= MAX_WHOLE_BYTES {
            return self.create_flow_from_compressed_string(create, whole).await;
        }
        let mut frame = create.flow.clone();
        let (tasks, edges) = (std::mem::take(&mut frame.tasks), std::mem::take(&mut frame.edges));
        let id = self.create_flow_from_compressed_string(create, compressed(&frame)?).await?;
        for tasks in tasks.chunks(PER_REQUEST) {
            self.register_tasks(id, tasks).await?;
        }
        for edges in edges.chunks(PER_REQUEST) {
            self.register_edges(id, edges).await?;
        }
        Ok(id)
    }

    /// Makes a version of a flow, of what [`compressed`] gives.
    async fn create_flow_from_compressed_string(
        &self,
        create: &CreateFlow<'_>,
        serialized_flow: String,
    ) -> Result<FlowId, Error> {
        let input = CreateFlowInput {
            project_id: create.project_id,
            serialized_flow,
            set_schedule_active: create.set_schedule_active,
            version_group_id: create.version_group_id.as_deref(),
            idempotency_key: create.idempotency_key.as_deref(),
        };
        let name = "create_flow_from_compressed_string";
        // Without a key, a request that is sent twice makes two versions.
        let repeat = if create.idempotency_key.is_some() { Repeat::Freely } else { Repeat::IfUnseen };
        let flow: Id<_> = self.mutate(name, &input, "id", repeat).await?;
        Ok(flow.id)
    }

    /// Adds tasks to a version; those that it has already stay as they are.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn register_tasks(&self, flow: FlowId, tasks: &[SerializedTask]) -> Result<(), Error> {
        self.register("register_tasks", json!({ "flow_id": flow, "serialized_tasks": tasks })).await
    }

    /// Adds edges to a version; those that it has already stay as they are.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn register_edges(&self, flow: FlowId, edges: &[SerializedEdge]) -> Result<(), Error> {
        self.register("register_edges", json!({ "flow_id": flow, "serialized_edges": edges })).await
    }

    async fn register(&self, mutation: &str, input: Json) -> Result<(), Error> {
        self.mutate::<Success>(mutation, &input, "success", Repeat::Freely).await?.check(mutation)
    }
}

/// Base64 of gzip of JSON, which is how flows travel.
fn compressed(flow: &SerializedFlow) -> Result<String, Error> {
    let problem = |error: &dyn std::error::Error| Error::Malformed { problem: format!("the flow: {error}") };
    let json = serde_json::to_vec(flow).map_err(|error| problem(&error))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&json).map_err(|error| problem(&error))?;
    Ok(STANDARD.encode(gzip.finish().map_err(|error| problem(&error))?))
}
