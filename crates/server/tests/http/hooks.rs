//! Cloud Hooks, from the mutation to the provider.

use campana_receiver::{Fault, Kind};
use serde_json::{Value as Json, json};

use crate::harness::{LIMIT, Trial};

#[tokio::test]
async fn the_mutation_of_the_documents_works_on_a_fresh_server() {
    let trial = Trial::start().await;
    let query = r#"mutation { create_cloud_hook(input: {type: EMAIL, name: "Notify me", version_group_id: "abc",
        states: ["Running"], config: "{\"to\": \"a@b.example\"}"}) { id } }"#;
    assert!(trial.data(query).await["create_cloud_hook"]["id"].is_string());
}

#[tokio::test]
async fn a_change_arrives_at_the_provider() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    trial.slack_hook(&["Success", "FAILED"]).await;
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Running", "Running flow.").await;
    trial.set_state(&run, "Failed", "Some reference tasks failed.").await;
    let received = trial.receiver.wait_for(1, LIMIT).await.unwrap();
    let text = received[0].request.json().unwrap().to_string();
    for part in ["orders", "Failed", "Some reference tasks failed.", &format!("/flow-run/{run}")] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn what_was_owed_before_a_restart_arrives_after_it() {
    let mut trial = Trial::start().await;
    let flow = trial.flow().await;
    trial.slack_hook(&["Failed"]).await;
    trial.receiver.fail_always(Fault::status(500));
    let mut arriving = trial.receiver.messages();
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Failed", "no").await;
    let refused = arriving.next().await.unwrap();
    trial.receiver.heal();
    trial.restart().await;
    let accepted = arriving.next().await.unwrap();
    assert!(refused.message().is_none() && accepted.message().is_some());
}

#[tokio::test]
async fn a_template_words_the_message_and_is_checked_when_it_is_saved() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let url = trial.receiver.url(Kind::Slack);
    let hook = |template: &str| {
        json!({
            "type": "SLACK_WEBHOOK", "states": ["Failed"], "config": { "url": url }, "template": template,
        })
    };
    let query = "mutation($input: create_cloud_hook_input!) { create_cloud_hook(input: $input) { id } }";
    let answer = trial.query_with(query, json!({ "input": hook("{{ flow.nam }}") })).await;
    let error = answer["errors"][0]["message"].as_str().unwrap();
    assert!(error.starts_with("template: ") && error.contains("nam"), "{error}");
    let input = hook("{{ flow.name }} is *{{ state.type }}*: {{ state.message }}");
    trial.mutate("create_cloud_hook", input, "id").await;
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Failed", "no <stock>").await;
    let received = trial.receiver.wait_for(1, LIMIT).await.unwrap();
    let text = received[0].request.json().unwrap()["text"].clone();
    assert_eq!(text, "orders is *Failed*: no &lt;stock&gt;");
}

#[tokio::test]
async fn a_test_says_what_the_provider_says() {
    let trial = Trial::start().await;
    let url = trial.receiver.url(Kind::Slack);
    let input = json!({ "type": "SLACK_WEBHOOK", "states": ["Success"], "config": { "url": url } });
    let test =
        async |input: Json| trial.mutate("test_cloud_hook", input, "success error outcome status").await;
    let unsaved = test(json!({ "input": input, "state_type": "FAILED" })).await;
    assert_eq!(unsaved, json!({ "success": true, "error": null, "outcome": "accepted", "status": 200 }));
    let sent = trial.receiver.wait_for(1, LIMIT).await.unwrap()[0].request.json().unwrap().to_string();
    assert!(sent.contains("Failed") && sent.to_lowercase().contains("test"), "{sent}");
    let id = trial.slack_hook(&["Success"]).await;
    trial.receiver.fail_always(Fault::status(404));
    let refused = test(json!({ "cloud_hook_id": id })).await;
    assert_eq!(refused["success"], false);
    assert_eq!((&refused["outcome"], &refused["status"]), (&json!("rejected"), &json!(404)));
    assert!(refused["error"].as_str().unwrap().contains("404"), "{refused}");
    let mail = json!({ "type": "EMAIL", "states": ["Success"], "config": { "to": "a@b.example" } });
    let error = test(json!({ "input": mail })).await["error"].clone();
    assert!(error.as_str().unwrap().contains("[smtp]"), "{error}");
}

#[tokio::test]
async fn a_preview_shows_the_body_and_a_dry_run_what_would_have_matched() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Failed", "no").await;
    let url = "https://hooks.slack.com/services/T0/B0/hunter2";
    let input = json!({ "type": "SLACK_WEBHOOK", "states": ["Failed"], "config": { "url": url } });
    let query = "query($input: create_cloud_hook_input!) {
        preview_cloud_hook(input: $input) { content_type body }
        cloud_hook_matches(input: $input, days: 1) { count counts { kind count } latest { state flow_run_id } } }";
    let answer = trial.query_with(query, json!({ "input": input })).await;
    let data = &answer["data"];
    assert_eq!(data["preview_cloud_hook"]["content_type"], "application/json", "{answer}");
    assert!(!answer.to_string().contains("hunter2"));
    let latest = json!([{ "state": "Failed", "flow_run_id": run }]);
    let counts = json!([{ "kind": "Failed", "count": 1 }]);
    assert_eq!(data["cloud_hook_matches"], json!({ "count": 1, "counts": counts, "latest": latest }));
}

#[tokio::test]
async fn what_is_wrong_with_a_hook_is_named() {
    let trial = Trial::start().await;
    for (fields, part) in [
        (r#"type: EMAIL, states: ["Broken"], config: {to: "a@b.example"}"#, "\"Broken\""),
        (r#"type: EMAIL, states: [], config: {to: "a@b.example"}"#, "states"),
        (r#"type: EMAIL, states: ["Failed"], config: {}"#, "\"to\""),
        (r#"type: EMAIL, states: ["Failed"], config: {to: "a@b.example", cc: "x"}"#, "\"cc\""),
        (r#"type: WEBHOOK, states: ["Failed"], config: {url: "https://10.0.0.1/x"}"#, "10.0.0.1"),
        (r#"type: PREFECT_MESSAGE, states: ["Failed"], config: {}, max_per_minute: 0"#, "max_per_minute"),
        (
            r#"type: PREFECT_MESSAGE, states: ["Failed"], config: {}, project_id: "0197a4c2-0000-7000-8000-000000000000""#,
            "project 0197a4c2-0000-7000-8000-000000000000 not found",
        ),
    ] {
        let query = format!("mutation {{ create_cloud_hook(input: {{{fields}}}) {{ id }} }}");
        let error = trial.error(&query).await;
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[tokio::test]
async fn what_is_said_of_a_hook_is_taken_back_by_null() {
    let trial = Trial::start().await;
    let project = trial.mutate("create_project", json!({ "name": "demo" }), "id").await["id"].clone();
    let input = json!({
        "type": "PREFECT_MESSAGE", "states": ["Failed"], "config": {}, "project_id": project,
        "version_group_id": "nightly", "template": "it failed", "max_per_minute": 3,
    });
    let id = trial.mutate("create_cloud_hook", input, "id").await["id"].clone();
    let query = "query { cloud_hook { project_id version_group_id template max_per_minute } }";
    let fields = ["project_id", "version_group_id", "template", "max_per_minute"];
    trial.mutate("update_cloud_hook", json!({ "cloud_hook_id": id, "name": "mine" }), "success").await;
    let kept = trial.data(query).await["cloud_hook"][0].clone();
    assert!(fields.iter().all(|field| !kept[field].is_null()), "{kept}");
    let nothing = json!({
        "cloud_hook_id": id, "project_id": null, "version_group_id": null, "template": null, "max_per_minute": null,
    });
    trial.mutate("update_cloud_hook", nothing, "success").await;
    let cleared = trial.data(query).await["cloud_hook"][0].clone();
    assert!(fields.iter().all(|field| cleared[field].is_null()), "{cleared}");
}

#[tokio::test]
async fn a_hook_is_changed_and_keeps_the_secret_that_comes_back_masked() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let hook = trial.slack_hook(&["Success"]).await;
    let shown = trial.data("query { cloud_hook { id config states } }").await["cloud_hook"][0].clone();
    assert_eq!(shown["id"], hook);
    let update = json!({ "cloud_hook_id": hook, "states": ["Failed"], "config": shown["config"] });
    trial.mutate("update_cloud_hook", update, "success").await;
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Failed", "no").await;
    trial.receiver.wait_for(1, LIMIT).await.unwrap();
    let retyped = format!(
        "mutation {{ update_cloud_hook(input: {{cloud_hook_id: \"{hook}\", type: EMAIL}}) {{ success }} }}"
    );
    assert!(trial.error(&retyped).await.contains("cannot be changed"));
}

#[tokio::test]
async fn a_hook_that_is_off_or_gone_tells_nothing() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let (off, gone) = (trial.slack_hook(&["Failed"]).await, trial.slack_hook(&["Failed"]).await);
    trial.mutate("set_cloud_hook_inactive", json!({ "cloud_hook_id": off }), "success").await;
    trial.mutate("delete_cloud_hook", json!({ "cloud_hook_id": gone }), "success").await;
    trial.slack_hook(&["Success"]).await;
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Failed", "no").await;
    let other = trial.run(&flow).await;
    trial.set_state(&other, "Success", "yes").await;
    let received = trial.receiver.wait_for(1, LIMIT).await.unwrap();
    assert_eq!(received.len(), 1);
    assert!(received[0].request.json().unwrap().to_string().contains("Success"));
    trial.mutate("set_cloud_hook_active", json!({ "cloud_hook_id": off }), "success").await;
    let third = trial.run(&flow).await;
    trial.set_state(&third, "Failed", "no").await;
    trial.receiver.wait_for(2, LIMIT).await.unwrap();
}

#[tokio::test]
async fn the_inbox_gets_messages_that_can_be_marked_as_read() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let input = json!({ "type": "PREFECT_MESSAGE", "states": ["Failed"], "config": {} });
    trial.mutate("create_cloud_hook", input, "id").await;
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Failed", "no stock").await;
    let message =
        trial.until("message { id title text read }", |found| found["message"][0].is_object()).await;
    let message = &message["message"][0];
    assert_eq!(message["read"], false);
    assert!(message["text"].as_str().unwrap().contains("no stock"), "{message}");
    trial.mutate("set_message_read", json!({ "message_id": message["id"] }), "success").await;
    assert_eq!(trial.data("query { message { read } }").await["message"][0]["read"], true);
}

#[tokio::test]
async fn a_dead_delivery_is_replayed_with_the_same_key() {
    let trial =
        Trial::start_with(|config| config.outbox.backoff = campana_server::outbox::Backoff::new([])).await;
    let flow = trial.flow().await;
    trial.slack_hook(&["Failed"]).await;
    trial.receiver.fail_next(1, Fault::status(404));
    let mut arriving = trial.receiver.messages();
    let run = trial.run(&flow).await;
    trial.set_state(&run, "Failed", "no").await;
    let dead = |found: &Json| {
        found["delivery"][0]["status"].as_str().is_some_and(|status| status.eq_ignore_ascii_case("dead"))
    };
    let found = trial.until("delivery { id status }", dead).await;
    let id = found["delivery"][0]["id"].clone();
    let replayed = trial.mutate("replay_delivery", json!({ "delivery_id": id }), "success error").await;
    assert_eq!(replayed, json!({ "success": true, "error": null }));
    let (first, second) = (arriving.next().await.unwrap(), arriving.next().await.unwrap());
    assert_eq!(first.request.json().unwrap(), second.request.json().unwrap());
    let range = json!({ "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z" });
    assert_eq!(trial.mutate("replay_deliveries", range, "count").await["count"], 0);
}

#[tokio::test]
async fn what_was_kept_for_long_enough_goes_and_what_is_owed_stays() {
    let mut trial = Trial::start().await;
    let flow = trial.flow().await;
    trial.slack_hook(&["Failed"]).await;
    let mail = json!({ "type": "EMAIL", "states": ["Failed"], "config": { "to": "a@b.example" } });
    trial.mutate("create_cloud_hook", mail, "id").await;
    let run = trial.run(&flow).await;
    trial
        .mutate("write_run_logs", json!({ "logs": [{ "flow_run_id": run, "message": "hello" }] }), "success")
        .await;
    trial.set_state(&run, "Failed", "no").await;
    let delivered = |found: &Json| found["delivery"].to_string().to_lowercase().contains("delivered");
    trial.until("delivery { status }", delivered).await;
    trial
        .restart_with(|config| {
            config.retention.deliveries = Some(std::time::Duration::ZERO);
            config.retention.logs = Some(std::time::Duration::ZERO);
        })
        .await;
    let one = |found: &Json| found["delivery"].as_array().is_some_and(|found| found.len() == 1);
    let left = trial.until("delivery { status reason }", one).await;
    let reason = left["delivery"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("[smtp]"), "{left}");
    trial.until("flow_run { logs { message } }", |found| found["flow_run"][0]["logs"] == json!([])).await;
}
