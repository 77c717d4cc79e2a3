//! The seam between the store and its two databases: statements with parameters in, rows out.
//!
//! SQL is written once, with `$1` for parameters. Ids are `BLOB` in SQLite and `uuid` in Postgres, times
//! are microseconds since the epoch, JSON is text, booleans are what each database has.

mod param;
mod postgres;
mod postgres_client;
mod row;
mod sqlite;

pub(crate) use self::param::{Param, ToParam};
pub(crate) use self::postgres::PostgresConnection;
pub(crate) use self::postgres_client::postgres_client;
pub(crate) use self::row::{Cell, FromCell, Row};
pub(crate) use self::sqlite::{SqliteConnection, lock};

use campana_model::id::TenantId;

use crate::Error;
use crate::changes::{Change, Changed};
use crate::slots::Slots;

/// The parameters of a statement, in order.
macro_rules! params {
    ($($param:expr),* $(,)?) => {
        &[$($crate::sql::ToParam::to_param(&$param)),*] as &[$crate::sql::Param<'_>]
    };
}
pub(crate) use params;

/// Which database it is, for the few statements that differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// What to put behind a `SELECT` whose rows this transaction is about to change. SQLite has one writer, so
    /// nothing.
    pub(crate) const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// The same, passing over rows that another server is about to change.
    pub(crate) const fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}

/// A connection, of either database.
pub(crate) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(Box<PostgresConnection>),
}

impl Connection {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Statements without parameters or rows: `BEGIN`, `COMMIT`, a migration.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match self {
            Self::Sqlite(db) => db.batch(sql),
            Self::Postgres(db) => db.batch(sql),
        }
    }

    pub(crate) fn begin_write(&mut self) -> Result<(), Error> {
        match self {
            // A deferred transaction that turns to writing is refused at once if another came first.
            Self::Sqlite(db) => db.batch("BEGIN IMMEDIATE"),
            Self::Postgres(db) => db.begin("BEGIN"),
        }
    }

    pub(crate) fn begin_read(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(db) => db.batch("BEGIN"),
            Self::Postgres(db) => db.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        self.batch("COMMIT")
    }

    pub(crate) fn rollback(&mut self) {
        match self {
            // Where it fails there is nothing to roll back any more.
            Self::Sqlite(db) => drop(db.batch("ROLLBACK")),
            Self::Postgres(db) => db.rollback(),
        }
    }
}

/// A transaction in progress, as reads and writes see it.
pub struct Tx<'c> {
    connection: &'c mut Connection,
    /// What this server gives to writes that lease.
    pub(crate) leasing: &'c Leasing,
    pub(crate) births: Vec<crate::delivery::Claimed>,
    /// Whether something becomes due that nobody has in hand.
    pub(crate) leaves_due: bool,
    /// What those who watch are told once it is on disk.
    pub(crate) changes: Vec<Change>,
    wrote: bool,
}

/// Who leases, for how long, and how much.
#[derive(Debug)]
pub(crate) struct Leasing {
    pub(crate) server: campana_model::id::ServerId,
    pub(crate) lease: std::time::Duration,
    pub(crate) slots: Slots,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: &'c mut Connection, leasing: &'c Leasing) -> Self {
        Self { connection, leasing, births: Vec::new(), leaves_due: false, changes: Vec::new(), wrote: false }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }

    /// Runs a statement that changes rows; says how many.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        self.wrote = true;
        match self.connection {
            Connection::Sqlite(db) => db.execute(sql, params),
            Connection::Postgres(db) => db.execute(sql, params),
        }
    }

    /// Runs a statement and gives its rows; one that changes rows and returns them goes to
    /// [`returning`](Self::returning).
    pub(crate) fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        match self.connection {
            Connection::Sqlite(db) => db.query(sql, params),
            Connection::Postgres(db) => db.query(sql, params),
        }
    }

    /// The first row of a query, if it has any.
    pub(crate) fn query_opt(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>, Error> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Runs a statement that changes rows and returns some of what it changed.
    pub(crate) fn returning(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        self.wrote = true;
        self.query(sql, params)
    }

    /// Notes what is changed, for those who watch.
    pub(crate) fn changed(&mut self, tenant_id: TenantId, what: Changed) {
        self.changes.push(Change { tenant_id, what });
    }

    /// Begins the next write of a group: what was written before is no more its concern.
    pub(crate) fn next_write(&mut self) {
        self.wrote = false;
    }

    /// Whether the current write has changed something.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }
}
