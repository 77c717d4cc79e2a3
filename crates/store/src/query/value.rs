//! Values that are compared with, and that are found.

use campana_model::{EventKind, StateSet, Subject, Timestamp};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::table::Type;
use crate::Error;
use crate::sql::{Cell, FromCell};

/// A value of a column.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    /// None.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// An id.
    Uuid(Uuid),
    /// A moment.
    Time(Timestamp),
    /// JSON, as its text, which is not looked into.
    Json(String),
}

impl Value {
    /// The value of a cell of a column of this type.
    pub(super) fn read(cell: &Cell, kind: Type) -> Result<Self, Error> {
        if *cell == Cell::Null {
            return Ok(Self::Null);
        }
        let value = match kind {
            Type::Uuid => Uuid::from_cell(cell).map(Self::Uuid),
            Type::Text | Type::State | Type::Status => String::from_cell(cell).map(Self::Text),
            Type::Int => i64::from_cell(cell).map(Self::Int),
            Type::Bool => bool::from_cell(cell).map(Self::Bool),
            Type::Time => Timestamp::from_cell(cell).map(Self::Time),
            Type::Json => String::from_cell(cell).map(Self::Json),
            Type::States => i64::from_cell(cell).map(|bits| Self::json(StateSet::from_bits(bits).names())),
            Type::Events => i64::from_cell(cell).map(|bits| {
                let kinds = EventKind::ALL.iter().filter(|kind| bits & kind.bit() != 0);
                Self::json(kinds.map(|kind| kind.name()))
            }),
            Type::Subject => i64::from_cell(cell)
                .and_then(Subject::from_bits)
                .map(|subject| Self::Text(subject.name().to_owned())),
        };
        value.ok_or_else(|| Error::corrupt("row", format!("a column of type {kind:?} holds another")))
    }

    fn json<T: Into<Json>>(names: impl Iterator<Item = T>) -> Self {
        Self::Json(json!(names.map(Into::into).collect::<Vec<Json>>()).to_string())
    }
}
