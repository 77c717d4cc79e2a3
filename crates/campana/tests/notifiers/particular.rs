//! What is particular to the notifiers of some services.

use campana::prelude::*;
use campana_receiver::{Kind, Options, Receiver, Signature};
use serde_json::json;

use crate::common::Runs;
use crate::services::{NUMBER, SIGNING_SECRET, Services, USER};

#[tokio::test]
async fn an_incident_is_triggered_and_resolved_with_one_key_for_each_flow_and_task() {
    let services = Services::start().await;
    let mut flow = Flow::new("orders").state_handler(services.here(pagerduty_notifier()));
    let load = Runs::default().fails("load", 1);
    flow.add(load.state_handler(services.here(pagerduty_notifier()).severity(Severity::Critical)));
    assert!(services.run(&flow).await.is_failed());
    assert!(services.run(&flow).await.is_successful());

    let posts = services.posts();
    let told: Vec<_> = posts.iter().map(|post| (&post["event_action"], &post["dedup_key"])).collect();
    let (trigger, resolve) = (json!("trigger"), json!("resolve"));
    let (task, flow) = (json!("campana/orders/load-1"), json!("campana/orders"));
    assert_eq!(told, [(&trigger, &task), (&trigger, &flow), (&resolve, &task), (&resolve, &flow)]);
    assert_eq!(posts[0]["payload"]["severity"], json!("critical"));
    assert_eq!(posts[1]["payload"]["severity"], json!("error"));
}

#[tokio::test]
async fn an_incident_may_have_a_key_of_ones_own_and_be_left_open() {
    let services = Services::start().await;
    let notifier = services.here(pagerduty_notifier()).dedup_key("mine").only_states([StateKind::Failed]);
    let mut flow = Flow::new("orders").state_handler(notifier);
    flow.add(Runs::default().fails("load", 1));
    let _ = services.run(&flow).await;
    let _ = services.run(&flow).await;
    let posts = services.posts();
    assert_eq!((posts.len(), &posts[0]["dedup_key"]), (1, &json!("mine")));
}

#[tokio::test]
async fn every_number_is_told_though_one_cannot_be() {
    let services = Services::start().await;
    // Numbers that do not exist begin like this.
    let notifier = services.here(twilio_notifier()).to(["+15005550001", NUMBER, "+15005550007"]);
    let mut flow = Flow::new("orders").state_handler(notifier.clone().only_states([StateKind::Success]));
    flow.add(Runs::default().gives("load", 1));
    services.0.fail_next(1, campana_receiver::Fault::status(400));
    let run = services.run(&flow).await;
    let wanted = "Exception raised while calling state handlers: 1 of 3 destinations could not be told: Twilio \
                  notification failed (attempt 1 of 3): answered 400";
    assert!(run.state().message().unwrap().starts_with(wanted), "{run}");
    assert_eq!((services.count(), services.shown().len()), (3, 2));
}

#[tokio::test]
async fn what_is_wrong_with_a_setting_or_a_secret_is_named() {
    let services = Services::start().await;
    let failure = async |notifier: Notifier<campana::notify::Twilio>, (name, secret): (&str, &str)| {
        let mut flow = Flow::new("orders").state_handler(notifier);
        flow.add(Runs::default().gives("load", 1));
        let run = services.run(&flow).secret(name, secret).await;
        run.state().message().unwrap().to_owned()
    };
    let nothing = ("NOTHING", "");
    for (notifier, secret, wanted) in [
        (
            twilio_notifier(),
            nothing,
            "the settings of Twilio cannot be used: to is not set; give the numbers",
        ),
        (
            twilio_notifier().to(["5005550006"]),
            nothing,
            "the settings of Twilio cannot be used: to is not a phone",
        ),
        (
            twilio_notifier().to([NUMBER]),
            ("TWILIO_MESSAGING_SERVICE_SID", "hunter2"),
            "secret 'TWILIO_MESSAGING_SERVICE_SID' cannot be used: messaging_service_sid is not a",
        ),
        (
            twilio_notifier().to([NUMBER]).account_secrets("SID", "TOKEN"),
            nothing,
            "secret 'SID' not found; looked in",
        ),
        (
            twilio_notifier().to([NUMBER]).messaging_service_secret("SERVICE"),
            nothing,
            "secret 'SERVICE' not found; looked in",
        ),
    ] {
        let message = failure(notifier, secret).await;
        assert!(message.contains(wanted) && !message.contains("hunter2"), "{message}");
    }
}

#[tokio::test]
async fn an_sms_may_come_from_a_number() {
    let services = Services::start().await;
    let notifier = services.here(twilio_notifier()).from("+15005550009").only_states([StateKind::Success]);
    let mut flow = Flow::new("orders").state_handler(notifier);
    flow.add(Runs::default().gives("load", 1));
    assert!(services.run(&flow).await.is_successful());
    let body = &services.bodies()[0];
    assert!(body.ends_with("&To=%2B15005550006&From=%2B15005550009"), "{body}");
}

#[tokio::test]
async fn a_webhook_is_signed_if_there_is_a_secret_and_by_each_that_is_named() {
    let signing_secret = Some(SIGNING_SECRET.into());
    let receiver = Receiver::start(Options { signing_secret, ..Options::default() }).await.unwrap();
    let services = Services(receiver);
    let other = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
    let valid = Some(Signature::Valid);
    for (notifier, secrets, signatures, holds) in [
        (webhook_notifier(), [("WEBHOOK_SIGNING_SECRET", SIGNING_SECRET), ("", "")], 1, true),
        (webhook_notifier(), [("", ""), ("", "")], 0, false),
        (
            webhook_notifier().signing_secrets(["OLD", "NEW"]),
            [("OLD", SIGNING_SECRET), ("NEW", other)],
            2,
            true,
        ),
        (webhook_notifier().signing_secrets(["NEW"]), [("OLD", SIGNING_SECRET), ("NEW", other)], 1, false),
    ] {
        let mut flow = Flow::new("orders").state_handler(notifier.only_states([StateKind::Success]));
        flow.add(Runs::default().gives("load", 1));
        let [one, two] = secrets;
        let run = services.run(&flow).secret(one.0, one.1).secret(two.0, two.1).await;
        assert!(run.is_successful(), "{run}");
        let received = services.0.received().pop().unwrap();
        let header = received.request.header("webhook-signature").unwrap_or_default();
        assert_eq!(header.split_whitespace().count(), signatures);
        assert_eq!(received.message().unwrap().signature == valid, holds);
    }
}

#[tokio::test]
async fn a_signing_secret_that_is_named_has_to_be_there_and_to_be_one() {
    let services = Services::start().await;
    let named = webhook_notifier().signing_secrets(["OLD", "NEW"]);
    for (notifier, secret, wanted) in [
        (named.clone(), SIGNING_SECRET, "secret 'NEW' not found"),
        (webhook_notifier().signing_secrets(["OLD"]), "hunter2", "secret 'OLD' cannot be used: entry 0 of"),
    ] {
        let mut flow = Flow::new("orders").state_handler(notifier);
        flow.add(Runs::default().gives("load", 1));
        let run = services.run(&flow).secret("OLD", secret).await;
        let message = run.state().message().unwrap();
        assert!(message.contains(wanted) && !message.contains("hunter2"), "{message}");
    }
    assert_eq!(services.count(), 0);
}

#[tokio::test]
async fn through_a_proxy_it_goes_to_the_proxy() {
    let proxy = Services::start().await;
    let notifier = teams_notifier().proxy(format!("http://{}", proxy.0.address()));
    let mut flow = Flow::new("orders").state_handler(notifier.only_states([StateKind::Success]));
    flow.add(Runs::default().gives("load", 1));
    let run = flow.run().secret("TEAMS_WEBHOOK_URL", "http://localhost:1/teams/x").await;
    assert!(run.is_successful(), "{run}");
    assert_eq!(proxy.0.received()[0].kind, Kind::Teams);
}

#[tokio::test]
async fn a_mail_is_from_the_user_and_to_the_user_unless_said_otherwise() {
    let services = Services::start().await;
    let given =
        services.here(email_notifier()).from("Bell <b@example.com>").to(["a@example.com", "c@example.com"]);
    for (notifier, from, to) in [
        (services.here(gmail_notifier()), USER, USER),
        (services.here(email_notifier()), USER, USER),
        (given, "Bell <b@example.com>", "a@example.com\nc@example.com"),
    ] {
        let mut flow = Flow::new("orders").state_handler(notifier.only_states([StateKind::Success]));
        flow.add(Runs::default().gives("load", 1));
        let run = services.run(&flow).await;
        assert!(run.is_successful(), "{run}");
        let received = services.0.received().pop().unwrap();
        let mail = received.message().unwrap();
        assert_eq!(mail.cards[0].author.as_ref().unwrap().plain(), from);
        assert_eq!(mail.field("To").as_deref(), Some(to));
        assert!(mail.title().unwrap().ends_with("of flow orders is now Success"));
    }
}
