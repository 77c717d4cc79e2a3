//! A receiver that behaves in every way in which receivers do, and remembers all that reached it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The manners, each of which has a path.
pub(crate) const MANNERS: [&str; 7] = ["ok", "faulty", "limited", "gone", "resets", "hangs", "garbage"];

/// One request that reached the receiver.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    pub(crate) manner: String,
    pub(crate) key: String,
    pub(crate) run: String,
    pub(crate) version: i64,
    pub(crate) body: String,
    /// Whether it was answered 200.
    pub(crate) accepted: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Receiver(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    receipts: Vec<Receipt>,
    tries: HashMap<String, usize>,
    requests: HashMap<String, usize>,
}

enum Answer {
    Send(&'static str),
    Reset,
    Hang,
}

impl Receiver {
    pub(crate) async fn start() -> io::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let receiver = Self::default();
        let shared = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(shared.clone().serve(stream));
            }
        });
        Ok((receiver, address))
    }

    /// All that has arrived so far, in the order in which it did.
    pub(crate) fn receipts(&self) -> Vec<Receipt> {
        self.0.lock().unwrap().receipts.clone()
    }

    async fn serve(self, mut stream: TcpStream) {
        while let Ok(Some((head, body))) = request(&mut stream).await {
            match self.note(&head, &body) {
                Answer::Send(text) => {
                    if stream.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                }
                Answer::Reset => {
                    // Without lingering, a close is a reset.
                    let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                    return;
                }
                Answer::Hang => {
                    let mut rest = [0; 64];
                    while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
                    return;
                }
            }
        }
    }

    fn note(&self, head: &str, body: &str) -> Answer {
        let manner = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
        let key = header(head, "webhook-id").unwrap_or_default();
        let mut seen = self.0.lock().unwrap();
        let tries = seen.tries.entry(format!("{manner} {key}")).or_default();
        *tries += 1;
        let tries = *tries;
        let requests = seen.requests.entry(manner.clone()).or_default();
        *requests += 1;
        let requests = *requests;
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        let answer = match manner.as_str() {
            "faulty" if tries <= 2 => Answer::Send("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"),
            "limited" if requests % 7 == 3 => {
                Answer::Send("HTTP/1.1 429 Slow Down\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n")
            }
            "gone" => Answer::Send("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"),
            "resets" if requests % 3 == 1 => Answer::Reset,
            "hangs" if requests % 9 == 2 => Answer::Hang,
            "garbage" if requests % 4 == 1 => Answer::Send("%%% this is not HTTP %%%\r\n\r\n"),
            _ => Answer::Send(ok),
        };
        let json: Json = serde_json::from_str(body).unwrap_or_default();
        seen.receipts.push(Receipt {
            manner,
            key,
            run: json["event"]["flow_run"]["id"].as_str().unwrap_or_default().to_owned(),
            version: json["event"]["state"]["version"].as_i64().unwrap_or(-1),
            body: body.to_owned(),
            accepted: matches!(answer, Answer::Send(text) if text == ok),
        });
        answer
    }
}

fn header(head: &str, wanted: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
    })
}

async fn request(stream: &mut TcpStream) -> io::Result<Option<(String, String)>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length: usize = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some((head, String::from_utf8_lossy(&bytes[end..end + length]).into_owned())))
}
