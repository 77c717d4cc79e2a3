//! Everything that can be asked.
//!
//! The tables are declared once, in [`campana_store::query::tables`]; everything about them here follows from that:
//!
//! ```text
//! tables -> types: the objects, filters, orders of the schema, with their docs
//! request -> arguments, selection: one Select for the whole tree -> Find -> answer
//! ```
//!
//! So the columns that are read are those that were selected, and a relation costs one statement, however many
//! rows it belongs to.

mod answer;
mod arguments;
mod fields;
mod overview;
mod selection;
mod tables;
mod types;

pub(crate) use self::fields::Fields;
pub(crate) use self::overview::Overviews;
pub(crate) use self::tables::Tables;
