//! `campana secret`: the secrets in the configuration file.
//!
//! A value comes from the terminal, without echo, or from stdin. It is never an argument, since the arguments of a
//! process are for everybody on the machine to see, and in the shell's history.

mod edit;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use campana::config::{Setting, path};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::config::{NO_HOME, columns, load, source};
use crate::{ExitStatus, terminal};

/// Keep secrets in the configuration file
///
/// They are in its section [context.secrets]. Flows find them by name: notifiers and notification tasks by
/// names such as SLACK_WEBHOOK_URL, your own code by Secret::get("NAME").
#[derive(Debug, Args)]
pub(crate) struct SecretCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set a secret: its value is asked for, or read from stdin
    ///
    /// On a terminal the value is asked for and not shown; otherwise it is all of stdin, without the line break
    /// at the end. The file is made if it is not there, for you alone to read; what else stands in it stays as
    /// it is.
    #[command(after_long_help = SET_EXAMPLES)]
    Set {
        /// Its name, such as SLACK_WEBHOOK_URL
        #[arg(value_parser = name)]
        name: String,
        /// Print JSON: {"name": ..., "path": ..., "replaced": ...}
        #[arg(long)]
        json: bool,
    },
    /// List the secrets: their names and where each comes from, never their values
    List {
        /// Print JSON: {"secrets": [{"name", "source"}]}
        #[arg(long)]
        json: bool,
    },
    /// Delete a secret from the file, with the comment above it
    Delete {
        /// Its name, such as SLACK_WEBHOOK_URL
        #[arg(value_parser = name)]
        name: String,
        /// Print JSON: {"name": ..., "path": ...}
        #[arg(long)]
        json: bool,
    },
}

const SET_EXAMPLES: &str = "\
Examples:
  campana secret set SLACK_WEBHOOK_URL
  pass show smtp | campana secret set EMAIL_PASSWORD";

impl SecretCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        match self.command {
            Command::Set { name, json } => set(&name, json),
            Command::List { json } => list(json),
            Command::Delete { name, json } => delete(&name, json),
        }
    }
}

fn set(name: &str, json: bool) -> anyhow::Result<ExitStatus> {
    let file = file()?;
    let value = terminal::read_secret(name)?;
    let replaced = edit::set(&file, name, &value)?;
    warn_of_variable(name, "counts more than the file");
    let path = file.display().to_string();
    terminal::print(&if json {
        json!({ "name": name, "path": path, "replaced": replaced }).to_string()
    } else {
        format!("{name} is {} in {path}", if replaced { "replaced" } else { "set" })
    })
}

fn list(json: bool) -> anyhow::Result<ExitStatus> {
    let config = load()?;
    let name =
        |set: &Setting| Some((set.key.strip_prefix("context.secrets.")?.to_owned(), set.origin.clone()));
    let secrets: Vec<_> = config.settings().iter().filter_map(name).collect();
    if json {
        let secrets: Vec<_> =
            secrets.iter().map(|(name, origin)| json!({ "name": name, "source": source(origin) })).collect();
        return terminal::print(&json!({ "secrets": secrets }).to_string());
    }
    if secrets.is_empty() {
        return terminal::print("no secrets; `campana secret set NAME` adds one");
    }
    terminal::print(&columns(secrets.into_iter().map(|(name, origin)| (name, origin.to_string())).collect()))
}

fn delete(name: &str, json: bool) -> anyhow::Result<ExitStatus> {
    let file = file()?;
    if !edit::delete(&file, name)? {
        bail!("there is no secret {name} in {}; `campana secret list` shows those there are", file.display());
    }
    warn_of_variable(name, "is still set");
    let path = file.display().to_string();
    terminal::print(&if json {
        json!({ "name": name, "path": path }).to_string()
    } else {
        format!("{name} is deleted from {path}")
    })
}

fn file() -> anyhow::Result<PathBuf> {
    path().context(NO_HOME)
}

fn warn_of_variable(name: &str, what: &str) {
    let variable = format!("CAMPANA__CONTEXT__SECRETS__{name}");
    if std::env::var_os(&variable).is_some() {
        terminal::warn(&format!("the environment variable {variable} {what}"));
    }
}

/// A name that a variable can have too, so that it can be overridden.
fn name(text: &str) -> Result<String, String> {
    let usable = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !text.is_empty() && text.chars().all(usable) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("a name is letters, digits and _, and no digit comes first".to_owned())
    }
}
