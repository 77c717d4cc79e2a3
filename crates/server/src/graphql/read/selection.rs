//! What is selected, as one select of the store, and how its answer is to look.

use async_graphql::indexmap::IndexMap;
use async_graphql::{SelectionField, ServerError};
use campana_store::query::{Column, Related, Select, Table, Type};

use super::arguments::{Unusable, part};
use super::types::aggregate_of;

/// How an object of the answer looks: its keys in order, and where the value of each is.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) table: &'static Table,
    pub(super) fields: Vec<(String, Source)>,
}

/// Where a value of the answer is.
#[derive(Debug)]
pub(super) enum Source {
    /// The name of the type.
    TypeName,
    /// In the column at this place of the select.
    Column(usize, Type),
    /// In the row that is related at this place.
    One(usize, Shape),
    /// In the rows that are related at this place.
    Many(usize, Shape),
    /// In the count at this place.
    Aggregate(usize, Aggregate),
}

/// How an aggregate looks: the keys of the outer object, and of each the keys of the inner.
#[derive(Debug)]
pub(super) struct Aggregate {
    pub(super) type_name: String,
    /// Without numbers a key stands for the name of the type.
    pub(super) fields: Vec<(String, Option<NumbersOf>)>,
}

/// The keys of the inner object of an aggregate.
pub(super) type NumbersOf = Vec<(String, Numbers)>;

/// A number about rows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers {
    TypeName,
    Count,
}

/// A selection cannot be answered.
#[derive(Debug)]
pub(super) enum Refused {
    Argument(Unusable),
    Server(ServerError),
}

impl From<Unusable> for Refused {
    fn from(error: Unusable) -> Self {
        Self::Argument(error)
    }
}

impl From<ServerError> for Refused {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

/// The fields of some selections by their keys in the answer; those of one key are one field.
type Fields<'f> = IndexMap<&'f str, Vec<SelectionField<'f>>>;

fn fields<'f>(of: &[SelectionField<'f>]) -> Result<Fields<'f>, ServerError> {
    let mut fields = Fields::new();
    for field in of.iter().flat_map(SelectionField::selection_set) {
        if is_included(&field)? {
            fields.entry(field.alias().unwrap_or(field.name())).or_default().push(field);
        }
    }
    Ok(fields)
}

/// Whether neither `@skip` nor `@include` leaves the field out.
fn is_included(field: &SelectionField<'_>) -> Result<bool, ServerError> {
    for directive in field.directives()? {
        let condition = directive.node_if();
        match (directive.name.node.as_str(), condition) {
            ("skip", Some(true)) | ("include", Some(false)) => return Ok(false),
            _ => {}
        }
    }
    Ok(true)
}

/// The condition of a directive.
trait Condition {
    fn node_if(&self) -> Option<bool>;
}

impl Condition for async_graphql::parser::types::ConstDirective {
    fn node_if(&self) -> Option<bool> {
        let (_, value) = self.arguments.iter().find(|(name, _)| name.node == "if")?;
        match value.node {
            async_graphql::Value::Boolean(is) => Some(is),
            _ => None,
        }
    }
}

/// The select of the columns and relations that are selected of a table's rows.
pub(super) fn select(table: &'static Table, of: &[SelectionField<'_>]) -> Result<(Select, Shape), Refused> {
    let mut select = Select::new(table);
    let mut shape = Shape { table, fields: Vec::new() };
    for (key, selected) in fields(of)? {
        let Some(first) = selected.first() else { continue };
        let source = match table.column(first.name()) {
            _ if first.name() == "__typename" => Source::TypeName,
            Some(column) => Source::Column(place_of(&mut select, column), column.kind),
            None => related(&mut select, &selected)?,
        };
        shape.fields.push((key.to_owned(), source));
    }
    Ok((select, shape))
}

fn place_of(select: &mut Select, column: &'static Column) -> usize {
    let there = select.columns.iter().position(|other| std::ptr::eq(*other, column));
    there.unwrap_or_else(|| {
        select.columns.push(column);
        select.columns.len() - 1
    })
}

fn related(select: &mut Select, selected: &[SelectionField<'_>]) -> Result<Source, Refused> {
    let (table, first) = (select.table, &selected[0]);
    let place = select.related.len();
    let rows = table.relations.iter().find(|relation| relation.name == first.name());
    if let Some(relation) = rows {
        let (mut below, shape) = self::select(relation.to, selected)?;
        below.part = part(relation.to, &first.arguments()?)?;
        select.related.push(Related::Rows(relation, below));
        return Ok(if relation.many { Source::Many(place, shape) } else { Source::One(place, shape) });
    }
    let counted = table.relations.iter().find(|relation| aggregate_of(relation) == first.name());
    let relation = counted.ok_or_else(|| {
        let message = format!("{} has no field {:?}", table.name, first.name());
        Refused::Server(ServerError::new(message, None))
    })?;
    select.related.push(Related::Count(relation, part(relation.to, &first.arguments()?)?));
    Ok(Source::Aggregate(place, aggregate(relation.to, selected)?))
}

/// How the aggregate of a table's rows looks.
pub(super) fn aggregate(table: &'static Table, of: &[SelectionField<'_>]) -> Result<Aggregate, ServerError> {
    let mut outer = Vec::new();
    for (key, selected) in fields(of)? {
        let is_name = selected.first().is_some_and(|field| field.name() == "__typename");
        let inner = match is_name {
            true => None,
            false => {
                let numbers = fields(&selected)?.into_iter().map(|(key, selected)| {
                    let is_name = selected.first().is_some_and(|field| field.name() == "__typename");
                    (key.to_owned(), if is_name { Numbers::TypeName } else { Numbers::Count })
                });
                Some(numbers.collect())
            }
        };
        outer.push((key.to_owned(), inner));
    }
    Ok(Aggregate { type_name: format!("{}_aggregate", table.name), fields: outer })
}
