//! `campana server start`.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context as _;
use campana_server::{Server, StartError};
use clap::Args;

use super::log;
use super::settings::{Address, Settings};
use crate::ExitStatus;
use crate::signal::asked_to_end;
use crate::terminal;

/// Start the server, and keep it running until Ctrl-C or SIGTERM
///
/// Keeps everything in a file on this machine, unless --database-url names a Postgres, which several servers may
/// share. Listens to this machine only, unless --host says otherwise; then everybody needs an API key, and one has to
/// be there: see `campana server create-key`.
///
/// The first line on stdout is `campana server listening on http://ADDRESS:PORT`. The log is on stderr; RUST_LOG sets
/// its level.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Start {
    /// The address to listen at [default: 127.0.0.1]
    #[arg(long, value_parser = host)]
    host: Option<IpAddr>,

    /// The port to listen at; 0 takes any free one [default: 4200]
    #[arg(long)]
    port: Option<u16>,

    #[command(flatten)]
    settings: Settings,
}

const EXAMPLES: &str = "\
Examples:
  campana server start
  campana server start --port 0 --database-url sqlite:///tmp/campana.db
  campana server start --host 0.0.0.0 --database-url postgres://campana@db.example/campana

Exit status: 0 after Ctrl-C or SIGTERM; see `campana --help`.";

impl Start {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { host, port, settings } = self;
        let (config, format) = settings.server(Address { host, port })?;
        log::init(format);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.context("could not start the runtime")?.block_on(async {
            let asked = asked_to_end().context("could not listen for signals")?;
            let server = Server::start(config).await.map_err(explain)?;
            terminal::print(&format!("campana server listening on http://{}", server.address()))?;
            server.run_until(asked).await.context("could not serve")?;
            Ok(ExitStatus::Ok)
        })
    }
}

/// Adds the remedy that is of the command line.
fn explain(error: StartError) -> anyhow::Error {
    match &error {
        StartError::Listen { address, source } if source.kind() == ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {} is in use: end what listens there, or choose another with --port (0 takes any free one)",
            address.port()
        ),
        _ => error.into(),
    }
}

fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        address => address.parse().map_err(|_| "write an address, such as 127.0.0.1 or 0.0.0.0".to_owned()),
    }
}
