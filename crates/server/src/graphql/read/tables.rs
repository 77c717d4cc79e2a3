//! The tables, as fields of the query.

use async_graphql::Object;

/// The fields of the query that are tables.
#[derive(Default)]
pub struct Tables;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Tables {
    /// The version of the server.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
