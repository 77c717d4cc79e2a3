//! Watching what is changed, at a pace: a first change is told at once, those that follow it together.

use std::time::Duration;

use campana_store::{Change, Scope, Told, Watch};
use tokio::time::Instant;

use super::App;

/// What somebody watches: the changes of a scope.
#[derive(Debug)]
pub(crate) struct Watching {
    watch: Watch,
    scope: Scope,
    /// How long it rests after each look.
    pause: Duration,
    rests_until: Instant,
}

/// What has changed since the last time.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// What changed, as far as it is known.
    pub(crate) changes: Vec<Change>,
    /// Whether there was more than is known.
    pub(crate) everything: bool,
}

impl App {
    /// Watches what is changed from now on, of the rows in this scope.
    pub(crate) fn watch(&self, scope: Scope, pause: Duration) -> Watching {
        Watching { watch: self.store.watch(), scope, pause, rests_until: Instant::now() }
    }
}

impl Watching {
    /// Waits for changes that are wanted; none: there will be no more.
    pub(crate) async fn next(&mut self, wanted: impl Fn(&Change) -> bool) -> Option<News> {
        loop {
            tokio::time::sleep_until(self.rests_until).await;
            let mut news = News::default();
            let first = self.watch.next().await?;
            self.rests_until = Instant::now() + self.pause;
            let more = std::iter::from_fn(|| self.watch.next_of_those_here());
            for told in std::iter::once(first).chain(more) {
                match told {
                    Told::Everything => news.everything = true,
                    Told::These(changes) => {
                        let own = changes.iter().filter(|change| self.scope.sees(change.tenant_id));
                        news.changes.extend(own.filter(|change| wanted(change)));
                    }
                }
            }
            if news.everything || !news.changes.is_empty() {
                return Some(news);
            }
        }
    }
}
