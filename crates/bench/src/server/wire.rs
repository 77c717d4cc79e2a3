//! HTTP/1.1 with as little work as possible, so that the load generator leaves the machine to the server.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a head may be; the peers are ours.
const MAX_HEAD: usize = 16 * 1024;

/// One side of a connection that is kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// If nobody listens.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }

    /// A connection that was accepted.
    pub fn over(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::with_capacity(8 * 1024) }
    }

    /// Posts JSON; gives the status and the body.
    ///
    /// # Errors
    /// If the connection fails or the answer is not HTTP with a length.
    pub async fn post(&mut self, path: &str, body: &str) -> io::Result<(u16, Vec<u8>)> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (head, body) = self.message().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        Ok((status.ok_or(io::ErrorKind::InvalidData)?, body))
    }

    /// Gets a page; gives the status.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub async fn get(&mut self, path: &str) -> io::Result<u16> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        let (head, _) = self.message().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        head.get(9..12)
            .and_then(|status| status.parse().ok())
            .ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Answers a request.
    ///
    /// # Errors
    /// If the connection fails.
    pub async fn answer(&mut self, status: &str, body: &str) -> io::Result<()> {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.stream.write_all(answer.as_bytes()).await
    }

    /// The next request or answer: its head and its body; `None` when the peer has closed.
    ///
    /// # Errors
    /// If the connection fails, or the message has no length.
    pub async fn message(&mut self) -> io::Result<Option<(String, Vec<u8>)>> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let length = length.unwrap_or(0);
        while self.buffer.len() < end + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let body = self.buffer[end..end + length].to_vec();
        self.buffer.drain(..end + length);
        Ok(Some((head, body)))
    }
}
