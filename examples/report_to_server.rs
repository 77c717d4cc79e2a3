//! Registers a flow at a server, and runs it so that everybody can see.
//!
//! `campana server start` in another terminal, then `cargo run --bin report_to_server`. Stop the server while the flow
//! runs, and start it again: nothing is missing.

use campana::prelude::*;

#[task]
fn orders() -> Vec<i64> {
    vec![12, 30, 7]
}

#[task]
fn with_tax(net: i64) -> i64 {
    tracing::info!(net, "taxed");
    net * 119 / 100
}

#[task]
fn total(amounts: Vec<i64>) -> i64 {
    amounts.iter().sum()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    campana::logs::init();
    let mut flow = Flow::new("orders");
    let orders = flow.add(orders());
    let taxed = flow.add(with_tax::map(orders));
    let total = flow.add(total(taxed));

    let registered = flow.register("examples").blocking()?;
    println!("registered: {}", registered.url());
    let run = registered.run().blocking()?;
    println!("{run}: {}", run.result(total)?);
    Ok(())
}
