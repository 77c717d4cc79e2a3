//! What a select means, row by row.

use std::cmp::Ordering;

use super::world::{Row, World};
use crate::Scope;
use crate::query::{
    Column, Direction, Filter, Found, Joined, Part, Related, Relation, Select, Source, Table, Test, Value,
};

/// A row of an answer, with what belongs to it.
#[derive(PartialEq, Debug)]
pub(super) struct Branch {
    values: Vec<Value>,
    related: Vec<Below>,
}

#[derive(PartialEq, Debug)]
pub(super) enum Below {
    Rows(Vec<Branch>),
    Count(u64),
}

/// What the store found, as a tree.
pub(super) fn tree(found: &Found) -> Vec<Branch> {
    let rows = found.rows.iter().enumerate();
    let branch = |(place, values): (usize, &Vec<Value>)| Branch {
        values: values.clone(),
        related: found.related.iter().map(|joined| below(joined, place)).collect(),
    };
    rows.map(branch).collect()
}

fn below(joined: &Joined, place: usize) -> Below {
    match joined {
        Joined::Count(counts) => Below::Count(counts[place]),
        Joined::Rows { found, of } => {
            let mut all: Vec<_> = tree(found).into_iter().map(Some).collect();
            // A row that belongs to several stands once in what was found.
            Below::Rows(of[place].iter().filter_map(|&own| all[own].take()).collect())
        }
    }
}

/// The rows of a world, as one scope sees them.
pub(super) struct Naive<'w> {
    pub(super) world: &'w World,
    pub(super) scope: Scope,
}

impl<'w> Naive<'w> {
    pub(super) fn find(&self, select: &Select) -> Vec<Branch> {
        self.branches(select, self.rows(select.table))
    }

    pub(super) fn count(&self, table: &Table, part: &Part) -> u64 {
        self.part(table, part, self.rows(table)).len() as u64
    }

    fn rows(&self, table: &Table) -> Vec<&'w Row> {
        let rows = self.world.of(table).iter();
        rows.filter(|row| match (self.scope, &row[table.tenant]) {
            (Scope::All, _) => true,
            (Scope::Tenant(own), Value::Uuid(tenant)) => own.uuid() == *tenant,
            _ => false,
        })
        .collect()
    }

    fn belonging(&self, row: &Row, relation: &Relation) -> Vec<&'w Row> {
        let key = &row[relation.from];
        let rows = self.rows(relation.to).into_iter();
        rows.filter(|other| *key != Value::Null && other[relation.on] == *key).collect()
    }

    fn branches(&self, select: &Select, rows: Vec<&'w Row>) -> Vec<Branch> {
        let branch = |row: &'w Row| Branch {
            values: select.columns.iter().map(|column| self.value(select.table, row, column)).collect(),
            related: select.related.iter().map(|related| self.related(row, related)).collect(),
        };
        self.part(select.table, &select.part, rows).into_iter().map(branch).collect()
    }

    fn related(&self, row: &Row, related: &Related) -> Below {
        let rows = self.belonging(row, related.relation());
        match related {
            Related::Rows(_, select) => Below::Rows(self.branches(select, rows)),
            Related::Count(relation, part) => Below::Count(self.part(relation.to, part, rows).len() as u64),
        }
    }

    fn part(&self, table: &Table, part: &Part, mut rows: Vec<&'w Row>) -> Vec<&'w Row> {
        rows.retain(|row| self.passes(table, row, &part.filter) == Some(true));
        rows.sort_by(|a, b| self.order(table, part, a, b));
        if !part.distinct_on.is_empty() {
            let mut seen: Vec<Vec<Value>> = Vec::new();
            rows.retain(|row| {
                let key = part.distinct_on.iter().map(|column| self.value(table, row, column)).collect();
                let is_new = !seen.contains(&key);
                seen.push(key);
                is_new
            });
        }
        let limit = part.limit.map_or(usize::MAX, |limit| limit as usize);
        rows.into_iter().skip(part.offset as usize).take(limit).collect()
    }

    fn order(&self, table: &Table, part: &Part, a: &Row, b: &Row) -> Ordering {
        for order in &part.order_by {
            let (a, b) = (self.value(table, a, order.column), self.value(table, b, order.column));
            let ordering = match (a == Value::Null, b == Value::Null) {
                (true, true) => Ordering::Equal,
                (true, false) if order.nulls_first => Ordering::Less,
                (true, false) => Ordering::Greater,
                (false, true) if order.nulls_first => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) if order.direction == Direction::Desc => compare(&b, &a),
                (false, false) => compare(&a, &b),
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        compare(&a["id"], &b["id"])
    }

    fn value(&self, table: &Table, row: &Row, column: &Column) -> Value {
        match column.source {
            Source::Own(name) => row[name].clone(),
            Source::Of(relation, name) => {
                let there = self.belonging(row, table.relation(relation).unwrap());
                there.first().map_or(Value::Null, |there| there[name].clone())
            }
        }
    }

    /// None: neither true nor false, as with null in SQL.
    fn passes(&self, table: &Table, row: &Row, filter: &Filter) -> Option<bool> {
        match filter {
            Filter::And(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.passes(table, row, part)).collect();
                if parts.contains(&Some(false)) {
                    Some(false)
                } else {
                    (!parts.contains(&None)).then_some(true)
                }
            }
            Filter::Or(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.passes(table, row, part)).collect();
                if parts.contains(&Some(true)) {
                    Some(true)
                } else {
                    (!parts.contains(&None)).then_some(false)
                }
            }
            Filter::Not(part) => self.passes(table, row, part).map(|passes| !passes),
            Filter::Column(column, test) => tests(&self.value(table, row, column), test),
            Filter::Related(relation, part) => {
                let there = self.belonging(row, relation);
                Some(there.iter().any(|there| self.passes(relation.to, there, part) == Some(true)))
            }
        }
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Uuid(a), Value::Uuid(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        _ => panic!("{a:?} and {b:?} do not compare"),
    }
}

fn tests(value: &Value, test: &Test) -> Option<bool> {
    let ordering = |other: &Option<Value>, wanted: fn(Ordering) -> bool| match (value, other) {
        (_, None) => Some(true),
        (Value::Null, _) => None,
        (value, Some(other)) => Some(wanted(compare(value, other))),
    };
    let among = |others: &Vec<Value>| (*value != Value::Null).then(|| others.contains(value));
    let is_like = |form: &Option<String>, fold: fn(&str) -> String| match (value, form) {
        (_, None) => (Some(true), true),
        (Value::Text(text), Some(form)) => (Some(like(&chars(&fold(text)), &chars(&fold(form)))), false),
        _ => (None, false),
    };
    let not = |(passes, says_nothing): (Option<bool>, bool)| passes.map(|passes| says_nothing || !passes);
    match test {
        Test::Eq(other) => ordering(other, Ordering::is_eq),
        Test::Neq(other) => ordering(other, Ordering::is_ne),
        Test::Lt(other) => ordering(other, Ordering::is_lt),
        Test::Lte(other) => ordering(other, Ordering::is_le),
        Test::Gt(other) => ordering(other, Ordering::is_gt),
        Test::Gte(other) => ordering(other, Ordering::is_ge),
        Test::In(None) | Test::Nin(None) | Test::IsNull(None) => Some(true),
        Test::In(Some(others)) if others.is_empty() => Some(false),
        Test::Nin(Some(others)) if others.is_empty() => Some(true),
        Test::In(Some(others)) => among(others),
        Test::Nin(Some(others)) => among(others).map(|among| !among),
        Test::IsNull(Some(is)) => Some((*value == Value::Null) == *is),
        Test::Like(form) => is_like(form, str::to_owned).0,
        Test::Nlike(form) => not(is_like(form, str::to_owned)),
        Test::Ilike(form) => is_like(form, str::to_ascii_lowercase).0,
        Test::Nilike(form) => not(is_like(form, str::to_ascii_lowercase)),
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn like(text: &[char], form: &[char]) -> bool {
    match form {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|from| like(&text[from..], rest)),
        ['_', rest @ ..] => !text.is_empty() && like(&text[1..], rest),
        ['\\', just, rest @ ..] | [just, rest @ ..] => text.first() == Some(just) && like(&text[1..], rest),
    }
}
