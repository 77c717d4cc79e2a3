//! Projects, flows and runs.

use serde_json::{Value as Json, json};

use crate::harness::Trial;

#[tokio::test]
async fn a_run_goes_from_registration_to_success() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    trial.mutate("set_schedule_active", json!({ "flow_id": flow }), "success").await;
    let run = trial.run(&flow).await;
    for kind in ["Submitted", "Running", "Success"] {
        let answer = trial.set_state(&run, kind, "as reported").await;
        assert_eq!(answer["states"][0], json!({ "id": run, "status": "SUCCESS", "message": null }));
    }
    let cancelled = trial.mutate("cancel_flow_run", json!({ "flow_run_id": run }), "state").await;
    assert_eq!(cancelled["state"], "Success");
}

#[tokio::test]
async fn each_state_is_taken_or_refused_by_itself() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let (one, two) = (trial.run(&flow).await, trial.run(&flow).await);
    trial.set_state(&one, "Submitted", "").await;
    let states = json!([
        { "flow_run_id": one, "state": { "type": "Submitted" } },
        { "flow_run_id": two, "state": { "type": "Submitted" } },
        { "flow_run_id": two, "state": { "type": "Broken" } },
    ]);
    let query = "mutation($input: set_flow_run_states_input!) {
        set_flow_run_states(input: $input) { states { id status message } } }";
    let answer = trial.query_with(query, json!({ "input": { "states": states } })).await;
    let states = &answer["data"]["set_flow_run_states"]["states"];
    let statuses: Vec<_> = (0..3).map(|index| states[index]["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["FAILED", "SUCCESS", "FAILED"]);
    let errors = &answer["errors"];
    // These words are looked for by agents.
    let words = "State update failed: this run has already been submitted.";
    assert_eq!(errors[0]["message"], words);
    assert_eq!(errors[0]["path"], json!(["set_flow_run_states", "states", 0]));
    assert!(errors[1]["message"].as_str().unwrap().contains("Broken"), "{errors}");
}

#[tokio::test]
async fn one_thing_stands_for_a_list_of_it() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let run = trial.run(&flow).await;
    let inline = format!(
        "mutation {{ write_run_logs(input: {{ logs: {{ flow_run_id: \"{run}\", message: \"hello\" }} }}) {{ success }} }}"
    );
    assert_eq!(trial.data(&inline).await["write_run_logs"]["success"], true);
    let logs = json!({ "logs": { "flow_run_id": run, "message": "hello", "level": "ERROR" } });
    assert_eq!(trial.mutate("write_run_logs", logs, "success").await["success"], true);
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_violation_in_so_many_words() {
    let trial = Trial::start().await;
    trial.mutate("create_project", json!({ "name": "demo" }), "id").await;
    let error = trial.error("mutation { create_project(input: { name: \"demo\" }) { id } }").await;
    assert_eq!(error, "Uniqueness violation.");
}

#[tokio::test]
async fn a_version_that_somebody_else_has_changed_has_a_code_of_its_own() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let group = trial.data(&format!("query {{ flow_by_pk(id: \"{flow}\") {{ flow_group_id }} }}")).await;
    let group = group["flow_by_pk"]["flow_group_id"].clone();
    let settings = json!({ "flow_group_id": group, "version_locking_enabled": true });
    trial.mutate("update_flow_group_settings", settings, "success").await;
    let run = trial.run(&flow).await;
    let states = json!([{ "flow_run_id": run, "version": 7, "state": { "type": "Running" } }]);
    let query = "mutation($input: set_flow_run_states_input!) {
        set_flow_run_states(input: $input) { states { id } } }";
    let answer = trial.query_with(query, json!({ "input": { "states": states } })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "VERSION_LOCKING_ERROR", "{answer}");
}

#[tokio::test]
async fn an_agent_finds_the_runs_that_are_due() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let run = trial.run(&flow).await;
    let agent = trial.mutate("register_agent", json!({ "type": "LocalAgent", "labels": [] }), "id").await;
    assert!(agent["id"].is_string());
    let before = "2100-01-01T00:00:00+00:00";
    let queue = trial.mutate("get_runs_in_queue", json!({ "before": before }), "flow_run_ids").await;
    assert_eq!(queue["flow_run_ids"], json!([run]));
    trial.set_state(&run, "Submitted", "").await;
    let queue = trial.mutate("get_runs_in_queue", json!({ "before": before }), "flow_run_ids").await;
    assert_eq!(queue["flow_run_ids"], json!([]));
}

#[tokio::test]
async fn a_task_run_is_found_or_made_and_starts_only_while_its_flow_runs() {
    let trial = Trial::start().await;
    let flow = trial.flow().await;
    let task = json!({
        "name": "load", "slug": "load-1", "type": "prefect.tasks.core.function.FunctionTask", "tags": [],
        "max_retries": 2, "retry_delay": 1.0, "auto_generated": false,
    });
    let tasks = json!({ "flow_id": flow, "serialized_tasks": [task] });
    trial.mutate("register_tasks", tasks.clone(), "success").await;
    trial.mutate("register_tasks", tasks, "success").await;
    trial.mutate("register_edges", json!({ "flow_id": flow, "serialized_edges": [] }), "success").await;
    let tasks =
        trial.data(&format!("query {{ flow_by_pk(id: \"{flow}\") {{ tasks {{ id slug }} }} }}")).await;
    let tasks = tasks["flow_by_pk"]["tasks"].as_array().unwrap().clone();
    assert_eq!(tasks.len(), 1, "registered twice, and there once");
    let run = trial.run(&flow).await;
    let find = async |map_index: i32| {
        let input = json!({ "flow_run_id": run, "task_id": tasks[0]["id"], "map_index": map_index });
        trial.mutate("get_or_create_task_run_info", input, "id version serialized_state").await
    };
    let info = find(-1).await;
    assert_eq!(info["serialized_state"]["type"], "Pending", "{info}");
    assert_eq!(info["id"], find(-1).await["id"]);
    assert_ne!(info["id"], find(0).await["id"]);
    let query = format!(
        "mutation {{ set_task_run_states(input: {{ states: {{ task_run_id: {}, state: {{ type: \"Running\" }} }} }}) \
         {{ states {{ status }} }} }}",
        info["id"]
    );
    assert!(trial.error(&query).await.starts_with("State update failed"));
    trial.set_state(&run, "Running", "").await;
    let data: Json = trial.data(&query).await;
    assert_eq!(data["set_task_run_states"]["states"][0]["status"], "SUCCESS");
}
