//! The JSON of a state, as Prefect 1.4.1 writes and reads it.
//!
//! `type` is the kind; the other keys depend on it. Keys that do not belong to the type are dropped when
//! read; a type that is not known is an error, and so is a key of the wrong shape. The result's value is not
//! in there, only the place where it is stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::temporal::{DateTimePrinter, Pieces};
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{CacheKey, Extra, State, StateKind, StoredResult, UnknownKind};

/// The version of the format, which readers ignore.
pub(super) const VERSION: &str = "1.4.1";

/// How deep states may wrap each other; a real one wraps twice.
const MAX_WRAPPED: usize = 16;

/// How much of a wrong value an error repeats.
const MAX_SHOWN_CHARS: usize = 60;

/// A text is not the JSON of a state.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum JsonError {
    /// It is not even an object.
    #[error("state is {found}, where an object is wanted")]
    NotAnObject {
        /// What it is, shortened.
        found: String,
    },
    /// A key that every state of this type has is not there.
    #[error("state has no {key:?}")]
    Missing {
        /// The key's path.
        key: String,
    },
    /// A key has a value of another shape.
    #[error("state has {found} in {key:?}, where {wanted} is wanted")]
    Wrong {
        /// The key's path.
        key: String,
        /// What belongs there.
        wanted: &'static str,
        /// What stands there, shortened.
        found: String,
    },
    /// The type is not known.
    #[error(transparent)]
    UnknownKind(#[from] UnknownKind),
    /// States wrap each other too deep.
    #[error("states wrap each other more than {MAX_WRAPPED} deep")]
    TooDeep,
}

impl JsonError {
    fn wrong(key: &str, wanted: &'static str, found: &Json) -> Self {
        Self::Wrong { key: key.to_owned(), wanted, found: shortened(found) }
    }

    pub(super) fn not_an_object(found: &Json) -> Self {
        Self::NotAnObject { found: shortened(found) }
    }

    /// The same error seen from the object around: its key gets `outer` in front.
    pub(super) fn inside(self, outer: &str) -> Self {
        match self {
            Self::NotAnObject { found } => Self::Wrong { key: outer.to_owned(), wanted: "an object", found },
            Self::Missing { key } => Self::Missing { key: format!("{outer}.{key}") },
            Self::Wrong { key, wanted, found } => {
                Self::Wrong { key: format!("{outer}.{key}"), wanted, found }
            }
            Self::UnknownKind(_) | Self::TooDeep => self,
        }
    }
}

fn shortened(json: &Json) -> String {
    let mut text = json.to_string();
    if let Some((cut, _)) = text.char_indices().nth(MAX_SHOWN_CHARS) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

impl State {
    /// The state's JSON.
    ///
    /// ```
    /// # use campana_model::State;
    /// let json = State::success("Task run succeeded.").to_json();
    /// assert_eq!(json["type"], "Success");
    /// assert_eq!(json["_result"]["type"], "NoResultType");
    /// ```
    pub fn to_json(&self) -> Json {
        let empty = Extra::default();
        let extra = self.extra().unwrap_or(&empty);
        let kind = self.kind();
        let mut object = Map::new();
        let mut put = |key: &str, value: Json| object.insert(key.to_owned(), value);
        put("type", json!(kind.name()));
        put("__version__", json!(VERSION));
        put("message", json!(self.message()));
        put("context", json!(extra.context));
        let inputs: Map<_, _> =
            extra.cached_inputs.iter().map(|(key, at)| (key.clone(), at.to_json())).collect();
        put("cached_inputs", Json::Object(inputs));
        if kind != StateKind::Mapped {
            put("_result", extra.stored.to_json());
        }
        if has_start_time(kind) {
            put("start_time", json!(extra.start_time.map(iso)));
        }
        match kind {
            StateKind::Retrying => put("run_count", json!(extra.run_count)),
            // These two may be left out, but Prefect refuses a null.
            StateKind::Looped => extra.loop_count.and_then(|count| put("loop_count", json!(count))),
            StateKind::Mapped => extra.map_count.and_then(|count| put("n_map_states", json!(count))),
            StateKind::Cached => {
                put("cached_parameters", json!(extra.cache.parameters));
                put("cached_result_expiration", json!(extra.cache.expiration.map(iso)));
                put("hashed_inputs", json!(extra.cache.hashed_inputs))
            }
            kind if kind.is_meta() => put("state", extra.wrapped.as_ref().map_or(Json::Null, Self::to_json)),
            _ => None,
        };
        Json::Object(object)
    }

    /// Reads a state's JSON.
    ///
    /// # Errors
    /// If it is not an object, has no `type` or an unknown one, or a key of its type has the wrong shape.
    pub fn from_json(json: &Json) -> Result<Self, JsonError> {
        read(json, 0)
    }
}

fn read(json: &Json, depth: usize) -> Result<State, JsonError> {
    if depth > MAX_WRAPPED {
        return Err(JsonError::TooDeep);
    }
    let object = json.as_object().ok_or_else(|| JsonError::not_an_object(json))?;
    let name = text(object, "type")?.ok_or(JsonError::Missing { key: "type".to_owned() })?;
    let kind: StateKind = name.parse()?;
    let mut extra = Extra {
        context: match value(object, "context") {
            None => BTreeMap::new(),
            Some(Json::Object(context)) => {
                context.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
            }
            Some(other) => return Err(JsonError::wrong("context", "an object", other)),
        },
        cached_inputs: match value(object, "cached_inputs") {
            None => BTreeMap::new(),
            Some(Json::Object(inputs)) => inputs
                .iter()
                .map(|(key, at)| match StoredResult::from_json(at) {
                    Ok(stored) => Ok((key.clone(), stored)),
                    Err(error) => Err(error.inside(key).inside("cached_inputs")),
                })
                .collect::<Result<_, _>>()?,
            Some(other) => return Err(JsonError::wrong("cached_inputs", "an object", other)),
        },
        ..Extra::default()
    };
    if kind != StateKind::Mapped {
        let stored = object.get("_result").unwrap_or(&Json::Null);
        extra.stored = StoredResult::from_json(stored).map_err(|error| error.inside("_result"))?;
    }
    if has_start_time(kind) {
        extra.start_time = time(object, "start_time")?;
    }
    match kind {
        StateKind::Retrying => extra.run_count = count(object, "run_count")?,
        StateKind::Looped => extra.loop_count = count(object, "loop_count")?,
        StateKind::Mapped => extra.map_count = count(object, "n_map_states")?,
        StateKind::Cached => {
            extra.cache = CacheKey {
                parameters: value(object, "cached_parameters").cloned(),
                expiration: time(object, "cached_result_expiration")?,
                hashed_inputs: value(object, "hashed_inputs").map(hashes).transpose()?,
            };
        }
        kind if kind.is_meta() => {
            extra.wrapped = value(object, "state")
                .map(|inner| read(inner, depth + 1).map_err(|error| error.inside("state")))
                .transpose()?;
        }
        _ => {}
    }
    let mut state = State::new(kind);
    if let Some(message) = text(object, "message")? {
        state = state.with_message(message);
    }
    if extra != Extra::default() {
        *state.extra_mut() = extra;
    }
    Ok(state)
}

fn has_start_time(kind: StateKind) -> bool {
    kind.is_a(StateKind::Scheduled) || kind == StateKind::Queued
}

/// ISO 8601 with an offset in digits and microseconds, the way Python's `isoformat` writes it.
fn iso(time: Timestamp) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
    PRINTER.timestamp_with_offset_to_string(&time, Offset::UTC)
}

/// The value of `key`, unless it is missing or null.
fn value<'a>(object: &'a Map<String, Json>, key: &str) -> Option<&'a Json> {
    object.get(key).filter(|value| !value.is_null())
}

pub(super) fn text(object: &Map<String, Json>, key: &str) -> Result<Option<String>, JsonError> {
    match value(object, key) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(JsonError::wrong(key, "a text", other)),
    }
}

fn count(object: &Map<String, Json>, key: &str) -> Result<Option<u32>, JsonError> {
    value(object, key)
        .map(|json| {
            let number = json.as_u64().and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| JsonError::wrong(key, "a count", json))
        })
        .transpose()
}

fn time(object: &Map<String, Json>, key: &str) -> Result<Option<Timestamp>, JsonError> {
    let Some(text) = text(object, key)? else { return Ok(None) };
    let time = from_iso(&text).ok_or_else(|| {
        JsonError::wrong(key, "a time such as \"2026-11-20T21:58:17.094046+00:00\"", &json!(text))
    })?;
    Ok(Some(time))
}

/// Reads a time; one without an offset means UTC, as does a date the start of its day.
fn from_iso(text: &str) -> Option<Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    let offset = match pieces.to_numeric_offset() {
        Some(offset) => offset,
        // What a named zone's offset was then is not for this crate to know.
        None if pieces.time_zone_annotation().is_some() => return None,
        None => Offset::UTC,
    };
    let local = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    offset.to_timestamp(local).ok()
}

fn hashes(json: &Json) -> Result<BTreeMap<String, String>, JsonError> {
    serde_json::from_value(json.clone())
        .map_err(|_| JsonError::wrong("hashed_inputs", "an object of texts", json))
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
