//! What every subcommand needs of the terminal.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

/// Wider lines are hard to read.
const MAX_WIDTH: usize = 100;

/// The width when stdout is no terminal.
const DEFAULT_WIDTH: usize = 80;

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
