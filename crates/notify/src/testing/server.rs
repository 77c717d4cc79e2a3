//! A server on loopback that answers each request as a script says, also in the ways that no HTTP library
//! would: not at all, with a reset, with garbage.
//!
//! It runs on threads of its own, so it serves tests with and without a runtime. A request is recorded
//! before its step is taken: whoever has an answer, or an error, finds it in [`Server::requests`].

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::SockRef;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads it and answers.
    Answer(Reply),
    /// Reads it and answers with these bytes as they are, then closes.
    Raw(Vec<u8>),
    /// Reads it and sends the status and half of the body, then nothing until the server is dropped.
    Stall(Reply),
    /// Reads it, then does nothing until the server is dropped.
    Hang,
    /// Resets the connection when it has read the head.
    ResetBeforeBody,
    /// Resets the connection when it has read all.
    ResetAfterBody,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// An answer with this status and no body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The same with another header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn head(&self) -> String {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("HTTP/1.1 {} Scripted\r\n{headers}content-length: {}\r\n\r\n", self.status, self.body.len())
    }
}

impl From<Reply> for Step {
    fn from(reply: Reply) -> Self {
        Self::Answer(reply)
    }
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// The first line: `POST /path HTTP/1.1`.
    pub line: String,
    /// The headers, their names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it was read.
    pub body: String,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    script: Arc<Script>,
}

impl Server {
    /// Starts a server on a free port that takes one step for each request; the last step goes on for ever.
    ///
    /// # Panics
    /// If the script is empty or there is no free port.
    pub fn start<S: Into<Step>>(steps: impl IntoIterator<Item = S>) -> Self {
        let steps: VecDeque<Step> = steps.into_iter().map(Into::into).collect();
        assert!(!steps.is_empty(), "a script has at least one step");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let script = Arc::new(Script {
            inner: Mutex::new(Inner { steps, ..Inner::default() }),
            changed: Condvar::new(),
        });
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                if shared.lock().stopped {
                    break;
                }
                // A broken connection is part of many scripts.
                std::thread::spawn(move || stream.and_then(|stream| shared.serve(stream)));
            }
        });
        Self { address, script }
    }

    /// The URL of a path, which starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.script.lock().requests.clone()
    }

    /// Waits for so many requests, and gives those there are after 30 seconds at most. It blocks the thread.
    pub fn wait_for(&self, count: usize) -> Vec<Request> {
        let limit = Duration::from_secs(30);
        let inner = self.script.lock();
        let waited =
            self.script.changed.wait_timeout_while(inner, limit, |inner| inner.requests.len() < count);
        waited.unwrap_or_else(PoisonError::into_inner).0.requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.script.lock().stopped = true;
        self.script.changed.notify_all();
        // The listener waits for a connection before it looks whether to stop.
        drop(TcpStream::connect(self.address));
    }
}

#[derive(Debug)]
struct Script {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    steps: VecDeque<Step>,
    requests: Vec<Request>,
    stopped: bool,
}

impl Script {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves one connection until the client or a step closes it.
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        while let Some(mut request) = read_head(&mut reader)? {
            let step = self.next_step();
            if !matches!(step, Step::ResetBeforeBody) {
                request.body = read_body(&mut reader, &request)?;
            }
            self.lock().requests.push(request);
            self.changed.notify_all();
            if !self.take(&step, &stream)? {
                break;
            }
        }
        Ok(())
    }

    fn next_step(&self) -> Step {
        let steps = &mut self.lock().steps;
        let step = if steps.len() > 1 { steps.pop_front() } else { steps.front().cloned() };
        step.expect("a script keeps its last step")
    }

    /// Takes a step, and says whether the connection stays open.
    fn take(&self, step: &Step, mut stream: &TcpStream) -> io::Result<bool> {
        match step {
            Step::Answer(reply) => {
                stream.write_all(&[reply.head().as_bytes(), &reply.body].concat())?;
                return Ok(true);
            }
            Step::Raw(bytes) => stream.write_all(bytes)?,
            Step::Stall(reply) => {
                let half = &reply.body[..reply.body.len() / 2];
                stream.write_all(&[reply.head().as_bytes(), half].concat())?;
                self.wait_until_stopped();
            }
            Step::Hang => self.wait_until_stopped(),
            Step::ResetBeforeBody | Step::ResetAfterBody => {
                SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
            }
        }
        Ok(false)
    }

    fn wait_until_stopped(&self) {
        drop(self.changed.wait_while(self.lock(), |inner| !inner.stopped));
    }
}

fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut request = Request { line: line.trim_end().to_owned(), headers: Vec::new(), body: String::new() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { return Ok(Some(request)) };
        request.headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
}

fn read_body(reader: &mut impl BufRead, request: &Request) -> io::Result<String> {
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}
