//! Taking connections, whatever is spoken on them.

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long to wait after a connection could not be taken.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long connections on which something is read or answered are waited for at the end.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// Serves every connection on a task of its own until `stopping`, then lets those that are open finish.
/// Dropped, it closes everything at once.
pub(crate) async fn serve<F>(
    listener: TcpListener,
    stopping: &CancellationToken,
    connection: impl Fn(TcpStream) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream))),
                // Out of file descriptors, most likely: some connection has to end first.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(STOP_LIMIT, ended).await;
}
