//! Clients that do nothing but send the same bytes again and again: what is left of a notifier without everything
//! that makes it one.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use campana::prelude::BoxError;
use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HOST};
use reqwest::Client;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;

/// How long a message may take, as long as a notifier waits: without a limit a sender may hang for ever.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Sends one message.
#[derive(Clone, Debug)]
pub enum Bare {
    /// By `reqwest`.
    Post(Post),
    /// By SMTP, as bytes on a connection.
    Mail(Mail),
}

/// A request.
#[derive(Clone, Debug)]
pub struct Post {
    client: Client,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The server.
    pub server: SocketAddr,
    /// Whom it is from.
    pub from: String,
    /// Whom it goes to.
    pub to: String,
    /// The mail itself, with its headers.
    pub bytes: Bytes,
}

impl Post {
    /// This request, with all its headers but those that the client makes.
    ///
    /// # Errors
    /// If there is no client.
    pub fn new(url: String, mut headers: HeaderMap, body: Bytes) -> Result<Self, BoxError> {
        headers.remove(HOST);
        headers.remove(CONTENT_LENGTH);
        // The one of the process, if there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().timeout(TIME_LIMIT).build()?;
        Ok(Self { client, url, headers, body })
    }

    /// Sends it, and gives the answer.
    ///
    /// # Errors
    /// If there is none, or it says no.
    pub async fn send(&self) -> Result<reqwest::Response, reqwest::Error> {
        let request = self.client.post(&self.url).headers(self.headers.clone()).body(self.body.clone());
        request.send().await?.error_for_status()
    }
}

impl Mail {
    async fn send(&self) -> io::Result<()> {
        let Self { server, from, to, bytes } = self;
        let mut stream = BufStream::new(TcpStream::connect(server).await?);
        reply(&mut stream).await?;
        let size = bytes.len();
        let literal = Ipv4Addr::LOCALHOST;
        for command in [
            format!("EHLO [{literal}]\r\n"),
            format!("MAIL FROM:<{from}> SIZE={size}\r\n"),
            format!("RCPT TO:<{to}>\r\n"),
            "DATA\r\n".to_owned(),
        ] {
            stream.write_all(command.as_bytes()).await?;
            reply(&mut stream).await?;
        }
        stream.write_all(bytes).await?;
        stream.write_all(b".\r\n").await?;
        reply(&mut stream).await?;
        stream.write_all(b"QUIT\r\n").await?;
        stream.shutdown().await
    }
}

/// Sends what was written, and waits for the last line of the reply to it.
async fn reply(stream: &mut BufStream<TcpStream>) -> io::Result<()> {
    stream.flush().await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        stream.read_until(b'\n', &mut line).await?;
        match &line[..] {
            [b'2' | b'3', _, _, b'-', ..] => {}
            [b'2' | b'3', ..] => return Ok(()),
            _ => return Err(io::Error::other(String::from_utf8_lossy(&line).into_owned())),
        }
    }
}

impl Bare {
    async fn send(&self) -> Result<(), BoxError> {
        match self {
            Self::Post(post) => drop(post.send().await?.bytes().await?),
            Self::Mail(mail) => tokio::time::timeout(TIME_LIMIT, mail.send()).await??,
        }
        Ok(())
    }

    /// Sends it so many times, so many at a time.
    ///
    /// # Errors
    /// If one of them was not taken.
    pub async fn send_all(&self, count: usize, at_a_time: usize) -> Result<(), BoxError> {
        if at_a_time == 1 {
            return self.send_some(count).await;
        }
        let bare = Arc::new(self.clone());
        let senders: Vec<_> = (0..at_a_time)
            .map(|at| {
                let (bare, share) = (Arc::clone(&bare), (count + at) / at_a_time);
                tokio::spawn(async move { bare.send_some(share).await })
            })
            .collect();
        for sender in senders {
            sender.await??;
        }
        Ok(())
    }

    async fn send_some(&self, count: usize) -> Result<(), BoxError> {
        for _ in 0..count {
            self.send().await?;
        }
        Ok(())
    }
}
