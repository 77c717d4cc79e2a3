//! A request of GraphQL over HTTP.
//!
//! The body is a JSON object with `query`, and perhaps `variables` and `operationName`. Prefect's client sends the variables
//! as a text that holds JSON; others as an object. What is GraphQL is answered with 200, whatever it says; what is
//! not, with another status and the same form of errors.

use std::time::Duration;

use async_graphql::{Request as Document, Variables};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Http, document, refuse};

/// The largest body: a batch of logs, which its sender keeps below 4 MB, has room.
const MAX_BODY_BYTES: usize = 5 * 1024 * 1024;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn post(State(http): State<Http>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    match read(&head.headers, body).await {
        Ok(document) => answer(&http, &head.headers, document).await,
        Err(NotGraphql { status, message }) => refuse(status, &message),
    }
}

async fn answer(http: &Http, headers: &HeaderMap, document: Document) -> Response {
    let caller = match http.app.keys.caller(&http.app, headers).await {
        Ok(caller) => caller,
        Err(error) => {
            http.app.counters.unauthenticated.add(1);
            let extensions = json!({ "code": error.code() });
            let error = json!({ "message": error.to_string(), "extensions": extensions });
            return json_response(json!({ "data": null, "errors": [error] }).to_string());
        }
    };
    http.app.counters.requests.add(1);
    let document = document.data(caller.scope).data(caller);
    let answer = http.schema.execute(document).await;
    match serde_json::to_string(&answer) {
        Ok(body) => json_response(body),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "could not write an answer");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "the server failed to answer; its log says more")
        }
    }
}

fn json_response(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// A request is none of GraphQL.
struct NotGraphql {
    status: StatusCode,
    message: String,
}

impl NotGraphql {
    fn new(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }
}

/// The body as people send it.
#[derive(Deserialize)]
struct Sent {
    query: String,
    #[serde(default)]
    variables: Json,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Document, NotGraphql> {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.split(';').next().unwrap_or_default().trim() != "application/json" {
        let message = "the request has to have the content type application/json";
        return Err(NotGraphql { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, message: message.to_owned() });
    }
    let body = match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let message = format!("the request is cut off, or larger than {MAX_BODY_BYTES} bytes");
            return Err(NotGraphql { status: StatusCode::PAYLOAD_TOO_LARGE, message });
        }
        Err(_) => {
            let message = format!("the request did not arrive within {} s", BODY_TIMEOUT.as_secs());
            return Err(NotGraphql { status: StatusCode::REQUEST_TIMEOUT, message });
        }
    };
    parse(&body)
}

fn parse(body: &[u8]) -> Result<Document, NotGraphql> {
    let Sent { query, variables, operation_name } = serde_json::from_slice(body)
        .map_err(|error| NotGraphql::new(format!("the request is no JSON object with a query: {error}")))?;
    let parsed = document::parse(&query).map_err(NotGraphql::new)?;
    let mut document = Document::new(query).variables(read_variables(variables)?);
    document.set_parsed_query(parsed);
    document.operation_name = operation_name;
    Ok(document)
}

fn read_variables(variables: Json) -> Result<Variables, NotGraphql> {
    let variables = match variables {
        Json::String(text) => serde_json::from_str(&text)
            .map_err(|error| NotGraphql::new(format!("the text in variables is not JSON: {error}")))?,
        variables => variables,
    };
    match variables {
        Json::Null => Ok(Variables::default()),
        variables @ Json::Object(_) => Ok(Variables::from_json(variables)),
        _ => Err(NotGraphql::new("variables is no object")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(body: &Json) -> Result<Json, String> {
        let document = parse(body.to_string().as_bytes()).map_err(|error| error.message)?;
        Ok(serde_json::to_value(&document.variables).unwrap())
    }

    #[test]
    fn variables_are_an_object_or_a_text_that_holds_one() {
        let hello = "query { hello }";
        let wanted = json!({ "x": { "y": [1, null] } });
        for sent in [json!({ "x": { "y": [1, null] } }), json!(r#"{"x": {"y": [1, null]}}"#)] {
            assert_eq!(variables(&json!({ "query": hello, "variables": sent })), Ok(wanted.clone()));
        }
        for sent in [json!(null), json!("null"), json!({}), json!("{}")] {
            assert_eq!(variables(&json!({ "query": hello, "variables": sent })), Ok(json!({})));
        }
        assert_eq!(variables(&json!({ "query": hello })), Ok(json!({})));
    }

    #[test]
    fn what_is_not_graphql_says_what_is_missing() {
        for (body, part) in [
            (json!([{ "query": "query { hello }" }]), "no JSON object with a query"),
            (json!({ "variables": {} }), "missing field `query`"),
            (json!({ "query": "query {" }), "is not GraphQL"),
            (json!({ "query": "query { hello }", "variables": [1] }), "variables is no object"),
            (json!({ "query": "query { hello }", "variables": "{" }), "variables is not JSON"),
        ] {
            let error = variables(&body).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
