//! Ctrl-C, for the runs that are to be cancelled by it.
//!
//! The first such run starts a thread that waits for Ctrl-C as long as the process lives: once a process has asked
//! to be told, the operating system no longer ends it. So the thread does what it would have done, whenever there
//! is no run to be cancelled, or they all have been and somebody is in a hurry.

use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use tokio_util::sync::CancellationToken;

/// What a shell gives as the status of a process that Ctrl-C has ended: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// The runs that may still be cancelled.
static RUNS: Mutex<Vec<Weak<CancellationToken>>> = Mutex::new(Vec::new());

/// Cancels `token` at the next Ctrl-C, as long as what it gives back is kept.
#[must_use = "the run no longer listens once this is dropped"]
pub(super) fn cancel_on_ctrl_c(token: &CancellationToken) -> Arc<CancellationToken> {
    static WATCH: LazyLock<()> = LazyLock::new(|| {
        if let Err(error) = watch() {
            tracing::warn!(%error, "ctrl-c will not cancel runs");
        }
    });
    LazyLock::force(&WATCH);
    let token = Arc::new(token.clone());
    let mut runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
    runs.retain(|run| run.strong_count() > 0);
    runs.push(Arc::downgrade(&token));
    token
}

/// Starts the thread. The process is told of Ctrl-C from before this returns.
fn watch() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut presses = {
        let _entered = runtime.enter();
        presses()?
    };
    let wait = move || {
        runtime.block_on(async {
            while presses.recv().await.is_some() {
                interrupt();
            }
        });
    };
    std::thread::Builder::new().name("ctrl-c".to_owned()).spawn(wait).map(drop)
}

#[cfg(unix)]
fn presses() -> std::io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn presses() -> std::io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

fn interrupt() {
    let runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut going_on = runs.iter().filter_map(Weak::upgrade).filter(|run| !run.is_cancelled()).peekable();
    if going_on.peek().is_none() {
        std::process::exit(INTERRUPTED);
    }
    tracing::warn!("cancelling; another ctrl-c ends the process at once");
    going_on.for_each(|run| run.cancel());
}
