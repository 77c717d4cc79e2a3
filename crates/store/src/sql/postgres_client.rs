//! How a connection to Postgres is made.

use std::time::Duration;

use postgres::{Client, Config, NoTls};

use crate::Error;

/// How long a connection may take to be made, unless the URL says otherwise.
const CONNECT: Duration = Duration::from_secs(5);

/// Connects.
///
/// # Errors
/// If the URL cannot be read, or the server does not answer.
pub(crate) fn postgres_client(url: &str) -> Result<Client, Error> {
    let mut config: Config = url.parse().map_err(super::postgres::error)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_application_name().is_none() {
        config.application_name("campana");
    }
    config.connect(NoTls).map_err(super::postgres::error)
}
