//! Hooks and runs of a server, from the terminal: hooks made without a secret in the arguments, tried out, and what
//! they delivered.

use campana::prelude::*;
use serde_json::json;

use crate::common::{Done, Home, Running, SECRET};

/// A server in a home of its own, and where hooks may send.
struct Server {
    home: Home,
    _server: Running,
    url: String,
}

impl Server {
    fn start() -> Self {
        let home = Home::new();
        let arguments = ["server", "start", "--port", "0"];
        let server = home.start(&arguments, &[("CAMPANA__NETWORK__ALLOW", "127.0.0.0/8")]);
        let url = server.first.trim().rsplit(' ').next().unwrap().to_owned();
        Self { home, _server: server, url }
    }

    fn run(&self, arguments: &[&str], stdin: &str) -> Done {
        self.home.run_with(arguments, &[("CAMPANA__SERVER__ENDPOINT", &self.url)], stdin)
    }

    /// Makes a hook that posts there; its id.
    fn hook(&self, url: &str) -> String {
        let create =
            ["hook", "create", "--type", "webhook", "--name", "on-call", "--states", "failed", "--json"];
        let done = self.run(&create, url);
        assert_eq!(done.code, Some(0), "{done}");
        done.json()["id"].as_str().unwrap().to_owned()
    }
}

/// Something that takes messages, or answers so instead; and where.
fn receiver(home: &Home, fail: &[&str]) -> (Running, String) {
    let receiver = home.start(&[&["receive", "--json", "--port", "0"], fail].concat(), &[]);
    let greeting: serde_json::Value = serde_json::from_str(&receiver.first).unwrap();
    let url = format!("{}?{SECRET}", greeting["urls"]["webhook"].as_str().unwrap());
    (receiver, url)
}

#[test]
fn a_hook_is_made_listed_and_deleted() {
    let server = Server::start();
    assert!(server.run(&["hook", "list"], "").stdout.contains("hook create"));
    let id = server.hook(&format!("https://example.com/{SECRET}"));
    let listed = server.run(&["hook", "list", "--json"], "").json();
    assert_eq!((&listed[0]["id"], &listed[0]["states"]), (&json!(id), &json!(["FAILED"])));
    assert!(server.run(&["hook", "list"], "").stdout.contains("on-call"));
    let preview = server.run(&["hook", "preview", &id, "--json"], "").json();
    assert!(preview["body"].as_str().unwrap().contains("Failed"), "{preview}");
    assert_eq!(server.run(&["hook", "delete", &id], "").code, Some(0));
    assert_eq!(server.run(&["hook", "list", "--json"], "").json(), json!([]));
    let gone = server.run(&["hook", "delete", &id], "");
    assert_eq!(gone.code, Some(1), "{gone}");
    assert!(gone.stderr.contains("not found"), "{gone}");
}

#[test]
fn a_test_ends_as_the_provider_answers() {
    let server = Server::start();
    let answers =
        [(&[][..], 0, "accepted"), (&["--fail", "410"], 4, "rejected"), (&["--fail", "500"], 5, "retry")];
    for (fail, code, outcome) in answers {
        let (_receiver, url) = receiver(&server.home, fail);
        let hook = server.hook(&url);
        let done = server.run(&["hook", "test", &hook, "--json"], "");
        assert_eq!((done.code, &done.json()["outcome"]), (Some(code), &json!(outcome)), "{done}");
        let done = server.run(&["hook", "test", &hook], "");
        assert_eq!((done.code, done.stderr.is_empty()), (Some(code), code == 0), "{done}");
    }
    let mail = ["hook", "create", "--type", "email", "--to", "a@example.com", "--states", "ALL", "--json"];
    let mail = server.run(&mail, "").json()["id"].as_str().unwrap().to_owned();
    let unsent = server.run(&["hook", "test", &mail], "");
    assert_eq!(unsent.code, Some(1), "{unsent}");
    assert!(unsent.stderr.contains("[smtp]"), "{unsent}");
}

#[test]
fn a_run_is_shown_with_who_was_told() {
    let server = Server::start();
    let inbox = ["hook", "create", "--type", "prefect_message", "--states", "success"];
    assert_eq!(server.run(&inbox, "").code, Some(0));
    let journal = server.home.config().with_file_name("journal");
    let at = campana::server::Server::at(&server.url).unwrap().journal(journal);
    let mut flow = Flow::new("orders");
    flow.add(Parameter::new("day").default(7_i64));
    let run = flow.register("shop").at(&at).blocking().unwrap().run().blocking().unwrap();
    assert!(run.is_successful());
    let runs = server.run(&["run", "list", "--flow", "orders", "--state", "success", "--json"], "").json();
    let id = runs[0]["id"].as_str().unwrap();
    assert!(server.run(&["run", "list"], "").stdout.contains(id));
    assert_eq!(server.run(&["run", "list", "--state", "failed", "--json"], "").json(), json!([]));
    let shown = server.run(&["run", "show", id], "");
    for part in ["of orders", "state    Success: ", "day", "PREFECT_MESSAGE"] {
        assert!(shown.stdout.contains(part), "{part} is not there: {shown}");
    }
    let shown = server.run(&["run", "show", id, "--json"], "").json();
    assert_eq!(shown["task_runs"][0]["state"], "Success");
    assert_eq!(shown["deliveries"][0]["event"]["state"], "Success");
    let told = server.run(&["hook", "deliveries", "--run", id, "--json"], "").json();
    assert_eq!(told[0]["id"], shown["deliveries"][0]["id"]);
    for flow in ["orders", runs[0]["flow"]["id"].as_str().unwrap()] {
        let shown = server.run(&["flow", "show", flow], "");
        assert!(
            shown.stdout.starts_with("orders, version 1, in shop") && shown.stdout.contains(id),
            "{shown}"
        );
    }
    assert!(server.run(&["flow", "list", "--project", "shop"], "").stdout.contains("orders"));
}

#[test]
fn what_cannot_be_asked_is_said() {
    let home = Home::with("[server]\nendpoint = \"http://127.0.0.1:9\"\n");
    let done = home.run(&["run", "list"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("http://127.0.0.1:9") && done.stderr.contains("server start"), "{done}");
    assert_eq!(home.run(&["hook", "create", "--type", "fax", "--states", "ALL"]).code, Some(2));
    assert_eq!(home.run(&["hook", "create", "--type", "slack-webhook"]).code, Some(2));
    let server = Server::start();
    let run = "019a9f3e-5a77-7c31-a4ff-3c5a3b1f2d10";
    assert!(server.run(&["run", "show", run], "").stderr.contains(run));
    assert!(server.run(&["flow", "show", "orders"], "").stderr.contains("orders"));
    assert_eq!(server.run(&["hook", "deliveries", "--status", "dead", "--json"], "").json(), json!([]));
    let replayed = server.run(&["hook", "replay", "--from", "2026-01-01T00:00:00Z", "--json"], "");
    assert_eq!(replayed.json(), json!({ "count": 0 }), "{replayed}");
}
