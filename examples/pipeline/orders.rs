//! Orders: what a row of the file says, checked.

use std::collections::BTreeMap;
use std::fmt;

use campana::BoxError;
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub order: String,
    pub date: String,
    pub region: String,
    pub product: String,
    pub quantity: u32,
    pub unit_price: f64,
    pub currency: String,
}

/// A row that is no order, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Rejected {
    pub order: String,
    pub reason: String,
}

/// The rows of a month.
#[derive(Clone, Debug, Default)]
pub struct Month {
    pub name: String,
    pub orders: Vec<Order>,
    pub rejected: Vec<Rejected>,
}

/// What one unit of a currency is worth in euro.
#[derive(Clone, Debug)]
pub struct Rates(BTreeMap<&'static str, f64>);

impl Rates {
    pub fn of_2026() -> Self {
        Self(BTreeMap::from([("EUR", 1.0), ("CHF", 1.04), ("GBP", 1.16)]))
    }
}

/// The file's rows as text, one list for each month.
pub fn by_month(file: &str) -> Result<Vec<Vec<Vec<String>>>, BoxError> {
    let mut months = BTreeMap::<String, Vec<Vec<String>>>::new();
    let mut reader = csv::Reader::from_path(file).map_err(|error| format!("cannot read {file}: {error}"))?;
    for record in reader.records() {
        let row: Vec<String> = record?.iter().map(str::to_owned).collect();
        let month = row.get(1).and_then(|date| date.get(..7)).unwrap_or("no date").to_owned();
        months.entry(month).or_default().push(row);
    }
    Ok(months.into_values().collect())
}

impl Month {
    pub fn parse(rows: &[Vec<String>]) -> Self {
        let name = rows.first().and_then(|row| row.get(1)?.get(..7)).unwrap_or("no date");
        let mut month = Self { name: name.to_owned(), ..Self::default() };
        for row in rows {
            match Order::parse(row) {
                Ok(order) => month.orders.push(order),
                Err(reason) => {
                    let order = row.first().cloned().unwrap_or_default();
                    month.rejected.push(Rejected { order, reason: reason.to_string() });
                }
            }
        }
        month
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Order {
    fn parse(row: &[String]) -> Result<Self, BoxError> {
        let order: Self = csv::StringRecord::from(row).deserialize(None)?;
        let day: u32 = order.date.get(8..).unwrap_or_default().parse()?;
        let days = if ["04", "06", "09", "11"].contains(&&order.date[5..7]) { 30 } else { 31 };
        if !(1..=days).contains(&day) {
            return Err(format!("{} is no day", order.date).into());
        }
        if !Rates::of_2026().0.contains_key(&*order.currency) {
            return Err(format!("there is no rate for {}", order.currency).into());
        }
        Ok(order)
    }

    /// The same, with its price in euro.
    pub fn in_euro(&self, rates: &Rates) -> Result<Self, BoxError> {
        let rate =
            rates.0.get(&*self.currency).ok_or_else(|| format!("there is no rate for {}", self.currency))?;
        Ok(Self { unit_price: self.unit_price * rate, currency: "EUR".to_owned(), ..self.clone() })
    }

    pub fn amount(&self) -> f64 {
        f64::from(self.quantity) * self.unit_price
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, quantity, product, region, .. } = self;
        write!(f, "{order}: {quantity} × {product} to {region}, {:.2} {}", self.amount(), self.currency)
    }
}
