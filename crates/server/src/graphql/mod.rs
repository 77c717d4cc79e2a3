//! The API: GraphQL in the dialect of Prefect 1.

mod error;
mod read;
pub mod scalars;

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, SchemaBuilder};

use self::read::{Fields, Tables};

/// How deep a query may nest: a little more than the introspection of common tools needs.
const MAX_DEPTH: usize = 16;

/// How many fields a query may select.
const MAX_FIELDS: usize = 1_000;

/// All that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(Tables, Fields);

/// The schema. Who runs it gives its data: a `Store`; and each request a `Scope`.
pub type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema with its limits, still without data.
pub fn build_schema() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_FIELDS)
}
