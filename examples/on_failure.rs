//! What is called when a task or a flow has failed.

use campana::prelude::*;

fn tell(subject: &Subject, state: &State) {
    let what = if subject.is_task() { "task" } else { "flow" };
    println!("{what} {} ended as {state}", subject.full_name());
}

#[task(on_failure = tell)]
fn divide(x: f64, y: f64) -> Result<f64, BoxError> {
    if y == 0.0 { Err("y is zero".into()) } else { Ok(x / y) }
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("divisions").on_failure(tell);
    flow.add(divide::map(vec![1.0, 2.0, 3.0], vec![2.0, 0.0, 4.0]));
    println!("{}", flow.run_blocking()?);
    Ok(())
}
