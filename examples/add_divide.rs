//! Add Divide Flow: a task that fails, and a notifier that says so.
//!
//! Two messages arrive for the task that divides (it starts, it fails), and one for the flow.

use campana::prelude::*;

#[derive(Debug)]
struct DivideByZero;

impl std::fmt::Display for DivideByZero {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("division by zero")
    }
}

impl std::error::Error for DivideByZero {}

#[task]
fn add(x: i64) -> i64 {
    x + 1
}

#[task(name = "1/x task", state_handlers = [slack_notifier()])]
fn div(x: i64) -> Result<i64, DivideByZero> {
    1_i64.checked_div(x).ok_or(DivideByZero)
}

fn main() -> Result<(), BoxError> {
    let mut flow =
        Flow::new("Add Divide Flow").state_handler(slack_notifier().only_states([StateKind::Failed]));
    let res = flow.add(div(add(-1)));
    let run = flow.run_blocking()?;
    println!("{run}");
    match run.result(res) {
        Ok(value) => println!("1/x = {value}"),
        Err(error) => println!("{error}"),
    }
    Ok(())
}
