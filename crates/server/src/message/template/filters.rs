//! The filters: those of Jinja that make nothing much larger, bounded ones of those that do, and two about time.

use campana_model::Timestamp;
use jiff::SignedDuration;
use minijinja::{Environment, Error, ErrorKind, Value, filters};

use super::MAX_VALUE_BYTES;
use super::environment::{text, to_json, too_large};

pub(super) fn add_to(environment: &mut Environment<'_>) {
    environment.add_filter("upper", filters::upper);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("title", filters::title);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("length", filters::length);
    environment.add_filter("count", filters::length);
    environment.add_filter("first", filters::first);
    environment.add_filter("last", filters::last);
    environment.add_filter("reverse", filters::reverse);
    environment.add_filter("sort", filters::sort);
    environment.add_filter("unique", filters::unique);
    environment.add_filter("lines", filters::lines);
    environment.add_filter("items", filters::items);
    environment.add_filter("dictsort", filters::dictsort);
    environment.add_filter("default", filters::default);
    environment.add_filter("d", filters::default);
    environment.add_filter("int", filters::int);
    environment.add_filter("float", filters::float);
    environment.add_filter("round", filters::round);
    environment.add_filter("abs", filters::abs);
    environment.add_filter("map", filters::map);
    environment.add_filter("select", filters::select);
    environment.add_filter("reject", filters::reject);
    environment.add_filter("selectattr", filters::selectattr);
    environment.add_filter("rejectattr", filters::rejectattr);
    environment.add_filter("string", |value: &Value| bounded(text(value)?));
    environment.add_filter("tojson", |value: &Value| bounded(to_json(value)?));
    environment.add_filter("join", join);
    environment.add_filter("replace", replace);
    environment.add_filter("truncate", truncate);
    environment.add_filter("time", time);
    environment.add_filter("duration", duration);
}

fn bounded(text: String) -> Result<String, Error> {
    if text.len() > MAX_VALUE_BYTES { Err(too_large()) } else { Ok(text) }
}

/// `{{ logs|map(attribute="message")|join("; ") }}`
fn join(value: &Value, separator: Option<String>) -> Result<String, Error> {
    let separator = separator.unwrap_or_default();
    let mut joined = String::new();
    for (at, item) in value.try_iter()?.enumerate() {
        if at > 0 {
            joined.push_str(&separator);
        }
        joined.push_str(&text(&item)?);
        if joined.len() > MAX_VALUE_BYTES {
            return Err(too_large());
        }
    }
    Ok(joined)
}

fn replace(value: &Value, from: String, to: String) -> Result<String, Error> {
    let text = text(value)?;
    if from.is_empty() {
        return Ok(text);
    }
    let grown = text.matches(&from).count().saturating_mul(to.len().saturating_sub(from.len()));
    if text.len().saturating_add(grown) > MAX_VALUE_BYTES {
        return Err(too_large());
    }
    Ok(text.replace(&from, &to))
}

/// `{{ state.message|truncate(100) }}`: with an ellipsis if it is longer.
fn truncate(value: &Value, chars: Option<usize>) -> Result<String, Error> {
    let text = text(value)?;
    let max = chars.unwrap_or(255);
    if text.chars().nth(max).is_none() {
        return bounded(text);
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    bounded(format!("{kept}…"))
}

/// `{{ event.timestamp|time }}`, `{{ event.timestamp|time("%d.%m. %H:%M", "Europe/Prague") }}`.
fn time(value: &Value, format: Option<String>, zone: Option<String>) -> Result<String, Error> {
    let wrong = |what: String| Error::new(ErrorKind::InvalidOperation, what);
    let text = text(value)?;
    if text.is_empty() {
        return Ok(text);
    }
    let time: Timestamp = text.parse().map_err(|_| wrong("time is for a timestamp".to_owned()))?;
    let zone = zone.unwrap_or_else(|| "UTC".to_owned());
    let zoned = time.in_tz(&zone).map_err(|_| wrong(format!("there is no time zone {zone:?}")))?;
    let format = format.unwrap_or_else(|| "%F %T %Z".to_owned());
    let formatted = jiff::fmt::strtime::format(&format, &zoned);
    bounded(formatted.map_err(|_| wrong(format!("{format:?} is not a format of a time")))?)
}

/// `{{ duration|duration }}`: `1h 2m 3s` of seconds.
fn duration(value: &Value) -> Result<String, Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(String::new());
    }
    let wrong = || Error::new(ErrorKind::InvalidOperation, "duration is for a number of seconds");
    let seconds = f64::try_from(value.clone()).map_err(|_| wrong())?;
    let precision = if seconds.abs() < 60.0 { 1_000.0 } else { 1.0 };
    let duration = SignedDuration::try_from_secs_f64((seconds * precision).round() / precision);
    Ok(format!("{:#}", duration.map_err(|_| wrong())?))
}
