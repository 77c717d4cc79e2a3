//! Questions that whoever asks puts together: which rows, which of their columns, in what order, with which
//! rows that belong to them.
//!
//! * [`Table`]s say what there is to ask for: columns, and relations to other tables. A column that is not
//!   declared cannot be asked for, so what is secret is not in there.
//! * A [`Select`] says what is wanted: a [`Filter`], an order, a part, and for each relation another select.
//!   [`Find`] reads it, [`Count`] counts; both answer out of one snapshot.
//! * **Each relation costs one statement for each level**, however many rows are above it. Only where the first few rows
//!   of each of a few are wanted it costs one for each of these, since an index leads to them at once.
//! * **A scope is not forgotten**: whoever builds a statement names tables through one function, which puts
//!   the condition on the tenant beside each of them, also of those that only a filter speaks of.
//!
//! Filters mean what they mean in Hasura 1: three-valued as in SQL, and **a comparison with null is true**, so
//! that a client can leave a condition out by sending null for its operand.

mod condition;
mod filter;
mod find;
mod pattern;
mod select;
mod statement;
mod table;
pub mod tables;
mod value;

#[cfg(test)]
mod tests;

pub use self::filter::{Filter, Test};
pub(crate) use self::find::narrowed;
pub use self::find::{Count, Find, Found, Joined, MAX_ROWS};
pub use self::select::{Direction, OrderBy, Part, Related, Select};
pub use self::table::{Column, Relation, Source, Table, Type};
pub use self::value::Value;
