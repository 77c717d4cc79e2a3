//! Which rows are wanted.

use super::table::{Column, Relation};
use super::value::Value;

/// A condition on a row.
#[derive(Clone, Debug)]
pub enum Filter {
    /// All of them; none is true.
    And(Vec<Filter>),
    /// At least one of them; none is false.
    Or(Vec<Filter>),
    /// Not.
    Not(Box<Filter>),
    /// A column of the row passes a test.
    Column(&'static Column, Test),
    /// At least one row that belongs to it is so.
    Related(&'static Relation, Box<Filter>),
}

/// What the value of a column has to be. Without an operand each test is passed; with one, null passes none
/// but [`IsNull`](Self::IsNull).
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// Equal.
    Eq(Option<Value>),
    /// Not equal.
    Neq(Option<Value>),
    /// Less.
    Lt(Option<Value>),
    /// Less or equal.
    Lte(Option<Value>),
    /// Greater.
    Gt(Option<Value>),
    /// Greater or equal.
    Gte(Option<Value>),
    /// One of these.
    In(Option<Vec<Value>>),
    /// None of these.
    Nin(Option<Vec<Value>>),
    /// Null, or not null.
    IsNull(Option<bool>),
    /// Text of this form: `%` is any text, `_` any character, and `\` takes what follows as it is.
    Like(Option<String>),
    /// Text not of this form.
    Nlike(Option<String>),
    /// Text of this form, where letters of ASCII are the same in both cases.
    Ilike(Option<String>),
    /// Text not of this form, where letters of ASCII are the same in both cases.
    Nilike(Option<String>),
}

impl Test {
    /// Whether it has an operand.
    fn says_something(&self) -> bool {
        match self {
            Self::Eq(value) | Self::Neq(value) => value.is_some(),
            Self::Lt(value) | Self::Lte(value) | Self::Gt(value) | Self::Gte(value) => value.is_some(),
            Self::In(values) | Self::Nin(values) => values.is_some(),
            Self::IsNull(is) => is.is_some(),
            Self::Like(form) | Self::Nlike(form) | Self::Ilike(form) | Self::Nilike(form) => form.is_some(),
        }
    }
}

impl Filter {
    /// The filter that every row passes.
    pub const fn all() -> Self {
        Self::And(Vec::new())
    }

    /// The same filter without what is true of every row: comparisons without an operand, and relations that always
    /// lead somewhere. Most clients send more conditions than they mean.
    pub(super) fn simplified(self) -> Self {
        match self {
            Self::And(parts) => {
                let mut left: Vec<_> = parts.into_iter().map(Self::simplified).collect();
                left.retain(|part| !part.is_all());
                match <[Self; 1]>::try_from(left) {
                    Ok([only]) => only,
                    Err(several) => Self::And(several),
                }
            }
            Self::Or(parts) => {
                let left: Vec<_> = parts.into_iter().map(Self::simplified).collect();
                if left.iter().any(Self::is_all) {
                    return Self::all();
                }
                Self::Or(left)
            }
            Self::Not(part) => Self::Not(Box::new(part.simplified())),
            Self::Column(_, ref test) if !test.says_something() => Self::all(),
            Self::Related(relation, part) => {
                let part = part.simplified();
                if part.is_all() && !relation.many && !relation.nullable {
                    return Self::all();
                }
                Self::Related(relation, Box::new(part))
            }
            column @ Self::Column(..) => column,
        }
    }

    fn is_all(&self) -> bool {
        matches!(self, Self::And(parts) if parts.is_empty())
    }

    /// The conditions that all have to hold.
    pub(super) fn conjuncts(&self) -> &[Self] {
        match self {
            Self::And(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }
}
