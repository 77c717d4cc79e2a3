//! What the database says of itself, such as by which key its secrets are sealed.

use crate::Error;
use crate::sql::{Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};

/// Notes a value under a name unless there is one; gives the one that is there now. So of two servers that start at
/// once both know what counts.
#[derive(Clone, Debug)]
pub struct Keep {
    /// The name.
    pub key: String,
    /// The value, if there is none yet.
    pub value: String,
}

impl ApplyWrite for Keep {
    type Applied = String;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<String, Error> {
        tx.execute(
            "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
            params![self.key, self.value],
        )?;
        Ok(find(tx, &self.key)?.unwrap_or_else(|| self.value.clone()))
    }
}

/// The value under a name.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// The name.
    pub key: String,
}

impl RunRead for Fetch {
    type Found = Option<String>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
        find(tx, &self.key)
    }
}

fn find(tx: &mut Tx<'_>, key: &str) -> Result<Option<String>, Error> {
    let row = tx.query_opt("SELECT value FROM meta WHERE key = $1", params![key])?;
    row.map(|row| row.get(0)).transpose()
}
