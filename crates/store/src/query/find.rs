//! The reads.

use std::collections::HashMap;

use super::filter::{Filter, Test};
use super::select::{Part, Related, Select};
use super::statement::{Builder, Read, Under};
use super::table::{Table, Type};
use super::value::Value;
use crate::sql::{Cell, FromCell, Row, Tx, params};
use crate::store::sealed::RunRead;
use crate::{Error, Scope};

/// How many rows a table may give at one level of an answer. What would give more is refused, so that one
/// request cannot take all memory.
pub const MAX_ROWS: u64 = 100_000;

/// How many conditions a filter may have; if relations nest in it, so many divided by their depth. SQLite takes no
/// expression that is deeper than 1000, and what is in a relation it writes out again for each around it.
const MAX_CONDITIONS: usize = 500;

/// How deep conditions may nest: whoever builds a statement calls itself for each.
const MAX_DEPTH: usize = 64;

/// How many values the lists of a filter may have together.
const MAX_VALUES: usize = 10_000;

/// How many rows above one statement may speak of.
const MAX_KEYS: usize = 8_192;

/// Of how many rows above the first rows are looked up for each by itself.
const MAX_ALONE: usize = 500;

/// Finds rows, with the rows that belong to them.
#[derive(Clone, Debug)]
pub struct Find {
    /// Whose rows there are for it.
    pub scope: Scope,
    /// What is wanted.
    pub select: Select,
}

/// Counts rows.
#[derive(Clone, Debug)]
pub struct Count {
    /// Whose rows there are for it.
    pub scope: Scope,
    /// The table.
    pub table: &'static Table,
    /// Which rows.
    pub part: Part,
}

/// Rows of one table that were found, in the order that was asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Found {
    /// The rows: for each the values of the columns of the select, in its order.
    pub rows: Vec<Vec<Value>>,
    /// What belongs to them, in the order of the select.
    pub related: Vec<Joined>,
}

/// What belongs to rows.
#[derive(Clone, PartialEq, Debug)]
pub enum Joined {
    /// Rows.
    Rows {
        /// The rows, each once, whatever number of rows it belongs to.
        found: Found,
        /// For each row above the places of its own.
        of: Vec<Vec<usize>>,
    },
    /// For each row above how many.
    Count(Vec<u64>),
}

impl RunRead for Find {
    type Found = Found;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Found, Error> {
        let mut builder = Builder::new(tx.dialect(), narrowed(tx, self.scope)?);
        Ok(find(tx, &mut builder, &self.select, None)?.0)
    }
}

impl RunRead for Count {
    type Found = u64;

    fn run(&self, tx: &mut Tx<'_>) -> Result<u64, Error> {
        let part = checked(&self.part)?;
        let mut builder = Builder::new(tx.dialect(), narrowed(tx, self.scope)?);
        let statement = builder.count(self.table, &part, None)?;
        let row = builder.run(tx, &statement)?.into_iter().next();
        row.map_or(Ok(0), |row| count(&row, 0))
    }
}

/// The scope of the only tenant, if there is but one: the same rows, and indexes that begin with the tenant serve.
pub(crate) fn narrowed(tx: &mut Tx<'_>, scope: Scope) -> Result<Scope, Error> {
    if scope != Scope::All {
        return Ok(scope);
    }
    let tenants = tx.query("SELECT id FROM tenant LIMIT 2", params![])?;
    match &tenants[..] {
        [only] => Ok(Scope::Tenant(only.get(0)?)),
        _ => Ok(scope),
    }
}

/// The rows of a select; below other rows also the value of each that says to which of those it belongs.
pub(super) fn find(
    tx: &mut Tx<'_>,
    builder: &mut Builder,
    select: &Select,
    under: Option<&Under<'_>>,
) -> Result<(Found, Vec<Value>), Error> {
    let part = checked(&select.part)?;
    let mut reads: Vec<_> = select.columns.iter().map(|&column| Read::Column(column)).collect();
    reads.extend(select.related.iter().map(|related| Read::Link(related.relation().from)));
    reads.extend(under.map(|under| Read::Link(under.relation.on)));

    let mut raw = Vec::new();
    let most_keys = match under {
        // An index leads to the first rows of each; numbering all rows of all, to leave most out, would read them all.
        Some(under) if part.limit.is_some() && under.keys.len() <= MAX_ALONE => 1,
        _ => MAX_KEYS,
    };
    for under in chunks(under, most_keys) {
        let most = MAX_ROWS + 1;
        let statement = builder.rows(select.table, &part, &reads, under.as_ref(), most)?;
        raw.extend(builder.run(tx, &statement)?);
        if raw.len() as u64 > MAX_ROWS {
            let problem = format!("{} has more than {MAX_ROWS} such rows; ask for fewer", select.table.name);
            return Err(Error::Invalid { field: "limit", problem });
        }
    }

    let mut found = Found::default();
    for row in &raw {
        let columns = select.columns.iter().enumerate();
        let values = columns.map(|(place, column)| Value::read(row.cell(place), column.kind));
        found.rows.push(values.collect::<Result<_, _>>()?);
    }
    for (place, related) in select.related.iter().enumerate() {
        let links = links(&raw, select.columns.len() + place)?;
        found.related.push(join(tx, builder, related, &links)?);
    }
    let own = match under {
        Some(_) => links(&raw, reads.len() - 1)?,
        None => Vec::new(),
    };
    Ok((found, own))
}

/// What belongs to the rows that have these links.
fn join(tx: &mut Tx<'_>, builder: &mut Builder, related: &Related, links: &[Value]) -> Result<Joined, Error> {
    let mut keys: Vec<Value> = Vec::new();
    let mut seen = HashMap::new();
    for link in links.iter().filter(|link| **link != Value::Null) {
        seen.entry(link).or_insert_with(|| {
            keys.push(link.clone());
            keys.len() - 1
        });
    }
    let under = Under { relation: related.relation(), keys: &keys };
    match related {
        Related::Rows(_, select) => {
            let (found, owns) = match keys.is_empty() {
                true => (empty(select), Vec::new()),
                false => find(tx, builder, select, Some(&under))?,
            };
            let mut groups = vec![Vec::new(); keys.len()];
            for (place, own) in owns.iter().enumerate() {
                if let Some(&group) = seen.get(own) {
                    groups[group].push(place);
                }
            }
            let of = links.iter().map(|link| seen.get(link).map(|&group| groups[group].clone()));
            Ok(Joined::Rows { found, of: of.map(Option::unwrap_or_default).collect() })
        }
        Related::Count(relation, part) => {
            let part = checked(part)?;
            let mut counts = vec![0; keys.len()];
            for under in chunks(Some(&under), MAX_KEYS).into_iter().filter(|_| !keys.is_empty()) {
                let statement = builder.count(relation.to, &part, under.as_ref())?;
                for row in builder.run(tx, &statement)? {
                    if let Some(&group) = seen.get(&link(row.cell(0))?) {
                        counts[group] = count(&row, 1)?;
                    }
                }
            }
            let of = links.iter().map(|link| seen.get(link).map_or(0, |&group| counts[group]));
            Ok(Joined::Count(of.collect()))
        }
    }
}

/// What a select finds where there is nothing.
fn empty(select: &Select) -> Found {
    let related = select.related.iter().map(|related| match related {
        Related::Rows(_, select) => Joined::Rows { found: empty(select), of: Vec::new() },
        Related::Count(..) => Joined::Count(Vec::new()),
    });
    Found { rows: Vec::new(), related: related.collect() }
}

/// The same rows above, a statement's worth at a time.
fn chunks<'k>(under: Option<&Under<'k>>, most: usize) -> Vec<Option<Under<'k>>> {
    match under {
        None => vec![None],
        Some(under) => {
            let chunks = under.keys.chunks(most);
            chunks.map(|keys| Some(Under { relation: under.relation, keys })).collect()
        }
    }
}

fn links(rows: &[Row], place: usize) -> Result<Vec<Value>, Error> {
    rows.iter().map(|row| link(row.cell(place))).collect()
}

fn link(cell: &Cell) -> Result<Value, Error> {
    match cell {
        Cell::Text(_) => Value::read(cell, Type::Text),
        _ => Value::read(cell, Type::Uuid),
    }
}

fn count(row: &Row, place: usize) -> Result<u64, Error> {
    let count: Option<u64> = i64::from_cell(row.cell(place)).and_then(|count| count.try_into().ok());
    count.ok_or_else(|| Error::corrupt("count", "it is no number"))
}

/// The part with its filter simplified.
///
/// # Errors
/// If there is more in it than a database takes.
pub(super) fn checked(part: &Part) -> Result<Part, Error> {
    let filter = part.filter.clone().simplified();
    let mut size = Size::default();
    size.add(&filter, 1, 0);
    let most = MAX_CONDITIONS / (size.relations + 1);
    let problem = if size.conditions > most {
        format!("a filter has {most} conditions at most if {} relations nest in it", size.relations)
    } else if size.depth > MAX_DEPTH {
        format!("a filter is {MAX_DEPTH} conditions deep at most")
    } else if size.values > MAX_VALUES {
        format!("the lists of a filter have {MAX_VALUES} values at most")
    } else {
        return Ok(Part { filter, ..part.clone() });
    };
    Err(Error::Invalid { field: "where", problem })
}

/// How much there is in a filter.
#[derive(Default)]
struct Size {
    conditions: usize,
    depth: usize,
    relations: usize,
    values: usize,
}

impl Size {
    fn add(&mut self, filter: &Filter, depth: usize, relations: usize) {
        self.conditions += 1;
        self.depth = self.depth.max(depth);
        self.relations = self.relations.max(relations);
        match filter {
            Filter::And(parts) | Filter::Or(parts) => {
                parts.iter().for_each(|part| self.add(part, depth + 1, relations));
            }
            Filter::Not(part) => self.add(part, depth + 1, relations),
            Filter::Related(_, part) => self.add(part, depth + 1, relations + 1),
            Filter::Column(_, Test::In(Some(list)) | Test::Nin(Some(list))) => self.values += list.len(),
            Filter::Column(..) => {}
        }
    }
}
