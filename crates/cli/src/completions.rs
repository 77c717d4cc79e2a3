//! `campana completions`: what makes a shell complete the command line.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{Arguments, ExitStatus, terminal};

/// Print the completions for a shell
///
/// For bash: campana completions bash > ~/.local/share/bash-completion/completions/campana
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> anyhow::Result<ExitStatus> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "campana", &mut script);
        terminal::print(String::from_utf8_lossy(&script).trim_end())
    }
}
