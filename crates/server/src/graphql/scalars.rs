//! The scalars beside GraphQL's own, under the names that Hasura gives them.
//!
//! JSON in arguments is [`serde_json::Value`], which the schema calls `JSON`; a column of JSON is a `jsonb`.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use campana_model::Timestamp;
use jiff::civil;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::{Offset, TimeZone};

/// An id, as text: `018f2f6c-3b1e-7c5a-9d60-2f1f5c0a7b11`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Uuid(pub uuid::Uuid);

#[Scalar(name = "uuid")]
impl ScalarType for Uuid {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => match text.parse() {
                Ok(uuid) => Ok(Self(uuid)),
                Err(_) => Err(InputValueError::custom(format!("{text:?} is not a UUID"))),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A time, as ISO 8601 with its offset: `2026-11-20T21:58:17.094046+00:00`. One without an offset means UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Time(pub Timestamp);

#[Scalar(name = "timestamptz")]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => match parse_time(text) {
                Some(time) => Ok(Self(time)),
                None => Err(InputValueError::custom(format!(
                    "{text:?} is not a time like \"2026-11-20T21:58:17.094046+00:00\""
                ))),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(format_time(self.0))
    }
}

/// ISO 8601 in UTC, with microseconds, as Python writes it.
pub(crate) fn format_time(time: Timestamp) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
    PRINTER.timestamp_with_offset_to_string(&time, Offset::UTC)
}

/// Reads ISO 8601; without an offset the time is in UTC.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let local: civil::DateTime = text.parse().ok()?;
        local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_utc() {
        let time = parse_time("2026-11-20T21:58:17.094046").unwrap();
        assert_eq!(format_time(time), "2026-11-20T21:58:17.094046+00:00");
        for same in ["2026-11-20T22:58:17.094046+01:00", "2026-11-20 21:58:17.094046Z"] {
            assert_eq!(parse_time(same), Some(time), "{same}");
        }
        assert_eq!(format_time(parse_time("2026-11-20").unwrap()), "2026-11-20T00:00:00.000000+00:00");
        assert_eq!(parse_time("yesterday"), None);
    }
}
