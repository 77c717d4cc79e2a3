//! The smallest server that keeps the promise: it takes a change as JSON over HTTP, commits event and delivery in one
//! group with others, answers, posts the change to one receiver, and marks the delivery done.
//!
//! `baseline DATABASE RECEIVER`, where the receiver is an address such as 127.0.0.1:4300.
#![expect(clippy::print_stdout, reason = "the first line says the address")]

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use campana_bench::server::wire::Connection;
use rusqlite::params;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Writes that share a commit, and connections to the receiver.
const GROUP: usize = 256;
const POSTERS: usize = 64;

/// Committed deliveries on their way to whoever posts them.
type Due = Arc<Mutex<mpsc::UnboundedReceiver<(i64, Arc<str>)>>>;

enum Write {
    Change { body: Arc<str>, done: oneshot::Sender<()> },
    Delivered(i64),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (database, receiver) = (args.next().ok_or("no database")?, args.next().ok_or("no receiver")?);
    let receiver: SocketAddr = receiver.parse()?;
    let (writes, queue) = mpsc::channel(4 * GROUP);
    let (deliveries, due) = mpsc::unbounded_channel();
    let db = open(&database)?;
    std::thread::spawn(move || write(db, queue, &deliveries));
    let due = Arc::new(Mutex::new(due));
    for _ in 0..POSTERS {
        tokio::spawn(post(receiver, due.clone(), writes.clone()));
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(Connection::over(stream), writes.clone()));
    }
}

fn open(path: &str) -> rusqlite::Result<rusqlite::Connection> {
    let db = rusqlite::Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, done INTEGER NOT NULL);",
    )?;
    Ok(db)
}

fn write(
    mut db: rusqlite::Connection,
    mut queue: mpsc::Receiver<Write>,
    due: &mpsc::UnboundedSender<(i64, Arc<str>)>,
) -> rusqlite::Result<()> {
    while let Some(first) = queue.blocking_recv() {
        let tx = db.transaction()?;
        let (mut answers, mut next) = (Vec::new(), Some(first));
        while let Some(write) = next {
            match write {
                Write::Change { body, done } => {
                    tx.prepare_cached("INSERT INTO event (body) VALUES (?1)")?.execute(params![&*body])?;
                    let event = tx.last_insert_rowid();
                    tx.prepare_cached("INSERT INTO delivery (event, done) VALUES (?1, 0)")?
                        .execute([event])?;
                    answers.push((done, tx.last_insert_rowid(), body));
                }
                Write::Delivered(id) => {
                    tx.prepare_cached("UPDATE delivery SET done = 1 WHERE id = ?1")?.execute([id])?;
                }
            }
            next = if answers.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        tx.commit()?;
        for (done, delivery, body) in answers {
            let _ = done.send(());
            let _ = due.send((delivery, body));
        }
    }
    Ok(())
}

async fn serve(mut connection: Connection, writes: mpsc::Sender<Write>) {
    while let Ok(Some((_, body))) = connection.message().await {
        let change: Result<serde_json::Value, _> = serde_json::from_slice(&body);
        let answer = match change {
            Ok(change) if change["state"]["type"].is_string() => {
                let (done, written) = oneshot::channel();
                let body = change.to_string().into();
                let sent = writes.send(Write::Change { body, done }).await.is_ok();
                if sent && written.await.is_ok() {
                    ("200 OK", r#"{"status":"SUCCESS"}"#)
                } else {
                    ("500 Error", "{}")
                }
            }
            _ => ("400 Bad Request", "{}"),
        };
        if connection.answer(answer.0, answer.1).await.is_err() {
            return;
        }
    }
}

async fn post(receiver: SocketAddr, due: Due, writes: mpsc::Sender<Write>) {
    let mut connection = None;
    loop {
        let next = due.lock().await.recv().await;
        let Some((id, body)) = next else { return };
        loop {
            if connection.is_none() {
                connection = Connection::open(receiver).await.ok();
            }
            let answer = match &mut connection {
                Some(connection) => connection.post("/", &body).await.ok(),
                None => None,
            };
            match answer {
                Some((200, _)) => break,
                _ => connection = None,
            }
        }
        if writes.send(Write::Delivered(id)).await.is_err() {
            return;
        }
    }
}
