//! Rounds: a figure and its baseline, measured one after the other, several times; the medians are told.
//!
//! The machines on which this runs are shared and their speed drifts, so a single time says little. The ratio of
//! two times taken one after the other says more, and the median of several ratios more still.

use std::time::{Duration, Instant};

/// How long `work` takes.
pub fn time<R>(work: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// Nanoseconds for each of `count` tasks.
pub fn per_task(total: Duration, count: u64) -> f64 {
    total.as_nanos() as f64 / count as f64
}

/// The median; not a number of nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
