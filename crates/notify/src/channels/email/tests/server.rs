//! An SMTP server on loopback that does at each step what a script says, also what no server should.
//!
//! It reads its connection byte by byte, so that nothing is lost when TLS begins in the middle.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

/// Where in the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    /// Which recipient, from 0.
    Rcpt(usize),
    Data,
    /// The mail was read.
    End,
}

pub(super) const STEPS: [At; 7] =
    [At::Greeting, At::Ehlo, At::Auth, At::Mail, At::Rcpt(0), At::Data, At::End];

/// What is done there instead of the usual.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Says this, and goes on.
    Say(String),
    /// Says nothing until the server is dropped.
    Hang,
    /// Closes the connection.
    Close,
    /// Resets the connection.
    Reset,
}

/// How the server keeps a connection private.
#[derive(Clone)]
pub(super) enum Tls {
    None,
    Implicit(Arc<ServerConfig>),
    Upgrade(Arc<ServerConfig>),
}

/// What one connection brought.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    pub(super) commands: Vec<String>,
    /// The mail, without the dots that were added on the way.
    pub(super) mail: Option<Vec<u8>>,
}

pub(super) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    tls: Tls,
    offers: Vec<&'static str>,
    script: Vec<(At, Act)>,
    sessions: Mutex<Vec<Session>>,
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Server {
    pub(super) fn start(tls: Tls, offers: &[&'static str], script: &[(At, Act)]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            tls,
            offers: offers.to_vec(),
            script: script.to_vec(),
            sessions: Mutex::default(),
            stopped: Mutex::new(false),
            changed: Condvar::new(),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = Arc::clone(&serving);
                if *serving.stopped.lock().unwrap() {
                    break;
                }
                // A broken connection is part of most scripts.
                std::thread::spawn(move || stream.and_then(|stream| serving.serve(stream)));
            }
        });
        Self { address, shared }
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The sessions so far. What was sent before the client had its last answer is in there.
    pub(super) fn sessions(&self) -> Vec<Session> {
        self.shared.sessions.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *self.shared.stopped.lock().unwrap() = true;
        self.shared.changed.notify_all();
        // The listener waits for a connection before it looks whether to stop.
        drop(TcpStream::connect(self.address));
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// One connection.
struct Talk<'a> {
    shared: &'a Shared,
    socket: TcpStream,
    stream: Box<dyn Stream>,
    number: usize,
}

impl Shared {
    fn serve(&self, socket: TcpStream) -> io::Result<()> {
        let number = {
            let mut sessions = self.sessions.lock().unwrap();
            sessions.push(Session::default());
            sessions.len() - 1
        };
        let plain = socket.try_clone()?;
        let stream: Box<dyn Stream> = match &self.tls {
            Tls::Implicit(config) => encrypted(config, plain),
            Tls::None | Tls::Upgrade(_) => Box::new(plain),
        };
        Talk { shared: self, socket, stream, number }.serve()
    }
}

fn encrypted(config: &Arc<ServerConfig>, socket: TcpStream) -> Box<dyn Stream> {
    Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), socket))
}

impl Talk<'_> {
    fn serve(&mut self) -> io::Result<()> {
        if !self.act(At::Greeting, "220 smtp.example.com ESMTP\r\n")? {
            return Ok(());
        }
        let mut recipients = 0;
        loop {
            let line = self.line()?;
            self.note(|session| session.commands.push(line.clone()));
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => {
                    let offers = self.shared.offers.iter().map(|offer| format!("250-{offer}\r\n"));
                    let hello = format!("250-smtp.example.com\r\n{}250 HELP\r\n", offers.collect::<String>());
                    self.act(At::Ehlo, &hello)?
                }
                "STARTTLS" => {
                    let goes_on = self.act(At::StartTls, "220 go ahead\r\n")?;
                    if let (true, Tls::Upgrade(config)) = (goes_on, &self.shared.tls) {
                        self.stream = encrypted(config, self.socket.try_clone()?);
                    }
                    goes_on
                }
                "AUTH" if line.ends_with("LOGIN") => {
                    for challenge in ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"] {
                        self.say(challenge)?;
                        let answer = self.line()?;
                        self.note(|session| session.commands.push(answer));
                    }
                    self.act(At::Auth, "235 welcome\r\n")?
                }
                "AUTH" => self.act(At::Auth, "235 welcome\r\n")?,
                "MAIL" => self.act(At::Mail, "250 sender ok\r\n")?,
                "RCPT" => {
                    recipients += 1;
                    self.act(At::Rcpt(recipients - 1), "250 recipient ok\r\n")?
                }
                "DATA" => {
                    self.act(At::Data, "354 go on\r\n")? && {
                        let mail = self.mail()?;
                        self.note(|session| session.mail = Some(mail));
                        self.act(At::End, "250 2.0.0 queued as 4711\r\n")?
                    }
                }
                "QUIT" => {
                    self.say("221 bye\r\n")?;
                    false
                }
                _ => {
                    self.say("500 what?\r\n")?;
                    true
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Does what the script says for this step, or else the usual; says whether the talk goes on.
    fn act(&mut self, at: At, usual: &str) -> io::Result<bool> {
        let act = self.shared.script.iter().find(|(step, _)| *step == at).map(|(_, act)| act.clone());
        match act {
            None => self.say(usual)?,
            Some(Act::Say(text)) => self.say(&text)?,
            Some(Act::Hang) => {
                let stopped = self.shared.stopped.lock().unwrap();
                let limit = Duration::from_secs(60);
                drop(self.shared.changed.wait_timeout_while(stopped, limit, |stopped| !*stopped));
                return Ok(false);
            }
            Some(Act::Close) => return Ok(false),
            Some(Act::Reset) => {
                SockRef::from(&self.socket).set_linger(Some(Duration::ZERO))?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes())?;
        self.stream.flush()
    }

    fn note(&self, note: impl FnOnce(&mut Session)) {
        note(&mut self.shared.sessions.lock().unwrap()[self.number]);
    }

    fn line(&mut self) -> io::Result<String> {
        let bytes = self.raw_line()?;
        Ok(String::from_utf8_lossy(bytes.strip_suffix(b"\r\n").unwrap_or(&bytes)).into_owned())
    }

    fn raw_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            line.push(byte[0]);
        }
        Ok(line)
    }

    fn mail(&mut self) -> io::Result<Vec<u8>> {
        let mut mail = Vec::new();
        loop {
            let line = self.raw_line()?;
            if line == b".\r\n" {
                return Ok(mail);
            }
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }
}
