//! The server's log, on stderr: lines for people, or a JSON object in each line.

use std::io::{self, IsTerminal as _};

use campana::config::LogFormat;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Writes what the server says to stderr, at the levels that `RUST_LOG` names (`info`, unless set).
pub(super) fn init(format: LogFormat) {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // The process has a log then, which is a test's.
    let _ = match format {
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
}
