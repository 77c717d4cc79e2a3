//! A server in memory: it understands what flows send, keeps it, and fails to order.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use campana::model::id::{FlowGroupId, FlowId, ProjectId, TaskId, TenantId};
use campana::model::{FlowRunId, TaskRunId};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// How long a test waits for what is bound to happen.
const LIMIT: Duration = Duration::from_secs(60);

/// What the stub does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What it is asked to.
    Up,
    /// Nothing: it answers 503.
    Unavailable,
    /// What it is asked to, and breaks the connection instead of answering.
    LosesAnswers,
    /// It takes the first of the states that it is sent, and breaks the connection.
    BreaksInTheMiddle,
    /// Nothing, and no answer ever.
    Hangs,
}

/// The stub. Dropped, it stops.
pub(crate) struct Stub {
    shared: Arc<Shared>,
    runtime: Handle,
    address: SocketAddr,
    serving: Mutex<Option<AbortHandle>>,
}

struct Shared {
    kept: Mutex<Kept>,
    changed: Condvar,
    connections: Mutex<Vec<AbortHandle>>,
}

/// All that it was told.
pub(crate) struct Kept {
    pub(crate) mode: Mode,
    /// Each operation, in the order in which they came.
    pub(crate) operations: Vec<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) flows: HashMap<FlowId, Json>,
    flows_by_key: HashMap<String, FlowId>,
    pub(crate) runs: HashMap<FlowRunId, Run>,
    pub(crate) logs: Vec<Json>,
    /// How many lines came in each request.
    pub(crate) log_batches: Vec<usize>,
    /// How many states came in each request.
    pub(crate) state_batches: Vec<usize>,
    pub(crate) heartbeats: usize,
    /// Gives its own ids to runs, whatever ids they come with.
    pub(crate) own_ids: bool,
    /// Refuses every state whose message has this in it.
    pub(crate) refuses: Option<String>,
    /// After so many states of a request its database is away.
    pub(crate) away: Option<usize>,
    pub(crate) secrets: HashMap<String, String>,
    errors: Vec<Json>,
    project: Option<(ProjectId, String)>,
    names: HashMap<TaskRunId, String>,
}

/// A flow run.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) input: Json,
    pub(crate) states: Vec<Json>,
    pub(crate) tasks: Vec<TaskRun>,
}

/// A task run.
#[derive(Clone)]
pub(crate) struct TaskRun {
    pub(crate) id: TaskRunId,
    task: TaskId,
    pub(crate) slug: String,
    pub(crate) map_index: i64,
    pub(crate) states: Vec<Json>,
}

impl Stub {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        let kept = Kept {
            mode: Mode::Up,
            operations: Vec::new(),
            authorization: None,
            flows: HashMap::new(),
            flows_by_key: HashMap::new(),
            runs: HashMap::new(),
            logs: Vec::new(),
            log_batches: Vec::new(),
            state_batches: Vec::new(),
            heartbeats: 0,
            own_ids: false,
            refuses: None,
            away: None,
            errors: Vec::new(),
            secrets: HashMap::new(),
            project: None,
            names: HashMap::new(),
        };
        let shared = Arc::new(Shared {
            kept: Mutex::new(kept),
            changed: Condvar::new(),
            connections: Mutex::new(Vec::new()),
        });
        let mut stub =
            Self { shared, runtime: handle, address: ([127, 0, 0, 1], 0).into(), serving: Mutex::new(None) };
        stub.address = stub.listen();
        stub
    }

    fn listen(&self) -> SocketAddr {
        let (told, hears) = std::sync::mpsc::channel();
        let (shared, address) = (Arc::clone(&self.shared), self.address);
        let serving = self.runtime.spawn(async move {
            let listener = loop {
                // The port of a stub that was stopped a moment ago may not be free yet.
                match TcpListener::bind(address).await {
                    Ok(listener) => break listener,
                    Err(_) => tokio::task::yield_now().await,
                }
            };
            told.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let serve = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&serve), request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                let connection = tokio::spawn(async move { drop(connection.await) });
                shared.connections.lock().unwrap().push(connection.abort_handle());
            }
        });
        *self.serving.lock().unwrap() = Some(serving.abort_handle());
        hears.recv_timeout(LIMIT).unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.shared.kept.lock().unwrap()
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.kept().mode = mode;
    }

    /// Closes the port and every connection.
    pub(crate) fn stop(&self) {
        self.serving.lock().unwrap().take().unwrap().abort();
        self.shared.connections.lock().unwrap().drain(..).for_each(|connection| connection.abort());
    }

    /// Opens the port again.
    pub(crate) fn start_again(&self) {
        assert_eq!(self.listen(), self.address);
    }

    /// Waits until what it was told is so.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Kept) -> bool) {
        let started = Instant::now();
        let mut kept = self.kept();
        while !is_so(&kept) {
            assert!(started.elapsed() < LIMIT, "{what} has not happened; so far: {:?}", kept.operations);
            kept = self.shared.changed.wait_timeout(kept, Duration::from_millis(100)).unwrap().0;
        }
    }

    /// The names of the states that a task, or the only run itself, has had.
    pub(crate) fn history(&self, task: Option<(&str, i64)>) -> Vec<String> {
        let kept = self.kept();
        assert_eq!(kept.runs.len(), 1);
        kept.runs.values().next().unwrap().history(task)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.lock().unwrap().take() {
            serving.abort();
        }
        self.shared.connections.lock().unwrap().drain(..).for_each(|connection| connection.abort());
    }
}

impl Run {
    pub(crate) fn history(&self, task: Option<(&str, i64)>) -> Vec<String> {
        let states = match task {
            None => &self.states,
            Some((slug, map_index)) => {
                let is_it = |run: &&TaskRun| run.slug == slug && run.map_index == map_index;
                &self.tasks.iter().find(is_it).unwrap_or_else(|| panic!("no {slug}[{map_index}]")).states
            }
        };
        states.iter().map(|state| state["type"].as_str().unwrap().to_owned()).collect()
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let authorization = request.headers().get("authorization").map(|key| key.to_str().unwrap().to_owned());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body: Json = serde_json::from_slice(&body).unwrap();
    let mode = shared.kept.lock().unwrap().mode;
    match mode {
        Mode::Unavailable => {
            return Ok(Response::builder().status(503).body(Full::new(Bytes::from("not now"))).unwrap());
        }
        Mode::Hangs => std::future::pending().await,
        Mode::Up | Mode::LosesAnswers | Mode::BreaksInTheMiddle => {}
    }
    let reply = {
        let mut kept = shared.kept.lock().unwrap();
        kept.authorization = authorization.or(kept.authorization.take());
        kept.execute(body["query"].as_str().unwrap(), &body["variables"])
    };
    shared.changed.notify_all();
    if mode != Mode::Up {
        // A service that panics breaks its connection.
        std::panic::resume_unwind(Box::new("broken on purpose"));
    }
    Ok(Response::new(Full::new(Bytes::from(reply.to_string()))))
}

impl Kept {
    fn execute(&mut self, query: &str, variables: &Json) -> Json {
        let words = query.trim_start_matches("query").trim_start_matches("mutation");
        let words = words.trim_start_matches(|char| char != '{').trim_start_matches(['{', ' ']);
        let (alias, field) = match words.split_once(':') {
            Some((alias, rest)) if alias.chars().all(char::is_alphanumeric) => (alias, rest.trim_start()),
            _ => ("", words),
        };
        let name: String = field.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
        self.operations.push(name.clone());
        if !alias.is_empty() {
            return self.get_or_create(query);
        }
        match self.field(&name, query, &variables["input"]) {
            Ok(value) => {
                let errors = std::mem::take(&mut self.errors);
                json!({ "data": { name: value }, "errors": errors })
            }
            Err(message) => json!({ "data": null, "errors": [{ "message": message }] }),
        }
    }

    fn field(&mut self, name: &str, query: &str, input: &Json) -> Result<Json, String> {
        let argument = |name: &str| text_after(query, &format!("{name}: \""));
        Ok(match name {
            "project" => json!(self.project.iter().map(|(id, name)| project(*id, name)).collect::<Vec<_>>()),
            "tenant" => json!([{ "id": TenantId::new(), "slug": "default", "name": "Default" }]),
            "create_project" => {
                let id = ProjectId::new();
                self.project = Some((id, input["name"].as_str().unwrap().to_owned()));
                json!({ "id": id })
            }
            "create_flow_from_compressed_string" => json!({ "id": self.create_flow(input) }),
            "flow_by_pk" => json!({ "flow_group_id": FlowGroupId::new(), "version": self.flows.len() }),
            "create_flow_run" => json!({ "id": self.create_run(input) }),
            "flow_run_by_pk" => {
                let id: FlowRunId = argument("id").parse().unwrap();
                self.runs.get(&id).map_or(Json::Null, |run| run.row(id))
            }
            "set_flow_run_states" => self
                .set(input, |kept, id| kept.runs.get_mut(&id.parse().unwrap()).map(|run| &mut run.states))?,
            "set_task_run_states" => self.set(input, |kept, id| {
                let id: TaskRunId = id.parse().unwrap();
                let mut tasks = kept.runs.values_mut().flat_map(|run| &mut run.tasks);
                tasks.find(|task| task.id == id).map(|task| &mut task.states)
            })?,
            "set_task_run_name" => {
                let id = input["task_run_id"].as_str().unwrap().parse().unwrap();
                self.names.insert(id, input["name"].as_str().unwrap().to_owned());
                json!({ "success": true })
            }
            "update_flow_run_heartbeat" => {
                self.heartbeats += 1;
                json!({ "success": true })
            }
            "write_run_logs" => {
                let logs = input["logs"].as_array().unwrap();
                self.log_batches.push(logs.len());
                self.logs.extend(logs.iter().cloned());
                json!({ "success": true })
            }
            "secret_value" => match self.secrets.get(&argument("name")) {
                Some(secret) => json!(secret),
                None => return Err("No value found for the requested key".to_owned()),
            },
            "task_run" => json!([]),
            other => return Err(format!("there is no {other}")),
        })
    }

    fn create_flow(&mut self, input: &Json) -> FlowId {
        use std::io::Read as _;

        use base64::Engine as _;
        let key = input["idempotency_key"].as_str().unwrap().to_owned();
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(input["serialized_flow"].as_str().unwrap())
            .unwrap();
        let mut flow = String::new();
        flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut flow).unwrap();
        let id = *self.flows_by_key.entry(key).or_insert_with(FlowId::new);
        self.flows.insert(id, serde_json::from_str(&flow).unwrap());
        id
    }

    fn create_run(&mut self, input: &Json) -> FlowRunId {
        let same = |run: &&Run| run.input["idempotency_key"] == input["idempotency_key"];
        if let Some((id, _)) = self.runs.iter().find(|(_, run)| same(run)) {
            return *id;
        }
        let flow = &self.flows[&input["flow_id"].as_str().unwrap().parse().unwrap()];
        let task = |task: &Json| TaskRun {
            id: TaskRunId::from_uuid(RunId::new().uuid()),
            task: TaskId::new(),
            slug: task["slug"].as_str().unwrap().to_owned(),
            map_index: -1,
            states: Vec::new(),
        };
        let tasks = flow["tasks"].as_array().unwrap().iter().map(task).collect();
        let own = self.own_ids.then(FlowRunId::new);
        let id = own.unwrap_or_else(|| input["id"].as_str().unwrap().parse().unwrap());
        self.runs.insert(id, Run { input: input.clone(), states: Vec::new(), tasks });
        id
    }

    fn set(
        &mut self,
        input: &Json,
        states_of: impl for<'a> Fn(&'a mut Self, &str) -> Option<&'a mut Vec<Json>>,
    ) -> Result<Json, String> {
        let mut states = input["states"].as_array().unwrap().clone();
        self.state_batches.push(states.len());
        if self.mode == Mode::BreaksInTheMiddle {
            states.truncate(1);
        }
        let mut replies = Vec::new();
        for set in &states {
            let id = set["flow_run_id"].as_str().or(set["task_run_id"].as_str()).unwrap();
            let message = set["state"]["message"].as_str().unwrap_or_default();
            if self.refuses.as_ref().is_some_and(|refused| message.contains(refused)) {
                let (message, at) = ("State update failed: it was refused.", replies.len());
                self.errors.push(json!({ "message": message, "path": ["set_states", "states", at] }));
                replies.push(json!({ "id": id, "status": "FAILED", "message": message }));
                continue;
            }
            if self.away.is_some_and(|away| replies.len() >= away) {
                let (message, at) = ("could not reach the database", replies.len());
                let code = json!({ "code": "API_ERROR" });
                self.errors.push(json!({ "message": message, "extensions": code, "path": [at] }));
                replies.push(json!({ "id": id, "status": "FAILED", "message": message }));
                continue;
            }
            let history = states_of(self, id).ok_or_else(|| format!("there is no run {id}"))?;
            history.push(set["state"].clone());
            replies.push(json!({ "id": id, "status": "SUCCESS", "message": null }));
        }
        Ok(json!({ "states": replies }))
    }

    fn get_or_create(&mut self, query: &str) -> Json {
        let mut data = Map::new();
        for (at, question) in query.split("get_or_create_task_run_info(input: ").skip(1).enumerate() {
            let run: FlowRunId = text_after(question, "flow_run_id: \"").parse().unwrap();
            let task: TaskId = text_after(question, "task_id: \"").parse().unwrap();
            let index = question.split_once("map_index: ").unwrap().1;
            let index: i64 = index.split_once('}').unwrap().0.parse().unwrap();
            let run = self.runs.get_mut(&run).unwrap();
            let slug = run.tasks.iter().find(|run| run.task == task).unwrap().slug.clone();
            let is_it = |run: &TaskRun| run.task == task && run.map_index == index;
            if !run.tasks.iter().any(is_it) {
                let id = TaskRunId::from_uuid(RunId::new().uuid());
                run.tasks.push(TaskRun { id, task, slug, map_index: index, states: Vec::new() });
            }
            let found = run.tasks.iter().find(|run| is_it(run)).unwrap();
            let (version, state) = (found.states.len(), found.states.last());
            data.insert(
                format!("t{at}"),
                json!({ "id": found.id, "version": version, "serialized_state": state }),
            );
        }
        json!({ "data": data })
    }
}

/// Any fresh id.
type RunId = FlowRunId;

impl Run {
    fn row(&self, id: FlowRunId) -> Json {
        let tasks = self.tasks.iter().filter(|run| run.map_index == -1);
        let task = |run: &TaskRun| json!({ "id": run.id, "task": { "id": run.task, "slug": run.slug } });
        let tasks: Vec<_> = tasks.map(task).collect();
        json!({ "id": id, "serialized_state": self.states.last(), "task_runs": tasks })
    }
}

fn project(id: ProjectId, name: &str) -> Json {
    json!({ "id": id, "name": name, "description": null, "created": "2026-11-20T12:00:00+00:00" })
}

fn text_after(text: &str, start: &str) -> String {
    text.split_once(start).unwrap().1.split_once('"').unwrap().0.to_owned()
}
