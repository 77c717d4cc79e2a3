//! Servers on loopback that do as little as a server can: they answer everybody the same, and note when. They
//! run on a thread of their own, until the process ends.

use std::io;
use std::net::{self, Ipv4Addr, SocketAddr};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};

/// What an HTTP server answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// What the body is.
    pub content_type: Option<HeaderValue>,
    /// The body.
    pub body: Bytes,
}

/// A server.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    arrivals: Receiver<Instant>,
}

impl Loopback {
    /// A server that gives this answer to each request.
    ///
    /// # Errors
    /// If there is no thread or no port for it.
    pub fn http(answer: Answer) -> io::Result<Self> {
        Self::start(move |stream, arrivals| http(stream, answer.clone(), arrivals))
    }

    /// A server that takes each mail, without TLS and without a login.
    ///
    /// # Errors
    /// If there is no thread or no port for it.
    pub fn smtp() -> io::Result<Self> {
        Self::start(smtp)
    }

    fn start<F>(serve: impl Fn(TcpStream, Sender<Instant>) -> F + Send + 'static) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (arrived, arrivals) = mpsc::channel();
        let accept = async move {
            let listener = TcpListener::from_std(listener)?;
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, arrived.clone()));
            }
            Ok::<_, io::Error>(())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("loopback".to_owned());
        thread.spawn(move || runtime.block_on(accept))?;
        Ok(Self { address, arrivals })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many messages have arrived since this was last asked.
    pub fn taken(&self) -> usize {
        self.arrivals.try_iter().count()
    }

    /// When the next message arrived; waits for it.
    ///
    /// # Errors
    /// If none does within half a minute.
    pub fn next(&self) -> Result<Instant, mpsc::RecvTimeoutError> {
        self.arrivals.recv_timeout(Duration::from_secs(30))
    }
}

async fn http(stream: TcpStream, answer: Answer, arrived: Sender<Instant>) {
    let respond = |request: Request<Incoming>| {
        let (answer, arrived) = (answer.clone(), arrived.clone());
        async move {
            request.into_body().collect().await?;
            // Nobody listens any more when the process is about to end.
            let _ = arrived.send(Instant::now());
            let mut response = Response::new(Full::new(answer.body));
            *response.status_mut() = answer.status;
            if let Some(content_type) = answer.content_type {
                response.headers_mut().insert(CONTENT_TYPE, content_type);
            }
            Ok::<_, hyper::Error>(response)
        }
    };
    // Nagle's algorithm would hold back answers.
    let _ = stream.set_nodelay(true);
    // A connection that breaks shows in what did not arrive.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(respond)).await;
}

async fn smtp(stream: TcpStream, arrived: Sender<Instant>) {
    let _ = stream.set_nodelay(true);
    // As above.
    let _ = take_mails(BufStream::new(stream), arrived).await;
}

async fn take_mails(mut stream: BufStream<TcpStream>, arrived: Sender<Instant>) -> io::Result<()> {
    let mut line = Vec::new();
    let mut in_mail = false;
    let mut reply: &[u8] = b"220 loopback\r\n";
    loop {
        stream.write_all(reply).await?;
        stream.flush().await?;
        loop {
            line.clear();
            if stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            if !in_mail || line == b".\r\n" {
                break;
            }
        }
        reply = match &line[..] {
            b".\r\n" if in_mail => {
                in_mail = false;
                // As above.
                let _ = arrived.send(Instant::now());
                b"250 taken\r\n"
            }
            [b'E', b'H', b'L', b'O', ..] => b"250-loopback\r\n250-8BITMIME\r\n250 SIZE 33554432\r\n",
            b"DATA\r\n" => {
                in_mail = true;
                b"354 go on\r\n"
            }
            b"QUIT\r\n" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
    }
}
