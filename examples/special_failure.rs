//! A failure that carries data: a handler makes a message of it.

use campana::prelude::*;

/// What the message needs to know.
#[derive(Debug, Clone)]
struct MissingRows {
    table: String,
    rows: u64,
}

fn tell_missing_rows(task: &Subject, _: &State, new: &State) {
    if let Some(MissingRows { table, rows }) = new.result() {
        println!("{}: {rows} rows are missing in {table}", task.name());
    }
}

#[task(state_handlers = [tell_missing_rows])]
fn load(expected: u64, found: u64) -> Result<u64, BoxError> {
    if found < expected {
        let missing = MissingRows { table: "orders".to_owned(), rows: expected - found };
        return Err(Signal::fail("rows are missing").with_result(missing).into());
    }
    Ok(found)
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("load orders");
    flow.add(load(100, 93));
    println!("{}", flow.run_blocking()?);
    Ok(())
}
