//! Who is called, when, in what order: the rows of the table in SEMANTICS.md, and what handlers may do.

mod failing;
mod replacing;
mod told;
