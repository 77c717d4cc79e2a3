//! What can go wrong between a flow and its server.

use std::io;

use campana_client::NotAnEndpoint;
use campana_engine::GraphError;

use crate::config::ConfigError;

/// A flow cannot be registered, or a server not be asked. It never shows the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The configuration cannot be used.
    #[error("could not read where the server is")]
    Config(#[from] ConfigError),
    /// The address is none.
    #[error("the server's address is wrong")]
    Endpoint(#[from] NotAnEndpoint),
    /// The flow cannot run.
    #[error("flow '{flow}' cannot be registered")]
    Flow {
        /// Its name.
        flow: String,
        /// Why not.
        source: Box<GraphError>,
    },
    /// The server cannot be asked, or refuses.
    #[error("could not {wanted} at {server}")]
    Server {
        /// What was to be done there.
        wanted: String,
        /// The server's address.
        server: String,
        /// Why not.
        source: campana_client::Error,
    },
    /// What the server has just taken is not there.
    #[error("the server has no {what} that it has just taken")]
    Gone {
        /// What is not there.
        what: String,
    },
    /// The operating system gives no thread, or the folder of journals cannot be read.
    #[error("could not {wanted}")]
    Machine {
        /// What was to be done.
        wanted: &'static str,
        /// Why not.
        source: io::Error,
    },
}
