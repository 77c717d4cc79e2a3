//! The server under test: a process that is started and killed many times, always on the same port.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use campana_bench::server::wire::Connection;
use serde_json::{Value as Json, json};

/// How to start it.
#[derive(Clone)]
pub(crate) struct Server {
    home: PathBuf,
    database_url: String,
    pub(crate) address: SocketAddr,
}

/// It, started. Killed when dropped.
pub(crate) struct Running(Child);

impl Server {
    pub(crate) fn new(home: &Path, database_url: &str) -> Self {
        // The port is free now, and nobody else on the machine is given it at once.
        let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        Self { home: home.to_owned(), database_url: database_url.to_owned(), address }
    }

    /// Starts it, with an order to end itself or without, and waits until it listens (or has ended).
    pub(crate) async fn start(&self, fail_point: Option<&str>) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_campana"));
        command
            .args(["server", "start", "--port", &self.address.port().to_string()])
            .args(["--database-url", &self.database_url])
            .env("HOME", &self.home)
            .env("CAMPANA__NETWORK__ALLOW", r#"["127.0.0.0/8"]"#)
            .env("CAMPANA__HOOKS__BACKOFF", "100ms,200ms,300ms,400ms,500ms,500ms,500ms,500ms,500ms,1s,1s,1s,1s,1s,1s,1s,2s,2s,2s,2s,2s,2s,2s,2s")
            .env("CAMPANA__HOOKS__PAUSES", "100ms,200ms,500ms")
            .env("CAMPANA__HOOKS__TIMEOUT", "500ms")
            .env("CAMPANA__HOOKS__LEASE", "2s")
            .stdout(Stdio::piped())
            .stderr(std::fs::File::options().create(true).append(true).open(self.home.join("server.log")).unwrap());
        if let Some(order) = fail_point {
            command.env("CAMPANA_FAIL_POINT", order);
        }
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let read = move || {
            let mut line = String::new();
            let mut stdout = BufReader::new(stdout);
            let _ = stdout.read_line(&mut line);
            // The pipe stays open, so that the server can write to it.
            std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
            line
        };
        let line = tokio::task::spawn_blocking(read).await.unwrap();
        let log = || std::fs::read_to_string(self.home.join("server.log")).unwrap_or_default();
        assert!(
            line.contains(&self.address.to_string()) || fail_point.is_some(),
            "the server said {line:?} instead of its address; its log:\n{}",
            log()
        );
        Running(child)
    }

    pub(crate) async fn connect(&self) -> std::io::Result<Api> {
        Connection::open(self.address).await.map(Api)
    }

    pub(crate) async fn api(&self) -> Api {
        self.connect().await.unwrap()
    }
}

impl Running {
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Stops it in the middle of whatever it does; its connections stay open.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on as if no time had passed.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.0.id().to_string()).status().unwrap();
        assert!(sent.success(), "kill {signal} failed");
    }

    /// Waits until it has ended itself, or ends it after `patience`: its fail point may lie where it never comes.
    pub(crate) async fn wait_for_end(&mut self, patience: Duration) {
        let begin = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            if begin.elapsed() > patience {
                self.0.kill().unwrap();
                self.0.wait().unwrap();
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A connection to its API.
pub(crate) struct Api(Connection);

impl Api {
    pub(crate) async fn call(&mut self, query: &str, variables: Json) -> Result<Json, String> {
        let body = json!({ "query": query, "variables": variables.to_string() }).to_string();
        let (status, body) = self.0.post("/graphql", &body).await.map_err(|error| error.to_string())?;
        let answer: Json = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        match answer.get("errors") {
            None | Some(Json::Null) if status == 200 => Ok(answer["data"].clone()),
            _ => Err(format!("{status}: {answer}")),
        }
    }

    pub(crate) async fn make_runs(&mut self, count: usize) -> Result<Vec<String>, String> {
        let tenant = self.call("query { tenant { id } }", Json::Null).await?;
        let input = json!({ "input": { "name": "promise", "tenant_id": tenant["tenant"][0]["id"] } });
        let query = "mutation($input: create_project_input!) { create_project(input: $input) { id } }";
        let project = self.call(query, input).await?;
        let flow = json!({
            "name": "promise", "type": "prefect.core.flow.Flow", "schedule": null, "parameters": [], "tasks": [],
            "edges": [], "reference_tasks": [], "run_config": null, "storage": null, "__version__": "1.4.1",
        });
        let input =
            json!({ "input": { "project_id": project["create_project"]["id"], "serialized_flow": flow } });
        let query = "mutation($input: create_flow_input!) { create_flow(input: $input) { id } }";
        let flow = self.call(query, input).await?;
        let query = "mutation($input: create_flow_run_input!) { create_flow_run(input: $input) { id } }";
        let mut runs = Vec::new();
        for _ in 0..count {
            let run = self.call(query, json!({ "input": { "flow_id": flow["create_flow"]["id"] } })).await?;
            runs.push(run["create_flow_run"]["id"].as_str().unwrap_or_default().to_owned());
        }
        Ok(runs)
    }

    pub(crate) async fn make_hook(&mut self, name: &str, url: &str) -> Result<(), String> {
        let config = json!({ "url": url }).to_string();
        let input =
            json!({ "input": { "type": "WEBHOOK", "name": name, "states": ["ALL"], "config": config } });
        let query = "mutation($input: create_cloud_hook_input!) { create_cloud_hook(input: $input) { id } }";
        self.call(query, input).await.map(drop)
    }

    pub(crate) async fn set_state(&mut self, run: &str, kind: &str, message: &str) -> Result<(), String> {
        let state = json!({ "type": kind, "message": message, "context": {}, "cached_inputs": {} });
        let states = json!([{ "flow_run_id": run, "version": null, "state": state }]);
        let query = "mutation($input: set_flow_run_states_input!) \
                     { set_flow_run_states(input: $input) { states { id status message } } }";
        self.call(query, json!({ "input": { "states": states } })).await.map(drop)
    }
}
