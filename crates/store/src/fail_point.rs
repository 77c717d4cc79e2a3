//! Places where a test lets the process end as if it were killed.
//!
//! `CAMPANA_FAIL_POINT=before-commit:3` ends the process the third time it comes to the place of this name. Only
//! built with the feature `fail-points`, which no release has.

/// Tells that the process has come to the place `name`.
#[cfg(not(feature = "fail-points"))]
pub fn reached(_name: &str) {}

/// Tells that the process has come to the place `name`; it may end here.
#[cfg(feature = "fail-points")]
pub fn reached(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static ORDER: OnceLock<Option<(String, AtomicUsize)>> = OnceLock::new();
    let order = ORDER.get_or_init(|| {
        let order = std::env::var("CAMPANA_FAIL_POINT").ok()?;
        let (name, count) = order.split_once(':').unwrap_or((&order, "1"));
        Some((name.to_owned(), AtomicUsize::new(count.parse().ok()?)))
    });
    if let Some((wanted, left)) = order
        && wanted == name
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        // Not an exit: no destructor runs and no buffer is written, as with SIGKILL.
        std::process::abort();
    }
}
