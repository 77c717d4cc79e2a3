//! What is made of the orders: totals, files, and the message.

use std::collections::BTreeMap;
use std::path::PathBuf;

use campana::BoxError;
use serde::Serialize;

use crate::orders::{Order, Rejected};

/// The amounts added up by what `key` says, the largest first.
pub fn totals(orders: &[Order], key: impl Fn(&Order) -> &String) -> Vec<(String, f64)> {
    let mut totals = BTreeMap::<&String, f64>::new();
    for order in orders {
        *totals.entry(key(order)).or_default() += order.amount();
    }
    let mut totals: Vec<_> = totals.into_iter().map(|(key, total)| (key.clone(), total)).collect();
    totals.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    totals
}

/// Orders of more than twenty times the mean amount.
pub fn outliers(orders: &[Order]) -> Vec<Order> {
    let mean = orders.iter().map(Order::amount).sum::<f64>() / orders.len().max(1) as f64;
    orders.iter().filter(|order| order.amount() > 20.0 * mean).cloned().collect()
}

pub fn table(rows: &[(String, f64)]) -> String {
    rows.iter().map(|(name, total)| format!("{name}: {total:.2} EUR\n")).collect()
}

pub fn write(path: PathBuf, rows: &[impl Serialize]) -> Result<PathBuf, BoxError> {
    let mut writer = csv::Writer::from_path(&path)?;
    for row in rows {
        writer.serialize(row)?;
    }
    writer.flush()?;
    Ok(path)
}

pub fn message(text: &str, products: &[(String, f64)], outliers: &[Order], rejected: &[Rejected]) -> String {
    let mut message = format!("*Orders 2026*\n{text}");
    if let Some((product, total)) = products.first() {
        message.push_str(&format!("Best product: {product} ({total:.2} EUR)\n"));
    }
    for order in outliers {
        message.push_str(&format!("Please look at {order}\n"));
    }
    for Rejected { order, reason } in rejected {
        message.push_str(&format!("Set aside {order}: {reason}\n"));
    }
    message
}
