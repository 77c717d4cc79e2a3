//! The server of Campana: GraphQL, Cloud Hooks, background jobs.
