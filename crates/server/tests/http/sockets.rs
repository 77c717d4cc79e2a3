//! Subscriptions, as a browser has them.

use std::time::Duration;

use campana_server::{Role, create_key};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::{LIMIT, Trial};

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What a socket says.
#[derive(Debug, PartialEq)]
enum Said {
    Json(Json),
    /// That it ends, and by which code.
    End(u16),
}

impl Socket {
    async fn open(trial: &Trial, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = trial.url("/graphql").replace("http:", "ws:").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    /// Opens one and says who asks.
    async fn begun(trial: &Trial, headers: &[(&'static str, &str)], payload: Json) -> Self {
        let mut socket = Self::open(trial, headers).await.unwrap();
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.next().await, Said::Json(json!({ "type": "connection_ack" })));
        socket
    }

    async fn send(&mut self, message: Json) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, selection: &str) {
        let query = format!("subscription {{ {selection} }}");
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    async fn next(&mut self) -> Said {
        loop {
            match tokio::time::timeout(LIMIT, self.0.next()).await.unwrap().unwrap().unwrap() {
                Message::Text(text) => return Said::Json(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => return Said::End(frame.unwrap().code.into()),
                _ => {}
            }
        }
    }

    /// The data of the next event.
    async fn event(&mut self) -> Json {
        match self.next().await {
            Said::Json(message) if message["payload"]["data"].is_object() => {
                message["payload"]["data"].clone()
            }
            other => panic!("no event: {other:?}"),
        }
    }

    /// Reads events until one is as wanted.
    async fn until(&mut self, wanted: impl Fn(&Json) -> bool) -> Json {
        loop {
            let event = self.event().await;
            if wanted(&event) {
                return event;
            }
        }
    }

    /// The code with which it ends.
    async fn end(&mut self) -> u16 {
        let ended = async {
            loop {
                if let Said::End(code) = self.next().await {
                    return code;
                }
            }
        };
        tokio::time::timeout(LIMIT, ended).await.unwrap()
    }
}

const ACTIVITY: &str = "activity { everything flow_runs deliveries messages cloud_hooks flows flow_run_ids }";

#[tokio::test]
async fn activity_says_what_kind_of_thing_changes() {
    let trial = Trial::start().await;
    let mut socket = Socket::begun(&trial, &[], json!({})).await;
    socket.subscribe("a", ACTIVITY).await;
    assert_eq!(socket.event().await["activity"]["everything"], true, "to begin with, look at everything");
    let flow = trial.flow().await;
    let seen = socket.until(|event| event["activity"]["flows"] == true).await;
    assert_eq!(
        (&seen["activity"]["everything"], &seen["activity"]["flow_runs"]),
        (&json!(false), &json!(false))
    );
    trial.slack_hook(&["FAILED"]).await;
    socket.until(|event| event["activity"]["cloud_hooks"] == true).await;
    let run = trial.run(&flow).await;
    let seen = socket.until(|event| event["activity"]["flow_runs"] == true).await;
    assert_eq!(seen["activity"]["flow_run_ids"], json!([run]));
    trial.set_state(&run, "Failed", "x").await;
    socket.until(|event| event["activity"]["deliveries"] == true).await;
}

#[tokio::test]
async fn a_run_tells_of_itself_and_its_deliveries_and_no_other() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let hook = trial.slack_hook(&["FAILED"]).await;
    let (run, other) = (trial.run(&flow).await, trial.run(&flow).await);
    let mut socket = Socket::begun(&trial, &[], json!({})).await;
    socket
        .subscribe(
            "r",
            &format!("flow_run_changed(flow_run_id: \"{run}\") {{ everything flow_run task_run_ids }}"),
        )
        .await;
    assert_eq!(socket.event().await["flow_run_changed"]["everything"], true);
    trial.set_state(&other, "Running", "x").await;
    trial.set_state(&run, "Running", "x").await;
    let seen = socket.event().await;
    assert_eq!(
        seen["flow_run_changed"],
        json!({ "everything": false, "flow_run": true, "task_run_ids": [] })
    );
    socket.send(json!({ "id": "r", "type": "complete" })).await;
    assert_eq!(socket.next().await, Said::Json(json!({ "type": "complete", "id": "r" })));

    let selection = "{ everything delivery_ids }";
    socket.subscribe("d", &format!("delivery_changed(flow_run_id: \"{run}\") {selection}")).await;
    assert_eq!(socket.event().await["delivery_changed"]["everything"], true);
    trial.set_state(&other, "Failed", "x").await;
    trial.set_state(&run, "Failed", "x").await;
    let of_run = format!("delivery(where: {{event: {{flow_run_id: {{_eq: \"{run}\"}}}}}}) {{ id status }}");
    let delivered = trial.until(&of_run, |data| data["delivery"][0]["status"] == "delivered").await;
    let id = &delivered["delivery"][0]["id"];
    // It is told as owed, and as delivered, unless both came at once.
    assert_eq!(socket.event().await["delivery_changed"]["delivery_ids"], json!([id]));

    let mut hooks = Socket::begun(&trial, &[], json!({})).await;
    hooks.subscribe("h", &format!("delivery_changed(cloud_hook_id: \"{hook}\") {selection}")).await;
    hooks.event().await;
    let third = trial.run(&flow).await;
    trial.set_state(&third, "Failed", "x").await;
    assert_eq!(hooks.event().await["delivery_changed"]["delivery_ids"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_line_of_a_log_is_lost_or_doubled() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let (run, other) = (trial.run(&flow).await, trial.run(&flow).await);
    let write = async |run: &str, from: u32, to: u32| {
        let line = |number: u32| json!({ "flow_run_id": run, "message": number.to_string() });
        let lines: Vec<_> = (from..to).map(line).collect();
        trial.mutate("write_run_logs", json!({ "logs": lines }), "success").await;
    };
    write(&run, 0, 1200).await;
    let mut socket = Socket::begun(&trial, &[], json!({})).await;
    let read = |after: i64| {
        format!(
            "log_written(flow_run_id: \"{run}\", after: {after}) {{ last_seq lines {{ seq message level }} }}"
        )
    };
    socket.subscribe("l", &read(0)).await;
    let (mut seen, mut last) = (Vec::new(), Json::Null);
    let mut writing = 0;
    while seen.len() < 1500 {
        let event = socket.event().await;
        let lines = event["log_written"]["lines"].as_array().unwrap().clone();
        seen.extend(lines.iter().map(|line| line["message"].as_str().unwrap().to_owned()));
        last = event["log_written"]["last_seq"].clone();
        if writing < 3 {
            write(&other, 0, 10).await;
            write(&run, 1200 + writing * 100, 1300 + writing * 100).await;
            writing += 1;
        }
    }
    assert_eq!(seen, (0..1500).map(|number| number.to_string()).collect::<Vec<_>>());

    // Whoever comes back goes on from the last line.
    write(&run, 1500, 1501).await;
    let mut again = Socket::begun(&trial, &[], json!({})).await;
    again.subscribe("l", &read(last.as_i64().unwrap())).await;
    assert_eq!(again.event().await["log_written"]["lines"][0]["message"], "1500");
    let none = "log_written(flow_run_id: \"018f2f6c-3b1e-7c5a-9d60-2f1f5c0a7b11\") { last_seq }";
    again.subscribe("n", none).await;
    let Said::Json(refused) = again.next().await else { panic!() };
    assert!(refused["payload"]["errors"][0]["message"].as_str().unwrap().contains("not found"), "{refused}");
}

#[tokio::test]
async fn a_socket_needs_a_key_or_a_session_and_ends_with_it() {
    let mut trial = Trial::start().await;
    let (_, admin) = trial.new_key("admin").await;
    trial.key = Some(admin.clone());
    let (id, key) = trial.new_key("viewer").await;

    let mut nobody = Socket::open(&trial, &[]).await.unwrap();
    nobody.send(json!({ "type": "connection_init" })).await;
    assert_eq!(nobody.end().await, 4401);
    let mut hasty = Socket::open(&trial, &[]).await.unwrap();
    hasty.subscribe("a", ACTIVITY).await;
    assert_eq!(hasty.end().await, 4401);

    let bearer = format!("Bearer {key}");
    let cookie = trial.cookie(&key).await;
    let mut sockets = vec![
        Socket::begun(&trial, &[("authorization", &bearer)], json!({})).await,
        Socket::begun(&trial, &[], json!({ "authorization": bearer })).await,
        Socket::begun(&trial, &[("cookie", &cookie)], json!({})).await,
    ];
    let mut lasting = Socket::begun(&trial, &[], json!({ "authorization": format!("Bearer {admin}") })).await;
    let left = trial.cookie(&key).await;
    sockets.push(Socket::begun(&trial, &[("cookie", &left)], json!({})).await);
    for socket in sockets.iter_mut().chain([&mut lasting]) {
        socket.subscribe("a", ACTIVITY).await;
        assert_eq!(socket.event().await["activity"]["everything"], true);
    }
    // One signs out; of the others the key goes.
    trial.client.post(trial.url("/sign-out")).header("cookie", &left).send().await.unwrap();
    assert_eq!(sockets.pop().unwrap().end().await, 4401);
    trial.mutate("delete_api_key", json!({ "key_id": id }), "success").await;
    for socket in &mut sockets {
        assert_eq!(socket.end().await, 4401);
    }
    trial.flow().await;
    lasting.until(|event| event["activity"]["flows"] == true).await;
}

#[tokio::test]
async fn what_is_of_another_tenant_is_not_seen() {
    let mut trial = Trial::start().await;
    let flow = trial.flow().await;
    let run = trial.run(&flow).await;
    let tenant = trial.mutate("create_tenant", json!({ "name": "Acme", "slug": "acme" }), "id").await;
    let input = json!({ "name": "acme", "role": "admin", "tenant_id": tenant["id"] });
    let foreign = trial.mutate("create_api_key", input, "key").await;
    let foreign = foreign["key"].as_str().unwrap().to_owned();
    trial.stop().await;
    let own = create_key(&trial.config(), "own".to_owned(), Role::Admin).await.unwrap();
    trial.serve(|_| {}).await;
    let bearer = format!("Bearer {foreign}");
    let mut socket = Socket::begun(&trial, &[("authorization", &bearer)], json!({})).await;
    socket.subscribe("a", ACTIVITY).await;
    assert_eq!(socket.event().await["activity"]["everything"], true);
    trial.key = Some(own.expose().to_owned());
    trial.set_state(&run, "Running", "x").await;
    trial.key = Some(foreign);
    trial.mutate("create_project", json!({ "name": "acme" }), "id").await;
    let seen = socket.event().await;
    assert_eq!((&seen["activity"]["flows"], &seen["activity"]["flow_runs"]), (&json!(true), &json!(false)));
    socket.send(json!({ "id": "a", "type": "complete" })).await;
    assert_eq!(socket.next().await, Said::Json(json!({ "type": "complete", "id": "a" })));
    for selection in [
        format!("flow_run_changed(flow_run_id: \"{run}\") {{ everything }}"),
        format!("log_written(flow_run_id: \"{run}\") {{ last_seq }}"),
    ] {
        socket.subscribe("x", &selection).await;
        let Said::Json(refused) = socket.next().await else { panic!() };
        assert!(
            refused["payload"]["errors"][0]["message"].as_str().unwrap().contains("not found"),
            "{refused}"
        );
        assert_eq!(socket.next().await, Said::Json(json!({ "type": "complete", "id": "x" })));
    }
}

#[tokio::test]
async fn a_page_of_another_server_gets_no_socket() {
    let trial = Trial::start().await;
    for origin in ["https://evil.example", "http://127.0.0.1:1", "null"] {
        match Socket::open(&trial, &[("origin", origin)]).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 403, "{origin}"),
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
    let own = trial.url("");
    Socket::begun(&trial, &[("origin", &own)], json!({})).await;
    let page = trial.client.get(trial.url("/graphql")).header("accept", "text/html").send().await.unwrap();
    assert!(page.text().await.unwrap().contains("<title>"), "whoever opens it in a browser sees a page");
}

#[tokio::test]
async fn a_socket_is_bounded() {
    let trial = Trial::start().await;
    let mut socket = Socket::begun(&trial, &[], json!({})).await;
    let mut refused = Json::Null;
    for number in 0..100 {
        socket.subscribe(&number.to_string(), ACTIVITY).await;
        let Said::Json(message) = socket.next().await else { panic!() };
        if message["payload"]["errors"].is_array() {
            refused = message;
            break;
        }
    }
    assert!(refused["payload"]["errors"][0]["message"].as_str().unwrap().contains("at most"), "{refused}");
    socket.send(json!({ "id": "0", "type": "complete" })).await;
    let freed =
        async { while socket.next().await != Said::Json(json!({ "type": "complete", "id": "0" })) {} };
    tokio::time::timeout(LIMIT, freed).await.unwrap();
    socket.subscribe("again", ACTIVITY).await;
    socket.until(|event| event["activity"]["everything"] == true).await;

    let mut deep = Socket::begun(&trial, &[], json!({})).await;
    deep.subscribe("b", &"{a".repeat(10_000)).await;
    let Said::Json(refused) = deep.next().await else { panic!() };
    assert!(
        refused["payload"]["errors"][0]["message"].as_str().unwrap().contains("nests deeper"),
        "{refused}"
    );
    let mut long = Socket::begun(&trial, &[], json!({})).await;
    long.send(json!({ "type": "ping", "payload": { "filling": "x".repeat(100_000) } })).await;
    let ended = tokio::time::timeout(LIMIT, long.0.next()).await.unwrap();
    assert!(!matches!(ended, Some(Ok(Message::Text(_)))), "{ended:?}");
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let mut trial = Trial::start().await;
    let mut socket = Socket::begun(&trial, &[], json!({})).await;
    socket.subscribe("a", ACTIVITY).await;
    socket.event().await;
    let stopping = tokio::spawn(async move {
        trial.stop().await;
        trial
    });
    assert_eq!(socket.end().await, 1001);
    tokio::time::timeout(Duration::from_secs(20), stopping).await.unwrap().unwrap();
}
