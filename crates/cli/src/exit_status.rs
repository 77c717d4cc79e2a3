//! How the process can end. These numbers are part of the command line: they never change their meaning.

use std::process::ExitCode;

/// How the process ended, for the script that started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// It did what was asked.
    Ok = 0,
    /// It could not; stderr says why.
    Failure = 1,
    /// The arguments are wrong; stderr says which.
    Usage = 2,
    /// `receive` ended before the messages of `--count` had arrived.
    TooFewMessages = 3,
    /// `notify`, `hook test`: the provider refused the message for good.
    Rejected = 4,
    /// `notify`, `hook test`: the message did not arrive, or nobody knows; another try may help.
    Undelivered = 5,
}

/// The list for `--help`.
pub(crate) const HELP: &str = "\
Exit status:
  0  done
  1  failed; stderr says why
  2  wrong arguments
  3  `receive` ended before the messages of --count had arrived
  4  `notify`, `hook test`: the provider refused the message for good
  5  `notify`, `hook test`: the message did not arrive, or nobody knows; another try may help";

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_status() {
        use ExitStatus::{Failure, Ok, Rejected, TooFewMessages, Undelivered, Usage};
        let statuses = [Ok, Failure, Usage, TooFewMessages, Rejected, Undelivered];
        for status in statuses {
            assert!(HELP.contains(&format!("\n  {}  ", status as u8)), "{status:?}");
        }
        assert_eq!(HELP.lines().count(), 1 + statuses.len());
    }
}
