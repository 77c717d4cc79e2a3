//! A pipeline as people write them: a file of orders, checked, converted and added up by month, with what goes
//! wrong on the way.
//!
//! * Months are parsed by a mapped task; bad rows are set aside, not lost.
//! * The exchange rates come at the third attempt.
//! * The warehouse does not answer: that branch fails, and a SlackTask with the trigger `any_failed` says so.
//! * The working folder is cleaned up whatever happens.
//!
//! `pipeline [FILE] [--picture PATH]`; with CAMPANA_PROJECT set, the flow is registered in that project, and its run reports
//! to the server that the configuration names.

mod orders;
mod report;

use std::path::PathBuf;

use campana::prelude::*;
use orders::{Month, Order, Rates, Rejected};
use tempfile::TempDir;

/// The file's rows as text, one list for each month, in order.
#[task]
fn read_months(file: &str) -> Result<Vec<Vec<Vec<String>>>, BoxError> {
    orders::by_month(file)
}

/// The rows of a month that are orders, and those that are not.
#[task]
fn parse_month(rows: &[Vec<String>]) -> Month {
    Month::parse(rows)
}

#[task(state_handlers = [slack_notifier().only_states([StateKind::Skipped])])]
fn set_aside(months: &[Month]) -> Result<Vec<Rejected>, BoxError> {
    let rejected: Vec<_> = months.iter().flat_map(|month| month.rejected.clone()).collect();
    if rejected.is_empty() {
        return Err(Signal::skip("every row is an order").into());
    }
    Ok(rejected)
}

#[task]
fn collect(months: &[Month]) -> Vec<Order> {
    months.iter().flat_map(|month| month.orders.clone()).collect()
}

/// Asks for the rates; whoever has them is slow to wake up.
#[task(retries = 3, retry_delay = Duration::from_millis(150), state_handlers = [slack_notifier().only_states([StateKind::Retrying])])]
async fn exchange_rates(months: &[Month]) -> Result<Rates, BoxError> {
    let attempt = context().map_or(1, |context| context.run_count());
    if attempt < 3 {
        return Err(
            format!("the rates for {} months are not ready yet (attempt {attempt})", months.len()).into()
        );
    }
    Ok(Rates::of_2026())
}

#[task]
fn convert(orders: &[Order], rates: &Rates) -> Result<Vec<Order>, BoxError> {
    orders.iter().map(|order| order.in_euro(rates)).collect()
}

#[task]
fn by_region(orders: &[Order]) -> Vec<(String, f64)> {
    report::totals(orders, |order| &order.region)
}

#[task]
fn by_product(orders: &[Order]) -> Vec<(String, f64)> {
    report::totals(orders, |order| &order.product)
}

#[task]
fn outliers(orders: &[Order]) -> Vec<Order> {
    report::outliers(orders)
}

#[task(run_name = "total of {month}")]
fn month_total(month: &Month, rates: &Rates) -> Result<f64, BoxError> {
    month.orders.iter().map(|order| Ok(order.in_euro(rates)?.amount())).sum()
}

#[task]
fn best_month(totals: Vec<f64>) -> Result<usize, BoxError> {
    let best = totals.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.map(|(at, _)| at + 1).ok_or_else(|| "there are no months".into())
}

#[task]
fn detail(orders: &[Order]) -> String {
    if orders.len() > 100 { "summary".to_owned() } else { "full".to_owned() }
}

#[task]
fn summary(regions: &[(String, f64)], best_month: usize) -> String {
    format!("{}Best month: {best_month}\n", report::table(regions))
}

#[task]
fn full(orders: &[Order]) -> String {
    orders.iter().map(|order| format!("{order}\n")).collect()
}

/// A folder that is there while the tasks run.
struct WorkingFolder;

impl Resource for WorkingFolder {
    type Handle = TempDir;

    async fn setup(&self) -> Result<TempDir, BoxError> {
        Ok(tempfile::tempdir()?)
    }

    async fn cleanup(&self, folder: &TempDir) -> Result<(), BoxError> {
        Ok(tokio::fs::remove_dir_all(folder.path()).await?)
    }
}

#[task]
fn write_rejected(folder: &TempDir, rejected: &[Rejected]) -> Result<PathBuf, BoxError> {
    report::write(folder.path().join("rejected.csv"), rejected)
}

#[task]
fn write_orders(folder: &TempDir, orders: &[Order]) -> Result<PathBuf, BoxError> {
    report::write(folder.path().join("orders.csv"), orders)
}

/// Sends the file to a warehouse that nobody has started.
#[task(timeout = Duration::from_secs(5), state_handlers = [slack_notifier().only_states([StateKind::Failed])])]
async fn load_warehouse(file: PathBuf, address: String) -> Result<u64, BoxError> {
    let mut warehouse = tokio::net::TcpStream::connect(&address)
        .await
        .map_err(|error| format!("the warehouse at {address} does not answer: {error}"))?;
    Ok(tokio::io::copy(&mut tokio::fs::File::open(file).await?, &mut warehouse).await?)
}

#[task]
fn reconcile(loaded: u64, orders: &[Order]) -> Result<(), BoxError> {
    if loaded == 0 && !orders.is_empty() { Err("nothing was loaded".into()) } else { Ok(()) }
}

#[task]
fn message(text: &str, products: &[(String, f64)], outliers: &[Order], rejected: &[Rejected]) -> String {
    report::message(text, products, outliers, rejected)
}

fn flow() -> Result<Flow, BoxError> {
    let mut flow = Flow::new("Orders 2026")
        .state_handler(slack_notifier().only_final().ignore_states([StateKind::Running]));
    let file = flow.add(Parameter::<String>::new("file"));
    let warehouse = flow.add(Parameter::new("warehouse").default("127.0.0.1:9".to_owned()));

    let months = flow.add(parse_month::map(read_months(file)));
    let rejected = flow.add(set_aside(months));
    let rates = flow.add(exchange_rates(months));
    let converted = flow.add(convert(collect(months), rates));
    let regions = flow.add(by_region(converted));
    let best = flow.add(best_month(month_total::map(months, unmapped(rates))));

    let kind = flow.add(detail(converted));
    let cases = flow
        .switch(kind, [("summary".to_owned(), summary(regions, best)), ("full".to_owned(), full(converted))]);
    let text = flow.merge(cases);

    let loaded = flow.resource("working folder", WorkingFolder, |flow, folder| {
        flow.add(write_rejected(folder, rejected));
        let file = flow.add(write_orders(folder, converted));
        flow.add(load_warehouse(file, warehouse))
    });
    flow.add(reconcile(loaded, converted));
    flow.add(
        SlackTask::new()
            .name("tell that the warehouse is down")
            .message("The orders are added up, but not in the warehouse. Nothing is lost: run the flow again when it is back.")
            .trigger(any_failed())
            .after(loaded),
    );
    let told = flow.add(message(text, by_product(converted), outliers(converted), rejected));
    flow.add(SlackTask::new().name("send the report").call(told));
    Ok(flow)
}

fn main() -> Result<(), BoxError> {
    let mut arguments = std::env::args().skip(1).peekable();
    let file = arguments.next_if(|argument| argument != "--picture");
    let file = file.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/data/orders.csv").to_owned());
    let picture = arguments.next().and_then(|_| arguments.next()).map(PathBuf::from);

    let flow = flow()?;
    let run = match std::env::var("CAMPANA_PROJECT") {
        Ok(project) => flow.register(&project).blocking()?.run(),
        Err(_) => flow.run(),
    };
    let run = run.parameter("file", file).executor(Concurrent::new()).progress_bar().blocking()?;
    println!("{run}");
    for task in run.task_states().iter().filter(|task| task.state.is_failed()) {
        println!("  {}: {}", task.slug, task.state);
    }
    if let Some(path) = picture {
        flow.visualize().with_run(&run).save(&path)?;
        println!("the picture is in {}", path.display());
    }
    Ok(())
}
