//! `campana config`: what is set, and where.

use anyhow::Context as _;
use campana::Config;
use campana::config::{self, Origin, Setting, Shown};
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use crate::ExitStatus;
use crate::terminal;

/// Show the configuration: what is set, and where
#[derive(Debug, Args)]
pub(crate) struct ConfigCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print where the configuration file is, or would be
    ///
    /// That is ~/.campana/config.toml, or the file that CAMPANA__USER_CONFIG_PATH names.
    Path {
        /// Print JSON: {"path": ..., "exists": ...}
        #[arg(long)]
        json: bool,
    },
    /// Print every key that is set, and the line or the variable that its value comes from
    ///
    /// A variable CAMPANA__SECTION__KEY counts more than the file. Secrets, and URLs that may hold one, are
    /// not shown.
    Show {
        /// Print JSON: {"path": ..., "settings": [{"key", "value" or "secret": true, "source"}]}
        ///
        /// A source is {"file": ..., "line": ...} or {"variable": ...}.
        #[arg(long)]
        json: bool,
    },
}

impl ConfigCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self.command {
            Command::Path { json } => path(json),
            Command::Show { json } => show(json),
        }
    }
}

fn path(json: bool) -> anyhow::Result<ExitStatus> {
    let path = config::path().context(NO_HOME)?;
    terminal::print(&if json {
        json!({ "path": path.display().to_string(), "exists": path.exists() }).to_string()
    } else {
        path.display().to_string()
    })
}

/// Why nobody knows where the file would be, and what to do.
pub(crate) const NO_HOME: &str =
    "you have no home directory; say by CAMPANA__USER_CONFIG_PATH where the configuration file is";

fn show(json: bool) -> anyhow::Result<ExitStatus> {
    let config = load()?;
    if json {
        let settings: Vec<_> = config.settings().iter().map(setting).collect();
        let path = config::path().map(|path| path.display().to_string());
        return terminal::print(&json!({ "path": path, "settings": settings }).to_string());
    }
    if config.settings().is_empty() {
        let path = config::path().context(NO_HOME)?;
        return terminal::print(&format!("nothing is set in {} or the environment", path.display()));
    }
    let line = |set: &Setting| (format!("{} = {}", set.key, set.value), format!("# {}", set.origin));
    terminal::print(&columns(config.settings().iter().map(line).collect()))
}

/// The configuration; a warning about it is on stderr.
pub(crate) fn load() -> anyhow::Result<Config> {
    let config = Config::load()?;
    if let Some(exposed) = config.exposed() {
        terminal::warn(exposed);
    }
    Ok(config)
}

fn setting(Setting { key, value, origin, .. }: &Setting) -> Json {
    let mut setting = match value {
        Shown::Text(text) => json!({ "key": key, "value": text }),
        Shown::Number(number) => json!({ "key": key, "value": number }),
        Shown::List(list) => json!({ "key": key, "value": list }),
        _ => json!({ "key": key, "secret": true }),
    };
    setting["source"] = source(origin);
    setting
}

/// Where a value comes from, for machines.
pub(crate) fn source(origin: &Origin) -> Json {
    match origin {
        Origin::File { path, line } => json!({ "file": path.display().to_string(), "line": line }),
        Origin::Variable(name) => json!({ "variable": name }),
        _ => Json::Null,
    }
}

/// The second column begins where the longest of the first ends.
pub(crate) fn columns(lines: Vec<(String, String)>) -> String {
    let width = lines.iter().map(|(first, _)| first.chars().count()).max().unwrap_or_default();
    let lines: Vec<_> = lines.iter().map(|(first, second)| format!("{first:width$}  {second}")).collect();
    lines.join("\n")
}
