//! What the arguments of a field say: which rows, in what order, how many.
//!
//! The schema has checked the names and the shapes; what is checked here is what it cannot know.

use async_graphql::{Name, Value as Sent};
use campana_store::query::{Column, Direction, Filter, OrderBy, Part, Table, Test, Type, Value};

use super::super::scalars::parse_time;

/// An argument cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub(super) struct Unusable {
    path: String,
    problem: String,
}

impl Unusable {
    fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }

    fn inside(mut self, outer: &str) -> Self {
        self.path = format!("{outer}.{}", self.path);
        self
    }
}

/// The part of a table that the arguments of a field select.
pub(super) fn part(table: &'static Table, arguments: &[(Name, Sent)]) -> Result<Part, Unusable> {
    let mut part = Part::all();
    for (name, sent) in arguments {
        match (name.as_str(), sent) {
            (_, Sent::Null) => {}
            ("where", sent) => part.filter = filter(table, sent).map_err(|error| error.inside("where"))?,
            ("order_by", sent) => part.order_by = order(table, sent)?,
            ("limit", sent) => part.limit = Some(count("limit", sent)?),
            ("offset", sent) => part.offset = count("offset", sent)?,
            ("distinct_on", sent) => {
                for sent in several(sent) {
                    let column = column(table, "distinct_on", sent)?;
                    if !part.distinct_on.iter().any(|earlier| std::ptr::eq(*earlier, column)) {
                        part.distinct_on.push(column);
                    }
                }
            }
            (other, _) => return Err(Unusable::new(other, "there is no such argument")),
        }
    }
    Ok(part)
}

/// The part of a table that is the row of the given id.
pub(super) fn by_key(table: &'static Table, arguments: &[(Name, Sent)]) -> Result<Part, Unusable> {
    let given = arguments.iter().find(|(name, _)| name == "id").map(|(_, sent)| sent);
    let (Some(sent), Some(column)) = (given, table.id()) else {
        return Err(Unusable::new("id", "it is missing"));
    };
    let id = value(column.kind, sent).map_err(|problem| Unusable::new("id", problem))?;
    Ok(Part { filter: Filter::Column(column, Test::Eq(Some(id))), ..Part::all() })
}

/// A list, or the one value that may stand for a list of it.
fn several(sent: &Sent) -> &[Sent] {
    match sent {
        Sent::List(list) => list,
        Sent::Null => &[],
        one => std::slice::from_ref(one),
    }
}

fn filter(table: &'static Table, sent: &Sent) -> Result<Filter, Unusable> {
    let fields = match sent {
        Sent::Null => return Ok(Filter::all()),
        Sent::Object(fields) => fields,
        _ => return Err(Unusable::new(table.name, "an object is wanted")),
    };
    let all =
        |sent: &Sent| several(sent).iter().map(|sent| filter(table, sent)).collect::<Result<Vec<_>, _>>();
    let mut parts = Vec::with_capacity(fields.len());
    for (name, sent) in fields {
        let name = name.as_str();
        let part = match name {
            "_and" => all(sent).map(Filter::And),
            // Null is no condition, an empty list is one that nothing passes.
            "_or" if *sent == Sent::Null => continue,
            "_or" => all(sent).map(Filter::Or),
            "_not" if *sent == Sent::Null => continue,
            "_not" => filter(table, sent).map(|part| Filter::Not(Box::new(part))),
            _ => match (table.column(name), table.relation(name)) {
                (Some(column), _) => tests(column, sent),
                (None, Some(_)) if *sent == Sent::Null => continue,
                (None, Some(relation)) => {
                    filter(relation.to, sent).map(|part| Filter::Related(relation, Box::new(part)))
                }
                (None, None) => return Err(Unusable::new(name, "there is no such column")),
            },
        };
        parts.push(part.map_err(|error| error.inside(name))?);
    }
    Ok(Filter::And(parts))
}

fn tests(column: &'static Column, sent: &Sent) -> Result<Filter, Unusable> {
    let operations = match sent {
        Sent::Null => return Ok(Filter::all()),
        Sent::Object(operations) => operations,
        _ => return Err(Unusable::new(column.name, "an object of comparisons is wanted")),
    };
    let test = |(name, sent): (&Name, &Sent)| {
        let read = |sent: &Sent| value(column.kind, sent);
        let one = |sent: &Sent| if *sent == Sent::Null { Ok(None) } else { read(sent).map(Some) };
        let list = |sent: &Sent| match sent {
            Sent::Null => Ok(None),
            sent => several(sent).iter().map(read).collect::<Result<Vec<_>, _>>().map(Some),
        };
        let form = |sent: &Sent| match sent {
            Sent::String(form) => Ok(Some(form.clone())),
            Sent::Null => Ok(None),
            _ => Err("a text is wanted".to_owned()),
        };
        let test = match name.as_str() {
            "_eq" => one(sent).map(Test::Eq),
            "_neq" => one(sent).map(Test::Neq),
            "_lt" => one(sent).map(Test::Lt),
            "_lte" => one(sent).map(Test::Lte),
            "_gt" => one(sent).map(Test::Gt),
            "_gte" => one(sent).map(Test::Gte),
            "_in" => list(sent).map(Test::In),
            "_nin" => list(sent).map(Test::Nin),
            "_is_null" => match sent {
                Sent::Boolean(is) => Ok(Test::IsNull(Some(*is))),
                _ => Ok(Test::IsNull(None)),
            },
            "_like" => form(sent).map(Test::Like),
            "_nlike" => form(sent).map(Test::Nlike),
            "_ilike" => form(sent).map(Test::Ilike),
            "_nilike" => form(sent).map(Test::Nilike),
            _ => Err("there is no such comparison".to_owned()),
        };
        test.map(|test| Filter::Column(column, test)).map_err(|problem| Unusable::new(name.as_str(), problem))
    };
    operations.iter().map(test).collect::<Result<Vec<_>, _>>().map(Filter::And)
}

fn value(kind: Type, sent: &Sent) -> Result<Value, String> {
    let read = match (kind, sent) {
        (Type::Uuid, Sent::String(text)) => text.parse().ok().map(Value::Uuid),
        (Type::Time, Sent::String(text)) => parse_time(text).map(Value::Time),
        (Type::Text | Type::State | Type::Status, Sent::String(text)) => Some(Value::Text(text.clone())),
        (Type::Int, Sent::Number(number)) => number.as_i64().map(Value::Int),
        (Type::Bool, Sent::Boolean(value)) => Some(Value::Bool(*value)),
        _ => None,
    };
    read.ok_or_else(|| {
        let wanted = match kind {
            Type::Uuid => "a UUID",
            Type::Time => "a time like \"2026-11-20T21:58:17.094046+00:00\"",
            Type::Int => "a whole number",
            Type::Bool => "true or false",
            _ => "a text",
        };
        format!("{sent} is not {wanted}")
    })
}

fn order(table: &'static Table, sent: &Sent) -> Result<Vec<OrderBy>, Unusable> {
    let mut order = Vec::<OrderBy>::new();
    for sent in several(sent) {
        let Sent::Object(keys) = sent else {
            return Err(Unusable::new("order_by", "an object is wanted"));
        };
        for (name, direction) in keys {
            let Some(column) = table.column(name).filter(|column| column.kind.compares()) else {
                return Err(Unusable::new(format!("order_by.{name}"), "nothing is ordered by this"));
            };
            let (direction, nulls_first) = match word(direction) {
                Some("asc" | "asc_nulls_last") => (Direction::Asc, false),
                Some("asc_nulls_first") => (Direction::Asc, true),
                Some("desc" | "desc_nulls_first") => (Direction::Desc, true),
                Some("desc_nulls_last") => (Direction::Desc, false),
                Some(_) => return Err(Unusable::new(format!("order_by.{name}"), "there is no such order")),
                None => continue,
            };
            // Said again it orders nothing more, and a database takes only so many.
            if order.iter().any(|earlier| std::ptr::eq(earlier.column, column)) {
                continue;
            }
            order.push(OrderBy { column, direction, nulls_first });
        }
    }
    Ok(order)
}

fn column(table: &'static Table, argument: &str, sent: &Sent) -> Result<&'static Column, Unusable> {
    let column = word(sent).and_then(|name| table.column(name)).filter(|column| column.kind.compares());
    column.ok_or_else(|| Unusable::new(argument, format!("{sent} is no column of {}", table.name)))
}

/// The value of an enumeration, which variables hold as text.
fn word(sent: &Sent) -> Option<&str> {
    match sent {
        Sent::Enum(name) => Some(name),
        Sent::String(text) => Some(text),
        _ => None,
    }
}

fn count(argument: &str, sent: &Sent) -> Result<u64, Unusable> {
    match sent {
        Sent::Number(number) if number.as_u64().is_some() => Ok(number.as_u64().unwrap_or_default()),
        _ => Err(Unusable::new(argument, format!("{sent} is not a whole number from 0"))),
    }
}
