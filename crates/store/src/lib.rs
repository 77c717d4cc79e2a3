//! What Campana remembers: runs, events, hooks, deliveries, on SQLite or Postgres.
