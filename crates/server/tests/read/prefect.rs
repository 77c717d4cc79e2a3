//! The queries of Prefect's client, runners, agent and command line, as they send them.

use serde_json::{Value as Json, json};

use crate::world::{World, id};

const TIME: &str = "+00:00";

/// Whether it is a time as Python's library reads it.
fn is_time(value: &Json) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.len() == "2026-11-20T21:58:17.094046+00:00".len() && text.ends_with(TIME))
}

#[tokio::test]
async fn who_asks_and_where_things_are() {
    let world = World::start().await;
    let none = Json::Null;
    assert!(world.ask("query { hello }", none.clone()).await["hello"].is_string());
    assert!(world.ask("query{hello}", none.clone()).await["hello"].is_string());
    let tenant = id(&world.ask("query { tenant { id } }", none.clone()).await["tenant"][0]);
    let wanted = json!({ "tenant": [{ "id": tenant, "slug": "default" }] });
    assert_eq!(world.ask("query { tenant { id slug } }", none.clone()).await, wanted);
    let query = "query($slug: String) { tenant(where: { slug: { _eq: $slug } }) { id } }";
    assert_eq!(world.ask(query, json!({ "slug": "default" })).await, json!({ "tenant": [{ "id": tenant }] }));
    assert_eq!(world.ask(query, json!({ "slug": "other" })).await, json!({ "tenant": [] }));
    world.mutate("create_tenant", json!({ "name": "Acme", "slug": "acme" }), "id").await;
    let all = world.ask("query { tenant(order_by: { slug: asc }) { id slug name } }", none.clone()).await;
    assert_eq!([&all["tenant"][0]["slug"], &all["tenant"][1]["slug"]], ["acme", "default"]);
    let first = world.ask("query { tenant { id } }", none.clone()).await;
    assert_eq!(first["tenant"][0]["id"], *tenant, "the first is the one that was there first");
    let one = world
        .ask(
            &format!("query {{ tenant(where: {{ id: {{ _eq: \"{tenant}\" }} }}) {{ id slug name }} }}"),
            none.clone(),
        )
        .await;
    assert_eq!(one, json!({ "tenant": [{ "id": tenant, "slug": "default", "name": "default" }] }));
    assert_eq!(
        world.ask("query { auth_info { tenant_id } }", none.clone()).await["auth_info"]["tenant_id"],
        *tenant
    );
    assert_eq!(
        world.ask("query { auth_info { user_id } }", none.clone()).await["auth_info"]["user_id"],
        Json::Null
    );
    assert_eq!(
        world.ask("query { auth_api_key { id name expires_at } }", none.clone()).await,
        json!({ "auth_api_key": [] })
    );

    let query = "query { project(where: { name: { _eq: \"demo\" } }) { id } }";
    assert_eq!(world.ask(query, none.clone()).await, json!({ "project": [{ "id": world.project }] }));
    for name in ["null", "\"demo\""] {
        let query = format!(
            "query {{ project(where: {{ _and: {{ name: {{ _eq: {name} }} }} }}, order_by: {{ name: asc }}) {{ name created \
             description flows_aggregate(distinct_on: name) {{ aggregate {{ count }} }} }} }}"
        );
        let mut found = world.ask(&query, none.clone()).await;
        let project = found["project"][0].as_object_mut().unwrap();
        assert!(is_time(&project.remove("created").unwrap()));
        let wanted =
            json!({ "name": "demo", "description": "d", "flows_aggregate": { "aggregate": { "count": 1 } } });
        assert_eq!(found["project"], json!([wanted]), "two versions of one flow");
    }
    world.mutate("set_secret", json!({ "name": "TOKEN", "value": { "a": 1 } }), "success").await;
    let query = "query($name: String!) { secret_value(name: $name) }";
    assert_eq!(world.ask(query, json!({ "name": "TOKEN" })).await, json!({ "secret_value": { "a": 1 } }));
    assert_eq!(world.ask("query{secret_names}", none).await, json!({ "secret_names": ["TOKEN"] }));
}

#[tokio::test]
async fn flows_and_tasks_as_they_are_looked_up() {
    let world = World::start().await;
    let World { flow, old, project, .. } = &world;
    let ask = async |query: String| world.ask(&query, Json::Null).await;
    let found = ask(format!("query {{ flow_by_pk(id: \"{flow}\") {{ flow_group_id }} }}")).await;
    let group = found["flow_by_pk"]["flow_group_id"].as_str().unwrap().to_owned();
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert_eq!(
        ask(format!("query {{ flow_by_pk(id: \"{nobody}\") {{ id }} }}")).await,
        json!({ "flow_by_pk": null })
    );
    let register = format!(
        "query {{ flow(where: {{ _and: {{ name: {{ _eq: \"orders\" }}, project: {{ id: {{ _eq: \"{project}\" }} }} }} }}, \
         order_by: {{ version: desc }}, limit: 1) {{ id version }} }}"
    );
    assert_eq!(ask(register).await, json!({ "flow": [{ "id": flow, "version": 2 }] }));
    let view = "id settings run_config serialized_flow name archived project { name } core_version storage \
                flow_group { labels }";
    for (filter, wanted) in [
        (format!("where: {{ id: {{ _eq: \"{flow}\" }} }}"), vec![flow]),
        (format!("where: {{ flow_group_id: {{ _eq: \"{group}\" }} }}, order_by: {{ created: desc }}"), vec![flow, old]),
        ("where: { name: { _eq: \"orders\" }, archived: { _eq: false } }, order_by: { created: desc }".into(), vec![flow]),
        (
            "where: { name: { _eq: \"orders\" }, archived: { _eq: false }, project: { name: { _eq: \"demo\" } } }, \
             order_by: { created: desc }"
                .into(),
            vec![flow],
        ),
        ("where: { name: { _eq: \"orders\" }, project: { name: { _eq: \"other\" } } }".into(), vec![]),
    ] {
        let found = ask(format!("query {{ flow({filter}) {{ {view} }} }}")).await;
        let found = found["flow"].as_array().unwrap();
        assert_eq!(found.iter().map(id).collect::<Vec<_>>(), wanted.into_iter().cloned().collect::<Vec<_>>(), "{filter}");
        for flow in found {
            assert!(flow["settings"].is_object(), "{flow}");
            assert_eq!(flow["run_config"]["type"], "UniversalRun");
            assert_eq!(flow["serialized_flow"]["tasks"].as_array().unwrap().len(), 2);
            assert_eq!(flow["storage"]["type"], "Local");
            assert_eq!((&flow["project"]["name"], &flow["core_version"]), (&json!("demo"), &json!("1.4.1")));
            assert_eq!(flow["flow_group"], json!({ "labels": null }));
        }
    }
    let start = "query { flow(where: { name: { _eq: \"orders\" }, archived: { _eq: false }, project: { name: { _eq: \
                 \"demo\" } } }, order_by: { version: desc }, limit: 1) { id } }";
    assert_eq!(ask(start.into()).await, json!({ "flow": [{ "id": flow }] }));
    let filter =
        "where: { _and: { name: { _eq: null }, version: { _eq: null }, project: { name: { _eq: null } } } }";
    for (distinct, versions) in [("name", vec![2]), ("null", vec![2, 1])] {
        let get = format!(
            "query {{ flow({filter}, order_by: {{ name: asc, version: desc }}, distinct_on: {distinct}, limit: 10) \
             {{ name version created id project {{ name }} }} }}"
        );
        let found = ask(get).await;
        let found: Vec<_> =
            found["flow"].as_array().unwrap().iter().map(|flow| flow["version"].clone()).collect();
        assert_eq!(found, versions, "{distinct}");
    }
    let describe =
        "name version project { name } created description parameters archived storage environment";
    let found = ask(format!(
        "query {{ flow(where: {{ _and: {{ name: {{ _eq: \"orders\" }}, version: {{ _eq: 1 }}, project: {{ name: {{ _eq: null }} }} }} }}, \
         order_by: {{ name: asc, version: desc }}, distinct_on: null) {{ {describe} }} }}"
    ))
    .await;
    let found = &found["flow"];
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["archived"], &found[0]["environment"]),
        (1, &json!(true), &Json::Null)
    );
    assert_eq!((&found[0]["parameters"], &found[0]["description"]), (&json!([]), &Json::Null));
    let tasks = ask(format!(
        "query {{ flow({filter}, order_by: {{ name: asc, version: desc }}, distinct_on: name) \
         {{ tasks {{ name created slug description type max_retries retry_delay mapped }} }} }}"
    ))
    .await;
    let task = &tasks["flow"][0]["tasks"][0];
    assert_eq!(
        (&task["slug"], &task["max_retries"], &task["mapped"]),
        (&json!("load-1"), &json!(2), &json!(false))
    );
    assert!(is_time(&task["created"]), "{task}");
    let found = ask(
        "query { task(where: { _and: { name: { _eq: \"store\" }, flow: { name: { _eq: \"orders\" }, version: { _eq: 2 }, \
         project: { name: { _eq: null } } } } }, limit: 10, order_by: { created: desc }) { name created mapped type \
         flow { name version } } }"
            .into(),
    )
    .await;
    assert_eq!(found["task"].as_array().unwrap().len(), 1);
    assert_eq!(found["task"][0]["flow"], json!({ "name": "orders", "version": 2 }));
}

#[tokio::test]
async fn runs_as_agents_and_runners_read_them() {
    let world = World::start().await;
    let World { run, waiting, flow, .. } = &world;
    let ask = async |query: String| world.ask(&query, Json::Null).await;
    let agent = format!(
        "query {{ flow_run(where: {{ id: {{ _in: [\"{run}\", \"{waiting}\"] }}, _or: [{{ state: {{ _eq: \"Scheduled\" }} }}, \
         {{ state: {{ _eq: \"Running\" }}, task_runs: {{ state_start_time: {{ _lte: \"2026-11-20T21:58:17.094046+00:00\" }} }} }}] }}) \
         {{ id version state serialized_state parameters scheduled_start_time run_config name \
         flow {{ id name environment storage version core_version }} \
         task_runs(where: {{ state_start_time: {{ _lte: \"2026-11-20T21:58:17.094046+00:00\" }} }}) \
         {{ id version task_id serialized_state }} }} }}"
    );
    let found = ask(agent).await;
    let found = found["flow_run"].as_array().unwrap();
    assert_eq!(found.len(), 1, "the other waits for nothing: {found:?}");
    assert_eq!(
        (&found[0]["id"], &found[0]["state"], &found[0]["version"]),
        (&json!(waiting), &json!("Scheduled"), &json!(1))
    );
    assert!(is_time(&found[0]["scheduled_start_time"]) && found[0]["parameters"].is_object());
    assert_eq!((&found[0]["flow"]["id"], &found[0]["task_runs"]), (&json!(flow), &json!([])));

    let child = ask(format!("query {{ flow_run(where: {{ id: {{ _eq: \"{run}\" }} }}) {{ version flow {{ name storage run_config }} }} }}")).await;
    assert_eq!(
        (&child["flow_run"][0]["version"], &child["flow_run"][0]["flow"]["name"]),
        (&json!(3), &json!("orders"))
    );
    let start = ask(format!(
        "query {{ flow_run_by_pk(id: \"{run}\") {{ id name flow_id parameters context version scheduled_start_time serialized_state \
         task_runs(where: {{ map_index: {{ _eq: -1 }} }}) {{ id version serialized_state task {{ id slug }} }} \
         flow {{ project {{ id name }} }} }} }}"
    ))
    .await;
    let start = &start["flow_run_by_pk"];
    assert_eq!((&start["flow_id"], &start["serialized_state"]["type"]), (&json!(flow), &json!("Running")));
    let slugs: Vec<_> =
        start["task_runs"].as_array().unwrap().iter().map(|run| &run["task"]["slug"]).collect();
    assert_eq!(slugs.len(), 2, "{start}");
    assert_eq!(start["flow"]["project"], json!({ "id": world.project, "name": "demo" }));
    let settings = ask(format!("query {{ flow_run_by_pk(id: \"{run}\") {{ flow {{ settings }} }} }}")).await;
    assert!(settings["flow_run_by_pk"]["flow"]["settings"].is_object(), "{settings}");
    let state = ask(format!("query {{ flow_run_by_pk(id: \"{run}\") {{ serialized_state }} }}")).await;
    assert_eq!(state["flow_run_by_pk"]["serialized_state"]["type"], "Running");
}

#[tokio::test]
async fn runs_as_people_watch_them() {
    let world = World::start().await;
    let World { run, waiting, flow, .. } = &world;
    let ask = async |query: String| world.ask(&query, Json::Null).await["flow_run"].clone();
    let view = ask(format!(
        "query {{ flow_run(where: {{ id: {{ _eq: \"{run}\" }} }}) {{ id name flow_id serialized_state states {{ timestamp \
         serialized_state }} labels parameters context updated run_config }} }}"
    ))
    .await;
    let states: Vec<_> =
        view[0]["states"].as_array().unwrap().iter().map(|s| &s["serialized_state"]["type"]).collect();
    assert_eq!(states, ["Scheduled", "Submitted", "Running"]);
    assert_eq!((&view[0]["flow_id"], &view[0]["labels"]), (&json!(flow), &json!(["l"])));
    for (above, wanted) in
        [("{}", vec!["one", "two"]), ("{ timestamp: { _gt: \"2026-01-01T00:00:01+00:00\" } }", vec!["two"])]
    {
        let logs = ask(format!(
            "query {{ flow_run(where: {{ id: {{ _eq: \"{run}\" }} }}) {{ logs(order_by: {{ timestamp: asc }}, where: {{ _and: \
             [{{ timestamp: {{ _lte: \"2026-11-20T21:58:17.094046+00:00\" }} }}, {above}] }}) {{ timestamp message level }} }} }}"
        ))
        .await;
        let found: Vec<_> =
            logs[0]["logs"].as_array().unwrap().iter().map(|log| log["message"].clone()).collect();
        assert_eq!(found, wanted);
    }
    let execute = ask(format!(
        "query {{ flow_run(where: {{ id: {{ _eq: \"{run}\" }} }}) {{ scheduled_start_time states(where: {{ state: {{ _eq: \
         \"Scheduled\" }} }}) {{ start_time created }} }} }}"
    ))
    .await;
    assert_eq!(execute[0]["states"].as_array().unwrap().len(), 1);
    assert!(is_time(&execute[0]["states"][0]["start_time"]), "{execute}");
    let list = "id created state name start_time flow { name }";
    let of_flow = "flow: { _and: { name: { _eq: null }, project: { name: { _eq: null } } } }";
    let all = ask(format!(
        "query {{ flow_run(where: {{ {of_flow} }}, order_by: {{ created: desc }}, limit: 10) {{ {list} }} }}"
    ))
    .await;
    assert_eq!([id(&all[0]), id(&all[1])], [waiting.clone(), run.clone()]);
    let started = ask(format!(
        "query {{ flow_run(where: {{ _and: {{ {of_flow}, start_time: {{ _is_null: false }} }} }}, order_by: {{ start_time: desc }}, \
         limit: 10) {{ {list} }} }}"
    ))
    .await;
    assert_eq!((started.as_array().unwrap().len(), id(&started[0])), (1, run.clone()));
    for selection in ["{ timestamp message level }", "{ timestamp info }"] {
        let logs = ask(format!(
            "query {{ flow_run(where: {{ name: {{ _eq: null }}, id: {{ _eq: \"{run}\" }} }}, order_by: {{ start_time: desc }}) \
             {{ start_time logs(order_by: {{ timestamp: asc }}) {selection} }} }}"
        ))
        .await;
        assert_eq!(logs[0]["logs"].as_array().unwrap().len(), 2);
    }
    let name = all[1]["name"].as_str().unwrap();
    let described = ask(format!(
        "query {{ flow_run(where: {{ _and: {{ name: {{ _eq: {name:?} }}, flow: {{ name: {{ _eq: null }} }} }} }}) {{ name flow {{ name }} \
         created parameters auto_scheduled scheduled_start_time start_time end_time serialized_state }} }}"
    ))
    .await;
    assert_eq!(
        (&described[0]["name"], &described[0]["end_time"], &described[0]["auto_scheduled"]),
        (&json!(name), &Json::Null, &json!(false))
    );
}

#[tokio::test]
async fn runs_of_tasks_and_agents() {
    let world = World::start().await;
    let World { run, task_run, .. } = &world;
    let ask = async |query: String| world.ask(&query, Json::Null).await;
    let info =
        ask(format!("query {{ get_task_run_info(task_run_id: \"{task_run}\") {{ serialized_state }} }}"))
            .await;
    assert_eq!(info["get_task_run_info"]["serialized_state"]["type"], "Cached");
    let found =
        ask(format!("query {{ task_run(where: {{ id: {{ _eq: \"{task_run}\" }} }}) {{ task_id }} }}")).await;
    let task = found["task_run"][0]["task_id"].as_str().unwrap().to_owned();
    // A time without an offset is in UTC.
    for (since, count) in [("2026-01-01T00:00:00", 1), ("2126-01-01T00:00:00", 0)] {
        let cached = ask(format!(
            "query {{ task_run(where: {{ state: {{ _eq: \"Cached\" }}, state_timestamp: {{ _gte: \"{since}\" }}, task_id: {{ _eq: \
             \"{task}\" }} }}, order_by: {{ state_timestamp: desc }}, limit: 100) {{ serialized_state }} }}"
        ))
        .await;
        assert_eq!(cached["task_run"].as_array().unwrap().len(), count);
    }
    let by_key = "query { task_run(where: { state: { _eq: \"Cached\" }, state_timestamp: { _gte: \"2026-01-01T00:00:00\" }, \
                  cache_key: { _eq: \"k\" } }, order_by: { state_timestamp: desc }, limit: 100) { serialized_state } }";
    assert_eq!(ask(by_key.into()).await, json!({ "task_run": [] }));
    let view = "id name map_index serialized_state flow_run_id task { id slug }";
    let of_run = format!("flow_run_id: {{ _eq: \"{run}\" }}");
    for (filter, count) in [
        (format!("where: {{ id: {{ _eq: \"{task_run}\" }} }}"), 1),
        (
            format!(
                "where: {{ task: {{ slug: {{ _eq: \"load-1\" }} }}, {of_run}, map_index: {{ _eq: -1 }} }}"
            ),
            1,
        ),
        (
            format!(
                "where: {{ task: {{ slug: {{ _eq: \"load-1\" }} }}, {of_run}, map_index: {{ _neq: -1 }} }}, order_by: {{ map_index: asc }}"
            ),
            0,
        ),
        (format!("where: {{ map_index: {{ _eq: -1 }}, {of_run}, id: {{ _nin: [\"{task_run}\"] }} }}"), 1),
        (format!("where: {{ {of_run}, id: {{ _nin: [] }} }}"), 2),
        (format!("where: {{ {of_run} }}"), 2),
    ] {
        let found = ask(format!("query {{ task_run({filter}) {{ {view} }} }}")).await;
        assert_eq!(found["task_run"].as_array().unwrap().len(), count, "{filter}");
        for found in found["task_run"].as_array().unwrap() {
            assert_eq!((&found["flow_run_id"], &found["map_index"]), (&json!(run), &json!(-1)));
        }
    }
    let waits = ask(format!(
        "query {{ task_run(where: {{ state_start_time: {{ _is_null: false }}, {of_run}, flow_run: {{ state: {{ _eq: \"Running\" }} }} }}) \
         {{ state_start_time }} }}"
    ))
    .await;
    assert_eq!(waits, json!({ "task_run": [] }));
    let query = "query { agent { id name labels last_queried } }";
    assert_eq!(ask(query.into()).await, json!({ "agent": [] }));
    let input = json!({ "type": "LocalAgent", "name": "ada", "labels": ["l"] });
    world.mutate("register_agent", input, "id").await;
    let agents = ask(query.into()).await;
    assert_eq!((&agents["agent"][0]["name"], &agents["agent"][0]["labels"]), (&json!("ada"), &json!(["l"])));
}
