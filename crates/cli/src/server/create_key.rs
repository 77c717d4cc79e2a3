//! `campana server create-key`.

use campana_server::{Role, create_key};
use clap::{Args, ValueEnum};

use super::settings::{Address, Settings};
use crate::ExitStatus;
use crate::terminal;

/// Make an API key and print it; from the first one on, every request needs one
///
/// Works on the database, so a server on SQLite has to be stopped meanwhile. (One that runs makes keys by the mutation
/// `create_api_key`.) The key is printed this once: the database has its hash only.
#[derive(Debug, Args)]
pub(super) struct CreateKey {
    /// A name to know it by
    name: String,

    /// What it opens: viewer reads; member also runs flows and reads secrets; admin also manages hooks and keys
    #[arg(long, value_enum, default_value_t = KeyRole::Admin)]
    role: KeyRole,

    #[command(flatten)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KeyRole {
    Viewer,
    Member,
    Admin,
}

impl CreateKey {
    pub(super) fn run(self) -> anyhow::Result<ExitStatus> {
        let Self { name, role, settings } = self;
        let (config, _) = settings.server(Address::default())?;
        let role = match role {
            KeyRole::Viewer => Role::Viewer,
            KeyRole::Member => Role::Member,
            KeyRole::Admin => Role::Admin,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let key = runtime.block_on(create_key(&config, name, role))?;
        terminal::print(key.expose())
    }
}
