//! Functions that cannot be tasks.
#![allow(unused)]

use campana::prelude::*;

struct Type;

impl Type {
    #[task]
    fn receiver(&self) {}
}

#[task]
fn pattern((x, y): (i64, i64), _: String) -> i64 {
    x + y
}

#[task]
fn generic<'a, T: Copy, const N: usize>(x: &'a str, y: T) -> T
where
    T: Default,
{
    y
}

#[task]
fn bounded(x: i64) -> i64
where
    i64: Copy,
{
    x
}

#[task]
const unsafe extern "C" fn qualified(x: i64) -> i64 {
    x
}

#[task]
unsafe extern "C" fn variadic(x: i64, xs: ...) {}

#[task]
fn exclusive(x: &mut Vec<i64>, y: &dyn Send, z: impl Copy) {}

#[task]
fn borrowed(x: Option<&str>, y: Vec<std::borrow::Cow<'_, str>>) {}

#[task]
fn conditional(#[cfg(unix)] x: i64) {}

#[task]
fn forever() -> ! {
    loop {}
}

#[task]
fn future() -> impl Future<Output = i64> {
    async { 1 }
}

#[task]
fn lent(x: &str) -> &str {
    x
}

#[task]
fn nothing_said() -> std::fmt::Result {
    Ok(())
}

#[task]
fn no_body(x: i64) -> i64;

#[task]
struct Other;

#[task]
const X: i64 = 1;

fn main() {
    // Each is still there for the rest of the program.
    lent("x");
}
