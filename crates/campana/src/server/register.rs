//! Making a flow known to a server.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::{Arc, mpsc};

use campana_client::{Client, CreateFlow, FlowGroup};
use campana_engine::{Flow, RunSettings, Start};
use campana_model::flow::SerializedFlow;
use campana_model::id::{FlowGroupId, FlowId, ProjectId};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

use super::{Server, ServerBackend, ServerError, background};

/// What the server says of a project that somebody else has just made.
const TAKEN: &str = "Uniqueness violation.";

/// Registers flows.
pub trait Register {
    /// Registers the flow in this project, which is made if there is none, at the server that the configuration
    /// names: when awaited, or by [`Registering::blocking`]. A flow that has not changed since stays the version that
    /// it is.
    fn register(&self, project: &str) -> Registering;
}

impl Register for Flow {
    fn register(&self, project: &str) -> Registering {
        Registering { flow: self.clone(), project: project.to_owned(), server: None }
    }
}

/// A flow that is about to be registered; made by [`Register::register`].
#[derive(Debug)]
#[must_use = "a flow is registered when this is awaited"]
pub struct Registering {
    flow: Flow,
    project: String,
    server: Option<Server>,
}

impl Registering {
    /// At this server, and not the one that the configuration names.
    pub fn at(mut self, server: &Server) -> Self {
        self.server = Some(server.clone());
        self
    }

    /// Registers it now, while this thread waits.
    ///
    /// # Errors
    /// If the configuration cannot be used, the flow cannot run, or the server cannot be asked or refuses.
    pub fn blocking(self) -> Result<Registered, ServerError> {
        let runtime = runtime()?;
        let (answer, answered) = mpsc::channel();
        let registering = register(self, runtime.clone());
        runtime.spawn(async move { answer.send(registering.await) });
        answered.recv().unwrap_or_else(|_| Err(interrupted()))
    }
}

impl IntoFuture for Registering {
    type Output = Result<Registered, ServerError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let runtime = runtime()?;
            let registering = runtime.spawn(register(self, runtime.clone()));
            registering.await.unwrap_or_else(|_| Err(interrupted()))
        })
    }
}

fn runtime() -> Result<Handle, ServerError> {
    background::runtime().map_err(|source| ServerError::Machine { wanted: "start a thread", source })
}

fn interrupted() -> ServerError {
    let source = std::io::ErrorKind::Interrupted.into();
    ServerError::Machine { wanted: "register the flow", source }
}

async fn register(registering: Registering, runtime: Handle) -> Result<Registered, ServerError> {
    let Registering { flow, project, server } = registering;
    let server = server.map_or_else(Server::from_config, Ok)?;
    flow.check()
        .map_err(|problem| ServerError::Flow { flow: flow.name().to_owned(), source: Box::new(problem) })?;
    let client = server.client()?;
    let label = format!("campana:{}", slug(flow.name()));
    let serialized = labelled(flow.serialize(), &label);
    let create = CreateFlow {
        project_id: project_id(&server, &client, &project).await?,
        idempotency_key: Some(digest(&serialized)),
        flow: &serialized,
        version_group_id: None,
        set_schedule_active: true,
    };
    let wanted = || format!("register flow '{}'", flow.name());
    let id = client.register_flow(&create).await.map_err(|error| server.could_not(wanted(), error))?;
    let group = client.row::<FlowGroup>(id).await.map_err(|error| server.could_not(wanted(), error))?;
    let FlowGroup { flow_group_id, version } =
        group.ok_or_else(|| ServerError::Gone { what: format!("flow {id}") })?;
    Ok(Registered { server, client, runtime, flow, label, flow_id: id, flow_group_id, version })
}

async fn project_id(server: &Server, client: &Client, name: &str) -> Result<ProjectId, ServerError> {
    let could_not = |error| server.could_not(format!("find or make project '{name}'"), error);
    if let Some(project) = client.project_by_name(name).await.map_err(could_not)? {
        return Ok(project.id);
    }
    let tenant = client.tenant().await.map_err(could_not)?;
    let tenant = tenant.ok_or_else(|| ServerError::Gone { what: "tenant".to_owned() })?;
    match client.create_project(tenant.id, name, None).await {
        Err(campana_client::Error::Refused { errors })
            if errors.iter().any(|error| error.message == TAKEN) => {}
        created => return created.map_err(could_not),
    }
    let project = client.project_by_name(name).await.map_err(could_not)?;
    let project = project.ok_or_else(|| ServerError::Gone { what: format!("project '{name}'") })?;
    Ok(project.id)
}

/// The flow with the label that keeps its runs from agents which know nothing of it.
fn labelled(mut flow: SerializedFlow, label: &str) -> SerializedFlow {
    let config = flow.run_config.get_or_insert_with(|| json!({ "type": "UniversalRun" }));
    config["labels"] = json!([label]);
    flow
}

/// What changes whenever the flow does.
fn digest(flow: &SerializedFlow) -> String {
    // A flow that cannot be written will not be registered either.
    let json = serde_json::to_vec(flow).unwrap_or_default();
    Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name in lower case, with `-` for all that is no letter or digit.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// A flow that a server knows.
#[derive(Clone)]
pub struct Registered {
    server: Server,
    client: Client,
    runtime: Handle,
    flow: Flow,
    label: String,
    flow_id: FlowId,
    flow_group_id: FlowGroupId,
    version: i64,
}

impl Registered {
    /// The id of this version of the flow.
    pub fn flow_id(&self) -> FlowId {
        self.flow_id
    }

    /// The id of what all its versions share.
    pub fn flow_group_id(&self) -> FlowGroupId {
        self.flow_group_id
    }

    /// Which version it is.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The label of its runs: `campana:` and the flow's name.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The page about the flow.
    pub fn url(&self) -> String {
        format!("{}/flow/{}", self.server.pages(), self.flow_group_id)
    }

    /// A run that reports to the server, which starts when it is awaited.
    pub fn run(&self) -> Start {
        self.flow.run().report_to(self)
    }

    /// What makes a run report: for [`RunSettings::backend`].
    pub fn backend(&self) -> Arc<ServerBackend> {
        let Self { server, client, runtime, flow_id, label, .. } = self.clone();
        Arc::new(ServerBackend::new(server, client, runtime, flow_id, label))
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered")
            .field("flow", &self.flow.name())
            .field("flow_id", &self.flow_id)
            .field("version", &self.version)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// Lets a run report.
pub trait Reporting: RunSettings {
    /// Reports the run to the server that knows the flow. Links in messages lead to the server's pages, unless
    /// [`RunSettings::public_url`] says otherwise afterwards.
    #[must_use]
    fn report_to(self, registered: &Registered) -> Self {
        self.backend(registered.backend()).public_url(&registered.server.pages())
    }
}

impl<R: RunSettings> Reporting for R {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_what_is_left_of_a_name() {
        for (name, wanted) in [("Add Divide Flow", "add-divide-flow"), ("ETL: 1/x", "etl-1-x"), ("ü", "ü")]
        {
            assert_eq!(slug(name), wanted);
        }
    }
}
