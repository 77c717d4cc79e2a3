//! What every subcommand needs of the terminal.

use std::fmt;
use std::io::{self, ErrorKind, IsTerminal as _, Read as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context as _, bail};
use campana_model::Secret;
use clap::ValueEnum;

use crate::ExitStatus;

/// Wider lines are hard to read.
const MAX_WIDTH: usize = 100;

/// The width when stdout is no terminal.
const DEFAULT_WIDTH: usize = 80;

/// The longest secret.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Also into a pipe or file.
    Always,
    /// Not at all.
    Never,
}

impl Color {
    /// Whether to colour what goes to stdout.
    pub(crate) fn on_stdout(self) -> bool {
        match self {
            Self::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The columns to draw in.
pub(crate) fn width() -> usize {
    match terminal_size::terminal_size() {
        Some((width, _)) => usize::from(width.0).min(MAX_WIDTH),
        None => DEFAULT_WIDTH,
    }
}

/// Says on stderr what went wrong, with its causes.
pub(crate) fn complain(error: &anyhow::Error) {
    // If stderr is gone, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "error: {error:#}");
}

/// Says on stderr what somebody should know though all went well.
pub(crate) fn warn(warning: &impl fmt::Display) {
    let _ = writeln!(io::stderr(), "warning: {warning}");
}

/// JSON as it was, but for the control characters that JSON may hold and a terminal may obey: DEL and beyond.
pub(crate) fn without_controls(json: &str) -> String {
    let escaped = |c: char| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(escaped).collect()
}

/// Prints what was asked for, with a line break.
pub(crate) fn print(text: &str) -> anyhow::Result<ExitStatus> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        // Whoever read it has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitStatus::Ok),
        written => written.map(|()| ExitStatus::Ok).context("could not write to stdout"),
    }
}

/// Reads a secret: asked for without echo if stdin is a terminal, else all of stdin, without the line break at its
/// end.
pub(crate) fn read_secret(name: &str) -> anyhow::Result<Secret> {
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{name}: ")).context("could not read from the terminal")?
    } else {
        let mut text = String::new();
        let read = io::stdin().take(MAX_SECRET_BYTES + 1).read_to_string(&mut text);
        read.context("could not read a text from stdin")?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        line.strip_suffix('\r').unwrap_or(line).to_owned()
    };
    if text.trim().is_empty() {
        bail!("no value was given for {name}; type it, or pipe it to stdin");
    }
    if text.len() as u64 > MAX_SECRET_BYTES {
        bail!("the value for {name} is longer than {MAX_SECRET_BYTES} bytes");
    }
    if text.contains(char::is_control) {
        bail!(
            "the value for {name} holds control characters, such as a line break in the middle; leave them out"
        );
    }
    Ok(Secret::new(text))
}
