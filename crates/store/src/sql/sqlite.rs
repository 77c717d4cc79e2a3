//! SQLite, in the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};

use super::Param;
use super::row::{Cell, Row};
use crate::{Error, OpenError};

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;

pub(crate) struct SqliteConnection(Connection);

/// Takes the lock beside the database, which the process holds as long as it has the file open.
pub(crate) fn lock(database: &Path) -> Result<File, OpenError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| OpenError::Lock { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: database.to_owned() }),
        Err(TryLockError::Error(source)) => Err(OpenError::Lock { path, source }),
    }
}

/// Makes the file for its owner alone, if it is not there: messages and logs are in it. The files that SQLite puts beside
/// it take after it. Where it cannot be made, opening it says why.
#[cfg(unix)]
fn make_private(path: &Path) {
    use std::os::unix::fs::OpenOptionsExt as _;

    let _ = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
}

#[cfg(not(unix))]
fn make_private(_: &Path) {}

impl SqliteConnection {
    /// Opens the file, which the first writer makes.
    pub(crate) fn open(path: &Path, writes: bool) -> Result<Self, Error> {
        if writes {
            make_private(path);
        }
        let flags = match writes {
            true => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            false => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(error)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        // Else SQLite prepares a statement anew for each value of a parameter that a partial index might be about.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(error)?;
        // A reader may meet a checkpoint; with WAL nothing else makes it wait.
        db.execute_batch(
            "PRAGMA busy_timeout = 5000;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA cache_size = -16000;
             PRAGMA temp_store = MEMORY;",
        )
        .map_err(error)?;
        if !writes {
            db.execute_batch("PRAGMA query_only = ON").map_err(error)?;
        }
        Ok(Self(db))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match sql {
            "BEGIN" | "BEGIN IMMEDIATE" | "COMMIT" | "ROLLBACK" => {
                self.0.prepare_cached(sql).map_err(error)?.raw_execute().map_err(error)?;
                Ok(())
            }
            other => self.0.execute_batch(other).map_err(error),
        }
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        let mut statement = self.0.prepare_cached(sql).map_err(error)?;
        bind(&mut statement, params)?;
        statement.raw_execute().map(|rows| rows as u64).map_err(error)
    }

    /// How often a statement had to be prepared again.
    #[cfg(test)]
    pub(crate) fn prepared_again(&mut self, sql: &str) -> i32 {
        self.0.prepare_cached(sql).unwrap().get_status(rusqlite::StatementStatus::RePrepare)
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        let mut statement = self.0.prepare_cached(sql).map_err(error)?;
        bind(&mut statement, params)?;
        let columns = statement.column_count();
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(error)? {
            let cells = (0..columns).map(|column| row.get_ref(column).map(cell));
            found.push(Row(cells.collect::<Result<_, _>>().map_err(error)?));
        }
        Ok(found)
    }
}

/// SQLite takes `$1` for a name, whose place is where it first stands; so each is looked up.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Param<'_>]) -> Result<(), Error> {
    let places = statement.parameter_count();
    for place in 1..=places {
        let name = statement.parameter_name(place).unwrap_or_default();
        let number = name.get(1..).and_then(|number| number.parse::<usize>().ok()).unwrap_or(place);
        let param = number.checked_sub(1).and_then(|index| params.get(index)).unwrap_or(&Param::Null);
        statement.raw_bind_parameter(place, param).map_err(error)?;
    }
    Ok(())
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Param::Null => ToSqlOutput::Owned(Value::Null),
            Param::Bool(value) => ToSqlOutput::Owned(Value::Integer(i64::from(*value))),
            Param::Int(value) => ToSqlOutput::Owned(Value::Integer(*value)),
            Param::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Param::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Param::Uuid(uuid) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Real(value),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

fn error(error: rusqlite::Error) -> Error {
    let code = error.sqlite_error().map(|failure| (failure.code, failure.extended_code));
    match code {
        Some((ErrorCode::DiskFull, _)) => Error::Full,
        Some((ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _)) => Error::Conflict(Box::new(error)),
        Some((ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly, _)) => {
            Error::Unavailable(Box::new(error))
        }
        Some((
            ErrorCode::ConstraintViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        )) => Error::Taken(Box::new(error)),
        _ => Error::Database(Box::new(error)),
    }
}
