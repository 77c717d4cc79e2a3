//! A typed client of the GraphQL API of Campana's server.
