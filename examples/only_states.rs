//! A notifier for failures alone: of two tasks that it watches, the one that fails makes a message.

use campana::prelude::*;

#[task(state_handlers = [slack_notifier().only_states([StateKind::Failed])])]
fn parse(text: &str) -> Result<i64, std::num::ParseIntError> {
    text.parse()
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("only failures");
    flow.add(parse("42"));
    flow.add(parse("forty-two"));
    println!("{}", flow.run_blocking()?);
    Ok(())
}
