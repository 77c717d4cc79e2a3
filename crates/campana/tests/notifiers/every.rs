//! What holds for the notifier of every service.

use campana::prelude::*;
use campana_receiver::Fault;

use crate::common::Runs;
use crate::services::{HIDDEN, Services, each_notifier};

/// The messages of a state when a notifier failed.
const RAISED: &str = "Exception raised while calling state handlers: ";

#[tokio::test]
async fn it_tells_of_a_failure_of_a_retry_and_of_a_success() {
    use StateKind::{Failed, Retrying, Success};
    each_notifier! { service, notifier => {
        let services = Services::start().await;
        let notifier = services.here(notifier()).only_states([Failed, Retrying, Success]);
        let mut flow = Flow::new("orders");
        flow.add(Runs::default().fails("load", 1).retries(1).state_handler(notifier));
        let run = services.run(&flow).await;
        assert!(run.is_successful(), "{service}: {run} {:?}", run.task_states());
        let shown = services.shown();
        assert_eq!((services.count(), shown.len()), (3, 3), "{service}");
        for (shown, state) in shown.iter().zip([Failed, Retrying, Success]) {
            // What resolves an incident says nothing else.
            let word = if service == "PagerDuty" && state == Success { "resolve" } else { state.name() };
            assert!(shown.contains(word) && shown.contains("load"), "{service}: {shown}");
        }
        assert!(shown[0].contains("division by zero"), "{service}: {}", shown[0]);
    }}
}

#[tokio::test]
async fn its_filters_are_looked_at_before_its_secrets() {
    each_notifier! { service, notifier => {
        let services = Services::start().await;
        let notifier = services.here(notifier()).only_states([StateKind::Failed]).only_final();
        let mut flow = Flow::new("orders");
        flow.add(Runs::default().fails("load", 9).retries(2).state_handler(notifier.clone()));
        assert!(services.run(&flow).await.is_failed());
        assert_eq!(services.count(), 1, "{service}");

        let mut flow = Flow::new("orders").state_handler(notifier);
        flow.add(Runs::default().gives("load", 1));
        assert!(flow.run().await.is_successful(), "{service}");
        assert_eq!(services.count(), 1, "{service}");
    }}
}

#[tokio::test]
async fn a_secret_that_is_missing_is_named() {
    each_notifier! { service, notifier => {
        let services = Services::start().await;
        let secret = match service {
            "Slack" => "SLACK_WEBHOOK_URL",
            "Teams" => "TEAMS_WEBHOOK_URL",
            "Webhook" => "WEBHOOK_URL",
            "Pushbullet" => "PUSHBULLET_TOKEN",
            "PagerDuty" => "PAGERDUTY_ROUTING_KEY",
            "Twilio" => "TWILIO_ACCOUNT_SID",
            _ => "EMAIL_USERNAME",
        };
        let mut flow = Flow::new("orders").state_handler(services.with_login(notifier()).only_states([StateKind::Success]));
        flow.add(Runs::default().gives("load", 1));
        let run = flow.run().await;
        let wanted = format!("{RAISED}secret '{secret}' not found; looked in the secrets of the run, ");
        assert!(run.state().message().unwrap().starts_with(&wanted), "{service}: {run}");
        assert_eq!(services.count(), 0, "{service}");
    }}
}

#[tokio::test]
async fn what_is_refused_is_said_and_no_secret_is_shown() {
    each_notifier! { service, notifier => {
        let services = Services::start().await;
        let code = if service == "E-mail" { 554 } else { 410 };
        services.0.fail_always(Fault::status(code));
        let notifier = services.here(notifier()).only_states([StateKind::Success]);
        let shown = format!("{notifier:?} {notifier:#?}");
        let mut flow = Flow::new("orders");
        let load = flow.add(Runs::default().gives("load", 1).state_handler(notifier));
        let run = services.run(&flow).await;
        let state = run.state_of(load).unwrap();
        let wanted = format!("{RAISED}{service} notification failed (attempt 1 of 3): answered {code}");
        assert!(state.message().unwrap().starts_with(&wanted), "{service}: {state}");
        let shown = format!("{shown} {state:?} {run:?} {:?}", state.failure());
        assert!(!shown.contains(HIDDEN), "{service}: {shown}");
    }}
}

#[tokio::test]
async fn what_went_wrong_on_the_way_is_sent_again_with_the_same_body() {
    each_notifier! { service, notifier => {
        let services = Services::start().await;
        let code = if service == "E-mail" { 451 } else { 503 };
        services.0.fail_next(1, Fault::Status { code, retry_after: Some(Duration::ZERO) });
        let mut flow = Flow::new("orders").state_handler(services.here(notifier()).only_states([StateKind::Success]));
        flow.add(Runs::default().gives("load", 1));
        let run = services.run(&flow).await;
        assert!(run.is_successful(), "{service}: {run}");
        let bodies = services.bodies();
        assert_eq!(bodies.len(), 2, "{service}");
        assert_eq!(bodies[0], bodies[1], "{service}");
    }}
}
