//! A handler made of a function and a check: it prints `Success("Task run succeeded.")`.

use campana::prelude::*;

#[task]
fn add(x: i64, y: i64) -> i64 {
    x + y
}

fn main() -> Result<(), BoxError> {
    let print_success =
        callback_factory(|_: &Subject, state: &State| println!("{state}"), State::is_successful);
    let mut flow = Flow::new("callbacks");
    flow.add(add(1, 2).state_handler(print_success));
    let run = flow.run_blocking()?;
    assert!(run.is_successful());
    Ok(())
}
