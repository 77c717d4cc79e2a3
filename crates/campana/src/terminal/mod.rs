//! A run that somebody watches at a terminal: a progress bar, and questions about paused tasks.
//!
//! Bars, questions and the lines of [`logs`](crate::logs) all go to stderr, each waiting for the other, so that
//! none writes over another. Nothing of this happens unless it is asked for.

mod bar;
mod question;

use std::io::{self, IsTerminal as _, Write};
use std::sync::LazyLock;

use campana_engine::{RunSettings, Start};
use indicatif::MultiProgress;

pub use bar::WithProgressBar;

/// The bars on stderr; hidden, if it is no terminal.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// What a person at a terminal may want of a run: the same words on a run with a bar and without.
pub trait OnTerminal: RunSettings {
    /// Shows a progress bar on stderr while the run goes on, if stderr is a terminal. It takes the place of
    /// [`RunSettings::progress`].
    ///
    /// ```
    /// use campana::prelude::*;
    ///
    /// let flow = Flow::new("nothing to do");
    /// let run = flow.run().progress_bar().blocking()?;
    /// assert!(run.is_successful());
    /// # Ok::<_, std::io::Error>(())
    /// ```
    fn progress_bar(self) -> WithProgressBar;

    /// Asks on the terminal, whenever nothing else can go on, whether each paused task may. Where stdin is no
    /// terminal, nobody is asked and nothing goes on.
    #[must_use]
    fn interactive(self) -> Self {
        self.approve(|task| {
            io::stdin().is_terminal()
                && BARS.suspend(|| {
                    question::ask(task, &mut io::stdin().lock(), &mut io::stderr()).unwrap_or(false)
                })
        })
    }
}

impl OnTerminal for Start {
    fn progress_bar(self) -> WithProgressBar {
        WithProgressBar::new(self)
    }
}

impl OnTerminal for WithProgressBar {
    fn progress_bar(self) -> Self {
        self
    }
}

/// Says something that a person has to know, at the latest here: in the log, or on stderr where nobody has set one up.
pub(crate) fn tell(what: std::fmt::Arguments<'_>) {
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{what}");
    } else {
        // There is nobody else to be told.
        let _ = writeln!(Stderr, "{what}");
    }
}

/// Stderr, for lines that are not to be written over a bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        BARS.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
