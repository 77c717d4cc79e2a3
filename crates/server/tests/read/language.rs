//! What filters, orders, parts and selections mean.

use serde_json::{Value as Json, json};

use crate::world::{World, id};

#[tokio::test]
async fn null_leaves_a_condition_out_and_combinators_may_be_empty() {
    let world = World::start().await;
    let both = vec![world.run.clone(), world.waiting.clone()];
    let running = vec![world.run.clone()];
    for (filter, wanted) in [
        ("null", &both),
        ("{}", &both),
        ("{ name: null }", &both),
        (
            "{ name: { _eq: null, _neq: null, _gt: null, _in: null, _nin: null, _is_null: null, _like: null } }",
            &both,
        ),
        ("{ flow: null }", &both),
        ("{ flow: { name: { _eq: null }, project: { name: { _eq: null } } } }", &both),
        ("{ _and: null, _or: null, _not: null }", &both),
        ("{ _and: [] }", &both),
        ("{ _or: [] }", &vec![]),
        ("{ _or: [{ name: { _eq: null } }, { state: { _eq: \"Running\" } }] }", &both),
        ("{ _not: {} }", &vec![]),
        ("{ _not: { state: { _eq: \"Scheduled\" } } }", &running),
        ("{ _not: { end_time: { _gt: \"2026-01-01T00:00:00Z\" } } }", &vec![]),
        ("{ _and: { state: { _eq: \"Running\" } } }", &running),
        ("{ _and: [{ state: { _eq: \"Running\" } }, {}] }", &running),
        ("{ _or: { state: { _eq: \"Running\" } } }", &running),
        ("{ id: { _in: [] } }", &vec![]),
        ("{ id: { _nin: [] } }", &both),
        ("{ state: { _in: \"Running\" } }", &running),
        ("{ state: { _like: \"R%\" } }", &running),
        ("{ state: { _like: \"r%\" } }", &vec![]),
        ("{ state: { _ilike: \"r_nn%\" } }", &running),
        ("{ task_runs: { state: { _eq: \"Cached\" } } }", &running),
        ("{ _not: { task_runs: { state: { _eq: \"Pending\" } } } }", &vec![]),
        (
            "{ flow: { project: { name: { _eq: \"demo\" } }, flow_runs: { state: { _eq: \"Running\" } } } }",
            &both,
        ),
        ("{ version: { _gte: 2, _lt: 4 } }", &running),
        ("{ version: { _lt: 9007199254740993 } }", &both),
        ("{ start_time: { _is_null: true } }", &vec![world.waiting.clone()]),
    ] {
        assert_eq!(world.ids(&format!("flow_run(where: {filter})")).await, *wanted, "{filter}");
    }
}

#[tokio::test]
async fn order_and_part() {
    let world = World::start().await;
    let World { run, waiting, flow, old, .. } = &world;
    for (arguments, wanted) in [
        ("order_by: { created: desc }", vec![waiting, run]),
        (
            "order_by: { created: asc }, limit: null, offset: null, distinct_on: null, where: null",
            vec![run, waiting],
        ),
        ("order_by: null", vec![run, waiting]),
        ("order_by: []", vec![run, waiting]),
        ("order_by: { start_time: desc }", vec![waiting, run]),
        ("order_by: { start_time: desc_nulls_last }", vec![run, waiting]),
        ("order_by: { start_time: asc }", vec![run, waiting]),
        ("order_by: { start_time: asc_nulls_first }", vec![waiting, run]),
        ("order_by: [{ flow_id: asc }, { created: desc }, { flow_id: desc }]", vec![waiting, run]),
        ("limit: 0", vec![]),
        ("limit: 1", vec![run]),
        ("offset: 1", vec![waiting]),
        ("limit: 9223372036854775807, offset: 0", vec![run, waiting]),
        ("offset: 9223372036854775807", vec![]),
        ("distinct_on: flow_id", vec![run]),
        ("distinct_on: [flow_id], order_by: { created: desc }", vec![waiting]),
        ("distinct_on: [flow_id, state, flow_id]", vec![run, waiting]),
        ("distinct_on: []", vec![run, waiting]),
    ] {
        let wanted: Vec<_> = wanted.into_iter().cloned().collect();
        assert_eq!(world.ids(&format!("flow_run({arguments})")).await, wanted, "{arguments}");
    }
    for arguments in ["limit: -1", "offset: -1"] {
        let error = world.error(&format!("{{ flow_run({arguments}) {{ id }} }}")).await;
        assert!(error.contains("is not a whole number from 0"), "{error}");
    }
    // The order of keys is kept in a text of variables as in an object.
    let query = "query($by: [flow_order_by!], $n: Int, $on: [flow_select_column!]) {
        flow(order_by: $by, limit: $n, distinct_on: $on) { id } }";
    let variables = r#"{"by": {"version": "desc", "name": "asc"}, "n": null, "on": null}"#;
    for variables in [json!(variables), serde_json::from_str(variables).unwrap()] {
        let answer = world.query_with(query, variables).await;
        assert_eq!(answer["data"]["flow"], json!([{ "id": flow }, { "id": old }]), "{answer}");
    }
    let variables = json!({ "by": [{ "archived": "desc" }], "n": 1, "on": "name" });
    let answer = world.query_with(query, variables).await;
    assert_eq!(answer["data"]["flow"], json!([{ "id": old }]), "{answer}");
}

#[tokio::test]
async fn numbers_about_rows() {
    let world = World::start().await;
    let data = world
        .data(
            "{ flow_run_aggregate { aggregate { count } }
               some: flow_run_aggregate(where: { state: { _eq: \"Running\" } }) { numbers: aggregate { n: count } }
               project { flows_aggregate { aggregate { count } } one: flows_aggregate(limit: 1) { aggregate { count } }
                         none: flows_aggregate(offset: 2) { aggregate { count } } }
               flow(order_by: { version: asc }) { flow_runs_aggregate(limit: 1) { __typename aggregate { count __typename } } }
               delivery_aggregate(where: { status: { _eq: \"dead\" } }) { aggregate { count } } }",
        )
        .await;
    let count = |count: u64| json!({ "aggregate": { "count": count } });
    assert_eq!(data["flow_run_aggregate"], count(2));
    assert_eq!(data["some"], json!({ "numbers": { "n": 1 } }));
    assert_eq!(data["project"], json!([{ "flows_aggregate": count(2), "one": count(1), "none": count(0) }]));
    let named = |count: u64| {
        json!({ "flow_runs_aggregate": {
            "__typename": "flow_run_aggregate",
            "aggregate": { "count": count, "__typename": "aggregate_count" },
        } })
    };
    assert_eq!(data["flow"], json!([named(0), named(1)]));
    assert_eq!(data["delivery_aggregate"], count(0));
}

#[tokio::test]
async fn selections_have_names_fragments_and_conditions() {
    let world = World::start().await;
    let query = "query($yes: Boolean!, $no: Boolean!) {
        runs: flow_run(order_by: { created: asc }, limit: 1) {
            __typename ...names ...none @include(if: $no) ... on flow_run { state } ... @skip(if: $yes) { version }
            out: version @skip(if: $yes) in: version @include(if: $yes)
            flow { id } flow { name project { name } }
            first: task_runs(where: { task: { slug: { _eq: \"load-1\" } } }) { state }
            rest: task_runs(where: { task: { slug: { _neq: \"load-1\" } } }) { state }
        }
        __typename
    }
    fragment names on flow_run { key: id }
    fragment none on flow_run { epoch }";
    let answer = world.query_with(query, json!({ "yes": true, "no": false })).await;
    let wanted = json!({
        "__typename": "flow_run", "key": world.run, "state": "Running", "in": 3,
        "flow": { "id": world.flow, "name": "orders", "project": { "name": "demo" } },
        "first": [{ "state": "Cached" }], "rest": [{ "state": "Pending" }],
    });
    assert_eq!(answer["data"], json!({ "runs": [wanted], "__typename": "Query" }), "{answer}");
}

#[tokio::test]
async fn what_cannot_be_asked_says_where() {
    let world = World::start().await;
    let many = |what: &str| (0..600).map(|_| what).collect::<Vec<_>>().join(", ");
    let deep = format!("{}{{}}{}", "{ _not: ".repeat(30), "}".repeat(30));
    assert!(world.data(&format!("{{ flow_run(where: {deep}) {{ id }} }}")).await["flow_run"].is_array());
    let related = format!("{}{}{}", "{ flow: { flow_runs: ".repeat(4), "{}", "} }".repeat(4));
    assert_eq!(world.ids(&format!("flow_run(where: {related})")).await.len(), 2);
    for (field, part) in [
        ("flow_run(where: { colour: { _eq: \"red\" } }) { id }".to_owned(), "colour"),
        ("flow_run(where: { serialized_state: { _eq: \"x\" } }) { id }".to_owned(), "serialized_state"),
        ("flow_run(where: { name: { _near: \"red\" } }) { id }".to_owned(), "_near"),
        ("flow_run(where: { id: { _eq: \"red\" } }) { id }".to_owned(), "where.id._eq"),
        ("flow_run(where: { flow: { id: { _in: [\"red\"] } } }) { id }".to_owned(), "where.flow.id._in"),
        ("flow_run(where: { created: { _gt: \"red\" } }) { id }".to_owned(), "where.created._gt"),
        ("flow_run(where: { version: { _eq: \"red\" } }) { id }".to_owned(), "version"),
        ("flow_run(where: { version: { _eq: 1.5 } }) { id }".to_owned(), "version"),
        ("flow_run(where: { name: { _eq: \"a\\u0000\" } }) { id }".to_owned(), "zero byte"),
        ("flow_run(order_by: { colour: asc }) { id }".to_owned(), "colour"),
        ("flow_run(order_by: { name: up }) { id }".to_owned(), "order_by"),
        ("flow_run(distinct_on: colour) { id }".to_owned(), "distinct_on"),
        ("flow_run(limit: 1.5) { id }".to_owned(), "limit"),
        ("flow_run(page: 1) { id }".to_owned(), "page"),
        ("flow_run { colour }".to_owned(), "colour"),
        ("flow_run { task_runs(where: { id: { _eq: \"red\" } }) { id } }".to_owned(), "id._eq"),
        ("flow_run_by_pk(id: \"red\") { id }".to_owned(), "id"),
        ("flow_run_by_pk(id: 7) { id }".to_owned(), "id"),
        ("flow_run_by_pk { id }".to_owned(), "id"),
        (
            format!(
                "flow_run(where: {}{{}}{}) {{ id }}",
                "{ flow: { flow_runs: ".repeat(15),
                "} }".repeat(15)
            ),
            "30 relations nest",
        ),
        (
            format!("flow_run(where: {{ _or: [{}] }}) {{ id }}", many("{ name: { _eq: \"x\" } }")),
            "conditions at most",
        ),
        (
            format!("flow_run(where: {{ name: {{ _like: \"{}\" }} }}) {{ id }}", "%a".repeat(200)),
            "characters at most",
        ),
        (format!("flow_run {{ {} }}", "flow { flow_runs { ".repeat(9) + "id" + &"} }".repeat(9)), "deep"),
        (
            format!("flow_run {{ {} }}", (0..1_100).map(|n| format!("a{n}: id ")).collect::<String>()),
            "complex",
        ),
    ] {
        let answer = world.query_with(&format!("query {{ asked: {field} }}"), Json::Null).await;
        let error = &answer["errors"][0];
        let message = error["message"].as_str().unwrap_or_else(|| panic!("{field}: {answer}"));
        assert!(message.contains(part), "{field}: {message}");
        assert_ne!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{field}: {answer}");
        if part.starts_with("where.") {
            assert_eq!(
                (&error["path"], &error["extensions"]["code"]),
                (&json!(["asked"]), &json!("BAD_REQUEST"))
            );
        }
    }
    assert_eq!(
        world
            .ids(&format!("flow_run(where: {{ id: {{ _in: [{}] }} }})", many(&format!("{:?}", world.run))))
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn a_hook_shows_no_secret_and_a_deleted_one_is_found_only_by_what_it_owed() {
    let world = World::start().await;
    let hook = world.slack_hook(&["Success"]).await;
    let shown =
        world.data(&format!("{{ cloud_hook_by_pk(id: \"{hook}\") {{ config states events type }} }}")).await;
    let url = world.receiver.url(campana_receiver::Kind::Slack).to_string();
    assert!(!shown.to_string().contains(&url), "{shown}");
    assert_eq!(
        (&shown["cloud_hook_by_pk"]["states"], &shown["cloud_hook_by_pk"]["type"]),
        (&json!(["SUCCESS"]), &json!("SLACK_WEBHOOK"))
    );
    let input = json!({
        "type": "PREFECT_MESSAGE", "states": ["Success"], "config": {}, "project_id": world.project,
    });
    let inbox = id(&world.mutate("create_cloud_hook", input, "id").await);
    world.set_state(&world.run, "Success", "").await;
    let of_project = "query { project { cloud_hooks { id } cloud_hooks_aggregate { aggregate { count } } } }";
    let count = |count: u64| json!({ "aggregate": { "count": count } });
    let wanted = json!([{ "cloud_hooks": [{ "id": inbox }], "cloud_hooks_aggregate": count(1) }]);
    assert_eq!(world.data(of_project).await["project"], wanted);
    assert_eq!(world.ids("project(where: { cloud_hooks: {} })").await.len(), 1);
    world.mutate("delete_cloud_hook", json!({ "cloud_hook_id": inbox }), "success").await;
    assert_eq!(world.ids("cloud_hook").await, [hook]);
    let wanted = json!([{ "cloud_hooks": [], "cloud_hooks_aggregate": count(0) }]);
    assert_eq!(world.data(of_project).await["project"], wanted);
    assert!(world.ids("project(where: { cloud_hooks: {} })").await.is_empty());
    let owed = world
        .data(&format!("{{ delivery(where: {{ cloud_hook_id: {{ _eq: \"{inbox}\" }} }}) {{ cloud_hook {{ id }} event {{ state }} }} }}"))
        .await;
    assert_eq!(owed["delivery"], json!([{ "cloud_hook": { "id": inbox }, "event": { "state": "Success" } }]));
}
