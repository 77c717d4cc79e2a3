//! A value that is set, to be shown: what it is, and where it comes from.

use std::fmt;
use std::path::PathBuf;

/// A key that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The key, with its section: `smtp.port`.
    pub key: String,
    /// Its value, as far as it may be seen.
    pub value: Shown,
    /// Where the value comes from.
    pub origin: Origin,
}

/// A value, as far as it may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shown {
    /// Not at all.
    Secret,
    /// A text.
    Text(String),
    /// A number.
    Number(u64),
    /// Several texts.
    List(Vec<String>),
}

impl Shown {
    /// A URL: not to be seen if it may hold a password or a token.
    pub(super) fn url(url: &str) -> Self {
        if url.contains(['@', '?']) { Self::Secret } else { Self::Text(url.to_owned()) }
    }
}

/// As in the file, but for a secret.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret => f.write_str("[secret]"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::List(list) => write!(f, "{list:?}"),
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// This environment variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
        }
    }
}
