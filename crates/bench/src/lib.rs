//! What the benchmarks share: flows of tasks that do nothing, and rounds that put each figure beside its baseline.

pub mod flows;
pub mod rounds;
