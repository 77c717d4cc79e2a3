//! Notification tasks, from the flow to a receiver that stands in for Slack.

use crate::common::{Runs, Slack, TOKEN, text};
use campana::prelude::*;
use campana_receiver::Fault;

#[tokio::test]
async fn a_message_is_given_when_the_task_is_made() {
    let slack = Slack::start().await;
    let mut flow = Flow::new("orders");
    let task = flow.add(SlackTask::new().message("The orders are in, see <https://example.com|them>."));
    let run = slack.run(&flow).await;
    assert!(run.is_successful(), "{run}");
    assert_eq!(run.result(task).unwrap(), &());
    assert_eq!(slack.texts(), ["The orders are in, see <https://example.com|them>."]);
    assert_eq!(flow.graph().slug(task.id()), "SlackTask-1");
}

#[tokio::test]
async fn a_message_comes_from_upstream_functionally_and_imperatively() {
    let slack = Slack::start().await;
    let mut flow = Flow::new("orders");
    flow.add(SlackTask::new().call(text("report", Some("nested"))));
    let report = flow.add(text("report", Some("from a node")));
    flow.add(SlackTask::new().call(report));
    flow.add(SlackTask::new().call("constant"));
    let keyed = flow.add(SlackTask::new());
    flow.set_upstream(keyed, report, "message").unwrap();
    flow.add(SlackTask::new().map(vec!["one".to_owned(), "two".to_owned()]));
    let run = slack.run(&flow).await;
    assert!(run.is_successful(), "{run}");
    let mut texts = slack.texts();
    texts.sort_unstable();
    assert_eq!(texts, ["constant", "from a node", "from a node", "nested", "one", "two"]);
}

#[tokio::test]
async fn an_upstream_message_counts_more_and_the_own_one_stands_in_for_it() {
    for (upstream, own, wanted) in [
        (Some("upstream"), None, "upstream"),
        (Some("upstream"), Some("own"), "upstream"),
        (None, Some("own"), "own"),
    ] {
        let slack = Slack::start().await;
        let mut flow = Flow::new("orders");
        let task = own.into_iter().fold(SlackTask::new(), SlackTask::message);
        flow.add(task.trigger(all_finished()).call(text("report", upstream)));
        let run = slack.run(&flow).await;
        assert!(run.is_successful(), "{run}");
        assert_eq!(slack.texts(), [wanted]);
    }
}

#[tokio::test]
async fn with_nothing_to_say_it_fails_and_says_so() {
    let slack = Slack::start().await;
    let mut flow = Flow::new("orders");
    let task = flow.add(SlackTask::new().trigger(any_failed()).call(text("report", None)));
    let run = slack.run(&flow).await;
    let wanted = "Error during execution of task: there is nothing for input 'message': its upstream \
                  failed (no text today), and `.message(..)` was not set";
    assert_eq!(run.state_of(task).unwrap().message().unwrap(), wanted);

    let mut flow = Flow::new("orders");
    flow.add(SlackTask::new());
    let error = flow.check().unwrap_err().to_string();
    assert!(error.starts_with("input 'message' of task 'SlackTask' has no value"), "{error}");
    assert!(slack.run(&flow).await.is_failed());
    assert_eq!(slack.posts().len(), 0);
}

#[test]
fn an_upstream_that_gives_no_text_is_refused_when_the_edge_is_made() {
    let mut flow = Flow::new("orders");
    let slack = flow.add(SlackTask::new());
    let number = flow.add(Runs::default().gives("load", 1_i64));
    let error = flow.set_upstream(slack, number, "message").unwrap_err().to_string();
    assert!(error.contains("takes alloc::string::String, but upstream 'load' gives i64"), "{error}");
}

#[tokio::test]
async fn any_failed_rings_only_if_something_failed() {
    for (fails, wanted) in [(1, ["load failed"].as_slice()), (0, &[])] {
        let slack = Slack::start().await;
        let mut flow = Flow::new("orders");
        let load = flow.add(Runs::default().fails("load", fails));
        let fine = flow.add(Runs::default().gives("fine", 1));
        flow.add(SlackTask::new().message("load failed").trigger(any_failed()).after([load, fine]));
        let _ = slack.run(&flow).await;
        assert_eq!(slack.texts(), wanted);
    }
}

#[tokio::test]
async fn it_has_the_settings_of_a_task_and_of_its_channel() {
    let (slack, on_call) = (Slack::start().await, Slack::start().await);
    let mut flow = Flow::new("orders");
    let task = SlackTask::new().name("ring").retries(1).webhook_secret("ON_CALL").message("wake up");
    let task = flow.add(task.state_handler(slack_notifier().only_states([StateKind::Retrying])));
    on_call.0.fail_next(1, Fault::status(404));
    let run = slack.run(&flow).secret("ON_CALL", on_call.url()).await;
    assert!(run.is_successful(), "{run}");
    assert_eq!(flow.graph().slug(task.id()), "ring-1");
    assert_eq!(on_call.texts(), ["wake up", "wake up"]);
    assert_eq!(slack.texts(), ["ring is now in a Retrying state"]);
}

#[tokio::test]
async fn it_is_sent_again_by_the_same_rules_and_its_error_shows_no_url() {
    let slack = Slack::start().await;
    slack.0.fail_next(1, Fault::Status { code: 429, retry_after: Some(Duration::ZERO) });
    let mut flow = Flow::new("orders");
    let task = flow.add(SlackTask::new().message("hello"));
    assert!(slack.run(&flow).await.is_successful());
    assert_eq!(slack.texts(), ["hello", "hello"]);

    slack.0.fail_always(Fault::Status { code: 500, retry_after: Some(Duration::from_secs(60)) });
    let run = slack.run(&flow).await;
    let state = run.state_of(task).unwrap();
    let wanted = "Error during execution of task: Slack notification failed (attempt 1 of 3): answered 500";
    assert!(state.message().unwrap().starts_with(wanted), "{state}");
    assert!(!format!("{state:?} {run:?} {:?}", state.failure()).contains(TOKEN));
}

#[tokio::test]
async fn a_secret_of_the_backend_is_found_and_a_missing_one_is_named_with_the_backend() {
    let slack = Slack::start().await;
    let backend = campana::backend::MemoryBackend::new().with_secret("SLACK_WEBHOOK_URL", slack.url());
    let mut flow = Flow::new("orders");
    flow.add(SlackTask::new().message("hello"));
    let missing = flow.add(SlackTask::new().webhook_secret("NOWHERE").message("hello"));
    let run = flow.run().backend(std::sync::Arc::new(backend)).await;
    assert_eq!(slack.texts(), ["hello"]);
    let state = run.state_of(missing).unwrap();
    assert!(state.message().unwrap().ends_with(", the run's backend"), "{state}");
}
