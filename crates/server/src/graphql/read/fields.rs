//! What can be asked beside the tables.

use async_graphql::Object;

/// The fields of the query that are not tables.
#[derive(Default)]
pub struct Fields;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Fields {
    /// Says hello: the server is there and understands GraphQL.
    async fn hello(&self) -> &'static str {
        "👋"
    }
}
