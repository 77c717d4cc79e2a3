//! A started server, and what tests do with it.

use std::net::SocketAddr;
use std::time::Duration;

use campana_receiver::{Kind, Options, Receiver};
use campana_server::{Config, DatabaseUrl, KeySource, Server};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a test waits for what has to come.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

pub(crate) struct Trial {
    pub(crate) receiver: Receiver,
    folder: TempDir,
    running: Option<Running>,
    pub(crate) client: reqwest::Client,
    pub(crate) key: Option<String>,
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Trial {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a server on a fresh database, with what is usual in a test and what `change` makes of it.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let receiver = Receiver::start(Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        // Another test may have done so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut trial = Self { receiver, folder, running: None, client, key: None };
        trial.serve(change).await;
        trial
    }

    pub(crate) fn config(&self) -> Config {
        let database = DatabaseUrl::Sqlite(self.folder.path().join("campana.db"));
        let mut config = Config::new(database, KeySource::File(self.folder.path().join("campana.key")));
        config.port = 0;
        config.network.allow = vec!["127.0.0.0/8".parse().unwrap()];
        config
    }

    /// Starts a server on the database of this trial, which has none.
    pub(crate) async fn serve(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config();
        change(&mut config);
        let server = Server::start(config).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.run_until(async { drop(stopped.await) }));
        self.running = Some(Running { address, stop, served });
    }

    /// Stops the server, as an operator would.
    pub(crate) async fn stop(&mut self) {
        let Running { stop, served, .. } = self.running.take().unwrap();
        stop.send(()).unwrap();
        tokio::time::timeout(LIMIT, served).await.unwrap().unwrap().unwrap();
    }

    /// Starts it again on the same database.
    pub(crate) async fn restart(&mut self) {
        self.restart_with(|_| {}).await;
    }

    pub(crate) async fn restart_with(&mut self, change: impl FnOnce(&mut Config)) {
        self.stop().await;
        self.serve(change).await;
    }

    /// All that is in the file of the database.
    pub(crate) fn database(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("campana.db")).unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.as_ref().unwrap().address)
    }

    /// Posts a body, and gives what was answered.
    pub(crate) async fn post(&self, path: &str, body: &Json) -> (u16, Json) {
        let mut request = self.client.post(self.url(path)).header("content-type", "application/json");
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let response = request.body(body.to_string()).send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
    }

    pub(crate) async fn query_with(&self, query: &str, variables: Json) -> Json {
        let (status, answer) =
            self.post("/graphql", &json!({ "query": query, "variables": variables })).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// The data of a query that succeeds.
    pub(crate) async fn data(&self, query: &str) -> Json {
        let answer = self.query_with(query, Json::Null).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// The message of the first error of a query that fails.
    pub(crate) async fn error(&self, query: &str) -> String {
        let answer = self.query_with(query, Json::Null).await;
        answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("no error: {answer}")).to_owned()
    }

    /// Asks until the answer is as wanted.
    pub(crate) async fn until(&self, selection: &str, wanted: impl Fn(&Json) -> bool) -> Json {
        let query = format!("query {{ {selection} }}");
        let asked = async {
            loop {
                let data = self.data(&query).await;
                if wanted(&data) {
                    return data;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LIMIT, asked).await.unwrap()
    }

    /// What one mutation with an input answers.
    pub(crate) async fn mutate(&self, name: &str, input: Json, selection: &str) -> Json {
        let query = format!("mutation($input: {name}_input!) {{ {name}(input: $input) {{ {selection} }} }}");
        let answer = self.query_with(&query, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"][name].clone()
    }

    /// A project with a flow of one task; the flow's id and that of its version group.
    pub(crate) async fn flow(&self) -> String {
        let project = self.mutate("create_project", json!({ "name": "demo" }), "id").await;
        let flow = json!({
            "name": "orders", "type": "prefect.core.flow.Flow", "schedule": null, "parameters": [],
            "tasks": [], "edges": [], "reference_tasks": [], "run_config": null, "storage": null,
            "__version__": "1.4.1",
        });
        let input = json!({
            "project_id": project["id"], "serialized_flow": flow, "version_group_id": "abc",
            "set_schedule_active": false,
        });
        let created = self.mutate("create_flow", input, "id").await;
        created["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn run(&self, flow: &str) -> String {
        let created = self.mutate("create_flow_run", json!({ "flow_id": flow }), "id").await;
        created["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn set_state(&self, run: &str, kind: &str, message: &str) -> Json {
        let state = json!({ "type": kind, "message": message });
        let states = json!({ "states": [{ "flow_run_id": run, "state": state }] });
        self.mutate("set_flow_run_states", states, "states { id status message }").await
    }

    /// A hook that sends to the receiver.
    pub(crate) async fn slack_hook(&self, states: &[&str]) -> String {
        let input = json!({
            "type": "SLACK_WEBHOOK", "states": states, "config": { "url": self.receiver.url(Kind::Slack) },
        });
        let created = self.mutate("create_cloud_hook", input, "id").await;
        created["id"].as_str().unwrap().to_owned()
    }
}
