//! Types that do not fit: each error stands where the mistake is.
#![allow(unused)]

use std::rc::Rc;

use campana::{Validator, prelude::*};

#[task]
fn add(x: i64) -> i64 {
    x + 1
}

#[task]
fn join(texts: &[String], by: &str) -> String {
    texts.join(by)
}

/// Not `Clone`.
struct Connection;

#[task]
fn connect(x: i64) -> Connection {
    let _ = x;
    Connection
}

#[task]
fn by_value(connection: Connection) {}

#[task]
fn local(x: Rc<i64>) -> Rc<i64> {
    x
}

#[task]
fn fails() -> Result<i64, Connection> {
    Err(Connection)
}

#[task]
async fn not_send(x: i64) -> i64 {
    let x = Rc::new(x);
    std::future::ready(()).await;
    *x
}

#[task(persist)]
fn persists(x: &Connection) -> Connection {
    Connection
}

#[task(cache_validator = Validator::AllInputs)]
fn compares(x: &Connection) {}

#[task(retries = "3", trigger = any_failed, state_handlers = [|x: i64| x], timeout = 3)]
fn settings() {}

fn main() {
    add("text");
    add(join(vec![String::new()], ","));
    join([add(1)], ",");
    add::map(3);
    add::map(add(1));
    connect::map(vec![1]);
    add(add);
    add::run("text");
}
