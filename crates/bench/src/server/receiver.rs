//! Where the notifications arrive.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use tokio::net::TcpListener;

use super::Ledger;
use super::wire::Connection;

/// What a receiver does with what it gets.
#[derive(Clone)]
pub enum Manner {
    /// Notes it in the ledger and says 200.
    Accepts(Arc<Ledger>),
    /// Never answers.
    Hangs,
    /// Never answers, until it is given a ledger.
    HangsUntil(Arc<OnceLock<Arc<Ledger>>>),
}

/// Listens on a free port of loopback, until the runtime ends.
///
/// # Errors
/// If there is no port.
pub async fn start(manner: Manner) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(Connection::over(stream), manner.clone()));
        }
    });
    Ok(address)
}

async fn serve(mut connection: Connection, manner: Manner) {
    while let Ok(Some((_, body))) = connection.message().await {
        match &manner {
            Manner::Accepts(ledger) => {
                ledger.arrived(&body);
                if connection.answer("200 OK", "").await.is_err() {
                    return;
                }
            }
            Manner::Hangs => std::future::pending().await,
            Manner::HangsUntil(ledger) => match ledger.get() {
                Some(ledger) => {
                    ledger.arrived(&body);
                    let _ = connection.answer("200 OK", "").await;
                }
                None => std::future::pending().await,
            },
        }
    }
}
