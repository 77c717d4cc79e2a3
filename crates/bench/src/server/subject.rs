//! What is measured: how to start it, and how to tell it of a change.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use super::MARK;
use super::process::Process;
use super::wire::Connection;

/// What the servers encrypt by, in base64; those that share a database need the same.
const KEY: &str = "QmVuY2htYXJrcyBoYXZlIG5vIHNlY3JldHMgYXQgYWw=";

/// A server that can be measured.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The smallest server that keeps the promise.
    Baseline {
        /// Its program.
        program: PathBuf,
    },
    /// Campana's.
    Campana {
        /// Its program.
        program: PathBuf,
        /// `sqlite://..` or `postgres://..`.
        database_url: String,
    },
}

impl Subject {
    /// Its name in the tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Baseline { .. } => "baseline",
            Self::Campana { .. } => "campana",
        }
    }

    /// Starts it with its data in `home`.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(&self, home: &Path, receiver: SocketAddr) -> io::Result<Process> {
        match self {
            Self::Baseline { program } => {
                Process::start(Command::new(program).arg(home.join("baseline.db")).arg(format!("{receiver}")))
            }
            Self::Campana { program, database_url } => Process::start(
                Command::new(program)
                    .args(["server", "start", "--port", "0", "--database-url", database_url])
                    .env("HOME", home)
                    .env("CAMPANA__SERVER__ENCRYPTION_KEY", KEY)
                    .env("CAMPANA__NETWORK__ALLOW", r#"["127.0.0.0/8"]"#)
                    .env("RUST_LOG", "warn"),
            ),
        }
    }

    /// Makes `runs` runs of a flow of their own, and then a hook on every change of theirs for each of these places.
    ///
    /// # Errors
    /// If the server refuses.
    pub async fn prepare(
        &self,
        address: SocketAddr,
        runs: usize,
        hooks: &[SocketAddr],
    ) -> io::Result<Vec<String>> {
        match self {
            Self::Baseline { .. } => Ok((0..runs).map(|run| format!("run-{run}")).collect()),
            Self::Campana { .. } => {
                let mut api = Api(Connection::open(address).await?);
                let flow = api.make_flow().await?;
                let runs = api.make_runs(&flow, runs).await?;
                for hook in hooks {
                    api.make_hook(*hook, &flow.group).await?;
                }
                Ok(runs)
            }
        }
    }

    /// The path and the body that report change `number` of a run.
    pub fn change(&self, run: &str, number: usize) -> (&'static str, String) {
        let kind = if number.is_multiple_of(2) { "Running" } else { "Retrying" };
        let state = json!({
            "type": kind,
            "message": format!("{MARK}{number}."),
            "context": {},
            "cached_inputs": {},
            "_result": { "type": "NoResultType", "__version__": "1.4.1" },
            "__version__": "1.4.1",
        });
        match self {
            Self::Baseline { .. } => ("/", json!({ "flow_run_id": run, "state": state }).to_string()),
            Self::Campana { .. } => {
                let states = json!([{ "flow_run_id": run, "version": null, "state": state }]);
                let query = "mutation($input: set_flow_run_states_input!) \
                             { set_flow_run_states(input: $input) { states { id status message } } }";
                ("/graphql", request(query, json!({ "input": { "states": states } })))
            }
        }
    }
}

/// A request as Prefect's client sends it: the variables are a JSON text.
fn request(query: &str, variables: Json) -> String {
    json!({ "query": query, "variables": variables.to_string() }).to_string()
}

/// A flow without tasks.
pub struct Flow {
    id: String,
    group: String,
}

/// The API of Campana's server, as far as a benchmark needs it.
pub struct Api(pub Connection);

impl Api {
    /// Sends an operation; gives its data.
    ///
    /// # Errors
    /// If the answer has errors.
    pub async fn call(&mut self, query: &str, variables: Json) -> io::Result<Json> {
        let (_, body) = self.0.post("/graphql", &request(query, variables)).await?;
        let answer: Json = serde_json::from_slice(&body)?;
        match answer.get("errors") {
            None | Some(Json::Null) => Ok(answer["data"].clone()),
            Some(errors) => Err(io::Error::other(format!("the server answered {errors}"))),
        }
    }

    /// Makes a flow, in a project of its own, as the database may have some of earlier measurements.
    ///
    /// # Errors
    /// If the server refuses.
    pub async fn make_flow(&mut self) -> io::Result<Flow> {
        let data = self.call("query { tenant { id } }", Json::Null).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
        let group = format!("bench-{}", now.as_nanos());
        let project = json!({ "input": { "name": group, "tenant_id": data["tenant"][0]["id"] } });
        let query = "mutation($input: create_project_input!) { create_project(input: $input) { id } }";
        let data = self.call(query, project).await?;
        let flow = json!({
            "name": "bench", "type": "prefect.core.flow.Flow", "schedule": null, "parameters": [], "tasks": [], "edges": [],
            "reference_tasks": [], "run_config": null, "storage": null, "__version__": "1.4.1",
        });
        let flow = json!({ "input": {
            "project_id": data["create_project"]["id"], "serialized_flow": flow, "version_group_id": group,
        } });
        let query = "mutation($input: create_flow_input!) { create_flow(input: $input) { id } }";
        let data = self.call(query, flow).await?;
        Ok(Flow { id: data["create_flow"]["id"].as_str().unwrap_or_default().to_owned(), group })
    }

    /// Makes runs of a flow; gives their ids.
    ///
    /// # Errors
    /// If the server refuses.
    pub async fn make_runs(&mut self, flow: &Flow, count: usize) -> io::Result<Vec<String>> {
        let query = "mutation($input: create_flow_run_input!) { create_flow_run(input: $input) { id } }";
        let mut runs = Vec::with_capacity(count);
        for _ in 0..count {
            let data = self.call(query, json!({ "input": { "flow_id": flow.id } })).await?;
            runs.push(data["create_flow_run"]["id"].as_str().unwrap_or_default().to_owned());
        }
        Ok(runs)
    }

    /// Makes a webhook on every change of the flow runs of a group.
    ///
    /// # Errors
    /// If the server refuses.
    pub async fn make_hook(&mut self, receiver: SocketAddr, group: &str) -> io::Result<()> {
        let input = json!({
            "type": "WEBHOOK", "name": "bench", "states": ["ALL"], "version_group_id": group,
            "config": json!({ "url": format!("http://{receiver}/") }).to_string(),
        });
        let query = "mutation($input: create_cloud_hook_input!) { create_cloud_hook(input: $input) { id } }";
        self.call(query, json!({ "input": input })).await.map(drop)
    }
}
