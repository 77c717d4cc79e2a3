//! Who may ask what.

use campana_server::{Role, Server, StartError, create_key};
use serde_json::{Value as Json, json};

use crate::harness::Trial;

/// Every field of the root types, with its arguments.
async fn fields(trial: &Trial) -> Vec<(&'static str, Json)> {
    let query = "query { __schema {
        queryType { fields { name args { name type { kind ofType { name } } } type { ...t } } }
        mutationType { fields { name args { name type { kind ofType { name } } } type { ...t } } } } }
        fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
    let data = trial.data(query).await;
    let mut all = Vec::new();
    for (operation, root) in [("query", "queryType"), ("mutation", "mutationType")] {
        for field in data["__schema"][root]["fields"].as_array().unwrap() {
            all.push((operation, field.clone()));
        }
    }
    all
}

/// A request that would use the field if it might; its arguments need not be right.
fn request(operation: &str, field: &Json) -> String {
    let name = field["name"].as_str().unwrap();
    let mut kind = &field["type"];
    while !kind["ofType"].is_null() {
        kind = &kind["ofType"];
    }
    let selection = if kind["kind"] == "OBJECT" { " { __typename }" } else { "" };
    format!("{operation} {{ {name}{selection} }}")
}

#[tokio::test]
async fn without_a_key_nothing_answers_once_there_is_one() {
    let mut trial = Trial::start().await;
    let fields = fields(&trial).await;
    assert!(fields.len() > 40, "{}", fields.len());
    let created = trial.mutate("create_api_key", json!({ "name": "ops" }), "id key").await;
    for (operation, field) in &fields {
        let (status, answer) = trial.post("/graphql", &json!({ "query": request(operation, field) })).await;
        assert_eq!(status, 200);
        let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{field}: {answer}"));
        assert!(message.contains("UNAUTHENTICATED"), "{message}");
        assert_eq!(answer["data"], Json::Null);
    }
    let response = trial.client.get(trial.url("/health")).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    trial.key = Some("campana_wrong".to_owned());
    assert!(trial.error("query { hello }").await.contains("UNAUTHENTICATED"));
    trial.key = Some(created["key"].as_str().unwrap().to_owned());
    assert!(trial.data("query { hello }").await["hello"].is_string());
    trial.mutate("delete_api_key", json!({ "key_id": created["id"] }), "success").await;
    assert!(trial.error("query { hello }").await.contains("UNAUTHENTICATED"));
}

/// What a key of each role may not use. Every other field it may.
#[tokio::test]
async fn each_role_may_use_what_it_is_for() {
    let mut trial = Trial::start().await;
    let fields = fields(&trial).await;
    let admin = trial.mutate("create_api_key", json!({ "name": "admin" }), "key").await;
    trial.key = Some(admin["key"].as_str().unwrap().to_owned());
    let mut refused = Vec::new();
    for role in ["viewer", "member", "admin"] {
        let created = trial.mutate("create_api_key", json!({ "name": role, "role": role }), "key").await;
        let own = trial.key.replace(created["key"].as_str().unwrap().to_owned());
        for (operation, field) in &fields {
            if is_refused(&trial, operation, field).await {
                refused.push(format!("{role} {operation} {}", field["name"].as_str().unwrap()));
            }
        }
        trial.key = own;
    }
    let mutations = fields.iter().filter(|(operation, _)| *operation == "mutation").count();
    let of = |start: &str| refused.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(of("viewer mutation"), mutations, "a viewer changes nothing: {refused:#?}");
    assert_eq!(of("admin"), 0, "{refused:#?}");
    for name in ["create_cloud_hook", "test_cloud_hook", "set_secret", "create_api_key", "replay_deliveries"]
    {
        assert!(refused.contains(&format!("member mutation {name}")), "{name}: {refused:#?}");
    }
    for name in ["create_flow_run", "set_flow_run_states", "write_run_logs", "create_flow"] {
        assert!(!refused.contains(&format!("member mutation {name}")), "{name}: {refused:#?}");
    }
}

/// Whether the role is what keeps a field from answering, with arguments that are valid and mean nothing.
async fn is_refused(trial: &Trial, operation: &str, field: &Json) -> bool {
    let name = field["name"].as_str().unwrap();
    let Some(input) = field["args"].as_array().unwrap().iter().find(|arg| arg["name"] == "input") else {
        return false;
    };
    if input["type"]["kind"] != "NON_NULL" {
        return false;
    }
    let kind = input["type"]["ofType"]["name"].as_str().unwrap();
    let shape = format!(
        "query {{ __type(name: \"{kind}\") {{ inputFields {{ name type {{ kind name ofType {{ kind name ofType {{ kind \
         name ofType {{ kind name }} }} }} }} }} }} }}"
    );
    let shape = trial.data(&shape).await;
    let given: Vec<_> = shape["__type"]["inputFields"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|field| field["type"]["kind"] == "NON_NULL")
        .map(|field| format!("{}: {}", field["name"].as_str().unwrap(), value(&field["type"]["ofType"])))
        .collect();
    let selection = request(operation, field);
    let selection = selection.split_once(name).unwrap().1;
    let query = format!("{operation} {{ {name}(input: {{{}}}){selection}", given.join(", "));
    let answer = trial.query_with(&query, Json::Null).await;
    answer["errors"][0]["message"].as_str().is_some_and(|message| message.starts_with("FORBIDDEN"))
}

fn value(kind: &Json) -> String {
    match (kind["kind"].as_str().unwrap(), kind["name"].as_str()) {
        ("LIST", _) => "[]".to_owned(),
        (_, Some("uuid")) => "\"00000000-0000-0000-0000-000000000000\"".to_owned(),
        (_, Some("timestamptz")) => "\"2026-01-01T00:00:00Z\"".to_owned(),
        (_, Some("cloud_hook_type")) => "EMAIL".to_owned(),
        (_, Some("JSON")) => "{}".to_owned(),
        (_, Some("Int")) => "1".to_owned(),
        (_, Some("Boolean")) => "true".to_owned(),
        _ => "\"nothing\"".to_owned(),
    }
}

#[tokio::test]
async fn other_machines_may_only_ask_with_a_key() {
    let mut trial = Trial::start().await;
    trial.stop().await;
    let open = || {
        let mut config = trial.config();
        config.host = "0.0.0.0".parse().unwrap();
        config
    };
    let error = Server::start(open()).await.unwrap_err();
    assert!(matches!(error, StartError::NoKeys { .. }), "{error}");
    assert!(error.to_string().contains("create-key"), "{error}");
    let key = create_key(&open(), "ops".to_owned(), Role::Admin).await.unwrap();
    assert!(key.expose().starts_with("campana_"));
    let server = Server::start(open()).await.unwrap();
    let port = server.address().port();
    let served = tokio::spawn(server.run_until(std::future::pending()));
    let ask =
        trial.client.post(format!("http://127.0.0.1:{port}/")).header("content-type", "application/json");
    let ask = ask.body(r#"{"query": "query { hello }"}"#);
    let text = ask.try_clone().unwrap().send().await.unwrap().text().await.unwrap();
    assert!(text.contains("UNAUTHENTICATED"), "{text}");
    let text = ask.bearer_auth(key.expose()).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("data") && !text.contains("errors"), "{text}");
    served.abort();
}

#[tokio::test]
async fn a_server_with_another_key_than_its_database_does_not_start() {
    let mut trial = Trial::start().await;
    trial.stop().await;
    let mut config = trial.config();
    config.key =
        campana_server::KeySource::Given(campana_server::vault::MasterKey::generate().unwrap().to_base64());
    let error = Server::start(config).await.unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
}

#[tokio::test]
async fn a_second_server_on_one_file_is_refused() {
    let trial = Trial::start().await;
    let error = Server::start(trial.config()).await.unwrap_err();
    assert!(error.to_string().contains("in use by another server"), "{error}");
}

#[tokio::test]
async fn a_secret_is_kept_sealed_and_given_to_who_may_read_it() {
    let mut trial = Trial::start().await;
    trial.mutate("set_secret", json!({ "name": "TOKEN", "value": "hunter2-of-the-tenant" }), "success").await;
    trial.restart().await;
    let secret = trial.data("query { secret_names secret_value(name: \"TOKEN\") }").await;
    assert_eq!(secret, json!({ "secret_names": ["TOKEN"], "secret_value": "hunter2-of-the-tenant" }));
    trial.mutate("delete_secret", json!({ "name": "TOKEN" }), "success").await;
    let error = trial.error("query { secret_value(name: \"TOKEN\") }").await;
    assert_eq!(error, "No value found for the requested key");
    trial.mutate("set_secret", json!({ "name": "TOKEN", "value": "hunter2-of-the-tenant" }), "success").await;
    trial.stop().await;
    let stored = trial.database();
    assert!(!stored.windows(7).any(|bytes| bytes == b"hunter2"), "the secret is in the file as it is");
}
