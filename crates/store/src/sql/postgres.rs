//! Postgres, over one connection of a thread.

use std::collections::HashMap;
use std::error::Error as StdError;

use bytes::BytesMut;
use postgres::error::SqlState;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement};
use uuid::Uuid;

use super::row::{Cell, Row};
use super::{Param, postgres_client};
use crate::Error;

/// How many prepared statements a connection keeps. Callers put questions together, so there is no end of
/// them; when so many have come, all are prepared anew as they are needed.
const STATEMENTS: usize = 512;

/// A connection that is made when it is first needed, and again after it was lost.
pub(crate) struct PostgresConnection {
    url: String,
    open: Option<Open>,
}

struct Open {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl PostgresConnection {
    /// Connects at once, so that a wrong address is told at the start.
    pub(crate) fn open(url: &str) -> Result<Self, Error> {
        let mut connection = Self { url: url.to_owned(), open: None };
        connection.client()?;
        Ok(connection)
    }

    fn client(&mut self) -> Result<&mut Open, Error> {
        if self.open.as_ref().is_some_and(|open| open.client.is_closed()) {
            self.open = None;
        }
        match self.open {
            Some(ref mut open) => Ok(open),
            None => {
                let client = postgres_client(&self.url)?;
                Ok(self.open.insert(Open { client, statements: HashMap::new() }))
            }
        }
    }

    /// Begins a transaction; a connection that turns out to be dead is made anew.
    pub(crate) fn begin(&mut self, sql: &str) -> Result<(), Error> {
        match self.batch(sql) {
            Err(Error::Unavailable(_)) => {
                self.open = None;
                self.batch(sql)
            }
            result => result,
        }
    }

    /// Ends a transaction; where the connection is gone, so is the transaction.
    pub(crate) fn rollback(&mut self) {
        let rolled_back = match &mut self.open {
            Some(open) if !open.client.is_closed() => open.client.batch_execute("ROLLBACK").is_ok(),
            _ => false,
        };
        if !rolled_back {
            self.open = None;
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.client()?.client.batch_execute(sql).map_err(error)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        let open = self.client()?;
        let statement = open.prepare(sql)?;
        open.client.execute(&statement, &references(params)).map_err(error)
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        let open = self.client()?;
        let statement = open.prepare(sql)?;
        let rows = open.client.query(&statement, &references(params)).map_err(error)?;
        rows.iter()
            .map(|row| (0..row.len()).map(|column| cell(row, column)).collect::<Result<_, _>>().map(Row))
            .collect()
    }
}

impl Open {
    fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        let statement = self.client.prepare(sql).map_err(error)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn references<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Bool(value) => value.to_sql(ty, out),
            Param::Int(value) => match *ty {
                Type::INT2 => i16::try_from(*value)?.to_sql(ty, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
                _ => value.to_sql(ty, out),
            },
            Param::Text(text) => text.as_ref().to_sql(ty, out),
            Param::Bytes(bytes) => bytes.to_sql(ty, out),
            Param::Uuid(uuid) => uuid.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn cell(row: &postgres::Row, column: usize) -> Result<Cell, Error> {
    fn read<'r, T: postgres::types::FromSql<'r>>(
        row: &'r postgres::Row,
        column: usize,
    ) -> Result<Option<T>, Error> {
        row.try_get(column).map_err(error)
    }
    let cell = match *row.columns()[column].type_() {
        Type::BOOL => read(row, column)?.map(Cell::Bool),
        Type::INT2 => read::<i16>(row, column)?.map(|value| Cell::Int(value.into())),
        Type::INT4 => read::<i32>(row, column)?.map(|value| Cell::Int(value.into())),
        Type::INT8 => read(row, column)?.map(Cell::Int),
        Type::FLOAT8 => read(row, column)?.map(Cell::Real),
        Type::UUID => read::<Uuid>(row, column)?.map(Cell::Uuid),
        Type::BYTEA => read(row, column)?.map(Cell::Bytes),
        _ => read(row, column)?.map(Cell::Text),
    };
    Ok(cell.unwrap_or(Cell::Null))
}

pub(super) fn error(error: postgres::Error) -> Error {
    match error.code() {
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => Error::Taken(Box::new(error)),
        Some(code) if *code == SqlState::DISK_FULL => Error::Full,
        Some(code)
            if [SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE].contains(code) =>
        {
            Error::Conflict(Box::new(error))
        }
        Some(code) if code.code().starts_with("57P") || code.code().starts_with("08") => {
            Error::Unavailable(Box::new(error))
        }
        Some(_) => Error::Database(Box::new(error)),
        // Without a code it is the connection that failed, or what came over it.
        None => Error::Unavailable(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DatabaseUrl;
    use crate::testing::Postgres;

    #[test]
    fn however_many_questions_come_few_statements_are_kept() {
        let database = Postgres::start().unwrap();
        let DatabaseUrl::Postgres(url) = database.url() else { panic!("it is one") };
        let mut connection = PostgresConnection::open(&url).unwrap();
        for number in 0..3 * STATEMENTS {
            connection.query(&format!("SELECT {number}"), &[]).unwrap();
        }
        let kept = connection.query("SELECT count(*) FROM pg_prepared_statements", &[]).unwrap();
        let kept: usize = kept[0].get(0).unwrap();
        assert!((1..=STATEMENTS).contains(&kept), "{kept}");
    }
}
