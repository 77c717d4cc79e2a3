//! How a request may look, and what is answered to what is none.

use serde_json::{Value as Json, json};

use crate::harness::Trial;

const CREATE: &str = "mutation($input: create_tenant_input!) { create_tenant(input: $input) { id } }";

#[tokio::test]
async fn variables_are_an_object_or_a_text_and_every_path_answers() {
    let trial = Trial::start().await;
    let variables = json!({ "input": { "name": "Acme", "slug": "acme" } });
    let body = |variables: Json| json!({ "query": CREATE, "variables": variables });
    let (_, first) = trial.post("/graphql", &body(variables.clone())).await;
    let id = &first["data"]["create_tenant"]["id"];
    assert!(id.is_string(), "{first}");
    for (path, variables) in [("/", json!(variables.to_string())), ("/api/deep", variables)] {
        let (status, again) = trial.post(path, &body(variables)).await;
        assert_eq!((status, &again["data"]["create_tenant"]["id"]), (200, id), "{again}");
    }
    let (_, hello) = trial.post("/", &json!({ "query": "query{hello}", "variables": "null" })).await;
    assert!(hello["data"]["hello"].is_string(), "{hello}");
}

#[tokio::test]
async fn what_is_no_graphql_is_a_bad_request() {
    let trial = Trial::start().await;
    for body in
        [json!({}), json!([]), json!({ "query": "query {" }), json!({ "query": "{ hello }", "variables": 7 })]
    {
        let (status, answer) = trial.post("/", &body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["errors"][0]["message"].is_string(), "{answer}");
    }
    let (status, answer) = trial.post("/", &json!({ "query": "query { no_such_field }" })).await;
    assert_eq!(status, 200);
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("no_such_field"), "{answer}");
}

#[tokio::test]
async fn a_page_in_a_browser_is_turned_away() {
    let trial = Trial::start().await;
    let query = json!({ "query": "query { hello }" }).to_string();
    let post = |headers: &[(&str, &str)]| {
        let request = trial.client.post(trial.url("/graphql")).body(query.clone());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        async { request.send().await.unwrap().status().as_u16() }
    };
    let json = ("content-type", "application/json");
    assert_eq!(post(&[json]).await, 200);
    assert_eq!(post(&[]).await, 415);
    assert_eq!(post(&[("content-type", "text/plain")]).await, 415);
    assert_eq!(post(&[json, ("origin", "https://evil.example")]).await, 403);
    assert_eq!(post(&[json, ("host", "evil.example")]).await, 403);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let trial = Trial::start().await;
    let body = json!({ "query": "query { hello }", "filling": "x".repeat(5 * 1024 * 1024) });
    assert_eq!(trial.post("/", &body).await.0, 413);
    let body = json!({ "query": "query { hello }", "filling": "x".repeat(4 * 1024 * 1024) });
    assert_eq!(trial.post("/", &body).await.0, 200);
}

#[tokio::test]
async fn health_and_metrics_say_how_it_is() {
    let trial = Trial::start().await;
    let get = async |path: &str| {
        let response = trial.client.get(trial.url(path)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, health) = get("/health").await;
    let health: Json = serde_json::from_str(&health).unwrap();
    assert_eq!((status, health["status"].as_str()), (200, Some("ready")), "{health}");
    assert_eq!(get("/.well-known/apollo/server-health").await.1, r#"{"status":"pass"}"#);
    trial.data("query { hello }").await;
    let (_, metrics) = get("/metrics").await;
    for line in ["campana_requests_total 1", "campana_deliveries_pending 0", "campana_oldest_due_seconds 0"] {
        assert!(metrics.lines().any(|found| found == line), "{line} in {metrics}");
    }
}
