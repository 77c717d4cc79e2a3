//! What there is to ask for.

use std::fmt;

use campana_model::StateKind;

/// A table, as it can be asked for.
pub struct Table {
    /// The name that whoever asks uses.
    pub name: &'static str,
    /// The name in the database.
    pub(crate) sql: &'static str,
    /// What a row is.
    pub docs: &'static [&'static str],
    /// The columns that may be seen.
    pub columns: &'static [Column],
    /// The rows that belong to a row of it.
    pub relations: &'static [Relation],
    /// The column that says whose a row is.
    pub(crate) tenant: &'static str,
    /// The columns that tell each row from all others, in the order in which rows are made.
    pub(crate) key: &'static [&'static str],
    /// The columns with which an index begins.
    pub(crate) indexed: &'static [&'static str],
    /// The column that is null as long as the row counts; others are found only by a row that belongs to them.
    pub(crate) gone: Option<&'static str>,
    /// Whether there are few rows in it, so that looking through all of them once is cheap.
    pub(crate) few: bool,
}

/// A column, as it can be asked for.
pub struct Column {
    /// The name that whoever asks uses.
    pub name: &'static str,
    /// What it says.
    pub docs: &'static [&'static str],
    /// What kind of values it has.
    pub kind: Type,
    /// Whether it may be null.
    pub nullable: bool,
    /// Where the values are.
    pub(crate) source: Source,
}

/// Where the values of a column are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// In the column of this name.
    Own(&'static str),
    /// In a column of the row to which the relation of this name leads.
    Of(&'static str, &'static str),
}

/// What kind of values a column has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// An id.
    Uuid,
    /// Text.
    Text,
    /// The name of a state, such as `TriggerFailed`.
    State,
    /// The status of a delivery.
    Status,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// A moment.
    Time,
    /// JSON.
    Json,
    /// The names of a set of states, in upper case, as JSON.
    States,
    /// The names of a set of kinds of events, as JSON.
    Events,
    /// The name of what a hook watches, as text.
    Subject,
}

/// What a delivery can be.
const STATUSES: &[&str] = &["pending", "delivered", "dead", "cancelled"];

impl Type {
    /// Whether a filter or an order can use it: it is stored as it is shown.
    pub const fn compares(self) -> bool {
        !matches!(self, Self::Json | Self::States | Self::Events | Self::Subject)
    }

    /// Whether its values are text.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::State | Self::Status)
    }

    /// Whether `word` is one of the few that columns of this type hold. Those stand in the statement itself, so
    /// that indexes over some of the rows can be used.
    pub(crate) fn has_word(self, word: &str) -> bool {
        match self {
            Self::State => StateKind::ALL.iter().any(|kind| kind.name() == word),
            Self::Status => STATUSES.contains(&word),
            _ => false,
        }
    }
}

/// Which rows of a table belong to a row of another.
pub struct Relation {
    /// The name that whoever asks uses.
    pub name: &'static str,
    /// What they are to it.
    pub docs: &'static [&'static str],
    /// Whether there can be several.
    pub many: bool,
    /// Whether the one may be missing.
    pub nullable: bool,
    /// The table of those rows.
    pub to: &'static Table,
    /// The column of the row, which equals
    pub(crate) from: &'static str,
    /// this column of those.
    pub(crate) on: &'static str,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The relation of this name.
    pub fn relation(&self, name: &str) -> Option<&'static Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    /// The column `id`, if a row is found by it at once.
    pub fn id(&self) -> Option<&'static Column> {
        self.column("id").filter(|_| self.is_indexed("id"))
    }

    pub(crate) fn is_indexed(&self, column: &str) -> bool {
        self.indexed.contains(&column)
    }
}

/// Tables lead to each other in circles, so a name stands for all that is declared.
macro_rules! debug_as_name {
    ($($named:ident),*) => {$(
        impl fmt::Debug for $named {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name)
            }
        }
    )*};
}
debug_as_name!(Table, Column, Relation);
