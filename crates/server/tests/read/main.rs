//! What can be asked of a server, over HTTP: as Prefect's clients ask it, as the language of filters allows, and
//! as nobody should.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod bytes;
#[path = "../http/harness.rs"]
#[expect(dead_code, reason = "another test uses the rest of it")]
mod harness;
mod language;
mod overview;
mod prefect;
mod tenants;
mod world;
