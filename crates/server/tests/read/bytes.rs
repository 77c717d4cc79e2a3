//! Whatever is sent: an answer, and never a panic.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::harness::Trial;

/// What queries are made of, so that what is put together at random gets beyond the parser.
const WORDS: &[&str] = &[
    "{",
    "}",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "$a",
    "$",
    "...",
    "@include(if: true)",
    "@skip(if: $a)",
    "on",
    "query",
    "mutation",
    "fragment",
    "f",
    "flow_run",
    "flow",
    "task_runs",
    "cloud_hook",
    "delivery_aggregate",
    "aggregate",
    "count",
    "id",
    "name",
    "state",
    "where",
    "order_by",
    "limit",
    "offset",
    "distinct_on",
    "_and",
    "_or",
    "_not",
    "_eq",
    "_in",
    "_like",
    "_is_null",
    "asc",
    "desc",
    "null",
    "true",
    "1",
    "-1",
    "99999999999999999999",
    "1e400",
    "\"\"",
    "\"%\\\\\"",
    "\"\\u0000\"",
    "\"Running\"",
    "\"2026-01-01\"",
    "\"0001-01-01T00:00:00+25:00\"",
    "__typename",
    "__schema",
    "#",
    "\"\"\"",
    "flow_run_by_pk",
    "hello",
    "secret_value",
    "set_flow_run_states",
    "input",
    "states",
    "!",
    "=",
    "&",
    "|",
    "é",
    "\n",
];

/// Values that clients should not send, as JSON.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e308",
    "18446744073709551616",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[null]",
    "[[[]]]",
    "{\"_eq\": null}",
    "{\"_eq\": {}}",
    "{\"_in\": {\"_in\": []}}",
    "{\"_and\": {\"_and\": {\"_or\": []}}}",
    "{\"name\": {\"_like\": \"%\"}}",
    "{\"id\": {\"_eq\": \"x\"}}",
    "{\"flow\": {\"flow_runs\": {\"state\": {\"_eq\": 1}}}}",
    "{\"created\": {\"_gt\": \"-009999-01-01T00:00:00Z\"}}",
    "{\"version\": {\"_lt\": 9223372036854775808}}",
    "{\"name\": {\"_eq\": \"\\u0000\"}}",
    "{\"__proto__\": 1}",
    "{\"name\": \"asc\"}",
    "\"name\"",
    "{\"\": {}}",
];

const ASKS: &[&str] = &[
    "query($a: flow_run_bool_exp) { flow_run(where: $a) { id } }",
    "query($a: [flow_run_order_by!]) { flow_run(order_by: $a) { id } }",
    "query($a: Int) { flow_run(limit: $a) { id task_runs(offset: $a) { id } } }",
    "query($a: [flow_run_select_column!]) { flow_run_aggregate(distinct_on: $a) { aggregate { count } } }",
    "query($a: uuid!) { flow_run_by_pk(id: $a) { id } }",
    "query($a: String!) { secret_value(name: $a) }",
    "mutation($a: set_flow_run_states_input!) { set_flow_run_states(input: $a) { states { id } } }",
    "mutation($a: create_cloud_hook_input!) { create_cloud_hook(input: $a) { id } }",
    "mutation($a: write_run_logs_input!) { write_run_logs(input: $a) { success } }",
];

/// Sends a body; says what was wrong with the answer.
async fn send(trial: &Trial, body: Vec<u8>) -> Result<(), TestCaseError> {
    let request = trial.client.post(trial.url("/")).header("content-type", "application/json").body(body);
    let response = request.send().await.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let answer: Json = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert!(status == 200 || status == 400, "{status} {answer}");
    prop_assert!(answer["data"].is_object() || answer["errors"][0]["message"].is_string(), "{answer}");
    prop_assert!(!text.contains("INTERNAL_SERVER_ERROR"), "{answer}");
    Ok(())
}

fn check<S: Strategy<Value = Vec<u8>>>(bodies: &S) {
    let runtime = Runtime::new().unwrap();
    let trial = runtime.block_on(Trial::start());
    let mut runner = TestRunner::new(Config { cases: 500, failure_persistence: None, ..Config::default() });
    runner.run(bodies, |body| runtime.block_on(send(&trial, body))).unwrap();
    // The server has nothing left of it.
    assert!(runtime.block_on(trial.data("{ hello }"))["hello"].is_string());
}

#[test]
fn any_bytes_as_a_body() {
    check(&prop::collection::vec(any::<u8>(), 0..200));
}

#[test]
fn any_bytes_as_a_document_and_as_variables() {
    let bytes = || prop::collection::vec(any::<u8>(), 0..200);
    check(&(bytes(), bytes()).prop_map(|(query, variables)| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        json!({ "query": text(&query), "variables": text(&variables) }).to_string().into_bytes()
    }));
}

#[test]
fn any_words_as_a_document() {
    let words = prop::collection::vec(prop::sample::select(WORDS), 0..40);
    check(&words.prop_map(|words| {
        json!({ "query": format!("query($a: Boolean) {{ {} }}", words.join(" ")) }).to_string().into_bytes()
    }));
}

#[test]
fn any_part_of_a_document_left_out_or_said_twice() {
    let document = "query($a: Int = 1) { runs: flow_run(where: { _or: [{ state: { _eq: \"Running\" } }, { task_runs: { \
                    state_start_time: { _lte: \"2026-01-01\" } } }] }, order_by: [{ created: desc }], limit: $a) { ...f flow { \
                    name } } } fragment f on flow_run { id task_runs(where: { name: { _like: \"a%\" } }) { id } }";
    let cut = (0..document.len(), 0..20usize, any::<bool>());
    check(&cut.prop_map(move |(start, length, twice)| {
        let end = document.len().min(start + length);
        let (before, part, after) = (&document[..start], &document[start..end], &document[end..]);
        let query = if twice { format!("{before}{part}{part}{after}") } else { format!("{before}{after}") };
        json!({ "query": query }).to_string().into_bytes()
    }));
}

#[test]
fn any_values_as_variables() {
    let asked = (prop::sample::select(ASKS), prop::sample::select(VALUES), any::<bool>());
    check(&asked.prop_map(|(query, value, as_text)| {
        let variables = format!("{{\"a\": {value}}}");
        let variables = if as_text { Json::String(variables).to_string() } else { variables };
        format!("{{\"query\": {}, \"variables\": {variables}}}", Json::from(query)).into_bytes()
    }));
}

#[test]
fn what_is_deep_or_multiplies_itself() {
    let runtime = Runtime::new().unwrap();
    let trial = runtime.block_on(Trial::start());
    let doubling = |levels: usize| {
        let fragment = |n: usize| format!("fragment f{n} on Query {{ ...f{0} ...f{0} }} ", n + 1);
        let fragments: String = (0..levels).map(fragment).collect();
        format!("{{ ...f0 }} {fragments} fragment f{levels} on Query {{ hello }}")
    };
    let deep = 100_000;
    for query in [
        "{flow".repeat(deep),
        format!("{{ flow(where: {}", "{ _and: [".repeat(deep)),
        format!("{{ flow(where: {}{}) {{ id }} }}", "{ _not: ".repeat(60), "}".repeat(60)),
        doubling(29),
        doubling(200),
        "{ ...f } fragment f on Query { ...f ...f ...f }".to_owned(),
    ] {
        let body = json!({ "query": query }).to_string().into_bytes();
        runtime.block_on(send(&trial, body)).unwrap();
    }
    let query = Json::from("query($a: flow_bool_exp) { flow(where: $a) { id } }");
    for (open, close) in [("[", "]"), ("{\"_not\":", "}")] {
        for depth in [60, 120, deep] {
            let value = format!("{}null{}", open.repeat(depth), close.repeat(depth));
            for variables in
                [format!("{{\"a\":{value}}}"), Json::from(format!("{{\"a\":{value}}}")).to_string()]
            {
                let body = format!("{{\"query\":{query},\"variables\":{variables}}}").into_bytes();
                runtime.block_on(send(&trial, body)).unwrap();
            }
        }
    }
}
