//! Jobs that nobody asks for: one file each.
//!
//! A job takes no input and is idempotent: it looks at what is there and does what is to be done, so a run more or
//! less does no harm, and several servers may run it at once. It runs at the start, then after each interval. What is
//! wrong is logged when it begins and when it ends, not each time.

mod retention;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use campana_store as store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::Retention;

/// The jobs of a server, which run until they are stopped.
#[derive(Debug)]
pub(crate) struct Jobs {
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Jobs {
    /// Starts them.
    pub(crate) fn start(app: &Arc<App>, retention: Retention) -> Self {
        let jobs = Self { tasks: TaskTracker::new(), stopping: CancellationToken::new() };
        let app = Arc::clone(app);
        jobs.every(retention::INTERVAL, "retention", move || {
            let (app, retention) = (Arc::clone(&app), retention.clone());
            async move { retention::run(&app, &retention).await }
        });
        jobs
    }

    /// Stops them, each after the write that it is at.
    pub(crate) async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn every<F>(&self, interval: Duration, name: &'static str, mut job: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = Result<(), store::Error>> + Send,
    {
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            let mut is_failing = false;
            loop {
                let done = tokio::select! {
                    done = pin!(job()) => done,
                    () = stopping.cancelled() => return,
                };
                match done {
                    Ok(()) if std::mem::take(&mut is_failing) => {
                        tracing::info!(job = name, "job works again");
                    }
                    Ok(()) => {}
                    Err(error) => {
                        if !std::mem::replace(&mut is_failing, true) {
                            tracing::warn!(
                                job = name,
                                error = &error as &dyn std::error::Error,
                                "job failed"
                            );
                        }
                    }
                }
                tokio::select! {
                    () = tokio::time::sleep(interval) => {}
                    () = stopping.cancelled() => return,
                }
            }
        });
    }
}
