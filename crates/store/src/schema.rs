//! The tables, and how a database comes to have them.
//!
//! The steps are numbered SQL files, written once for both databases; a step that was released is never edited. The
//! words in braces are types: `{id}`, `{time}`, `{bool}`, `{json}`, `{bytes}`, `{serial}`.

use crate::sql::{Connection, Dialect, Leasing, Tx, params};
use crate::{Error, OpenError, Slots};

const STEPS: &[&str] =
    &[include_str!("../migrations/0001_initial.sql"), include_str!("../migrations/0002_sessions.sql")];

/// Any number: two servers that start at once on one Postgres migrate one after the other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7023114)";

/// Takes the steps that the database has not.
pub(crate) fn migrate(db: &mut Connection) -> Result<(), OpenError> {
    db.begin_write()?;
    match steps(db) {
        Ok(()) => Ok(db.commit()?),
        Err(error) => {
            db.rollback();
            Err(error)
        }
    }
}

fn steps(db: &mut Connection) -> Result<(), OpenError> {
    if db.dialect() == Dialect::Postgres {
        db.batch(LOCK)?;
    }
    db.batch("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")?;
    let found = version(db)?;
    let known = STEPS.len() as i64;
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    for step in &STEPS[usize::try_from(found).unwrap_or_default()..] {
        let sql = typed(step, db.dialect());
        db.batch(&sql)?;
    }
    let sql = format!(
        "INSERT INTO meta (key, value) VALUES ('schema_version', '{known}')
         ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    );
    Ok(db.batch(&sql)?)
}

fn version(db: &mut Connection) -> Result<i64, Error> {
    let leasing = Leasing {
        server: campana_model::id::ServerId::new(),
        lease: std::time::Duration::ZERO,
        slots: Slots::default(),
    };
    let row =
        Tx::new(db, &leasing).query_opt("SELECT value FROM meta WHERE key = 'schema_version'", params![])?;
    let text: Option<String> = row.map(|row| row.get(0)).transpose()?;
    text.map_or(Ok(0), |text| text.parse().map_err(|error| Error::corrupt("schema version", error)))
}

fn typed(step: &str, dialect: Dialect) -> String {
    let types = match dialect {
        Dialect::Sqlite => [
            ("{id}", "BLOB"),
            ("{time}", "INTEGER"),
            ("{bool}", "INTEGER"),
            ("{json}", "TEXT"),
            ("{bytes}", "BLOB"),
            ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
        ],
        Dialect::Postgres => [
            ("{id}", "UUID"),
            ("{time}", "BIGINT"),
            ("{bool}", "BOOLEAN"),
            ("{json}", "TEXT"),
            ("{bytes}", "BYTEA"),
            ("{serial}", "BIGSERIAL PRIMARY KEY"),
        ],
    };
    types.into_iter().fold(step.to_owned(), |sql, (word, name)| sql.replace(word, name))
}

/// The statements that make the tables in SQLite.
#[cfg(test)]
pub(crate) fn sqlite_tables() -> String {
    STEPS.iter().map(|step| typed(step, Dialect::Sqlite)).collect()
}
