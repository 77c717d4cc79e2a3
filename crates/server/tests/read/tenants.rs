//! What a tenant sees of another: nothing.

use serde_json::{Value as Json, json};

use crate::world::World;

#[tokio::test]
async fn a_key_sees_its_tenant_alone_and_what_is_for_admins_if_it_is_one() {
    let mut world = World::start().await;
    let other = world.mutate("create_tenant", json!({ "name": "Acme", "slug": "acme" }), "id").await;
    let key = async |world: &World, role: &str, tenant: &Json| {
        let input = json!({ "name": role, "role": role, "tenant_id": tenant });
        world.mutate("create_api_key", input, "key").await["key"].as_str().unwrap().to_owned()
    };
    let of_acme = key(&world, "admin", &other["id"]).await;
    let roots = world.data_of_keyless_roots(&of_acme).await;
    assert!(roots.len() > 15, "{roots:?}");
    let run = world.run.clone();
    world.trial.key = Some(of_acme);
    for root in &roots {
        let answer = world.query_with(&format!("query {{ {root} {{ __typename }} }}"), Json::Null).await;
        let rows = answer["data"][root].as_array().unwrap_or_else(|| panic!("{root}: {answer}"));
        // Its own row, its own key, and that somebody made it.
        let own = if ["tenant", "auth_api_key", "audit"].contains(&root.as_str()) { 1 } else { 0 };
        assert!(rows.len() <= own, "{root}: {answer}");
        let count = world.data(&format!("{{ {root}_aggregate {{ aggregate {{ count }} }} }}")).await;
        assert_eq!(count[format!("{root}_aggregate")]["aggregate"]["count"], rows.len(), "{root}");
    }
    let by_key = world.data(&format!("{{ flow_run_by_pk(id: \"{run}\") {{ id }} }}")).await;
    assert_eq!(by_key, json!({ "flow_run_by_pk": null }));
    let error =
        world.error(&format!("{{ get_task_run_info(task_run_id: \"{}\") {{ id }} }}", world.task_run)).await;
    assert!(error.contains("not found"), "{error}");
}

#[tokio::test]
async fn keys_and_the_audit_are_for_admins() {
    let mut world = World::start().await;
    let admin = world.mutate("create_api_key", json!({ "name": "a", "role": "admin" }), "key").await;
    world.trial.key = Some(admin["key"].as_str().unwrap().to_owned());
    let viewer = world.mutate("create_api_key", json!({ "name": "v", "role": "viewer" }), "key").await;
    assert_eq!(world.ids("auth_api_key").await.len(), 2);
    assert!(!world.ids("audit").await.is_empty());
    world.trial.key = Some(viewer["key"].as_str().unwrap().to_owned());
    assert_eq!(world.ids("flow_run").await.len(), 2);
    let nobody = "id: \"00000000-0000-0000-0000-000000000000\"";
    for field in ["auth_api_key", "audit"] {
        for field in [
            format!("{field} {{ id }}"),
            format!("{field}_by_pk({nobody}) {{ id }}"),
            format!("{field}_aggregate {{ aggregate {{ count }} }}"),
        ] {
            let answer = world.query_with(&format!("query {{ found: {field} }}"), Json::Null).await;
            let error = &answer["errors"][0];
            assert_eq!(
                (&error["extensions"]["code"], &error["path"]),
                (&json!("FORBIDDEN"), &json!(["found"])),
                "{answer}"
            );
            assert!(error["message"].as_str().unwrap().starts_with("FORBIDDEN"), "{answer}");
            assert_eq!(answer["data"], Json::Null);
        }
    }
}
