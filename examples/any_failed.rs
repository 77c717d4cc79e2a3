//! A notification task with a trigger: it runs only if a task before it has failed.

use campana::prelude::*;

#[task]
fn extract(source: &str) -> Result<Vec<i64>, BoxError> {
    match source {
        "orders" => Ok(vec![3, 4, 5]),
        other => Err(format!("no source '{other}'").into()),
    }
}

#[task]
fn total(orders: &[i64], refunds: &[i64]) -> i64 {
    orders.iter().sum::<i64>() - refunds.iter().sum::<i64>()
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("daily totals");
    let orders = flow.add(extract("orders"));
    let refunds = flow.add(extract("refunds"));
    let total = flow.add(total(orders, refunds));
    flow.add(
        SlackTask::new()
            .message("A source is missing today; the totals are not there.")
            .trigger(any_failed())
            .after([orders, refunds]),
    );
    flow.set_reference_tasks([total])?;
    println!("{}", flow.run_blocking()?);
    Ok(())
}
