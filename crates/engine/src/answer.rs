//! Something that is known now, or will be.

use std::future::Future;

use futures_util::future::BoxFuture;

/// What a callback answers: at once, or after awaiting something. An answer that is there at once costs no
/// future, which is why the engine's ports return this and not a future.
#[expect(missing_debug_implementations, reason = "a future has nothing to show")]
pub enum Answer<'a, T> {
    /// Known now.
    Now(T),
    /// Known when the future ends.
    Later(BoxFuture<'a, T>),
}

impl<'a, T> Answer<'a, T> {
    /// The answer that `future` will give.
    pub fn later(future: impl Future<Output = T> + Send + 'a) -> Self {
        Self::Later(Box::pin(future))
    }

    /// Waits for it, if need be.
    pub async fn get(self) -> T {
        match self {
            Self::Now(answer) => answer,
            Self::Later(future) => future.await,
        }
    }
}
