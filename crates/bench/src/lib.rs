//! What the benchmarks share: flows of tasks that do nothing, servers and clients that do as little as they can, and
//! rounds that put each figure beside its baseline.

pub mod bare;
pub mod flows;
pub mod loopback;
pub mod rounds;
pub mod server;
