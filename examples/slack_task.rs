//! A notification task, functionally: the message is the value of another task.

use campana::prelude::*;

#[task]
fn get_value() -> String {
    "Test SlackTask!".to_owned()
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("slack-test");
    let value = flow.add(get_value());
    flow.add(SlackTask::new().call(value));
    println!("{}", flow.run_blocking()?);
    Ok(())
}
