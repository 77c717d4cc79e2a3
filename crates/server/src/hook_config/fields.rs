//! The keys of an object, each taken once; what is left over is unknown.

use std::borrow::Cow;

use campana_model::Secret;
use serde_json::{Map, Value as Json};

use super::error::{Problem, shown};

/// The object, or the one that a text holds.
pub(super) fn object(config: &Json) -> Result<Cow<'_, Map<String, Json>>, Problem> {
    match config {
        Json::Object(object) => Ok(Cow::Borrowed(object)),
        // No configuration is one without keys: nothing to say against it where none are wanted.
        Json::Null => Ok(Cow::Owned(Map::new())),
        Json::String(text) => match serde_json::from_str(text) {
            Ok(Json::Object(object)) => Ok(Cow::Owned(object)),
            Ok(other) => Err(Problem::NotAnObject { found: kind(&other) }),
            // The error's own words could repeat what stands there.
            Err(error) => Err(Problem::NotJson { line: error.line(), column: error.column() }),
        },
        other => Err(Problem::NotAnObject { found: kind(other) }),
    }
}

pub(super) struct Fields<'c> {
    left: Cow<'c, Map<String, Json>>,
    known: Vec<&'static str>,
}

impl<'c> Fields<'c> {
    pub(super) fn new(config: &'c Json) -> Result<Self, Problem> {
        Ok(Self { left: object(config)?, known: Vec::new() })
    }

    /// A text, which is not empty.
    pub(super) fn text(&mut self, key: &'static str, wanted: &'static str) -> Result<String, Problem> {
        match self.take(key) {
            None => Err(Problem::Missing { key, wanted }),
            Some(Json::String(text)) if text.trim().is_empty() => Err(Problem::Missing { key, wanted }),
            Some(Json::String(text)) => Ok(text.trim().to_owned()),
            Some(other) => Err(Problem::Shape { key, found: kind(&other), wanted }),
        }
    }

    /// A secret, which is not empty.
    pub(super) fn secret(&mut self, key: &'static str, wanted: &'static str) -> Result<Secret, Problem> {
        self.text(key, wanted).map(Secret::new)
    }

    /// A secret, if there is one; forms send an empty text for none.
    pub(super) fn maybe_secret(&mut self, key: &'static str) -> Result<Option<Secret>, Problem> {
        match self.secret(key, "a text") {
            Ok(secret) => Ok(Some(secret)),
            Err(Problem::Missing { .. }) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, key: &'static str, wanted: &'static str) -> Result<Vec<String>, Problem> {
        let items = match self.take(key) {
            None => return Err(Problem::Missing { key, wanted }),
            Some(Json::Array(items)) => items,
            Some(other) => return Err(Problem::Shape { key, found: kind(&other), wanted }),
        };
        let text = |item| match item {
            Json::String(text) => Ok(text.trim().to_owned()),
            other => Err(Problem::Shape { key, found: list_of(&other), wanted }),
        };
        items.into_iter().map(text).collect()
    }

    /// A list of secrets; none if there is no such key.
    pub(super) fn secrets(&mut self, key: &'static str) -> Result<Vec<Secret>, Problem> {
        match self.texts(key, "a list of texts") {
            Ok(texts) => Ok(texts.into_iter().map(Secret::new).collect()),
            Err(Problem::Missing { .. }) => Ok(Vec::new()),
            Err(problem) => Err(problem),
        }
    }

    /// Whether every key was known.
    pub(super) fn finish(self) -> Result<(), Problem> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(key) => {
                let known = if self.known.is_empty() { "none".to_owned() } else { self.known.join(", ") };
                let key = shown(key).trim_matches('"').to_owned();
                Err(Problem::Unknown { key, known })
            }
        }
    }

    /// The value of a key; a null is none.
    fn take(&mut self, key: &'static str) -> Option<Json> {
        self.known.push(key);
        if !self.left.contains_key(key) {
            return None;
        }
        self.left.to_mut().shift_remove(key).filter(|value| !value.is_null())
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

fn list_of(item: &Json) -> &'static str {
    match item {
        Json::Null => "a list with null in it",
        Json::Bool(_) => "a list with true or false in it",
        Json::Number(_) => "a list with a number in it",
        Json::String(_) => "a list with a text in it",
        Json::Array(_) => "a list with a list in it",
        Json::Object(_) => "a list with an object in it",
    }
}
