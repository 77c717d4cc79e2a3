//! Filters as conditions of SQL.

use sea_query::extension::postgres::PgBinOper;
use sea_query::extension::sqlite::SqliteBinOper;
use sea_query::{BinOper, Expr, ExprTrait as _, Value as Sea};

use super::filter::{Filter, Test};
use super::pattern::Pattern;
use super::statement::{At, Builder, Found, found_by, operand, padded};
use super::table::{Column, Relation, Type};
use super::value::Value;
use crate::Error;
use crate::sql::Dialect;

/// How long a form of text may be: each `%` in it costs.
const MAX_PATTERN_CHARS: usize = 256;

impl Builder {
    /// The condition that is true of the rows that pass the filter; none if all do.
    pub(super) fn condition(&mut self, at: &At, filter: &Filter) -> Result<Option<Expr>, Error> {
        Ok(match filter {
            Filter::And(parts) => self.chain(at, parts, Expr::and)?,
            Filter::Or(parts) => Some(self.chain(at, parts, Expr::or)?.unwrap_or_else(never)),
            Filter::Not(part) => Some(self.sure(at, part)?.not()),
            Filter::Column(column, test) => self.test(at, column, test)?,
            Filter::Related(relation, part) => Some(self.related(at, relation, part)?),
        })
    }

    /// The same, spelled out also if all rows pass.
    fn sure(&mut self, at: &At, filter: &Filter) -> Result<Expr, Error> {
        Ok(self.condition(at, filter)?.unwrap_or_else(|| Expr::cust("1 = 1")))
    }

    fn chain(
        &mut self,
        at: &At,
        parts: &[Filter],
        join: impl Fn(Expr, Expr) -> Expr,
    ) -> Result<Option<Expr>, Error> {
        let mut chain = None;
        for part in parts {
            let part = self.sure(at, part)?;
            chain = Some(match chain {
                None => part,
                Some(chain) => join(chain, part),
            });
        }
        Ok(chain)
    }

    fn related(&mut self, at: &At, relation: &'static Relation, part: &Filter) -> Result<Expr, Error> {
        // SQLite looks for `EXISTS` row by row; where all of the other table costs little, it can begin there.
        let begins_there = relation.to.few && !relation.many && !relation.nullable;
        if begins_there && self.dialect == Dialect::Sqlite {
            let (mut there, other) = self.from(relation.to, found_by(relation.to, part));
            there.expr(other.column(relation.on)).and_where_option(self.condition(&other, part)?);
            return Ok(at.column(relation.from).in_subquery(there));
        }
        let (mut there, other) = self.from(relation.to, Found::ByIndex);
        there.expr(Expr::cust("1")).and_where(other.column(relation.on).eq(at.column(relation.from)));
        if relation.many {
            there.and_where_option(other.counts());
        }
        there.and_where_option(self.condition(&other, part)?);
        Ok(Expr::exists(there))
    }

    fn test(&mut self, at: &At, column: &'static Column, test: &Test) -> Result<Option<Expr>, Error> {
        let value = self.value(at, column)?;
        let ordered = |value: Expr| self.collated(value, column);
        Ok(Some(match test {
            Test::Eq(Some(other)) => value.eq(compared(column, other)?),
            Test::Neq(Some(other)) => value.ne(compared(column, other)?),
            Test::Lt(Some(other)) => ordered(value).lt(compared(column, other)?),
            Test::Lte(Some(other)) => ordered(value).lte(compared(column, other)?),
            Test::Gt(Some(other)) => ordered(value).gt(compared(column, other)?),
            Test::Gte(Some(other)) => ordered(value).gte(compared(column, other)?),
            Test::In(Some(others)) if others.is_empty() => never(),
            Test::In(Some(others)) => value.is_in(list(column, others)?),
            Test::Nin(Some(others)) if others.is_empty() => return Ok(None),
            Test::Nin(Some(others)) => value.is_not_in(list(column, others)?),
            Test::IsNull(Some(true)) => value.is_null(),
            Test::IsNull(Some(false)) => value.is_not_null(),
            Test::Like(Some(form)) => self.like(value, column, form)?,
            Test::Nlike(Some(form)) => self.like(value, column, form)?.not(),
            Test::Ilike(Some(form)) => self.ilike(ordered(value), column, form)?,
            Test::Nilike(Some(form)) => self.ilike(ordered(value), column, form)?.not(),
            Test::Eq(None) | Test::Neq(None) | Test::Lt(None) | Test::Lte(None) | Test::Gt(None) => {
                return Ok(None);
            }
            Test::Gte(None) | Test::In(None) | Test::Nin(None) | Test::IsNull(None) | Test::Like(None) => {
                return Ok(None);
            }
            Test::Nlike(None) | Test::Ilike(None) | Test::Nilike(None) => return Ok(None),
        }))
    }

    fn like(&self, value: Expr, column: &Column, form: &str) -> Result<Expr, Error> {
        let pattern = pattern(column, form)?;
        Ok(match self.dialect {
            Dialect::Sqlite => value.binary(SqliteBinOper::Glob, text(pattern.glob())?),
            Dialect::Postgres => value.binary(BinOper::Like, text(pattern.like())?),
        })
    }

    fn ilike(&self, value: Expr, column: &Column, form: &str) -> Result<Expr, Error> {
        let form = text(pattern(column, form)?.like())?;
        Ok(match self.dialect {
            Dialect::Sqlite => Expr::cust_with_exprs(r"? LIKE ? ESCAPE '\'", [value, Expr::Value(form)]),
            Dialect::Postgres => value.binary(PgBinOper::ILike, form),
        })
    }
}

/// A condition that no row meets.
fn never() -> Expr {
    Expr::cust("1 = 0")
}

fn compared(column: &Column, other: &Value) -> Result<Expr, Error> {
    let fits = matches!(
        (column.kind, other),
        (Type::Uuid, Value::Uuid(_))
            | (Type::Text | Type::State | Type::Status, Value::Text(_))
            | (Type::Int, Value::Int(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::Time, Value::Time(_))
    );
    if !fits {
        let problem = format!("{} cannot be compared with {other:?}", column.name);
        return Err(Error::Invalid { field: "where", problem });
    }
    let sea = operand(other)?;
    Ok(match other {
        Value::Text(word) if column.kind.has_word(word) => Expr::Constant(sea),
        _ => Expr::Value(sea),
    })
}

fn list(column: &Column, others: &[Value]) -> Result<Vec<Sea>, Error> {
    for other in others {
        compared(column, other)?;
    }
    Ok(padded(others.iter().map(operand).collect::<Result<_, _>>()?))
}

fn pattern(column: &Column, form: &str) -> Result<Pattern, Error> {
    let problem = match form.chars().count() {
        _ if !column.kind.is_text() => format!("{} is no text", column.name),
        0..=MAX_PATTERN_CHARS => return Ok(Pattern::new(form)),
        chars => {
            format!("a form of text has {MAX_PATTERN_CHARS} characters at most, and this one has {chars}")
        }
    };
    Err(Error::Invalid { field: "where", problem })
}

fn text(text: String) -> Result<Sea, Error> {
    operand(&Value::Text(text))
}
