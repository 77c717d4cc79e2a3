//! One request: posted, answered, tried again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::{Endpoint, Error, GraphQlError, Options, tls};

/// How long an unused connection is kept: less than servers keep theirs, so that none breaks in the moment of
/// sending.
const IDLE: Duration = Duration::from_secs(20);

/// The longest wait between two tries.
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// How much of an answer is read: a page of runs with their states is a megabyte or so.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// How much of the body goes into an error.
const MAX_EXCERPT_CHARS: usize = 200;

/// When a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Whenever its answer is missing.
    Freely,
    /// If the server has surely not seen it.
    IfUnseen,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) data: Map<String, Json>,
    pub(crate) errors: Vec<GraphQlError>,
}

impl Answer {
    fn whole(self) -> Result<Map<String, Json>, Error> {
        let Self { data, errors } = self;
        if errors.is_empty() { Ok(data) } else { Err(Error::Refused { errors }) }
    }
}

/// Posts to one server.
#[derive(Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    endpoint: Endpoint,
    /// Marked as sensitive, so that no `Debug` shows it.
    authorization: Option<HeaderValue>,
    options: Arc<Options>,
}

impl Transport {
    pub(crate) fn new(endpoint: Endpoint, options: Options) -> Result<Self, Error> {
        let header = |key: &campana_model::Secret| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose())).map_err(|_| {
                Error::Client { reason: "the API key holds characters that no header can".to_owned() }
            })?;
            value.set_sensitive(true);
            Ok(value)
        };
        let authorization = options.api_key.as_ref().map(header).transpose()?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("campana/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls::of_this_machine())
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| Error::Client { reason: error.without_url().to_string() })?;
        Ok(Self { http, endpoint, authorization, options: Arc::new(options) })
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Posts an operation until it is answered, and gives back its `data`, if it was answered whole.
    pub(crate) async fn post(
        &self,
        document: &str,
        variables: &Json,
        repeat: Repeat,
    ) -> Result<Map<String, Json>, Error> {
        self.post_in_parts(document, variables, repeat).await?.whole()
    }

    /// The same for an operation each part of which stands by itself.
    pub(crate) async fn post_in_parts(
        &self,
        document: &str,
        variables: &Json,
        repeat: Repeat,
    ) -> Result<Answer, Error> {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let mut wait = self.options.backoff;
        let mut left = self.options.retries;
        loop {
            let error = match self.try_once(body.clone()).await {
                Ok(answer) if !answer.errors.iter().any(GraphQlError::is_transient) => return Ok(answer),
                Ok(Answer { errors, .. }) => Error::Refused { errors },
                Err(error) => error,
            };
            let may_repeat = error.is_transient() && (repeat == Repeat::Freely || !error.is_unsure());
            if left == 0 || !may_repeat {
                return Err(error);
            }
            left -= 1;
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(MAX_BACKOFF);
        }
    }

    async fn try_once(&self, body: String) -> Result<Answer, Error> {
        let mut request =
            self.http.post(self.endpoint.url().clone()).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(Error::Malformed { problem: format!("more than {MAX_ANSWER_BYTES} bytes") });
            }
        }
        self.answer(status, &body)
    }

    fn answer(&self, status: u16, body: &[u8]) -> Result<Answer, Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            data: Option<Map<String, Json>>,
            #[serde(default)]
            errors: Option<Vec<GraphQlError>>,
        }
        match (status, serde_json::from_slice(body)) {
            // A 400 may carry GraphQL errors too, which say more than the status.
            (200 | 400, Ok(Wire { data, errors })) if data.is_some() || errors.is_some() => {
                let errors =
                    errors.unwrap_or_default().into_iter().map(|error| self.redacted(error)).collect();
                Ok(Answer { data: data.unwrap_or_default(), errors })
            }
            (200, Ok(_)) => Err(Error::Malformed { problem: "neither data nor errors".to_owned() }),
            (200, Err(error)) => Err(Error::Malformed { problem: error.to_string() }),
            _ => Err(Error::Status { status, answer: self.excerpt(body) }),
        }
    }

    fn redacted(&self, error: GraphQlError) -> GraphQlError {
        GraphQlError { message: self.redact(&error.message), ..error }
    }

    /// The beginning of a body in one line. A server may repeat what it was sent.
    fn excerpt(&self, body: &[u8]) -> String {
        let text = self.redact(&String::from_utf8_lossy(body));
        let line = text.trim().chars().map(|char| if char.is_control() { ' ' } else { char });
        line.take(MAX_EXCERPT_CHARS).collect()
    }

    fn redact(&self, text: &str) -> String {
        self.options.api_key.as_ref().map_or_else(|| text.to_owned(), |key| key.redact(text))
    }
}

fn failed(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        Error::Unreachable { source: error }
    } else {
        Error::Unanswered { source: error }
    }
}
