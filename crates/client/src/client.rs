//! The client, and what all operations do alike.

use std::fmt;
use std::time::Duration;

use campana_model::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

use crate::document::mutation;
use crate::transport::{Repeat, Transport};
use crate::{Endpoint, Error};

/// How a client asks.
#[derive(Clone, Debug)]
pub struct Options {
    /// The API key, if the server wants one. None.
    pub api_key: Option<Secret>,
    /// For one try, from the name to the last byte of the answer. 15 s.
    pub timeout: Duration,
    /// For the connection alone. 5 s.
    pub connect_timeout: Duration,
    /// How often a request is tried again that met no server, or one that was not itself (500, 502, 503, 504). 6.
    pub retries: u32,
    /// The wait before the first of these; each further one is twice as long. 1 s.
    pub backoff: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            api_key: None,
            timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(5),
            retries: 6,
            backoff: Duration::from_secs(1),
        }
    }
}

/// A client of a server. A clone shares the connections.
///
/// An operation whose answer was lost is tried again, but for those that would be done twice (`create_hook`,
/// `test_hook`, `replay`, `replay_all`, `set_*_run_states`, `write_run_logs`): they are tried again only if the
/// server has surely not seen them.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// A client of the server at `endpoint`. Nothing is sent yet.
    ///
    /// # Errors
    /// If the key cannot be sent in a header, or the HTTP client cannot be made.
    pub fn new(endpoint: Endpoint, options: Options) -> Result<Self, Error> {
        Ok(Self { transport: Transport::new(endpoint, options)? })
    }

    /// Where the server is.
    pub fn endpoint(&self) -> &Endpoint {
        self.transport.endpoint()
    }

    /// Asks whether there is somebody who speaks this API.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn hello(&self) -> Result<String, Error> {
        self.query("query { hello }".to_owned(), "hello").await
    }

    /// Runs any operation, and gives back its `data`.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn execute(&self, document: &str, variables: Json) -> Result<Map<String, Json>, Error> {
        self.transport.post(document, &variables, Repeat::IfUnseen).await
    }

    /// Runs a query of one field, which can be asked twice without harm.
    pub(crate) async fn query<T: DeserializeOwned>(&self, document: String, field: &str) -> Result<T, Error> {
        self.query_with(&document, Json::Null, field).await
    }

    /// The same with variables.
    pub(crate) async fn query_with<T: DeserializeOwned>(
        &self,
        document: &str,
        variables: Json,
        field: &str,
    ) -> Result<T, Error> {
        let data = self.transport.post(document, &variables, Repeat::Freely).await?;
        take(data, field)
    }

    /// Runs the mutation `name`.
    pub(crate) async fn mutate<T: DeserializeOwned>(
        &self,
        name: &str,
        input: &(impl Serialize + Sync),
        selection: &str,
        repeat: Repeat,
    ) -> Result<T, Error> {
        let input = serde_json::to_value(input)
            .map_err(|error| Error::Malformed { problem: format!("input of {name}: {error}") })?;
        let variables = json!({ "input": input });
        let data = self.transport.post(&mutation(name, selection), &variables, repeat).await?;
        take(data, name)
    }

    /// Runs a mutation whose answer says of each part how it went. What the server says among its errors, too, is no
    /// error then, unless it is that the server is not well.
    pub(crate) async fn mutate_in_parts<T: DeserializeOwned>(
        &self,
        name: &str,
        input: &Json,
        selection: &str,
    ) -> Result<T, Error> {
        let variables = json!({ "input": input });
        let document = mutation(name, selection);
        let mut answer = self.transport.post_in_parts(&document, &variables, Repeat::IfUnseen).await?;
        match answer.data.remove(name) {
            Some(field) if !field.is_null() => read(field, name),
            _ if answer.errors.is_empty() => read(Json::Null, name),
            _ => Err(Error::Refused { errors: answer.errors }),
        }
    }

    /// Runs a document of several fields, and gives them back in the order of `fields`.
    pub(crate) async fn fields<T: DeserializeOwned>(
        &self,
        document: &str,
        fields: impl Iterator<Item = String>,
    ) -> Result<Vec<T>, Error> {
        let mut data = self.transport.post(document, &Json::Null, Repeat::Freely).await?;
        fields.map(|field| read(data.remove(&field).unwrap_or_default(), &field)).collect()
    }
}

fn take<T: DeserializeOwned>(mut data: Map<String, Json>, field: &str) -> Result<T, Error> {
    read(data.remove(field).unwrap_or_default(), field)
}

fn read<T: DeserializeOwned>(json: Json, field: &str) -> Result<T, Error> {
    serde_json::from_value(json).map_err(|error| Error::Malformed { problem: format!("{field}: {error}") })
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("endpoint", self.endpoint()).finish_non_exhaustive()
    }
}
