//! The thread on which everything that has to do with a server happens.
//!
//! A run's own runtime may be kept busy by a task, or be gone; this one is there as long as the process.

use std::io;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Handle;

/// The runtime of that thread, which is started when it is first needed.
///
/// # Errors
/// If the operating system gives no thread or no runtime. It may do so next time.
pub(super) fn runtime() -> io::Result<Handle> {
    static RUNTIME: Mutex<Option<Handle>> = Mutex::new(None);
    // Nothing is left half done by a panic.
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*runtime {
        return Ok(handle.clone());
    }
    let started = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = started.handle().clone();
    let serve = move || started.block_on(std::future::pending::<()>());
    std::thread::Builder::new().name("campana-server".to_owned()).spawn(serve)?;
    Ok(runtime.insert(handle).clone())
}
