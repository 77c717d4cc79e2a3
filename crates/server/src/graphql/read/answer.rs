//! What was found, as it was asked for.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value as Answer};
use campana_store::query::{Found, Joined, Type, Value};

use super::super::scalars::format_time;
use super::selection::{Aggregate, Numbers, Shape, Source};

/// The rows of what was found.
pub(super) fn rows(found: &Found, shape: &Shape) -> Answer {
    Answer::List((0..found.rows.len()).map(|place| row(found, place, shape)).collect())
}

/// One row of what was found.
pub(super) fn row(found: &Found, place: usize, shape: &Shape) -> Answer {
    let fields = shape.fields.iter().map(|(key, source)| {
        let value = match source {
            Source::TypeName => Answer::String(shape.table.name.to_owned()),
            Source::Column(column, kind) => {
                found.rows[place].get(*column).map_or(Answer::Null, |value| self::value(value, *kind))
            }
            Source::One(related, shape) => match below(found, *related, place).split_first() {
                Some((first, _)) => row(rows_of(found, *related), *first, shape),
                None => Answer::Null,
            },
            Source::Many(related, shape) => {
                let inner = rows_of(found, *related);
                let all = below(found, *related, place).iter().map(|place| row(inner, *place, shape));
                Answer::List(all.collect())
            }
            Source::Aggregate(related, shape) => match found.related.get(*related) {
                Some(Joined::Count(counts)) => {
                    aggregate(counts.get(place).copied().unwrap_or_default(), shape)
                }
                _ => Answer::Null,
            },
        };
        (Name::new(key), value)
    });
    Answer::Object(fields.collect())
}

/// The places of the rows that belong to a row.
fn below(found: &Found, related: usize, place: usize) -> &[usize] {
    match found.related.get(related) {
        Some(Joined::Rows { of, .. }) => of.get(place).map_or(&[], Vec::as_slice),
        _ => &[],
    }
}

fn rows_of(found: &Found, related: usize) -> &Found {
    static NOTHING: Found = Found { rows: Vec::new(), related: Vec::new() };
    match found.related.get(related) {
        Some(Joined::Rows { found, .. }) => found,
        _ => &NOTHING,
    }
}

/// Numbers about rows.
pub(super) fn aggregate(count: u64, shape: &Aggregate) -> Answer {
    let fields = shape.fields.iter().map(|(key, inner)| {
        let value = match inner {
            None => Answer::String(shape.type_name.clone()),
            Some(numbers) => Answer::Object(
                numbers.iter().map(|(key, number)| (Name::new(key), self::number(count, *number))).collect(),
            ),
        };
        (Name::new(key), value)
    });
    Answer::Object(fields.collect::<IndexMap<_, _>>())
}

fn number(count: u64, number: Numbers) -> Answer {
    match number {
        Numbers::TypeName => Answer::String("aggregate_count".to_owned()),
        Numbers::Count => Answer::Number(count.into()),
    }
}

fn value(value: &Value, kind: Type) -> Answer {
    match value {
        Value::Null => Answer::Null,
        Value::Bool(value) => Answer::Boolean(*value),
        Value::Int(value) => Answer::Number((*value).into()),
        Value::Text(text) => Answer::String(text.clone()),
        Value::Uuid(uuid) => Answer::String(uuid.to_string()),
        Value::Time(time) => Answer::String(format_time(*time)),
        Value::Json(text) => json(text, kind),
    }
}

/// JSON is an answer like any other; what was stored as JSON and is none cannot be one.
fn json(text: &str, kind: Type) -> Answer {
    let parsed = serde_json::from_str(text).ok().and_then(|json| Answer::from_json(json).ok());
    parsed.unwrap_or_else(|| {
        tracing::error!(?kind, "a column of JSON holds something else");
        Answer::Null
    })
}
