//! `campana notify`: what arrives, what is said about it, and how it ends.

use std::time::Duration;

use campana_receiver::{Fault, Kind, Options, Received, Receiver};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::common::{Done, Home, SECRET};

/// A stand-in for all services, and somebody who is set up for it.
struct Bench {
    runtime: Runtime,
    receiver: Receiver,
    home: Home,
}

impl Bench {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let receiver = runtime.block_on(Receiver::start(Options::default())).unwrap();
        let url = |kind| receiver.url(kind);
        let home = Home::with(&format!(
            "[context.secrets]\n\
             SLACK_WEBHOOK_URL = '{slack}/T0/{SECRET}'\n\
             OTHER_URL = '{slack}/other'\n\
             TEAMS_WEBHOOK_URL = '{teams}?sig={SECRET}'\n\
             WEBHOOK_URL = '{webhook}?key={SECRET}'\n\
             TWILIO_ACCOUNT_SID = 'AC00000000000000000000000000000001'\n\
             TWILIO_AUTH_TOKEN = '{SECRET}'\n\
             TWILIO_MESSAGING_SERVICE_SID = 'MG00000000000000000000000000000001'\n\
             PAGERDUTY_ROUTING_KEY = '{SECRET}0000000000000000000000000'\n\
             PUSHBULLET_TOKEN = 'o.{SECRET}'\n\
             [channels.twilio]\napi_url = '{twilio}'\n\
             [channels.pagerduty]\napi_url = '{pagerduty}'\n\
             [channels.pushbullet]\napi_url = '{pushbullet}'\n\
             [server]\npublic_url = 'https://campana.example.com/'\n",
            slack = url(Kind::Slack),
            teams = url(Kind::Teams),
            webhook = url(Kind::Webhook),
            twilio = url(Kind::Twilio),
            pagerduty = url(Kind::PagerDuty),
            pushbullet = url(Kind::Pushbullet),
        ));
        Self { runtime, receiver, home }
    }

    fn run(&self, arguments: &[&str]) -> Done {
        self.home.run(&[&["notify"], arguments].concat())
    }

    fn last(&self) -> std::sync::Arc<Received> {
        self.receiver.received().pop().unwrap()
    }

    fn text(&self) -> String {
        serde_json::to_string(self.last().message().unwrap()).unwrap()
    }
}

#[test]
fn each_channel_brings_the_message() {
    let bench = Bench::new();
    for (arguments, kind, status) in [
        (&["slack"][..], Kind::Slack, 200),
        (&["teams"], Kind::Teams, 202),
        (&["webhook"], Kind::Webhook, 204),
        (&["pagerduty"], Kind::PagerDuty, 202),
        (&["pushbullet"], Kind::Pushbullet, 200),
        (&["twilio", "--to", "+15005550006"], Kind::Twilio, 201),
    ] {
        let done = bench.run(&[arguments, &["--message", "three new orders"]].concat());
        assert_eq!(done.code, Some(0), "{done}");
        let wanted = format!("{} took the message; it answered {status}", arguments[0]);
        assert!(done.stdout.starts_with(&wanted) && done.stderr.is_empty(), "{done}");
        assert_eq!(bench.last().kind, kind);
        assert!(bench.text().contains("three new orders"), "{}", bench.text());
    }
}

#[test]
fn a_change_of_state_is_what_a_notifier_sends_and_says_that_it_is_a_test() {
    let bench = Bench::new();
    for channel in [&["slack"][..], &["slack", "--blocks"], &["teams"], &["pagerduty"], &["pushbullet"]] {
        let done = bench.run(&[channel, &["--state", "failed", "--message", "no orders today"]].concat());
        assert_eq!(done.code, Some(0), "{done}");
        let text = bench.text();
        for word in ["sample flow", "Failed", "no orders today", "test"] {
            assert!(text.contains(word), "{channel:?}: no {word} in {text}");
        }
    }
    bench.run(&["slack", "--state", "TimedOut"]);
    assert_eq!(bench.last().message().unwrap().title().as_deref(), Some("TimedOut"));
    let card = serde_json::to_value(bench.last().message().unwrap()).unwrap();
    let link = card["cards"][0]["title_link"].as_str().unwrap();
    assert!(link.starts_with("https://campana.example.com/flow-run/"), "{link}");
    let done = bench.run(&["slack", "--state", "bored"]);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("the states are pending, scheduled"), "{done}");
}

#[test]
fn machines_are_told_what_the_provider_said() {
    let bench = Bench::new();
    let done = bench.run(&["slack", "--json"]);
    let wanted = json!({ "channel": "slack", "outcome": "accepted", "status": 200, "answer": "ok" });
    assert_eq!((done.code, done.json(), done.stderr.as_str()), (Some(0), wanted, ""));
    bench.receiver.fail_next(1, Fault::Status { code: 429, retry_after: Some(Duration::from_secs(7)) });
    let done = bench.run(&["slack", "--json"]);
    assert_eq!(done.code, Some(5));
    let Json::Object(report) = done.json() else { unreachable!("{done}") };
    assert_eq!((&report["outcome"], &report["retry_after_seconds"]), (&json!("retry"), &json!(7)));
}

#[test]
fn each_way_to_fail_has_its_words_and_its_exit_status() {
    let bench = Bench::new();
    let table = [
        (Fault::status(404), 4, "rejected", "answered 404", "check the address and the credentials"),
        (Fault::status(403), 4, "rejected", "answered 403", "the credentials are not accepted"),
        (Fault::status(410), 4, "rejected", "answered 410", "nothing can be sent there any more"),
        (Fault::status(302), 4, "rejected", "a redirect, which is not followed", "check the address"),
        (Fault::status(429), 5, "retry", "answered 429", "too many messages"),
        (Fault::status(500), 5, "retry", "answered 500", "try again later"),
        (Fault::Reset, 5, "ambiguous", "sent, but not answered", "it may have arrived"),
        (Fault::LoseAnswer, 5, "ambiguous", "sent, but not answered", "it may have arrived"),
    ];
    for (fault, code, outcome, said, advice) in table {
        bench.receiver.fail_next(2, fault);
        let done = bench.run(&["slack"]);
        assert_eq!((done.code, done.stdout.as_str()), (Some(code), ""), "{fault}: {done}");
        assert!(done.stderr.starts_with("error: slack: ") && done.stderr.contains(said), "{fault}: {done}");
        assert!(done.stderr.contains(advice), "{fault}: {done}");
        // Whoever is told that a URL is wrong wants to know which one it was.
        let used = format!("used SLACK_WEBHOOK_URL of {}, line 2\n", bench.home.config().display());
        assert!(done.stderr.ends_with(&used), "{fault}: {done}");
        let done = bench.run(&["slack", "--json"]);
        assert_eq!((done.code, &done.json()["outcome"]), (Some(code), &json!(outcome)), "{fault}");
        assert!(done.json()["reason"].as_str().unwrap().contains(said), "{fault}");
    }
    // It was tried once each time.
    assert_eq!(bench.receiver.received().len(), 2 * table.len());
}

#[test]
fn a_mail_goes_by_the_configured_server_and_fails_by_its_replies() {
    let bench = Bench::new();
    let address = bench.receiver.smtp_address();
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let server = [
        ("CAMPANA__SMTP__HOST", &*host),
        ("CAMPANA__SMTP__PORT", &*port),
        ("CAMPANA__SMTP__SECURITY", "insecure"),
        ("CAMPANA__SMTP__USERNAME", "bell@example.com"),
        ("CAMPANA__SMTP__PASSWORD", SECRET),
    ];
    let send = |arguments: &[&str], stdin| {
        bench.home.run_with(&[&["notify", "email"], arguments].concat(), &server, stdin)
    };
    let done = send(&["--title", "Orders", "--message", "three new orders"], "");
    assert_eq!(done.code, Some(0), "{done}");
    assert!(done.stdout.starts_with("email took the message; it answered 250"), "{done}");
    let mail = String::from_utf8(bench.last().request.body.to_vec()).unwrap();
    for header in ["From: bell@example.com\r\n", "To: bell@example.com\r\n", "Subject: Orders\r\n"] {
        assert!(mail.contains(header), "{mail}");
    }
    assert_eq!(send(&["--to", "ops@example.com", "--to", "me@example.com", "--ask"], "other").code, Some(0));
    assert!(bench.text().contains("ops@example.com"), "{}", bench.text());
    for (fault, code, outcome) in [
        (Fault::status(550), 4, "rejected"),
        (Fault::status(451), 5, "retry"),
        (Fault::LoseAnswer, 5, "ambiguous"),
    ] {
        bench.receiver.fail_next(1, fault);
        let done = send(&["--json"], "");
        assert_eq!((done.code, &done.json()["outcome"]), (Some(code), &json!(outcome)), "{fault}: {done}");
        assert!(
            done.stderr.ends_with("used smtp.password of the environment variable CAMPANA__SMTP__PASSWORD\n")
        );
    }
    // At Gmail it is the account of the secrets.
    let done = Home::new().run(&["notify", "email"]);
    assert!(done.stderr.contains("secret 'EMAIL_USERNAME' not found"), "{done}");
}

#[test]
fn where_nobody_listens_nothing_is_sent() {
    let Bench { runtime, receiver, home } = Bench::new();
    runtime.block_on(receiver.stop());
    let done = home.run(&["notify", "slack"]);
    assert_eq!(done.code, Some(5));
    assert!(done.stderr.contains("could not connect") && done.stderr.contains("nothing was sent"), "{done}");
}

#[test]
fn another_secret_can_be_named_or_given() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["slack", "--secret", "OTHER_URL"]).code, Some(0));
    assert_eq!(bench.last().request.path.expose(), "/slack/other");
    let url = format!("{}/given/{SECRET}\n", bench.receiver.url(Kind::Slack));
    let done = Home::new().run_with(&["notify", "slack", "--ask"], &[], &url);
    assert_eq!(done.code, Some(0), "{done}");
    assert_eq!(bench.last().request.path.expose(), format!("/slack/given/{SECRET}"));
    assert_eq!(bench.run(&["slack", "--ask", "--secret", "OTHER_URL"]).code, Some(2));
}

#[test]
fn what_cannot_be_used_is_named_with_the_remedy() {
    let bench = Bench::new();
    let done = Home::new().run(&["notify", "slack"]);
    assert_eq!(done.code, Some(1));
    for word in ["secret 'SLACK_WEBHOOK_URL' not found", "campana secret set SLACK_WEBHOOK_URL", "--ask"] {
        assert!(done.stderr.contains(word), "{done}");
    }
    for (arguments, variables, stdin, said) in [
        (&["slack", "--ask"][..], &[][..], SECRET, "webhook_url is not a URL"),
        (&["slack", "--ask"], &[], "http://hooks.example.com/hunter2", "webhook_url is not an https URL"),
        (&["pagerduty", "--ask"], &[], SECRET, "routing_key is not an integration key"),
        (&["twilio", "--to", "0664 1234567"], &[], "", "to is not a phone number"),
        (
            &["webhook"],
            &[("CAMPANA__CONTEXT__SECRETS__WEBHOOK_SIGNING_SECRET", SECRET)],
            "",
            "signing_secrets",
        ),
        (&["slack"], &[("CAMPANA__NETWORK__PROXY", SECRET)], "", "[network]"),
        (&["slack"], &[("CAMPANA__NETWORK__PROXI", SECRET)], "", "did you mean CAMPANA__NETWORK__PROXY?"),
    ] {
        let done = bench.home.run_with(&[&["notify"], arguments].concat(), variables, stdin);
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(done.stderr.starts_with("error: ") && done.stderr.contains(said), "{arguments:?}: {done}");
    }
    assert!(bench.receiver.received().is_empty());
}

#[test]
fn a_webhook_is_signed_if_there_is_a_secret_to_sign_with() {
    let bench = Bench::new();
    bench.run(&["webhook"]);
    assert_eq!(bench.last().request.header("webhook-signature"), None);
    let secret =
        [("CAMPANA__CONTEXT__SECRETS__WEBHOOK_SIGNING_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")];
    assert_eq!(bench.home.run_with(&["notify", "webhook"], &secret, "").code, Some(0));
    assert!(bench.last().request.header("webhook-signature").unwrap().starts_with("v1,"));
}

#[test]
fn an_event_of_a_success_ends_the_incident_as_by_the_notifier() {
    let bench = Bench::new();
    bench.run(&["pagerduty", "--state", "success"]);
    assert_eq!(bench.last().request.json().unwrap()["event_action"], "resolve");
}
