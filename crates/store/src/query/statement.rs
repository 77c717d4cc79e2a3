//! The statements that answer a select: one for the rows, or for how many they are.

use std::ops::RangeInclusive;

use sea_query::{
    Alias, Asterisk, Expr, ExprTrait as _, Func, NullOrdering, Order, OverStatement as _,
    PostgresQueryBuilder, Query, SelectStatement, SqliteQueryBuilder, Value as Sea, Values, WindowStatement,
};

use super::filter::{Filter, Test};
use super::select::{Direction, OrderBy, Part};
use super::table::{Column, Relation, Source, Table};
use super::value::Value;
use crate::sql::{Dialect, Param, Row, Tx};
use crate::{Error, Scope};

/// The name of the column that numbers rows.
const PLACE: &str = "place";

/// Builds statements for one database and one scope.
pub(super) struct Builder {
    pub(super) dialect: Dialect,
    scope: Scope,
    /// How many tables have been named; each gets a name of its own.
    named: usize,
}

/// A table in a statement.
pub(super) struct At {
    pub(super) table: &'static Table,
    alias: Alias,
}

impl At {
    /// A column, by its name in the database.
    pub(super) fn column(&self, name: &'static str) -> Expr {
        Expr::col((self.alias.clone(), name))
    }

    /// The condition that the row counts, if there are others in the table.
    pub(super) fn counts(&self) -> Option<Expr> {
        self.table.gone.map(|column| self.column(column).is_null())
    }

    fn key(&self) -> Expr {
        match *self.table.key {
            [only] => self.column(only),
            ref several => Expr::tuple(several.iter().map(|column| self.column(column))),
        }
    }
}

/// How the rows of a table are found, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// By a column with which an index begins.
    ByIndex,
    /// By looking through those of the tenant.
    ByTenant,
}

/// The rows above, to which those that are wanted belong.
pub(super) struct Under<'k> {
    /// What leads from them to the rows, whose column at its end has
    pub(super) relation: &'static Relation,
    /// one of these values.
    pub(super) keys: &'k [Value],
}

/// What a statement reads of a row.
pub(super) enum Read {
    /// A column that was asked for.
    Column(&'static Column),
    /// A column that leads to other rows, by its name in the database.
    Link(&'static str),
}

impl Builder {
    pub(super) fn new(dialect: Dialect, scope: Scope) -> Self {
        Self { dialect, scope, named: 0 }
    }

    /// How many tables the statements built so far have named.
    #[cfg(test)]
    pub(super) fn named(&self) -> usize {
        self.named
    }

    /// Begins a statement on a table. No other function names one, so no statement sees what its scope does not.
    pub(super) fn from(&mut self, table: &'static Table, found: Found) -> (SelectStatement, At) {
        let at = At { table, alias: Alias::new(format!("t{}", self.named)) };
        self.named += 1;
        let mut statement = Query::select();
        statement.from_as(table.sql, at.alias.clone());
        if let Some(tenant) = self.scope.tenant() {
            let mut column = at.column(table.tenant);
            if self.dialect == Dialect::Sqlite && found == Found::ByIndex {
                // SQLite takes all indexes to be equally good and may choose the tenant's; the sign hides the column.
                column = Expr::cust_with_expr("+?", column);
            }
            statement.and_where(column.eq(Sea::from(tenant.uuid())));
        }
        (statement, at)
    }

    /// The rows of a part, with what is read of them; `under` narrows them to those that belong to other rows.
    pub(super) fn rows(
        &mut self,
        table: &'static Table,
        part: &Part,
        reads: &[Read],
        under: Option<&Under<'_>>,
        most: u64,
    ) -> Result<SelectStatement, Error> {
        let is_windowed = is_cut(part) && under.is_some_and(|under| under.keys.len() > 1);
        let (mut statement, at) = self.part(table, part, under, is_windowed)?;
        for read in reads {
            statement.expr(match read {
                Read::Column(column) => self.value(&at, column)?,
                Read::Link(name) => at.column(name),
            });
        }
        if reads.is_empty() {
            statement.expr(Expr::cust("1"));
        }
        self.order(&at, &part.order_by, &mut |expr, order, nulls| {
            match nulls {
                Some(nulls) => statement.order_by_expr_with_nulls(expr, order, nulls),
                None => statement.order_by_expr(expr, order),
            };
        })?;
        if is_windowed {
            statement.limit(most);
        } else {
            statement.limit(Ord::min(part.limit.unwrap_or(most), most));
            if part.offset > 0 {
                statement.offset(part.offset);
            }
        }
        Ok(statement)
    }

    /// How many rows a part has; for each of the rows above, if there are such: the key and the count.
    pub(super) fn count(
        &mut self,
        table: &'static Table,
        part: &Part,
        under: Option<&Under<'_>>,
    ) -> Result<SelectStatement, Error> {
        let (mut statement, at) = self.part(table, part, under, is_cut(part) && under.is_some())?;
        let count = || Func::count(Expr::col(Asterisk));
        if let Some(under) = under {
            let above = under.relation.on;
            statement.expr(at.column(above)).expr(count());
            statement.add_group_by([at.column(above)]);
        } else if is_cut(part) {
            statement.expr_as(Expr::cust("1"), "one");
            statement.limit(part.limit.unwrap_or(i64::MAX as u64)).offset(part.offset);
            statement = Query::select().expr(count()).from_subquery(statement, "part").take();
        } else {
            statement.expr(count());
        }
        Ok(statement)
    }

    /// The rows of a part, still without an order. If it is to be windowed, offset and limit are in it, for each of
    /// the rows above.
    fn part(
        &mut self,
        table: &'static Table,
        part: &Part,
        under: Option<&Under<'_>>,
        is_windowed: bool,
    ) -> Result<(SelectStatement, At), Error> {
        let found = match under {
            Some(_) => Found::ByIndex,
            None => found_by(table, &part.filter),
        };
        let (mut statement, at) = self.from(table, found);
        if let Some(under) = under {
            let keys = under.keys.iter().map(operand).collect::<Result<Vec<_>, _>>()?;
            statement.and_where(at.column(under.relation.on).is_in(padded(keys)));
        }
        if under.is_none_or(|under| under.relation.many) {
            statement.and_where_option(at.counts());
        }
        statement.and_where_option(self.condition(&at, &part.filter)?);
        let mut rows = (statement, at);
        let above = under.map(|under| under.relation.on);
        if !part.distinct_on.is_empty() {
            let equal = part.distinct_on.iter().map(|column| self.value(&rows.1, column));
            let equal = equal.collect::<Result<Vec<_>, _>>()?;
            rows = self.among(rows, above, equal, &part.order_by, 1..=1)?;
        }
        if is_windowed {
            let first = part.offset.saturating_add(1);
            let last = part.limit.map_or(i64::MAX as u64, |limit| part.offset.saturating_add(limit));
            rows = self.among(rows, above, Vec::new(), &part.order_by, first..=last)?;
        }
        Ok(rows)
    }

    /// Of rows that are equal in the column `above` and in `equal`, those at the given places.
    fn among(
        &mut self,
        (mut statement, at): (SelectStatement, At),
        above: Option<&'static str>,
        equal: Vec<Expr>,
        order: &[OrderBy],
        places: RangeInclusive<u64>,
    ) -> Result<(SelectStatement, At), Error> {
        let mut window = WindowStatement::new();
        for expr in above.map(|column| at.column(column)).into_iter().chain(equal) {
            window.add_partition_by(expr);
        }
        self.order(&at, order, &mut |expr, order, nulls| {
            match nulls {
                Some(nulls) => window.order_by_expr_with_nulls(expr, order, nulls),
                None => window.order_by_expr(expr, order),
            };
        })?;
        for column in at.table.key {
            statement.expr(at.column(column));
        }
        statement.expr_window_as(Expr::cust("row_number()"), window, PLACE);
        let mut numbered = Query::select();
        numbered.columns(at.table.key.iter().copied()).from_subquery(statement, "numbered");
        numbered.and_where(Expr::col(PLACE).gte(place(*places.start())));
        numbered.and_where(Expr::col(PLACE).lte(place(*places.end())));
        let (mut statement, outer) = self.from(at.table, Found::ByIndex);
        statement.and_where(outer.key().in_subquery(numbered));
        Ok((statement, outer))
    }

    /// The value of a column, also if it is that of another row.
    pub(super) fn value(&mut self, at: &At, column: &'static Column) -> Result<Expr, Error> {
        match column.source {
            Source::Own(name) => Ok(at.column(name)),
            Source::Of(relation, name) => {
                let relation = at.table.relation(relation).ok_or_else(|| {
                    Error::corrupt("table", format!("{}.{relation} is not declared", at.table.name))
                })?;
                let (mut statement, there) = self.from(relation.to, Found::ByIndex);
                statement.expr(there.column(name));
                statement.and_where(there.column(relation.on).eq(at.column(relation.from)));
                Ok(Expr::SubQuery(None, Box::new(statement.into())))
            }
        }
    }

    /// Puts the order into a statement or a window, ended by the key, so that it is always the same.
    fn order(
        &mut self,
        at: &At,
        order: &[OrderBy],
        put: &mut dyn FnMut(Expr, Order, Option<NullOrdering>),
    ) -> Result<(), Error> {
        for &OrderBy { column, direction, nulls_first } in order {
            let expr = self.value(at, column)?;
            let order = match direction {
                Direction::Asc => Order::Asc,
                Direction::Desc => Order::Desc,
            };
            // Said only where there can be one: an index does not serve such an order.
            let nulls = column.nullable.then_some(match nulls_first {
                true => NullOrdering::First,
                false => NullOrdering::Last,
            });
            put(self.collated(expr, column), order, nulls);
        }
        for column in at.table.key {
            put(at.column(column), Order::Asc, None);
        }
        Ok(())
    }

    /// Text in the order of its bytes, whatever the language of the database.
    pub(super) fn collated(&self, expr: Expr, column: &Column) -> Expr {
        match self.dialect {
            Dialect::Postgres if column.kind.is_text() => Expr::cust_with_expr(r#"$1 COLLATE "C""#, expr),
            Dialect::Postgres | Dialect::Sqlite => expr,
        }
    }

    /// Runs a statement.
    pub(super) fn run(&self, tx: &mut Tx<'_>, statement: &SelectStatement) -> Result<Vec<Row>, Error> {
        let (sql, Values(values)) = self.text(statement);
        let params: Vec<_> = values.iter().map(param).collect();
        tx.query(&sql, &params)
    }

    pub(super) fn text(&self, statement: &SelectStatement) -> (String, Values) {
        match self.dialect {
            Dialect::Sqlite => statement.build(SqliteQueryBuilder),
            Dialect::Postgres => statement.build(PostgresQueryBuilder),
        }
    }
}

/// Whether some of the rows that pass are left out.
fn is_cut(part: &Part) -> bool {
    part.limit.is_some() || part.offset > 0
}

/// Whether an index other than the tenant's leads to the rows that pass the filter.
pub(super) fn found_by(table: &Table, filter: &Filter) -> Found {
    let by_index = filter.conjuncts().iter().any(|part| match part {
        Filter::Column(column, Test::Eq(_) | Test::In(_)) => {
            matches!(column.source, Source::Own(name) if name != table.tenant && table.is_indexed(name))
        }
        Filter::Related(relation, _) => {
            !relation.many && relation.to.few && !relation.nullable && table.is_indexed(relation.from)
        }
        _ => false,
    });
    if by_index { Found::ByIndex } else { Found::ByTenant }
}

/// A value that is compared with.
pub(super) fn operand(value: &Value) -> Result<Sea, Error> {
    let problem = match value {
        Value::Bool(value) => return Ok((*value).into()),
        Value::Int(value) => return Ok((*value).into()),
        // Postgres has no such text, and refuses the statement.
        Value::Text(text) if text.contains('\0') => "text with a zero byte is not stored",
        Value::Text(text) => return Ok(text.as_str().into()),
        Value::Uuid(uuid) => return Ok((*uuid).into()),
        Value::Time(time) => return Ok(time.as_microsecond().into()),
        Value::Null => "null is compared with by `_is_null`",
        Value::Json(_) => "JSON cannot be compared with",
    };
    Err(Error::Invalid { field: "where", problem: problem.to_owned() })
}

/// A list whose length is a power of two, its last value repeated, so that there are few different statements
/// to prepare.
pub(super) fn padded(mut values: Vec<Sea>) -> Vec<Sea> {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

fn place(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn param(value: &Sea) -> Param<'_> {
    match value {
        Sea::Bool(Some(value)) => Param::Bool(*value),
        Sea::BigInt(Some(value)) => Param::Int(*value),
        Sea::BigUnsigned(Some(value)) => Param::Int(place(*value)),
        Sea::String(Some(text)) => Param::Text(text.as_str().into()),
        Sea::Uuid(Some(uuid)) => Param::Uuid(*uuid),
        // No other is made above.
        _ => Param::Null,
    }
}
