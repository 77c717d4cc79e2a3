//! What is wanted of which rows.

use super::filter::Filter;
use super::table::{Column, Relation, Table};

/// Rows of a table, and what of them is wanted.
#[derive(Clone, Debug)]
pub struct Select {
    /// The table.
    pub table: &'static Table,
    /// The columns that are read.
    pub columns: Vec<&'static Column>,
    /// The rows that belong to each, or how many they are.
    pub related: Vec<Related>,
    /// Which rows.
    pub part: Part,
}

/// Which rows of a table, and in what order.
#[derive(Clone, Debug)]
pub struct Part {
    /// The rows that pass this.
    pub filter: Filter,
    /// Of those that are equal in these columns, the first one.
    pub distinct_on: Vec<&'static Column>,
    /// In this order; those that are equal in it, in the order in which they were made.
    pub order_by: Vec<OrderBy>,
    /// So many of them are left out.
    pub offset: u64,
    /// So many follow at most. Within a relation: for each row above.
    pub limit: Option<u64>,
}

/// A column that rows are ordered by.
#[derive(Clone, Copy, Debug)]
pub struct OrderBy {
    /// The column.
    pub column: &'static Column,
    /// Which values come first.
    pub direction: Direction,
    /// Whether null comes before all others; if not, after.
    pub nulls_first: bool,
}

/// Which values come first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// Small ones.
    Asc,
    /// Great ones.
    Desc,
}

/// What is wanted of the rows that belong to a row.
#[derive(Clone, Debug)]
pub enum Related {
    /// The rows. The table of the select is that of the relation.
    Rows(&'static Relation, Select),
    /// How many they are.
    Count(&'static Relation, Part),
}

impl Select {
    /// All rows of the table, with nothing of them.
    pub const fn new(table: &'static Table) -> Self {
        Self { table, columns: Vec::new(), related: Vec::new(), part: Part::all() }
    }
}

impl Part {
    /// All rows, in the order in which they were made.
    pub const fn all() -> Self {
        Self { filter: Filter::all(), distinct_on: Vec::new(), order_by: Vec::new(), offset: 0, limit: None }
    }
}

impl Related {
    /// The relation.
    pub const fn relation(&self) -> &'static Relation {
        match self {
            Self::Rows(relation, _) | Self::Count(relation, _) => relation,
        }
    }
}
