//! What may not stand in the attribute. The rest of it still counts.
#![allow(unused)]

use campana::prelude::*;

#[task(max_retries = 3, retry_deley = 3, colour = "red", name = "it")]
fn unknown() {}

#[task(name = "a", name = "b", retry_delay = Duration::ZERO, retry_delays = [])]
fn twice() {}

#[task(retries, timeout(3), persist = 1, "name", tags = )]
fn without_value() {}

#[task(state_handlers = handler)]
fn no_list() {}

#[task(run_name = "load {table} {} {{no}} {x:>width$} {x:?}")]
fn names(x: i64, context: Context) {}

#[task(run_name = "{}")]
fn unnamed() {}

fn main() {
    unknown();
}
