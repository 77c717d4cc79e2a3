//! A task that is not used is reported once, and nothing else is.
#![deny(warnings, dead_code, missing_docs, missing_debug_implementations, unreachable_pub, unused_qualifications)]

use campana::prelude::*;

#[task]
fn mapped(x: i64) -> i64 {
    x
}

#[task]
fn called(x: i64) -> i64 {
    x
}

#[task]
fn run(x: i64) -> i64 {
    x
}

/// With more inputs than some like.
#[task]
#[deprecated]
fn never(x: i64) -> i64 {
    x
}

#[task]
async fn never_either(x: i64) {
    std::future::ready(x).await;
}

fn main() {
    let mut flow = Flow::new("flow");
    flow.add(mapped::map(vec![1, 2]));
    flow.add(called(1));
    flow.add(run(1));
}
