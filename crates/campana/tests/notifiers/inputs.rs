//! What notification tasks send, given when they are made or by upstreams when they run.

use std::path::PathBuf;

use campana::notify::{Email, NotificationTask, Service};
use campana::prelude::*;
use campana_receiver::Received;

use crate::common::{Runs, call, text};
use crate::services::{HIDDEN, Local, NUMBER, Services, USER};

/// Runs a flow with one task of which these inputs come from upstream, and gives back what arrived.
struct Scene {
    services: Services,
    flow: Flow,
    task: Node<()>,
}

impl Scene {
    async fn new<S: Local>(task: impl FnOnce(&Services) -> NotificationTask<S>) -> Self {
        let services = Services::start().await;
        let mut flow = Flow::new("orders");
        let task = flow.add(services.here(task(&services)));
        Self { services, flow, task }
    }

    /// The same with an upstream of this input that returns this.
    fn given<T: Clone + Send + Sync + 'static>(mut self, input: &'static str, value: T) -> Self {
        let upstream = self.flow.add(call(input, move |_| Ok(value.clone())));
        self.flow.set_upstream(self.task, upstream, input).unwrap();
        self
    }

    async fn run(&self) -> FlowRun {
        self.services.run(&self.flow).await
    }

    /// The only request.
    async fn sent(self) -> std::sync::Arc<Received> {
        let run = self.run().await;
        assert!(run.is_successful(), "{run} {}", run.state_of(self.task).unwrap());
        assert_eq!(self.services.count(), 1);
        self.services.0.received().remove(0)
    }

    /// Why it sent nothing.
    async fn failure(self) -> String {
        let run = self.run().await;
        assert_eq!(self.services.count(), 0);
        run.state_of(self.task).unwrap().message().unwrap().to_owned()
    }
}

/// What the task sends as JSON: `pointer` is to be `wanted`.
fn is(sent: &Received, pointer: &str, wanted: impl Into<Json>) {
    let json = sent.request.json().unwrap();
    assert_eq!(json.pointer(pointer), Some(&wanted.into()), "{json}");
}

#[tokio::test]
async fn a_title_and_a_message() {
    let set = Scene::new(|_| TeamsTask::new().title("Orders").message("three")).await.sent().await;
    let given = Scene::new(|_| TeamsTask::new().title("no").message("no")).await;
    let given = given.given("title", "Orders".to_owned()).given("message", "three".to_owned()).sent().await;
    for sent in [set, given] {
        let card = serde_json::to_string(sent.message().unwrap()).unwrap();
        assert!(card.contains("Orders") && card.contains("three") && !card.contains("no\""), "{card}");
    }
    let set = Scene::new(|_| PushbulletTask::new().title("Orders").message("three")).await.sent().await;
    let given = Scene::new(|_| PushbulletTask::new()).await;
    let given = given.given("title", "Orders".to_owned()).given("message", "three".to_owned()).sent().await;
    for sent in [set, given] {
        is(&sent, "/title", "Orders");
        is(&sent, "/body", "three");
    }
}

#[tokio::test]
async fn an_sms() {
    let set = Scene::new(|_| TwilioTask::new().from("+15005550009").message("three")).await.sent().await;
    let given = Scene::new(|_| TwilioTask::new()).await.given("message", "three".to_owned());
    let given = given.given("to", vec![NUMBER.to_owned()]).given("from", "+15005550009".to_owned());
    for sent in [set, given.sent().await] {
        let body = String::from_utf8_lossy(&sent.request.body).into_owned();
        assert_eq!(body, "Body=three&To=%2B15005550006&From=%2B15005550009");
    }
    let given = Scene::new(|_| TwilioTask::new().message("three")).await;
    let given = given.given("to", vec!["+15005550007".to_owned(), "+15005550008".to_owned()]);
    assert!(given.run().await.is_successful());
    let mut bodies = given.services.bodies();
    bodies.sort_unstable();
    assert!(bodies[0].contains("To=%2B15005550007") && bodies[1].contains("To=%2B15005550008"), "{bodies:?}");
}

#[tokio::test]
async fn an_incident() {
    let task = || PagerDutyTask::new().severity(Severity::Info).dedup_key("k");
    let set = Scene::new(|_| task().message("late")).await.sent().await;
    let given = Scene::new(|_| PagerDutyTask::new()).await.given("severity", Severity::Info);
    let given = given.given("dedup_key", "k".to_owned()).given("message", "late".to_owned());
    for sent in [set, given.sent().await] {
        is(&sent, "/event_action", "trigger");
        is(&sent, "/dedup_key", "k");
        is(&sent, "/payload/severity", "info");
        is(&sent, "/payload/summary", "late");
    }
    for (action, word) in [(Action::Acknowledge, "acknowledge"), (Action::Resolve, "resolve")] {
        let set = Scene::new(|_| task().action(action)).await.sent().await;
        let given = Scene::new(|_| task()).await.given("action", action).sent().await;
        for sent in [set, given] {
            is(&sent, "/event_action", word);
            is(&sent, "/dedup_key", "k");
        }
    }
    let failure = Scene::new(|_| PagerDutyTask::new().action(Action::Resolve)).await.failure().await;
    assert!(
        failure.contains("the settings of PagerDuty cannot be used: dedup_key is not there"),
        "{failure}"
    );
}

#[tokio::test]
async fn any_json() {
    let json = json!({ "orders": [1, 2.5, null], "ok": true });
    let set = Scene::new(|_| WebhookTask::new().payload(json.clone())).await.sent().await;
    let given = Scene::new(|_| WebhookTask::new().payload("no")).await.given("payload", json.clone());
    for sent in [set, given.sent().await] {
        is(&sent, "", json.clone());
    }
    let sent = Scene::new(|_| WebhookTask::new().message("three")).await.sent().await;
    is(&sent, "", json!({ "type": "message", "data": { "title": null, "text": "three" } }));
}

#[tokio::test]
async fn with_nothing_to_say_nothing_is_sent() {
    async fn refused<S: Service + Local>(task: NotificationTask<S>) {
        let failure = Scene::new(|_| task).await.failure().await;
        assert!(failure.contains("there is nothing to send: no message was given"), "{failure}");
    }
    refused(WebhookTask::new()).await;
    refused(PagerDutyTask::new()).await;
    refused(EmailTask::new()).await;
    let mut flow = Flow::new("orders");
    flow.add(TeamsTask::new());
    let error = flow.check().unwrap_err().to_string();
    assert!(error.starts_with("input 'message' of task 'TeamsTask' has no value"), "{error}");
}

/// A file that is there while the test runs.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("campana-attachments-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // What is left in a temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

#[tokio::test]
async fn a_mail_with_everything() {
    let csv = || vec![Attachment::new("orders.csv", "text/csv", "id\n1\n2\n").unwrap()];
    let file = File::new("notes.txt", "see them");
    let whole = |services: &Services| {
        let task = EmailTask::new().subject("Orders").message("three").html("<b>three</b>");
        let task =
            task.attachments(csv()).files([&file.0]).from("Bell <b@example.com>").reply_to("r@example.com");
        services.here(task.to(["a@example.com"]).cc(["c@example.com"]).bcc(["dora@example.com"]))
    };
    let set = Scene::new(whole).await.sent().await;

    let services = Services::start().await;
    let address = services.0.smtp_address();
    let mut flow = Flow::new("orders");
    let task =
        flow.add(EmailTask::new().subject("no").html("no").to(["no@example.com"]).host("no.example.com"));
    let given = Scene { services, flow, task };
    let given = given
        .given("subject", "Orders".to_owned())
        .given("message", "three".to_owned())
        .given("html", "<b>three</b>".to_owned())
        .given("attachments", csv())
        .given("files", vec![file.0.clone()])
        .given("from", "Bell <b@example.com>".to_owned())
        .given("reply_to", "r@example.com".to_owned())
        .given("to", strings(["a@example.com"]))
        .given("cc", strings(["c@example.com"]))
        .given("bcc", strings(["dora@example.com"]))
        .given("host", address.ip().to_string())
        .given("port", address.port())
        .given("security", Security::Insecure);

    for sent in [set, given.sent().await] {
        let mail = sent.message().unwrap();
        assert_eq!(mail.cards[0].author.as_ref().unwrap().plain(), "Bell <b@example.com>");
        assert_eq!((mail.title().as_deref(), mail.text().as_str()), (Some("Orders"), "three"));
        for (field, wanted) in [
            ("To", "a@example.com"),
            ("Cc", "c@example.com"),
            ("Blind copy", "dora@example.com"),
            ("Reply to", "r@example.com"),
            ("Attachments", "orders.csv (text/csv, 7 bytes)\nnotes.txt (text/plain, 8 bytes)"),
        ] {
            assert_eq!(mail.field(field).as_deref(), Some(wanted));
        }
        let raw = String::from_utf8_lossy(&sent.request.body).into_owned();
        // "id\n1\n2\n" and "see them" in base64.
        for part in ["<b>three</b>", "aWQKMQoyCg==", "c2VlIHRoZW0="] {
            assert!(raw.contains(part), "{raw}");
        }
        assert!(!raw.contains("dora@example.com"), "{raw}");
    }
}

#[tokio::test]
async fn a_mail_with_little() {
    let sent = Scene::new(|_| EmailTask::new().message("Three orders\nare new.")).await.sent().await;
    let mail = sent.message().unwrap();
    assert_eq!((mail.title().as_deref(), mail.field("To").as_deref()), (Some("Three orders"), Some(USER)));
    let sent = Scene::new(|_| EmailTask::new().html("<b>three</b>")).await.sent().await;
    assert_eq!(sent.message().unwrap().text(), "three");
    let sent = Scene::new(|_| EmailTask::new().subject("Only this")).await.sent().await;
    assert_eq!(sent.message().unwrap().title().as_deref(), Some("Only this"));
}

#[tokio::test]
async fn each_child_of_a_mapped_task_has_fields_of_its_own() {
    let services = Services::start().await;
    let mut flow = Flow::new("orders");
    let task = services.here(EmailTask::new().subject("Orders"));
    let task = flow.add(task.map(vec!["one".to_owned(), "two".to_owned()]));
    let to =
        flow.add(call("customers", |_| Ok(vec![strings(["a@example.com"]), strings(["b@example.com"])])));
    flow.set_mapped_upstream(task, to, "to").unwrap();
    let run = services.run(&flow).await;
    assert!(run.is_successful(), "{run}");
    let received = services.0.received();
    let told = |received: &std::sync::Arc<Received>| {
        let mail = received.message().unwrap();
        (mail.field("To").unwrap(), mail.text())
    };
    let mut told: Vec<_> = received.iter().map(told).collect();
    told.sort_unstable();
    let wanted = [("a@example.com", "one"), ("b@example.com", "two")];
    assert_eq!(told, wanted.map(|(to, text)| (to.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_and_nothing_is_sent() {
    let task = Scene::new(|_| EmailTask::new().message("three").files(["nowhere/orders.csv"])).await;
    let failure = task.failure().await;
    assert!(failure.contains("could not read nowhere/orders.csv, which is to be attached: "), "{failure}");
}

#[tokio::test]
async fn an_upstream_without_a_value_is_missed_only_if_nothing_was_set() {
    let scene = async |task: NotificationTask<Email>| {
        let scene = Scene::new(|_| task.message("three").trigger(all_finished())).await;
        let Scene { services, mut flow, task } = scene;
        let upstream = flow.add(text("report", None));
        flow.set_upstream(task, upstream, "subject").unwrap();
        Scene { services, flow, task }
    };
    let sent = scene(EmailTask::new().subject("No report today")).await.sent().await;
    assert_eq!(sent.message().unwrap().title().as_deref(), Some("No report today"));
    let failure = scene(EmailTask::new()).await.failure().await;
    let wanted = "there is nothing for input 'subject': its upstream failed (no text today), and `.subject(..)` was \
                  not set";
    assert!(failure.contains(wanted), "{failure}");
}

#[test]
fn an_upstream_of_another_type_is_refused_when_the_edge_is_made() {
    let mut flow = Flow::new("orders");
    let mail = flow.add(EmailTask::new());
    let number = flow.add(Runs::default().gives("load", 1_i64));
    let error = flow.set_upstream(mail, number, "subject").unwrap_err().to_string();
    assert!(error.contains("takes alloc::string::String, but upstream 'load' gives i64"), "{error}");
    let error = flow.set_upstream(mail, number, "colour").unwrap_err().to_string();
    assert!(error.contains("'colour'"), "{error}");
}

#[tokio::test]
async fn a_task_shows_no_secret_when_it_cannot_send() {
    let services = Services::start().await;
    services.0.fail_always(campana_receiver::Fault::status(410));
    let mut flow = Flow::new("orders");
    let tasks = [
        flow.add(services.here(PushbulletTask::new().message("three"))),
        flow.add(services.here(PagerDutyTask::new().message("three"))),
        flow.add(services.here(TwilioTask::new().message("three"))),
        flow.add(services.here(TeamsTask::new().message("three"))),
        flow.add(services.here(WebhookTask::new().message("three"))),
    ];
    let run = services.run(&flow).await;
    for task in tasks {
        let state = run.state_of(task).unwrap();
        assert!(
            state.message().unwrap().contains("notification failed (attempt 1 of 3): answered 410"),
            "{state}"
        );
        assert!(!format!("{state:?} {:?} {run:?} {flow:?}", state.failure()).contains(HIDDEN));
    }
}
