//! The client against a server that answers as it is told, and keeps what it was sent.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use campana_client::{
    Client, CreateFlow, CreateFlowRun, CreateHook, Error, FlowRun, GetOrCreateTaskRun, Options, Order,
    Select, SetTaskRunState, TriedHook,
};
use campana_model::id::{FlowId, HookId, TaskId};
use campana_model::{FlowRunId, HookType, State, StateKind, TaskRunId};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpListener;

const KEY: &str = "hunter2";

/// Answers in this order; the last answer is for all that follows. A status of 0 is a connection that breaks.
#[derive(Clone)]
struct Server {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    requests: Arc<Mutex<Vec<Sent>>>,
    connections: Arc<Mutex<usize>>,
    url: String,
}

/// A request.
#[derive(Clone)]
struct Sent {
    authorization: Option<String>,
    query: String,
    variables: Json,
}

impl Server {
    async fn start(answers: impl IntoIterator<Item = (u16, Json)>) -> Self {
        Self::saying(answers.into_iter().map(|(status, body)| (status, body.to_string()))).await
    }

    async fn saying(answers: impl IntoIterator<Item = (u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            requests: Arc::default(),
            connections: Arc::default(),
            url: format!("http://{}/", listener.local_addr().unwrap()),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *serving.connections.lock().unwrap() += 1;
                let each = serving.clone();
                let service = service_fn(move |request| each.clone().answer(request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        server
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let authorization = header("authorization");
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body: Json = serde_json::from_slice(&body).unwrap();
        let query = body["query"].as_str().unwrap().to_owned();
        self.requests.lock().unwrap().push(Sent {
            authorization,
            query,
            variables: body["variables"].clone(),
        });
        let (status, text) = {
            let mut answers = self.answers.lock().unwrap();
            if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
        };
        if status == 0 {
            std::panic::resume_unwind(Box::new("broken on purpose"));
        }
        Ok(Response::builder().status(status).body(Full::new(Bytes::from(text))).unwrap())
    }

    fn client(&self) -> Client {
        let options = Options {
            api_key: Some(KEY.into()),
            timeout: Duration::from_secs(20),
            retries: 3,
            backoff: Duration::from_millis(1),
            ..Options::default()
        };
        Client::new(self.url.parse().unwrap(), options).unwrap()
    }

    fn sent(&self) -> Vec<Sent> {
        self.requests.lock().unwrap().clone()
    }
}

fn data(field: &str, value: Json) -> (u16, Json) {
    (200, json!({ "data": { field: value } }))
}

fn errors(errors: Json) -> (u16, Json) {
    (200, json!({ "data": null, "errors": errors }))
}

fn set() -> SetTaskRunState {
    let task_run_id = TaskRunId::from_uuid(FlowRunId::new().uuid());
    SetTaskRunState { task_run_id, version: None, state: State::running("go"), timestamp: None }
}

#[tokio::test]
async fn requests_carry_the_key_and_share_a_connection() {
    let server = Server::start([data("hello", json!("hi"))]).await;
    let client = server.client();
    for _ in 0..3 {
        assert_eq!(client.hello().await.unwrap(), "hi");
    }
    let sent = server.sent();
    assert_eq!(sent[0].authorization.as_deref(), Some("Bearer hunter2"));
    assert_eq!(sent[0].query, "query { hello }");
    assert_eq!(*server.connections.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_itself_is_asked_again() {
    let well = data("hello", json!("hi"));
    let ill = json!({ "data": null, "errors": [{ "message": "x", "extensions": { "code": "API_ERROR" } }] });
    for bad in
        [(500, json!("?")), (502, json!("")), (503, json!("")), (504, json!("")), (0, json!("")), (200, ill)]
    {
        let server = Server::start([bad.clone(), bad.clone(), well.clone()]).await;
        assert_eq!(server.client().hello().await.unwrap(), "hi", "{bad:?}");
        assert_eq!(server.sent().len(), 3, "{bad:?}");
    }
    let server = Server::start([(503, json!("closed for today"))]).await;
    let error = server.client().hello().await.unwrap_err();
    assert!(matches!(error, Error::Status { status: 503, .. }), "{error}");
    assert_eq!(server.sent().len(), 4);
}

#[tokio::test]
async fn what_would_be_done_twice_is_sent_again_only_if_nobody_saw_it() {
    let taken = data("set_task_run_states", json!({ "states": [{ "status": "SUCCESS" }] }));
    for (bad, again) in [(0, false), (500, false), (503, true)] {
        let server = Server::start([(bad, json!("")), taken.clone()]).await;
        let told = server.client().set_task_run_states(&[set()]).await;
        assert_eq!((told.is_ok(), server.sent().len()), (again, 1 + usize::from(again)), "{bad}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_the_server() {
    let refused = json!([
        { "message": "there is no flow", "extensions": { "code": "BAD_REQUEST" } },
        { "message": "nor a project" },
    ]);
    let server = Server::start([errors(refused)]).await;
    let error = server.client().hello().await.unwrap_err();
    assert_eq!(error.to_string(), "there is no flow; nor a project");
    assert!(error.has_code("BAD_REQUEST") && !error.is_transient() && !error.is_unauthenticated());
    for body in [
        json!([{ "message": "UNAUTHENTICATED" }]),
        json!([{ "message": "x", "extensions": { "code": "UNAUTHENTICATED" } }]),
    ] {
        let server = Server::start([errors(body)]).await;
        assert!(server.client().hello().await.unwrap_err().is_unauthenticated());
    }
    let server = Server::start([(401, json!("who are you?"))]).await;
    assert!(server.client().hello().await.unwrap_err().is_unauthenticated());
}

#[tokio::test]
async fn an_answer_that_is_none_is_malformed() {
    for body in ["<html>", "{}", "[]", r#"{"data": {}}"#, r#"{"data": {"hello": 3}}"#] {
        let server = Server::saying([(200, body.to_owned())]).await;
        let error = server.client().hello().await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let options = Options { retries: 0, ..Options::default() };
    let client = Client::new(format!("http://127.0.0.1:{port}").parse().unwrap(), options).unwrap();
    let error = client.hello().await.unwrap_err();
    assert!(
        matches!(error, Error::Unreachable { .. }) && error.is_transient() && !error.is_unsure(),
        "{error}"
    );
}

#[tokio::test]
async fn the_key_is_nowhere_to_be_seen() {
    let echo = format!("I do not know the key {KEY}");
    let mut seen = Vec::new();
    for answer in [
        (500, echo.clone()),
        (403, echo.clone()),
        (200, json!({ "errors": [{ "message": echo }] }).to_string()),
        (0, String::new()),
    ] {
        let server = Server::saying([answer]).await;
        let client = server.client();
        let error = client.set_task_run_states(&[set()]).await.unwrap_err();
        seen.extend([format!("{client:?}"), format!("{error:?}"), chain(&error)]);
    }
    let options = Options { api_key: Some(format!("{KEY}\n").into()), ..Options::default() };
    let error = Client::new("http://127.0.0.1:1".parse().unwrap(), options.clone()).unwrap_err();
    seen.extend([format!("{options:?}"), format!("{error:?} {error}")]);
    for text in seen {
        assert!(!text.contains(KEY), "{text}");
    }
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn states_are_answered_each_for_itself() {
    let states = json!([{ "id": "x", "status": "SUCCESS" }, { "status": "FAILED", "message": "it has ended" }, { "status": "QUEUED" }]);
    let told = json!([{ "message": "it has ended", "path": ["set_task_run_states", "states", 1] }]);
    let answer = json!({ "data": { "set_task_run_states": { "states": states } }, "errors": told });
    let server = Server::start([(200, answer)]).await;
    let replies = server.client().set_task_run_states(&[set(), set(), set()]).await.unwrap();
    assert!(replies[0].is_success() && replies[2].is_queued());
    assert_eq!(replies[1].message.as_deref(), Some("it has ended"));
    let sent = &server.sent()[0];
    assert_eq!(sent.variables["input"]["states"][0]["state"]["type"], "Running");
    assert!(sent.query.starts_with("mutation($input: set_task_run_states_input!)"), "{}", sent.query);
}

#[tokio::test]
async fn task_runs_are_asked_for_in_one_request() {
    let info = |at: i64| json!({ "id": TaskRunId::from_uuid(FlowRunId::new().uuid()), "version": at, "serialized_state": null });
    let server = Server::start([(200, json!({ "data": { "t1": info(1), "t0": info(0) } }))]).await;
    let (flow_run_id, task_id) = (FlowRunId::new(), TaskId::new());
    let wanted = [None, Some(7)].map(|map_index| GetOrCreateTaskRun { flow_run_id, task_id, map_index });
    let found = server.client().get_or_create_task_runs(&wanted).await.unwrap();
    assert_eq!(found.iter().map(|run| run.version).collect::<Vec<_>>(), [0, 1]);
    let query = &server.sent()[0].query;
    assert!(query.contains("map_index: -1}") && query.contains("map_index: 7}"), "{query}");
    assert!(server.client().get_or_create_task_runs(&[]).await.unwrap().is_empty());
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test]
async fn rows_are_read_into_their_types() {
    let run = json!({
        "id": FlowRunId::new(), "name": "by-hand", "version": 3, "state": "Failed",
        "serialized_state": State::failed("no").to_json(), "scheduled_start_time": "2026-11-20T21:58:17.094046+00:00",
        "start_time": "2026-11-20T21:58:17.1+00:00", "end_time": null, "created": "2026-11-20T21:58:17+00:00",
        "parameters": { "x": 1 }, "flow": { "id": FlowId::new(), "name": "orders" },
    });
    let server = Server::start([data("flow_run", json!([run]))]).await;
    let select =
        Select::where_(json!({ "state": { "_eq": "Failed" } })).order_by("created", Order::Desc).limit(5);
    let runs = server.client().rows::<FlowRun>(&select).await.unwrap();
    assert_eq!(runs[0].serialized_state.as_ref().unwrap().kind(), StateKind::Failed);
    let query = &server.sent()[0].query;
    let wanted =
        r#"query { flow_run(where: {state: {_eq: "Failed"}}, order_by: {created: desc}, limit: 5) { id "#;
    assert!(query.starts_with(wanted), "{query}");
    let server = Server::start([data("flow_run_by_pk", Json::Null)]).await;
    assert!(server.client().row::<FlowRun>(FlowRunId::new()).await.unwrap().is_none());
}

#[tokio::test]
async fn inputs_leave_out_what_is_not_set() {
    let server = Server::start([data("create_flow_run", json!({ "id": FlowRunId::new() }))]).await;
    let create = CreateFlowRun {
        flow_id: FlowId::new(),
        id: None,
        idempotency_key: "k".to_owned(),
        flow_run_name: None,
        parameters: Map::new(),
        labels: Vec::new(),
        scheduled_start_time: None,
    };
    server.client().create_flow_run(&create).await.unwrap();
    let input = server.sent()[0].variables["input"].clone();
    assert_eq!(input, json!({ "flow_id": create.flow_id, "idempotency_key": "k" }));
}

#[tokio::test]
async fn a_flow_that_is_too_large_for_one_request_goes_in_parts() {
    let task = |at: usize| {
        // Noise, which no compression shortens.
        let noise: String = (0..200).map(|_| FlowRunId::new().to_string()).collect();
        json!({
            "type": "t", "name": noise, "slug": format!("t-{at}"), "max_retries": 0, "retry_delay": null, "outputs": "()",
            "timeout": null, "trigger": { "fn": "x" }, "skip_on_upstream_skip": true, "cache_for": null,
            "cache_key": null, "cache_validator": { "fn": "x" }, "auto_generated": false, "__version__": "1.4.1",
        })
    };
    let tasks: Vec<_> = (0..1100).map(task).collect();
    let flow = json!({
        "name": "f", "type": "campana.Flow", "schedule": null, "tasks": tasks, "run_config": null, "storage": null,
        "__version__": "1.4.1",
    });
    let flow = serde_json::from_value(flow).unwrap();
    let done = data("register_tasks", json!({ "success": true }));
    let made = data("create_flow_from_compressed_string", json!({ "id": FlowId::new() }));
    let server = Server::start([made, done]).await;
    let create = CreateFlow {
        project_id: campana_model::id::ProjectId::new(),
        flow: &flow,
        idempotency_key: None,
        version_group_id: None,
        set_schedule_active: true,
    };
    server.client().register_flow(&create).await.unwrap();
    let sent = server.sent();
    let counts: Vec<_> = sent[1..]
        .iter()
        .map(|sent| sent.variables["input"]["serialized_tasks"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [500, 500, 100]);
}

#[tokio::test]
async fn a_secret_that_nobody_knows_is_none() {
    let unknown = errors(json!([{ "message": "No value found for the requested key" }]));
    let server = Server::start([unknown, errors(json!([{ "message": "not for you" }]))]).await;
    assert!(server.client().secret_value("TOKEN").await.unwrap().is_none());
    assert!(server.client().secret_value("TOKEN").await.is_err());
    let server = Server::start([data("secret_value", json!("hunter3"))]).await;
    let secret = server.client().secret_value("A \"B\"").await.unwrap().unwrap();
    assert_eq!(secret.expose(), "hunter3");
    assert_eq!(server.sent()[0].query, r#"query { secret_value(name: "A \"B\"") }"#);
}

#[tokio::test]
async fn hooks_are_made_and_tested() {
    let hook = CreateHook::new(HookType::SlackWebhook, Map::new(), vec!["FAILED".to_owned()]);
    let server = Server::start([data("create_cloud_hook", json!({ "id": HookId::new() }))]).await;
    server.client().create_hook(&hook).await.unwrap();
    let input = server.sent()[0].variables["input"].clone();
    assert_eq!(input, json!({ "type": "SLACK_WEBHOOK", "states": ["FAILED"], "config": {} }));

    let failed = json!({ "success": false, "error": "answered 404: no_service" });
    let server = Server::start([data("test_cloud_hook", failed)]).await;
    let test = TriedHook::New(Box::new(hook));
    let tested = server.client().test_hook(&test, None, Some(StateKind::Failed)).await.unwrap();
    assert!(!tested.success && tested.error.unwrap().contains("404"));
    assert_eq!(server.sent()[0].variables["input"]["state_type"], "FAILED");

    let server =
        Server::start([data("preview_cloud_hook", json!({ "content_type": "x", "body": "y" }))]).await;
    let run = FlowRunId::new();
    server.client().preview_hook(&test, Some(run), None).await.unwrap();
    let id = HookId::new();
    server.client().preview_hook(&TriedHook::Saved(id), None, Some(StateKind::Failed)).await.unwrap();
    let queries: Vec<_> = server.sent().into_iter().map(|sent| sent.query).collect();
    let wanted = [
        format!(
            "query($input: create_cloud_hook_input!) {{ preview_cloud_hook(flow_run_id: \"{run}\", input: $input) {{ content_type body }} }}"
        ),
        format!(
            "query {{ preview_cloud_hook(state_type: \"FAILED\", cloud_hook_id: \"{id}\") {{ content_type body }} }}"
        ),
    ];
    assert_eq!(queries, wanted);
}
