//! What a sender sees of a receiver, through a real client on loopback.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use campana_model::{Secret, Timestamp};
use campana_receiver::{Fault, Kind, Options, Outcome, Received, Receiver, Signature, StartError};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Long enough for the slowest machine; a test waits on a condition and fails after this.
const LIMIT: Duration = Duration::from_secs(60);

async fn receiver() -> Receiver {
    Receiver::start(Options::default()).await.unwrap()
}

fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(path).header("host", "localhost").body(Full::new(body.into())).unwrap()
}

fn text(text: &str) -> String {
    json!({ "text": text }).to_string()
}

/// Sends one request over a connection of its own.
async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> hyper::Result<Response<String>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    driver.abort();
    Ok(Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap()))
}

/// The status and body of the answer.
async fn answer(receiver: &Receiver, request: Request<Full<Bytes>>) -> (u16, String) {
    let response = send(receiver.address(), request).await.unwrap();
    (response.status().as_u16(), response.into_body())
}

fn outcomes(received: &[Arc<Received>]) -> Vec<&Outcome> {
    received.iter().map(|received| &received.outcome).collect()
}

#[tokio::test]
async fn slack_answers_as_slack_does() {
    let receiver = receiver().await;
    let refused = |reason: &str| (400, reason.to_owned());
    assert_eq!(answer(&receiver, post("/slack", text("hi"))).await, (200, "ok".into()));
    assert_eq!(answer(&receiver, post("/slack/T0/B0/xyz", text("hi"))).await, (200, "ok".into()));
    assert_eq!(answer(&receiver, post("/slack", "no json")).await, refused("invalid_payload"));
    assert_eq!(answer(&receiver, post("/slack", "[1]")).await, refused("invalid_payload"));
    assert_eq!(answer(&receiver, post("/slack", "{}")).await, refused("no_text"));
    assert_eq!(answer(&receiver, post("/elsewhere", text("hi"))).await.0, 404);
    let get = Request::get("/slack").body(Full::default()).unwrap();
    let response = send(receiver.address(), get).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST".parse().unwrap()));
    let large = "x".repeat(5 << 20);
    assert_eq!(answer(&receiver, post("/slack", large)).await, (413, "body too large".into()));
}

#[tokio::test]
async fn requests_are_kept_as_they_were_sent() {
    let receiver = receiver().await;
    let mut request = post("/slack/T0/B0/xyz?k=1", text("hi"));
    request.headers_mut().insert("X-Trace", "abc".parse().unwrap());
    answer(&receiver, request).await;
    let received = &receiver.received()[0];
    assert_eq!((received.number, received.kind), (1, Kind::Slack));
    assert_eq!(received.request.method, "POST");
    assert_eq!(received.request.path.expose(), "/slack/T0/B0/xyz?k=1");
    assert_eq!(received.request.header("x-trace"), Some("abc"));
    assert_eq!(received.request.json().unwrap(), json!({"text": "hi"}));
    assert_eq!(received.message().unwrap().text(), "hi");
}

#[tokio::test]
async fn the_secret_part_of_a_request_is_not_shown() {
    let receiver = receiver().await;
    let mut request = post("/slack/T0/B0/hush", text("hi"));
    request.headers_mut().insert("authorization", "hush".parse().unwrap());
    answer(&receiver, request).await;
    let received = &receiver.received()[0];
    assert_eq!(received.path(), "/slack/…");
    let json = serde_json::to_string(&**received).unwrap();
    for shown in [json, format!("{received:?}"), campana_receiver::draw(received, 80, true)] {
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[tokio::test]
async fn a_request_is_one_json_object() {
    let receiver = receiver().await;
    let attachment =
        json!({"color": "good", "title": "T", "text": "*x*", "fields": [{"title": "a", "value": "b"}]});
    answer(&receiver, post("/slack", json!({"attachments": [attachment]}).to_string())).await;
    answer(&receiver, post("/slack", "{}")).await;
    receiver.fail_next(1, Fault::status(503));
    answer(&receiver, post("/slack", text("lost"))).await;
    let objects: Vec<_> = receiver
        .received()
        .iter()
        .map(|received| {
            let mut object = serde_json::to_value(&**received).unwrap();
            let at: Timestamp = object["at"].as_str().unwrap().parse().unwrap();
            assert_eq!(at, received.at);
            object["at"] = json!("now");
            object
        })
        .collect();
    insta::assert_json_snapshot!(objects);
}

#[tokio::test]
async fn an_answer_in_json_says_so() {
    let receiver = receiver().await;
    let event = json!({
        "routing_key": "e93facc04764012d7bfb002500d5d1a6", "event_action": "resolve", "dedup_key": "k",
    });
    let response = send(receiver.address(), post("/pagerduty/v2/enqueue", event.to_string())).await.unwrap();
    assert_eq!(response.status().as_u16(), 202);
    assert_eq!(response.headers()["content-type"], "application/json");
    let refused = send(receiver.address(), post("/pagerduty/v2/enqueue", "{}")).await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["content-type"]),
        (400, &"application/json".parse().unwrap())
    );
    let Outcome::Refused { status: 400, reason } = &receiver.received()[1].outcome else { panic!() };
    assert!(reason.starts_with("'routing_key' is missing or blank; "), "{reason}");
}

#[tokio::test]
async fn a_push_is_shown_once() {
    let receiver = receiver().await;
    let push = |guid: &str| {
        let body = json!({ "type": "note", "title": "T", "guid": guid });
        let mut request = post("/pushbullet/v2/pushes", body.to_string());
        request.headers_mut().insert("access-token", "o.token".parse().unwrap());
        request
    };
    // Neither what failed nor what was refused was shown.
    receiver.fail_next(1, Fault::status(500));
    assert_eq!(answer(&receiver, push("a")).await.0, 500);
    receiver.fail_next(1, Fault::LoseAnswer);
    assert!(send(receiver.address(), push("a")).await.is_err());
    let again = answer(&receiver, push("a")).await;
    assert_eq!(again.0, 200);
    assert!(again.1.contains(r#""guid":"a""#), "{}", again.1);
    assert_eq!(answer(&receiver, push("b")).await.0, 200);
    let received = receiver.received();
    let outcomes: Vec<_> = received
        .iter()
        .map(|received| serde_json::to_value(&**received).unwrap()["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes, ["failed", "unanswered", "repeated", "accepted"]);
}

#[tokio::test]
async fn a_webhook_is_told_apart_by_its_signature() {
    const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
    let signing_secret = Some(Secret::new(SECRET));
    let receiver = Receiver::start(Options { signing_secret, ..Options::default() }).await.unwrap();
    let body = json!({"type": "message", "data": {"text": "hi"}}).to_string();
    let now = Timestamp::now().as_second();
    let signature = Webhook::new(SECRET).unwrap().sign("msg_1", now, body.as_bytes()).unwrap();
    let signed = |timestamp: i64, signature: &str, body: &str| {
        let mut request = post("/webhook", body.to_owned());
        let headers = request.headers_mut();
        headers.insert("webhook-id", "msg_1".parse().unwrap());
        headers.insert("webhook-timestamp", timestamp.to_string().parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        request
    };
    let rotated = format!("v1,AAAA {signature}");
    for (request, holds) in [
        (signed(now, &signature, &body), true),
        (signed(now, &rotated, &body), true),
        (signed(now, &signature, "{}"), false),
        (signed(now + 1, &signature, &body), false),
        (signed(now - 3_600, &signature, &body), false),
        (post("/webhook", body.clone()), false),
    ] {
        assert_eq!(answer(&receiver, request).await, (204, String::new()));
        let received = receiver.received();
        let signature = received.last().unwrap().message().unwrap().signature.clone();
        assert_eq!(signature == Some(Signature::Valid), holds, "{signature:?}");
        assert!(signature.is_some());
    }
}

#[tokio::test]
async fn faults_come_in_order_and_then_all_is_well() {
    let receiver = receiver().await;
    receiver.fail_next(1, Fault::Status { code: 429, retry_after: Some(Duration::from_secs(7)) });
    receiver.fail_next(1, Fault::status(500));
    receiver.fail_next(1, Fault::Reset);
    let limited = send(receiver.address(), post("/slack", text("1"))).await.unwrap();
    assert_eq!((limited.status().as_u16(), &limited.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    let failed = send(receiver.address(), post("/slack", text("2"))).await.unwrap();
    assert_eq!((failed.status().as_u16(), failed.headers().get("retry-after")), (500, None));
    assert!(send(receiver.address(), post("/slack", text("3"))).await.is_err());
    assert_eq!(answer(&receiver, post("/slack", text("4"))).await.0, 200);
    let received = receiver.wait_for(1, LIMIT).await.unwrap();
    assert_eq!(received.len(), 4);
    assert_eq!(*outcomes(&received)[1], Outcome::Failed(Fault::status(500)));
    assert_eq!(received[3].message().unwrap().text(), "4");

    receiver.fail_always(Fault::status(503));
    assert_eq!(answer(&receiver, post("/slack", text("5"))).await.0, 503);
    assert_eq!(answer(&receiver, post("/webhook", text("6"))).await.0, 503);
    receiver.heal();
    assert_eq!(answer(&receiver, post("/slack", text("7"))).await.0, 200);
}

/// Sends a request as it is, reads until the connection ends, and says how it ended.
async fn ending_of(receiver: &Receiver, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.map(|_| answer)
}

const HI: &str = "POST /slack HTTP/1.1\r\nhost: x\r\ncontent-length: 13\r\n\r\n{\"text\":\"hi\"}";

#[tokio::test]
async fn what_is_no_request_is_answered_in_good_order() {
    let receiver = receiver().await;
    let answer = ending_of(&receiver, "HELO there\r\n\r\n").await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_an_orderly_end() {
    let receiver = receiver().await;
    receiver.fail_next(1, Fault::Reset);
    let error = ending_of(&receiver, HI).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(outcomes(&receiver.received()), [&Outcome::Failed(Fault::Reset)]);
}

#[tokio::test]
async fn a_lost_answer_is_lost_though_the_message_was_shown() {
    let receiver = receiver().await;
    receiver.fail_next(1, Fault::LoseAnswer);
    assert!(ending_of(&receiver, HI).await.is_err());
    let received = receiver.received();
    assert!(matches!(received[0].outcome, Outcome::Unanswered(_)));
    assert_eq!(received[0].message().unwrap().text(), "hi");
}

#[tokio::test]
async fn a_hanging_request_is_read_and_never_answered() {
    let receiver = receiver().await;
    receiver.fail_next(1, Fault::Hang);
    let mut messages = receiver.messages();
    let address = receiver.address();
    let hanging = tokio::spawn(async move { send(address, post("/slack", text("1"))).await });
    let read = tokio::time::timeout(LIMIT, messages.next()).await.unwrap().unwrap();
    assert_eq!(read.outcome, Outcome::Failed(Fault::Hang));
    // Others are served meanwhile.
    assert_eq!(answer(&receiver, post("/slack", text("2"))).await.0, 200);
    assert!(!hanging.is_finished());
    tokio::time::timeout(LIMIT, receiver.stop()).await.unwrap();
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn readers_get_what_is_left_and_then_the_end() {
    let receiver = receiver().await;
    let address = receiver.address();
    let mut messages = receiver.messages();
    answer(&receiver, post("/slack", text("1"))).await;
    answer(&receiver, post("/webhook", text("2"))).await;
    tokio::time::timeout(LIMIT, receiver.stop()).await.unwrap();
    assert_eq!(messages.next().await.unwrap().kind, Kind::Slack);
    assert_eq!(messages.next().await.unwrap().kind, Kind::Webhook);
    assert!(messages.next().await.is_none());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_dropped_receiver_ends() {
    let receiver = receiver().await;
    let mut messages = receiver.messages();
    let stream = TcpStream::connect(receiver.address()).await.unwrap();
    drop(receiver);
    assert!(tokio::time::timeout(LIMIT, messages.next()).await.unwrap().is_none());
    drop(stream);
}

#[tokio::test]
async fn concurrent_requests_are_all_kept_and_numbered() {
    let receiver = receiver().await;
    let address = receiver.address();
    let senders: Vec<_> = (0..50)
        .map(|index| {
            tokio::spawn(async move { send(address, post("/slack", text(&format!("m{index}")))).await })
        })
        .collect();
    let received = receiver.wait_for(50, LIMIT).await.unwrap();
    for sender in senders {
        assert_eq!(sender.await.unwrap().unwrap().status().as_u16(), 200);
    }
    assert!(received.iter().map(|received| received.number).eq(1..=50));
    let mut texts: Vec<_> = received.iter().map(|received| received.message().unwrap().text()).collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 50);
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let first = receiver().await;
    let taken = Options { port: first.address().port(), ..Options::default() };
    let error = Receiver::start(taken).await.unwrap_err();
    let StartError::Listen { address, source } = error else { panic!("{error:?}") };
    assert_eq!((address, source.kind()), (first.address(), std::io::ErrorKind::AddrInUse));

    let open = Options { host: Ipv4Addr::UNSPECIFIED.into(), ..Options::default() };
    assert!(matches!(Receiver::start(open).await, Err(StartError::NotLoopback(_))));

    let secret = Options { signing_secret: Some(Secret::new("whsec_!!")), ..Options::default() };
    assert!(matches!(Receiver::start(secret).await, Err(StartError::SigningSecret)));
}
