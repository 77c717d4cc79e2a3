//! Databases for tests, of this crate and of those that stand on it.

mod postgres;

pub use postgres::{Postgres, PostgresServer, StartError, VARIABLE};
