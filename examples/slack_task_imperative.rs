//! A notification task, imperatively: tasks are types, and a keyed edge makes one's value the other's message.

use campana::prelude::*;

struct GetValue;

impl Task for GetValue {
    type Output = String;

    async fn run(&self, _: Inputs) -> Result<String, BoxError> {
        Ok("Test SlackTask!".to_owned())
    }
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("slack-test");
    let value = flow.add(GetValue);
    let slack = flow.add(SlackTask::new());
    flow.set_upstream(slack, value, "message")?;
    println!("{}", flow.run_blocking()?);
    Ok(())
}
