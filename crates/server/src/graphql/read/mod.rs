//! Everything that can be asked.

mod fields;
mod tables;

pub(crate) use self::fields::Fields;
pub(crate) use self::tables::Tables;
