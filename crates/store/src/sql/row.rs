//! Values on their way out of a statement.

use campana_model::id::{
    AgentId, ApiKeyId, DeliveryId, EventId, FlowGroupId, FlowId, FlowRunId, HookId, ProjectId, RowId,
    ServerId, TaskId, TaskRunId, TenantId,
};
use campana_model::{StateKind, Timestamp};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::Error;

/// A value as a database gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
}

/// A row of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Row(pub(super) Vec<Cell>);

impl Row {
    /// The value of a column, by its place.
    ///
    /// # Errors
    /// If the column is not there or holds something else.
    pub(crate) fn get<T: FromCell>(&self, column: usize) -> Result<T, Error> {
        let cell = self.0.get(column).unwrap_or(&Cell::Null);
        T::from_cell(cell).ok_or_else(|| {
            Error::corrupt(std::any::type_name::<T>(), format!("column {column} holds another type of value"))
        })
    }

    /// The value of a column that holds JSON.
    pub(crate) fn json(&self, column: usize) -> Result<Option<Json>, Error> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| Error::corrupt("JSON", error)))
            .transpose()
    }

    /// Cuts the row in two: this keeps the first columns, the rest is given.
    pub(crate) fn split_off(&mut self, columns: usize) -> Self {
        Self(self.0.split_off(columns.min(self.0.len())))
    }

    pub(crate) fn cell(&self, column: usize) -> &Cell {
        self.0.get(column).unwrap_or(&Cell::Null)
    }
}

/// What a column can be read as.
pub(crate) trait FromCell: Sized {
    fn from_cell(cell: &Cell) -> Option<Self>;
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

impl FromCell for bool {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Bool(value) => Some(*value),
            Cell::Int(value) => Some(*value != 0),
            _ => None,
        }
    }
}

impl FromCell for i64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Int(value) => Some(*value),
            _ => None,
        }
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl FromCell for $type {
            fn from_cell(cell: &Cell) -> Option<Self> {
                i64::from_cell(cell)?.try_into().ok()
            }
        }
    )*};
}
integers!(i32, u32, u16, usize);

impl FromCell for String {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl FromCell for Timestamp {
    fn from_cell(cell: &Cell) -> Option<Self> {
        Self::from_microsecond(i64::from_cell(cell)?).ok()
    }
}

impl FromCell for StateKind {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(name) => name.parse().ok(),
            _ => None,
        }
    }
}

impl FromCell for Uuid {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Uuid(uuid) => Some(*uuid),
            Cell::Bytes(bytes) => Self::from_slice(bytes).ok(),
            _ => None,
        }
    }
}

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl FromCell for $id {
            fn from_cell(cell: &Cell) -> Option<Self> {
                Uuid::from_cell(cell).map(Self::from_uuid)
            }
        }
    )*};
}
ids!(
    AgentId,
    ApiKeyId,
    DeliveryId,
    EventId,
    FlowGroupId,
    FlowId,
    FlowRunId,
    HookId,
    ProjectId,
    RowId,
    ServerId,
    TaskId,
    TaskRunId,
    TenantId
);
