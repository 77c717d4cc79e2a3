//! Notifiers, from the flow to a receiver that stands in for Slack.

use std::sync::{Arc, Mutex};

use crate::common::{Runs, Slack, TOKEN, call, divide, follow};
use campana::model::TaskRunId;
use campana::prelude::*;
use campana_receiver::Fault;
use serde_json::{Value as Json, json};

/// The messages of a state when a notifier failed.
const RAISED: &str = "Exception raised while calling state handlers: ";

fn message(state: &State) -> &str {
    state.message().unwrap()
}

#[tokio::test]
async fn a_task_is_told_of_in_the_form_that_bots_know() {
    let slack = Slack::start().await;
    let mut flow = Flow::new("orders");
    flow.add(Runs::default().gives("load", 1).state_handler(slack_notifier()));
    let run = slack.run(&flow).public_url("https://campana.example/").await;
    assert!(run.is_successful(), "{run}");

    let link = format!("https://campana.example/task-run/{}", TaskRunId::derived(run.id(), "load-1", None));
    let attachment = |state: &str, color: &str, message: &str| {
        json!({ "attachments": [{
            "fallback": "State change notification",
            "color": color,
            "author_name": "Campana",
            "title": state,
            "text": format!("load is now in a {state} state"),
            "fields": [{ "title": "Message", "value": message, "short": false }],
            "footer": "Campana notification",
            "title_link": link,
        }] })
    };
    let wanted = [
        attachment("Running", "#3d67ff", "Starting task run."),
        attachment("Success", "#28a745", "Task run succeeded."),
    ];
    assert_eq!(slack.posts(), wanted);
}

#[tokio::test]
async fn without_a_server_there_is_no_link_and_an_error_stands_in_a_code_block() {
    let slack = Slack::start().await;
    let mut flow = Flow::new("orders");
    flow.add(Runs::default().fails("load", 1).state_handler(slack_notifier()));
    let _ = slack.run(&flow).await;
    let posts = slack.posts();
    let failed = &posts[1]["attachments"][0];
    assert_eq!((&failed["title"], &failed["color"]), (&json!("Failed"), &json!("#eb0000")));
    assert_eq!(failed["fields"][0]["value"], json!("```division by zero```"));
    assert_eq!(failed.get("title_link"), None);
}

#[tokio::test]
async fn a_flow_tells_which_task_it_failed_by() {
    let slack = Slack::start().await;
    let mut flow = Flow::new("orders").state_handler(slack_notifier());
    let load = flow.add(divide(vec![1, 0]));
    flow.add(call("after", |_| Ok(())).after(load));
    let run = slack.run(&flow).public_url("https://campana.example").await;

    assert_eq!(slack.texts(), ["orders is now in a Running state", "orders is now in a Failed state"]);
    let posts = slack.posts();
    let failed = &posts[1]["attachments"][0];
    let page = format!("https://campana.example/flow-run/{}", run.id());
    assert_eq!(failed["title_link"], json!(page));
    let task = TaskRunId::derived(run.id(), "div-1", Some(1));
    let reason = format!("`div[1]` (<https://campana.example/task-run/{task}|Open it>): division by zero");
    let fields = json!([
        { "title": "Message", "value": "Some reference tasks failed.", "short": false },
        { "title": "Failed task", "value": reason, "short": false },
    ]);
    assert_eq!(failed["fields"], fields);
}

#[tokio::test]
async fn children_of_a_mapped_task_are_told_apart() {
    let slack = Slack::start().await;
    let mut flow = Flow::new("orders");
    flow.add(divide(vec![1, 0]).state_handler(slack_notifier().ignore_states([StateKind::Running])));
    let _ = slack.run(&flow).await;
    let mut texts = slack.texts();
    texts.sort_unstable();
    let wanted = [
        "div is now in a Mapped state",
        "div[0] is now in a Success state",
        "div[1] is now in a Failed state",
    ];
    assert_eq!(texts, wanted);
}

#[tokio::test]
async fn every_attempt_is_told_of_unless_only_the_final_one_is_wanted() {
    for (notifier, wanted) in [
        (
            slack_notifier().only_states([StateKind::Failed]),
            [Some("1, will be tried again"), Some("2, will be tried again"), Some("3")].as_slice(),
        ),
        (slack_notifier().only_states([StateKind::Failed]).only_final(), &[Some("3")]),
    ] {
        let slack = Slack::start().await;
        let mut flow = Flow::new("orders");
        flow.add(Runs::default().fails("load", 9).retries(2).state_handler(notifier));
        let _ = slack.run(&flow).await;
        let attempt = |post: &Json| {
            let fields = post["attachments"][0]["fields"].as_array().unwrap().clone();
            let field = fields.into_iter().find(|field| field["title"] == "Attempt")?;
            Some(field["value"].as_str()?.to_owned())
        };
        let attempts: Vec<_> = slack.posts().iter().map(attempt).collect();
        let attempts: Vec<_> = attempts.iter().map(Option::as_deref).collect();
        assert_eq!(attempts, wanted);
    }
}

#[tokio::test]
async fn filters_go_by_is_a_and_ignoring_wins() {
    use StateKind::{Failed, Finished, Pending, Running, Success, TriggerFailed};
    let cases: [(&[StateKind], &[StateKind], &[&str]); 9] = [
        (&[], &[], &["Running", "Failed", "TriggerFailed"]),
        (&[Failed], &[], &["Failed", "TriggerFailed"]),
        (&[TriggerFailed], &[], &["TriggerFailed"]),
        (&[Finished], &[TriggerFailed], &["Failed"]),
        (&[Running, TriggerFailed], &[], &["Running", "TriggerFailed"]),
        (&[], &[Failed], &["Running"]),
        (&[Failed], &[Failed], &[]),
        (&[TriggerFailed], &[Finished], &[]),
        (&[Success, Pending], &[], &[]),
    ];
    for (only, ignored, wanted) in cases {
        let slack = Slack::start().await;
        let notifier = || slack_notifier().only_states(only.to_vec()).ignore_states(ignored.to_vec());
        let mut flow = Flow::new("orders");
        let load = flow.add(Runs::default().fails("load", 1).state_handler(notifier()));
        flow.add(follow("after", load).state_handler(notifier()));
        let _ = slack.run(&flow).await;
        let titles: Vec<_> =
            slack.posts().iter().map(|post| post["attachments"][0]["title"].clone()).collect();
        assert_eq!(titles, wanted, "only {only:?}, ignored {ignored:?}");
    }
}

#[tokio::test]
async fn a_secret_is_looked_up_after_the_filters_and_named_with_every_place_if_it_is_missing() {
    let runs = Runs::default();
    let mut flow = Flow::new("orders");
    let notifier = slack_notifier().webhook_secret("NOWHERE").only_states([StateKind::Failed]);
    let load = flow.add(runs.gives("load", 1).state_handler(notifier));
    assert!(flow.run().await.is_successful());

    let notifier = slack_notifier().webhook_secret("NOWHERE").ignore_states([StateKind::Running]);
    let other = flow.add(runs.gives("other", 1).state_handler(notifier));
    let run = flow.run().await;
    assert!(run.state_of(load).unwrap().is_successful());
    let state = run.state_of(other).unwrap();
    assert!(state.is_failed(), "{state}");
    let wanted = format!(
        "{RAISED}secret 'NOWHERE' not found; looked in the secrets of the run, the environment variable \
         CAMPANA__CONTEXT__SECRETS__NOWHERE, [context.secrets] of "
    );
    assert!(message(state).starts_with(&wanted), "{state}");
    assert!(message(state).contains("config.toml"), "{state}");
    assert_eq!(runs.count(), 3);
}

#[tokio::test]
async fn another_secret_is_another_channel() {
    let (slack, other) = (Slack::start().await, Slack::start().await);
    let mut flow = Flow::new("orders").state_handler(slack_notifier());
    flow.add(Runs::default().gives("load", 1).state_handler(slack_notifier().webhook_secret("ON_CALL")));
    let _ = slack.run(&flow).secret("ON_CALL", other.url()).await;
    assert!(slack.texts().iter().all(|text| text.starts_with("orders ")));
    assert!(other.texts().iter().all(|text| text.starts_with("load ")));
    assert_eq!((slack.posts().len(), other.posts().len()), (2, 2));
}

#[tokio::test]
async fn what_went_wrong_on_the_way_is_sent_again_with_the_same_body() {
    let slack = Slack::start().await;
    slack.0.fail_next(1, Fault::status(500));
    slack.0.fail_next(1, Fault::Status { code: 429, retry_after: Some(Duration::ZERO) });
    let mut flow = Flow::new("orders");
    flow.add(
        Runs::default().gives("load", 1).state_handler(slack_notifier().only_states([StateKind::Success])),
    );
    let run = slack.run(&flow).await;
    assert!(run.is_successful(), "{run}");
    let bodies = slack.bodies();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn a_body_that_has_run_does_not_run_again_because_nobody_could_be_told() {
    let slack = Slack::start().await;
    slack.0.fail_always(Fault::Status { code: 503, retry_after: Some(Duration::ZERO) });
    let runs = Runs::default();
    let mut flow = Flow::new("orders");
    let notifier = slack_notifier().only_states([StateKind::Success]);
    let load = flow.add(runs.gives("load", 1).retries(3).state_handler(notifier));
    let run = slack.run(&flow).await;
    let state = run.state_of(load).unwrap();
    let wanted = format!("{RAISED}Slack notification failed (attempt 3 of 3): answered 503: ");
    assert!(message(state).starts_with(&wanted), "{state}");
    assert!(run.is_failed());
    assert_eq!((runs.count(), slack.posts().len()), (1, 3));
}

#[tokio::test]
async fn retries_that_are_due_happen_though_nobody_could_be_told() {
    let slack = Slack::start().await;
    slack.0.fail_always(Fault::status(404));
    let runs = Runs::default();
    let mut flow = Flow::new("orders");
    let notifier = slack_notifier().only_states([StateKind::Failed]);
    let load = flow.add(runs.fails("load", 2).retries(2).state_handler(notifier));
    let run = slack.run(&flow).await;
    assert!(run.is_successful(), "{run} {}", run.state_of(load).unwrap());
    assert_eq!((runs.count(), slack.posts().len()), (3, 2));
}

#[tokio::test]
async fn with_log_errors_a_failure_changes_nothing() {
    let slack = Slack::start().await;
    slack.0.fail_always(Fault::status(404));
    let mut flow = Flow::new("orders").state_handler(slack_notifier().log_errors());
    flow.add(Runs::default().gives("load", 1).state_handler(slack_notifier().log_errors()));
    flow.add(
        Runs::default()
            .gives("other", 1)
            .state_handler(slack_notifier().webhook_secret("NOWHERE").log_errors()),
    );
    let run = slack.run(&flow).await;
    assert!(run.is_successful(), "{run}");
    assert_eq!(slack.posts().len(), 4);
}

#[tokio::test]
async fn a_flow_that_cannot_tell_is_failed() {
    let slack = Slack::start().await;
    slack.0.fail_always(Fault::status(403));
    let runs = Runs::default();
    let mut flow = Flow::new("orders").state_handler(slack_notifier());
    flow.add(runs.gives("load", 1));
    let run = slack.run(&flow).await;
    let wanted = format!("{RAISED}Slack notification failed (attempt 1 of 3): answered 403");
    assert!(message(run.state()).starts_with(&wanted), "{run}");
    assert_eq!(runs.count(), 0, "no task runs when the flow's handlers do not let it go to Running");
}

#[tokio::test]
async fn no_error_shows_the_url() {
    let mut cases = tokio::task::JoinSet::new();
    for fault in [Fault::status(404), Fault::status(500), Fault::Reset] {
        let slack = Slack::start().await;
        slack.0.fail_always(fault);
        cases.spawn(async move { assert_hidden(slack_notifier(), &slack.url()).await });
    }
    for url in ["http://127.0.0.1:1/TOKEN", "http://example.com/TOKEN", "ftp://example.com/TOKEN", "TOKEN"] {
        cases.spawn(async move { assert_hidden(slack_notifier(), &url.replace("TOKEN", TOKEN)).await });
    }
    for proxy in ["http://user:TOKEN@127.0.0.1:1", "socks5://TOKEN", "TOKEN"] {
        let notifier = slack_notifier().proxy(proxy.replace("TOKEN", TOKEN));
        cases.spawn(async move { assert_hidden(notifier, "http://127.0.0.1:1/").await });
    }
    cases.join_all().await;
}

async fn assert_hidden(notifier: Notifier<campana::notify::Slack>, url: &str) {
    assert!(!format!("{notifier:?}").contains(TOKEN));
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let handler = {
        let seen = Arc::clone(&seen);
        move |task: Subject, _: State, new: State| {
            let (seen, notifier) = (Arc::clone(&seen), notifier.clone());
            async move {
                let error = notifier.notify(&task, &new).await.unwrap_err();
                seen.lock().unwrap().push(format!("{error} {error:?}"));
                Err::<(), _>(error)
            }
        }
    };
    let mut flow = Flow::new("orders").state_handler(handler);
    flow.add(Runs::default().gives("load", 1));
    let run = flow.run().secret("SLACK_WEBHOOK_URL", url).await;
    assert!(message(run.state()).starts_with(RAISED), "{run}");
    let mut seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 1);
    seen.push(format!("{run} {run:?}"));
    for text in seen {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn a_notifier_is_called_inside_a_handler_of_ones_own() {
    let slack = Slack::start().await;
    let second_failure = |task: Subject, _: State, new: State| async move {
        if new.is_failed() && task.run_count() == 2 {
            slack_notifier().notify(&task, &new).await?;
        }
        Ok::<_, NotifyError>(())
    };
    let mut flow = Flow::new("orders");
    flow.add(Runs::default().fails("load", 9).retries(3).state_handler(second_failure));
    let _ = slack.run(&flow).await;
    assert_eq!(slack.texts(), ["load is now in a Failed state"]);
}

#[tokio::test]
async fn through_a_proxy_the_url_goes_to_the_proxy() {
    // Whatever a proxy is asked for by plain http arrives there in full; so a receiver will do for one.
    let proxy = Slack::start().await;
    let mut flow = Flow::new("orders").state_handler(
        slack_notifier().proxy(format!("http://{}", proxy.0.address())).only_states([StateKind::Success]),
    );
    flow.add(Runs::default().gives("load", 1));
    let run = flow.run().secret("SLACK_WEBHOOK_URL", "http://localhost:1/slack/x").await;
    assert!(run.is_successful(), "{run}");
    assert_eq!(proxy.posts().len(), 1);
}

#[test]
fn a_run_that_blocks_tells_too_and_so_does_the_next() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let slack = runtime.block_on(Slack::start());
    let mut flow = Flow::new("orders").state_handler(slack_notifier().only_states([StateKind::Success]));
    flow.add(Runs::default().gives("load", 1));
    for _ in 0..3 {
        let run = slack.run(&flow).blocking().unwrap();
        assert!(run.is_successful(), "{run}");
        let run = slack.run(&flow).executor(Concurrent::new()).blocking().unwrap();
        assert!(run.is_successful(), "{run}");
    }
    assert_eq!(slack.posts().len(), 6);
}
