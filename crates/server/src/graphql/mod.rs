//! The API: GraphQL in the dialect of Prefect 1.

mod error;
mod mutation;
mod read;
mod role;
pub mod scalars;
mod subscription;
mod trial;

use async_graphql::{MergedObject, SchemaBuilder};

use self::mutation::Mutation;
use self::read::{Fields, Overviews, Tables};
use self::subscription::Subscription;
use self::trial::Trials;

/// How deep a query may nest: a little more than the introspection of common tools needs.
const MAX_DEPTH: usize = 16;

/// How many fields a query may select.
const MAX_FIELDS: usize = 1_000;

/// All that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(Tables, Fields, Overviews, Trials);

/// The schema. Who runs it gives its data: a `Store` and the app; and each request a `Scope` and who calls.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema with its limits, still without data.
pub fn build_schema() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_FIELDS)
}
