//! Why the store did not do what it was asked.

use std::path::PathBuf;

use campana_model::transition;

/// A read or a write failed; nothing of it is in the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that the request speaks of is not there.
    #[error("{what} {id} not found")]
    NotFound {
        /// What kind of row: `flow run`.
        what: &'static str,
        /// The id or name that was given.
        id: String,
    },
    /// A row like this is there already.
    #[error("{what} {name:?} exists already")]
    Exists {
        /// What kind of row.
        what: &'static str,
        /// What both have.
        name: String,
    },
    /// A value cannot be used.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// The run does not take the state.
    #[error(transparent)]
    Rejected(#[from] transition::Rejected),
    /// There is no room for more; it goes on when there is.
    #[error("the disk of the database is full")]
    Full,
    /// The database does not answer; it goes on when it does. Whether a write got through is not known.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another transaction was in the way; the store has tried again and gave up.
    #[error("the database is too busy")]
    Conflict(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A unique key is taken; a write that expects this asks before.
    #[error("a unique key is taken already")]
    Taken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database answered something that the store did not expect.
    #[error("the database refused a statement")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored value cannot be read.
    #[error("cannot read the stored {what}")]
    Corrupt {
        /// What it was to be.
        what: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store panicked over it, which is a bug; the log of the process says where.
    #[error("the store failed at it")]
    Panicked,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    pub(crate) fn corrupt(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Corrupt { what, source: source.into() }
    }

    /// Whether the request was at fault, and the database is well.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::NotFound { .. } | Self::Exists { .. } | Self::Invalid { .. } | Self::Rejected(_) => true,
            Self::Full | Self::Unavailable(_) | Self::Conflict(_) | Self::Taken(_) | Self::Database(_) => {
                false
            }
            Self::Corrupt { .. } | Self::Panicked | Self::Closed => false,
        }
    }

    /// Whether the same write may succeed when it is simply done again.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

/// The store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of the database cannot be made.
    #[error("cannot make the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Another process has the SQLite file open.
    #[error(
        "{} is in use by another server; SQLite admits one: stop it, or let both use one Postgres",
        path.display()
    )]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// The file beside the database that says who has it cannot be used.
    #[error("cannot lock {}", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The database was written by a newer version.
    #[error(
        "the database has schema {found}, and this version knows up to {known}: it was written by a newer campana; use that one"
    )]
    Newer {
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The database does not answer, or not as expected.
    #[error("cannot open the database")]
    Database(#[from] Error),
    /// A thread could not be started.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
}
