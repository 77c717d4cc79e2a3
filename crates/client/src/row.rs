//! Reading rows: which, in which order, how many.

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::document::literal;
use crate::{Client, Error};

/// A row of one of the server's tables, with the fields that a client wants of it.
pub trait Row: DeserializeOwned {
    /// The table.
    const TABLE: &str;
    /// The fields, as GraphQL selects them.
    const FIELDS: &str;
}

/// Which rows.
///
/// ```
/// # use campana_client::{Order, Select};
/// # use serde_json::json;
/// let youngest_failed = Select::where_(json!({"state": {"_eq": "Failed"}})).order_by("created", Order::Desc).limit(10);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Select {
    filter: Option<Json>,
    order_by: Vec<(&'static str, Order)>,
    limit: Option<u32>,
    offset: Option<u32>,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The least first.
    Asc,
    /// The greatest first.
    Desc,
}

impl Select {
    /// All rows.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those that match, in the filter language of the API: `{"name": {"_eq": "orders"}}`.
    pub fn where_(filter: Json) -> Self {
        Self { filter: Some(filter), ..Self::default() }
    }

    /// Sorted by this column, after those named before.
    #[must_use]
    pub fn order_by(mut self, column: &'static str, order: Order) -> Self {
        self.order_by.push((column, order));
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Without the first so many.
    #[must_use]
    pub fn offset(mut self, offset: u32) -> Self {
        self.offset = Some(offset);
        self
    }

    fn arguments(&self) -> String {
        let order = |(column, order): &(&str, Order)| match order {
            Order::Asc => format!("{column}: asc"),
            Order::Desc => format!("{column}: desc"),
        };
        let order_by: Vec<_> = self.order_by.iter().map(order).collect();
        let arguments: Vec<_> = [
            self.filter.as_ref().map(|filter| format!("where: {}", literal(filter))),
            (!order_by.is_empty()).then(|| format!("order_by: {{{}}}", order_by.join(", "))),
            self.limit.map(|limit| format!("limit: {limit}")),
            self.offset.map(|offset| format!("offset: {offset}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) }
    }
}

impl Client {
    /// The rows that `select` names.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn rows<R: Row>(&self, select: &Select) -> Result<Vec<R>, Error> {
        let document = format!("query {{ {}{} {{ {} }} }}", R::TABLE, select.arguments(), R::FIELDS);
        self.query(document, R::TABLE).await
    }

    /// The row with this id, if there is one.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn row<R: Row>(&self, id: impl ToString + Send) -> Result<Option<R>, Error> {
        let (field, id) = (format!("{}_by_pk", R::TABLE), literal(&json!(id.to_string())));
        let document = format!("query {{ {field}(id: {id}) {{ {} }} }}", R::FIELDS);
        self.query(document, &field).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_written_with_its_arguments() {
        let select = Select::where_(json!({"a": {"_eq": 1}}))
            .order_by("created", Order::Desc)
            .order_by("id", Order::Asc)
            .limit(2)
            .offset(1);
        let wanted = "(where: {a: {_eq: 1}}, order_by: {created: desc, id: asc}, limit: 2, offset: 1)";
        assert_eq!(select.arguments(), wanted);
        assert_eq!(Select::all().arguments(), "");
    }
}
