//! Services that are found where the environment says, with no word about them in the flow.

use campana::prelude::*;
use campana_receiver::{Kind, Options, Receiver};

use crate::program::Program;

/// What the child runs: it tells whom its environment lets it tell.
pub(crate) fn program() {
    let mut flow = Flow::new("orders");
    if std::env::var("TEST_ONLY_TEAMS").is_err() {
        flow.add(TwilioTask::new().to(["+15005550006"]).message("three"));
        flow.add(PagerDutyTask::new().message("three"));
        flow.add(PushbulletTask::new().message("three"));
        flow.add(EmailTask::new().message("three"));
    }
    flow.add(TeamsTask::new().message("three"));
    let run = flow.run_blocking().unwrap();
    assert!(run.is_successful(), "{:?}", run.task_states());
    println!("over");
}

/// What arrives if a child runs with these variables and secrets.
fn kinds(variables: impl FnOnce(&Receiver) -> Vec<(String, String)>) -> Vec<Kind> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let receiver = runtime.block_on(Receiver::start(Options::default())).unwrap();
    let mut program = Program::start_with("channels", |command| {
        command.env("CAMPANA__USER_CONFIG_PATH", "/nowhere/config.toml").envs(variables(&receiver))
    });
    program.until("over");
    assert!(program.end().success());
    let mut kinds: Vec<_> =
        receiver.received().iter().filter(|one| one.message().is_some()).map(|one| one.kind).collect();
    kinds.sort_by_key(|kind| kind.name());
    kinds
}

fn set(variable: &str, value: impl ToString) -> (String, String) {
    (variable.to_owned(), value.to_string())
}

fn secret(name: &str, secret: impl ToString) -> (String, String) {
    set(&format!("CAMPANA__CONTEXT__SECRETS__{name}"), secret)
}

#[test]
fn the_configuration_says_where_services_are() {
    let kinds = kinds(|receiver| {
        let smtp = receiver.smtp_address();
        vec![
            set("CAMPANA__CHANNELS__TWILIO__API_URL", receiver.url(Kind::Twilio)),
            set("CAMPANA__CHANNELS__PAGERDUTY__API_URL", receiver.url(Kind::PagerDuty)),
            set("CAMPANA__CHANNELS__PUSHBULLET__API_URL", receiver.url(Kind::Pushbullet)),
            set("CAMPANA__SMTP__HOST", smtp.ip()),
            set("CAMPANA__SMTP__PORT", smtp.port()),
            set("CAMPANA__SMTP__SECURITY", "insecure"),
            secret("TEAMS_WEBHOOK_URL", receiver.url(Kind::Teams)),
            secret("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"),
            secret("TWILIO_AUTH_TOKEN", "made-up"),
            secret("TWILIO_MESSAGING_SERVICE_SID", "MG00000000000000000000000000000000"),
            secret("PAGERDUTY_ROUTING_KEY", "00000000000000000000000000000000"),
            secret("PUSHBULLET_TOKEN", "made-up"),
            secret("EMAIL_USERNAME", "you@example.com"),
        ]
    });
    assert_eq!(kinds, [Kind::PagerDuty, Kind::Pushbullet, Kind::Teams, Kind::Twilio, Kind::Email]);
}

#[test]
fn the_configuration_says_by_which_proxy_they_are_reached() {
    let kinds = kinds(|receiver| {
        vec![
            set("TEST_ONLY_TEAMS", ""),
            // Whatever a proxy is asked for by plain http arrives there in full.
            set("CAMPANA__NETWORK__PROXY", format!("http://{}", receiver.address())),
            secret("TEAMS_WEBHOOK_URL", "http://localhost:1/teams/x"),
        ]
    });
    assert_eq!(kinds, [Kind::Teams]);
}
