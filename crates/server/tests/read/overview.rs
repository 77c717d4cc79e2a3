//! Numbers about many rows, and that they are those of the rows.

use serde_json::{Value as Json, json};

use crate::world::World;

#[tokio::test]
async fn runs_are_counted_by_time_and_state() {
    let world = World::start().await;
    let now = jiff::Timestamp::now();
    let hour = std::time::Duration::from_secs(3600);
    let ask = async |more: &str| {
        let (since, until) = (now - 2 * hour, now + hour);
        let field = format!("flow_run_activity(since: \"{since}\", until: \"{until}\", buckets: 3 {more})");
        world.data(&format!("query {{ {field} {{ since until count states {{ state count }} }} }}")).await
    };
    let all = ask("").await;
    let buckets = all["flow_run_activity"].as_array().unwrap();
    assert_eq!(buckets.iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum::<u64>(), 2);
    assert_eq!(buckets[0]["states"], json!([]));
    assert_eq!(buckets[0]["until"], buckets[1]["since"]);
    let states: Vec<_> = buckets.iter().flat_map(|bucket| bucket["states"].as_array().unwrap()).collect();
    assert_eq!(
        states,
        [&json!({ "state": "Running", "count": 1 }), &json!({ "state": "Scheduled", "count": 1 })]
    );
    assert_eq!(ask(&format!(", project_id: \"{}\"", world.project)).await, all);
    let none = ask(", flow_group_id: \"018f2f6c-3b1e-7c5a-9d60-2f1f5c0a7b11\"").await;
    assert!(none["flow_run_activity"].as_array().unwrap().iter().all(|bucket| bucket["count"] == 0));
    let error = world
        .error(&format!("query {{ flow_run_activity(since: \"{now}\", until: \"{now}\") {{ count }} }}"))
        .await;
    assert!(error.contains("until"), "{error}");
}

#[tokio::test]
async fn a_flow_is_summed_up_by_its_last_runs() {
    let world = World::start().await;
    for (state, count) in [("Success", 3), ("Failed", 1), ("Cancelled", 1)] {
        for _ in 0..count {
            let run = world.run(&world.flow).await;
            world.set_state(&run, "Running", "x").await;
            world.set_state(&run, state, "x").await;
        }
    }
    let fields = "flow_group_id finished success_rate last_runs { id state created start_time end_time }";
    let data = world.data(&format!("query {{ flow_group_summary(runs: 2) {{ {fields} }} }}")).await;
    let [summary] = &data["flow_group_summary"].as_array().unwrap()[..] else { panic!("{data}") };
    assert_eq!((&summary["finished"], &summary["success_rate"]), (&json!(4), &json!(0.75)), "{summary}");
    let states: Vec<_> = summary["last_runs"].as_array().unwrap().iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["Cancelled", "Failed"]);
    let group = summary["flow_group_id"].as_str().unwrap();
    let one = format!("flow_group_summary(flow_group_ids: [\"{group}\"], rate_of: 1, runs: 1)");
    let last = world.data(&format!("query {{ {one} {{ {fields} }} }}")).await;
    let last = &last["flow_group_summary"][0];
    assert_eq!(
        (&last["finished"], &last["success_rate"]),
        (&json!(0), &Json::Null),
        "what was cancelled says nothing"
    );
    let none = world.data("query { flow_group_summary(flow_group_ids: []) { finished } }").await;
    assert_eq!(none["flow_group_summary"], json!([]));
}

#[tokio::test]
async fn the_health_of_deliveries_is_that_of_the_tenant() {
    let mut world = World::start().await;
    let fields = "pending failing dead oldest_pending last_dead failing_destinations";
    let ask = format!("query {{ delivery_health {{ {fields} }} }}");
    let nothing = json!({
        "pending": 0, "failing": 0, "dead": 0, "oldest_pending": null, "last_dead": null, "failing_destinations": 0,
    });
    assert_eq!(world.data(&ask).await["delivery_health"], nothing);
    // Without a mail server it waits, and says why.
    let input = json!({ "type": "EMAIL", "states": ["FAILED"], "config": { "to": "a@b.example" } });
    world.mutate("create_cloud_hook", input, "id").await;
    let run = world.run(&world.flow).await;
    world.set_state(&run, "Failed", "x").await;
    let selection = format!("delivery_health {{ {fields} }}");
    let health = world.until(&selection, |data| data["delivery_health"]["failing"] == 1).await;
    let health = &health["delivery_health"];
    assert_eq!((&health["pending"], &health["dead"]), (&json!(1), &json!(0)), "{health}");
    let owed = world.data("query { delivery { created } }").await;
    assert_eq!(health["oldest_pending"], owed["delivery"][0]["created"]);

    let tenant = world.mutate("create_tenant", json!({ "name": "Acme", "slug": "acme" }), "id").await;
    let input = json!({ "name": "acme", "tenant_id": tenant["id"] });
    let key = world.mutate("create_api_key", input, "key").await["key"].clone();
    world.trial.key = Some(key.as_str().unwrap().to_owned());
    assert_eq!(world.data(&ask).await["delivery_health"], nothing);
}
