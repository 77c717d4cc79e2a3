//! How failures of the store look to whoever asked.

use async_graphql::{Error, ErrorExtensions};
use campana_model::transition::Rejected;
use campana_store as store;

/// The database is not well. Prefect's client knows the word and tries again.
const API_ERROR: &str = "API_ERROR";
/// The request cannot be done as it is.
const BAD_REQUEST: &str = "BAD_REQUEST";
/// Somebody else has changed the run; Prefect's client looks again.
const VERSION_LOCKING_ERROR: &str = "VERSION_LOCKING_ERROR";
/// Our fault.
const INTERNAL: &str = "INTERNAL_SERVER_ERROR";

/// The error of a field. A refusal says what is wrong with the request; what went wrong behind it goes to the log.
pub(crate) fn from_store(error: store::Error) -> Error {
    let code = match &error {
        store::Error::Rejected(Rejected::OtherVersion { .. }) => VERSION_LOCKING_ERROR,
        refusal if refusal.is_refusal() => BAD_REQUEST,
        store::Error::Full | store::Error::Unavailable(_) | store::Error::Conflict(_) => API_ERROR,
        _ => INTERNAL,
    };
    if code == INTERNAL {
        tracing::error!(error = &error as &dyn std::error::Error, "request failed in the store");
    }
    Error::new(error.to_string()).extend_with(|_, extensions| extensions.set("code", code))
}
