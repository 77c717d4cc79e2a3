//! A report by e-mail at the end of a pipeline: as HTML, as plain text, and as a file; and another mail if there is
//! no report.
//!
//! The mails go by the server in the section `[smtp]` of the configuration, or by Gmail.
//!
//! `email_report [FILE]`

use std::collections::BTreeMap;

use campana::notify::escape_html;
use campana::prelude::*;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct Order {
    product: String,
    quantity: u32,
}

/// How many of each product.
type Totals = BTreeMap<String, u32>;

/// The rows that are orders.
#[task]
fn read_orders(file: &str) -> Result<Vec<Order>, BoxError> {
    let mut reader = csv::Reader::from_path(file).map_err(|error| format!("cannot read {file}: {error}"))?;
    Ok(reader.deserialize().filter_map(Result::ok).collect())
}

#[task]
fn add_up(orders: &[Order]) -> Totals {
    let mut totals = Totals::new();
    for order in orders {
        *totals.entry(order.product.clone()).or_default() += order.quantity;
    }
    totals
}

#[task]
fn as_text(totals: &Totals) -> String {
    totals.iter().map(|(product, quantity)| format!("{quantity} × {product}\n")).collect()
}

#[task]
fn as_html(totals: &Totals) -> String {
    let row = |(product, quantity): (&String, &u32)| {
        format!("<tr><td>{quantity}</td><td>{}</td></tr>", escape_html(product))
    };
    format!("<h1>Orders</h1><table>{}</table>", totals.iter().map(row).collect::<String>())
}

#[task]
fn as_file(totals: &Totals) -> Result<Vec<Attachment>, BoxError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    totals.iter().try_for_each(|row| writer.serialize(row))?;
    Ok(vec![Attachment::new("orders.csv", "text/csv", writer.into_inner()?)?])
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("orders by product");
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/orders.csv").to_owned();
    let file = flow.add(Parameter::new("file").default(data));
    let totals = flow.add(add_up(read_orders(file)));
    let (html, attachments) = (flow.add(as_html(totals)), flow.add(as_file(totals)));

    let mail = || EmailTask::new().to(["Orders <orders@example.com>"]);
    let report = flow.add(mail().name("report").subject("Orders by product").call(as_text(totals)));
    flow.set_upstream(report, html, "html")?;
    flow.set_upstream(report, attachments, "attachments")?;
    flow.add(
        mail()
            .name("no report")
            .subject("No orders by product today")
            .message("Look at the file of the orders, and run the flow again.")
            .trigger(any_failed())
            .after(totals),
    );
    flow.set_reference_tasks([report])?;

    let mut run = flow.run();
    if let Some(file) = std::env::args().nth(1) {
        run = run.parameter("file", file);
    }
    println!("{}", run.blocking()?);
    Ok(())
}
