//! The server that commands ask, and what they print of its answers.
//!
//! Which server, and the key, are those that flows report to: `[server]` of the configuration. A command asks once and
//! does not try again; whoever typed it sees why it failed, and may.

mod delivery;
mod table;

use anyhow::{Context as _, anyhow};
use campana::server::{Client, Endpoint, Options, Server};
use campana_client::{Error, Row};
use campana_model::Timestamp;
use clap::Args;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::Value as Json;

pub(crate) use self::delivery::draw as draw_delivery;
pub(crate) use self::table::table;
use crate::terminal::{print, without_controls};
use crate::{ExitStatus, config};

/// How a list is shown.
#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u32,

    /// Print JSON: an array of what the API has
    #[arg(long)]
    pub(crate) json: bool,
}

/// Asks the server of the configuration.
pub(crate) fn ask<T>(question: impl AsyncFnOnce(&Client) -> anyhow::Result<T>) -> anyhow::Result<T> {
    // Says what is wrong with the file's permissions as well.
    config::load()?;
    let client = Server::from_config()?.client_with(Options { retries: 0, ..Options::default() })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = runtime.context("could not start the runtime")?.block_on(question(&client));
    answer.map_err(|error| explain(error, client.endpoint()))
}

/// Adds where was asked, and the remedy if there is one.
fn explain(error: anyhow::Error, endpoint: &Endpoint) -> anyhow::Error {
    match error.downcast_ref::<Error>() {
        None => error,
        Some(Error::Unreachable { .. }) => error.context(format!(
            "nobody answers at {endpoint}; `campana server start` starts a server, and server.endpoint of the \
             configuration says where it is"
        )),
        Some(refused) if refused.is_unauthenticated() => error.context(format!(
            "{endpoint} wants another API key; it stands in server.api_key of the configuration, or in \
             CAMPANA__SERVER__API_KEY"
        )),
        Some(_) => error.context(format!("could not be done at {endpoint}")),
    }
}

/// A row as the server sent it, for machines, and read, for people.
pub(crate) struct Sent<R> {
    json: Json,
    pub(crate) row: R,
}

impl<'de, R: DeserializeOwned> Deserialize<'de> for Sent<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let row = R::deserialize(&json).map_err(D::Error::custom)?;
        Ok(Self { json, row })
    }
}

impl<R: Row> Row for Sent<R> {
    const TABLE: &str = R::TABLE;
    const FIELDS: &str = R::FIELDS;
}

impl<R> Sent<R> {
    /// As the server sent it.
    pub(crate) fn into_json(self) -> Json {
        self.json
    }
}

/// Prints rows: as JSON, or as `people` see them, or that there are none.
pub(crate) fn print_list<R>(
    rows: Vec<Sent<R>>,
    json: bool,
    none: &str,
    people: impl FnOnce(Vec<R>) -> String,
) -> anyhow::Result<ExitStatus> {
    if json {
        return print_json(&rows.into_iter().map(Sent::into_json).collect());
    }
    if rows.is_empty() {
        return print(none);
    }
    print(&people(rows.into_iter().map(|sent| sent.row).collect()))
}

/// Prints JSON, without what a terminal may obey.
pub(crate) fn print_json(json: &Json) -> anyhow::Result<ExitStatus> {
    print(&without_controls(&json.to_string()))
}

/// What there is, or the error that there is none.
pub(crate) fn found<T>(row: Option<T>, what: &str, id: impl std::fmt::Display) -> anyhow::Result<T> {
    row.ok_or_else(|| anyhow!("the server has no {what} {id}"))
}

/// A time, to the second.
pub(crate) fn time(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// The same, or `-`.
pub(crate) fn time_or_none(at: Option<Timestamp>) -> String {
    at.map_or("-".to_owned(), time)
}
