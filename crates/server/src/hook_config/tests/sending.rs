use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex};

use campana_model::EventKind;
use campana_model::id::{DeliveryId, HookId, TenantId};
use campana_notify::channels::email::EmailConfig;
use campana_notify::testing::{Reply, Request, Server, samples as notifications};
use campana_notify::{BoxFuture, Channel, Payload, SendContext, SendErrorKind, Verdict};

use super::*;

fn purpose() -> Purpose {
    Purpose { version_group_id: Some("orders-group".to_owned()), ..Purpose::sample() }
}

fn context(number: u128) -> SendContext {
    let delivery_id = DeliveryId::from_uuid(uuid::Uuid::from_u128(number));
    SendContext { delivery_id, ..notifications::context() }
}

fn body(payload: &Payload) -> Json {
    serde_json::from_str(payload.body()).unwrap()
}

#[test]
fn every_type_makes_its_channel() {
    let smtp =
        EmailConfig { from: Some("bell@example.com".to_owned()), ..EmailConfig::new("smtp.example.com") };
    let senders = senders().smtp(smtp).unwrap().inbox(Arc::new(Kept::default()));
    let names: Vec<_> = samples()
        .into_iter()
        .map(|(hook_type, config)| {
            parse(hook_type, config).unwrap().channel(&senders, &purpose()).unwrap().name()
        })
        .collect();
    assert_eq!(names, ["email", "slack", "teams", "webhook", "twilio", "pagerduty", "inbox"]);
}

#[test]
fn without_smtp_an_email_waits_and_says_so() {
    let email = parse(HookType::Email, json!({ "to": "me@example.com" })).unwrap();
    let error = email.channel(&senders(), &purpose()).unwrap_err();
    assert!(matches!(error, ChannelError::NotConfigured { missing: "[smtp]" }));
    assert_eq!(error.to_string(), "waits: no [smtp] in the configuration");
    let bad =
        EmailConfig { username: Some("me@example.com".to_owned()), ..EmailConfig::new("smtp.example.com") };
    assert!(senders().smtp(bad).is_err(), "the server's own part is checked at its start");
}

#[test]
fn a_network_that_is_no_longer_allowed_is_said() {
    let slack = parse(HookType::SlackWebhook, json!({ "url": "http://127.0.0.1:9/x" })).unwrap();
    let strict = Senders::new(Http::new(HttpOptions::default()).unwrap());
    let error = slack.channel(&strict, &purpose()).unwrap_err();
    assert!(matches!(error, ChannelError::Unusable(_)) && error.to_string().contains("127.0.0.1"), "{error}");
}

#[test]
fn slack_gets_blocks() {
    let slack = parse(HookType::SlackWebhook, json!({ "url": "https://example.com/x" })).unwrap();
    let payload = slack.channel(&senders(), &purpose()).unwrap().render(&notifications::flow_failed());
    assert!(body(&payload)["attachments"][0]["blocks"].is_array());
}

#[test]
fn parameters_are_told_on_request_only() {
    let webhook = parse(HookType::Webhook, json!({ "url": "https://example.com/x" })).unwrap();
    let told = |include_parameters| {
        let channel = webhook.channel(&senders(), &Purpose { include_parameters, ..purpose() }).unwrap();
        body(&channel.render(&notifications::flow_failed()))["event"]["flow_run"].get("parameters").cloned()
    };
    assert_eq!((told(false), told(true)), (None, Some(json!({ "day": "2026-11-20" }))));
}

#[test]
fn an_incident_is_opened_and_resolved_by_one_key() {
    let (_, config) = samples().into_iter().find(|(of, _)| *of == HookType::PagerDuty).unwrap();
    let config = parse(HookType::PagerDuty, config).unwrap();
    let event = |purpose: &Purpose| {
        body(&config.channel(&senders(), purpose).unwrap().render(&notifications::flow_failed()))
    };
    let hook = HookId::from_uuid(uuid::Uuid::nil());
    let trigger = event(&purpose());
    assert_eq!(
        (&trigger["event_action"], &trigger["payload"]["severity"]),
        (&json!("trigger"), &json!("critical"))
    );
    assert_eq!(trigger["dedup_key"], format!("{hook}/orders-group"));
    let resolve = event(&Purpose { resolves: true, ..purpose() });
    assert_eq!(resolve, json!({ "event_action": "resolve", "dedup_key": trigger["dedup_key"] }));
    let key = |event, is_test, group: &str| {
        let version_group_id = Some(group.to_owned());
        Purpose { event, is_test, version_group_id, ..purpose() }.incident_key()
    };
    let usual = key(EventKind::StateChange, false, "g");
    assert_eq!(usual, key(EventKind::Late, false, "g"));
    for other in [
        key(EventKind::StateChange, true, "g"),
        key(EventKind::DeliveryDead, false, "g"),
        key(EventKind::StateChange, false, "h"),
        key(EventKind::StateChange, false, &"g".repeat(1_000)),
    ] {
        assert!(other != usual && other.len() <= 255, "{other}");
    }
    event(&Purpose { version_group_id: Some("g".repeat(1_000)), is_test: true, ..purpose() });
}

fn twilio(server: &Server, senders: Senders) -> Arc<dyn Channel> {
    let (_, config) = samples().into_iter().find(|(of, _)| *of == HookType::Twilio).unwrap();
    let senders = senders.twilio_api_url(Some(Secret::new(server.url("/"))));
    parse(HookType::Twilio, config).unwrap().channel(&senders, &purpose()).unwrap()
}

/// How often each number was sent to.
fn numbers(requests: &[Request]) -> BTreeMap<String, usize> {
    let mut numbers = BTreeMap::new();
    for request in requests {
        let form = url::form_urlencoded::parse(request.body.as_bytes());
        let to = form.into_owned().find(|(key, _)| key == "To").unwrap().1;
        *numbers.entry(to).or_default() += 1;
    }
    numbers
}

fn created() -> Reply {
    Reply::new(201).body("{}")
}

#[tokio::test]
async fn each_number_gets_the_message() {
    let server = Server::start([created(), created()]);
    let channel = twilio(&server, senders());
    let payload = channel.render(&notifications::flow_failed());
    let receipt = channel.send(&payload, &context(1)).await.unwrap();
    assert_eq!((receipt.status, receipt.answer.as_str()), (201, "2 of 2 told"));
    let once = BTreeMap::from([("+15005550006".to_owned(), 1), ("+15005550007".to_owned(), 1)]);
    assert_eq!(numbers(&server.requests()), once);
}

#[tokio::test]
async fn who_has_the_message_does_not_get_it_again() {
    let server = Server::start([created(), Reply::new(503).header("retry-after", "7"), created()]);
    let channel = twilio(&server, senders());
    let payload = channel.render(&notifications::flow_failed());
    let error = channel.send(&payload, &context(1)).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::ServerFault);
    assert_eq!(error.verdict, Verdict::Retry { after: Some(std::time::Duration::from_secs(7)) });
    assert!(
        error.message.starts_with("1 of 2 told; +1500555000") && error.message.contains("503"),
        "{error}"
    );
    let receipt = channel.send(&payload, &context(1)).await.unwrap();
    assert_eq!(receipt.answer, "2 of 2 told");
    let mut counts: Vec<_> = numbers(&server.requests()).into_values().collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2], "only who had refused it was asked again");
}

#[tokio::test]
async fn what_was_told_is_remembered_by_whoever_goes_on() {
    let server = Server::start([created(), Reply::new(503), created()]);
    let senders = senders().twilio_api_url(Some(Secret::new(server.url("/"))));
    let (_, config) = samples().into_iter().find(|(of, _)| *of == HookType::Twilio).unwrap();
    let config = parse(HookType::Twilio, config).unwrap();
    let payload = config.channel(&senders, &purpose()).unwrap().render(&notifications::flow_failed());
    config.channel(&senders, &purpose()).unwrap().send(&payload, &context(1)).await.unwrap_err();
    config.channel(&senders, &purpose()).unwrap().send(&payload, &context(1)).await.unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_delivery_that_is_over_is_sent_to_all_when_it_is_replayed() {
    let server = Server::start([created(), created(), created(), created()]);
    let channel = twilio(&server, senders());
    let payload = channel.render(&notifications::flow_failed());
    channel.send(&payload, &context(1)).await.unwrap();
    channel.send(&payload, &context(1)).await.unwrap();
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn one_bad_number_does_not_make_it_fail() {
    let refused = || Reply::new(400).body(r#"{"code": 21211, "message": "not a number"}"#);
    let server = Server::start([refused(), created()]);
    let channel = twilio(&server, senders());
    let payload = channel.render(&notifications::flow_failed());
    let receipt = channel.send(&payload, &context(1)).await.unwrap();
    assert!(receipt.answer.starts_with("1 of 2 told; +1500555000"), "{receipt:?}");
    assert!(receipt.answer.contains("21211"), "{receipt:?}");

    let server = Server::start([refused(), refused()]);
    let error = twilio(&server, senders()).send(&payload, &context(1)).await.unwrap_err();
    assert!(!error.is_retryable() && error.message.starts_with("0 of 2 told"), "{error}");
    assert!(!error.message.contains("hunter2"), "{error}");
}

#[derive(Debug, Default)]
struct Kept {
    entries: Mutex<Vec<InboxEntry>>,
    broken: bool,
}

impl Inbox for Kept {
    fn put(&self, entry: InboxEntry) -> BoxFuture<'_, Result<(), Box<dyn Error + Send + Sync>>> {
        Box::pin(async move {
            if self.broken {
                return Err("disk full".into());
            }
            self.entries.lock().unwrap().push(entry);
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_message_is_kept_in_the_inbox_of_its_tenant() {
    let kept = Arc::new(Kept::default());
    let config = parse(HookType::PrefectMessage, Json::Null).unwrap();
    let tenant_id = TenantId::new();
    let channel =
        config.channel(&senders().inbox(kept.clone()), &Purpose { tenant_id, ..purpose() }).unwrap();
    let payload = channel.render(&notifications::flow_failed());
    channel.send(&payload, &context(3)).await.unwrap();
    channel.send(&channel.render_message(&"disk full\nat once".into()), &context(4)).await.unwrap();
    let entries = kept.entries.lock().unwrap();
    let [first, second] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((first.tenant_id, first.delivery_id), (tenant_id, context(3).delivery_id));
    assert_eq!(first.title, "Run brave-bell of flow orders is now Failed");
    assert_eq!(
        (first.link.as_deref(), first.state.as_deref()),
        (notifications::flow_failed().subject_link(), Some("Failed"))
    );
    assert_eq!((second.title.as_str(), second.text.as_str()), ("disk full", "disk full\nat once"));
}

#[tokio::test]
async fn an_inbox_that_takes_nothing_is_our_own_fault() {
    let broken = Arc::new(Kept { broken: true, ..Kept::default() });
    let config = parse(HookType::PrefectMessage, json!({})).unwrap();
    let channel = config.channel(&senders().inbox(broken), &purpose()).unwrap();
    let payload = channel.render(&notifications::flow_failed());
    let error = channel.send(&payload, &context(1)).await.unwrap_err();
    assert_eq!((error.kind, error.is_retryable()), (SendErrorKind::Internal, true));
    assert_eq!(error.to_string(), "could not keep the message: disk full");
    let error = channel.send(&Payload::new("text/plain", "x"), &context(1)).await.unwrap_err();
    assert!(!error.is_retryable());
}
