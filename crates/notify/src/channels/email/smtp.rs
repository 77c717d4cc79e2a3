//! One mail over one connection, by SMTP (RFC 5321), with STARTTLS (RFC 3207), AUTH (RFC 4954) and SIZE
//! (RFC 1870).
//!
//! ```text
//! connect [-> TLS] -> greeting -> EHLO [-> STARTTLS -> TLS -> EHLO] [-> AUTH] -> MAIL -> RCPT.. -> DATA -> mail
//! ```
//!
//! The dialogue is our own, since what is guaranteed hangs on it: the address is one that was vetted, a reply
//! is bounded, what somebody slipped in before the TLS handshake is refused, the whole has a time limit, and
//! a failure knows its [`Step`], so that "not sent" and "sent, but not answered" can be told apart.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campana_model::Secret;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout_at};

use super::Security;
use crate::http::{Host, NotConnected};

/// A reply, all its lines together; servers keep theirs under a few hundred.
const MAX_REPLY_BYTES: u64 = 64 * 1024;

/// The slowest way that a large mail is waited for, beyond the usual time limit.
const MIN_BYTES_PER_SECOND: u64 = 64 * 1024;

/// Who is logged in.
#[derive(Clone, Debug)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: Secret,
}

impl Login {
    /// What AUTH PLAIN says.
    fn plain(&self) -> Secret {
        Secret::new(STANDARD.encode(format!("\0{}\0{}", self.username, self.password.expose())))
    }

    /// What must not come back in a reply.
    pub(super) fn hidden(&self) -> [Secret; 3] {
        let encoded = Secret::new(STANDARD.encode(self.password.expose()));
        [self.plain(), encoded, self.password.clone()]
    }
}

/// A mail, ready to be sent.
pub(super) struct Mail<'a> {
    pub(super) from: &'a str,
    pub(super) to: Vec<&'a str>,
    pub(super) bytes: &'a [u8],
}

/// What a server answered: its code, and its words in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) text: String,
}

/// How far the dialogue went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Greeting,
    Hello,
    StartTls,
    Login,
    Sender,
    Recipient,
    Data,
    /// The mail was sent, or part of it.
    Mail,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Login => "AUTH",
            Self::Sender => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Mail => "the mail",
        })
    }
}

/// Why a mail was not accepted.
#[derive(Debug)]
pub(super) enum Stop {
    /// There is no connection, or none that may be trusted with the mail.
    Unreachable(String),
    /// The server knows no way to log in that we know.
    NoLogin,
    /// The mail is larger than the server takes.
    TooLarge { max: u64 },
    /// The server said no, or something out of turn.
    Refused { step: Step, reply: Reply },
    /// The connection broke, or no reply came that can be read.
    Lost { step: Step, why: String },
}

impl From<NotConnected> for Stop {
    fn from(error: NotConnected) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// What became of a mail that was accepted.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) reply: Reply,
    /// What was said of recipients that were refused for good, while others were not.
    pub(super) refused: Vec<Reply>,
}

/// Sends a mail: exactly one attempt.
pub(super) async fn deliver(
    host: &Host,
    security: Security,
    login: Option<&Login>,
    mail: &Mail<'_>,
) -> Result<Accepted, Stop> {
    let allowance = Duration::from_secs(mail.bytes.len() as u64 / MIN_BYTES_PER_SECOND);
    let deadline = Instant::now() + host.total_timeout() + allowance;
    let stream = host.connect().await?;
    let own = stream.local_addr().map_err(|error| Stop::Unreachable(error.to_string()))?.ip();
    match security {
        Security::Ssl => {
            let mut dialogue = Dialogue::new(host.secure(stream).await?, deadline);
            dialogue.greeting().await?;
            dialogue.hello(own).await?;
            dialogue.send(login, mail).await
        }
        Security::Starttls => {
            let mut dialogue = Dialogue::new(stream, deadline);
            dialogue.greeting().await?;
            dialogue.hello(own).await?;
            let stream = dialogue.start_tls().await?;
            let mut dialogue = Dialogue::new(host.secure(stream).await?, deadline);
            dialogue.hello(own).await?;
            dialogue.send(login, mail).await
        }
        Security::Insecure => {
            let mut dialogue = Dialogue::new(stream, deadline);
            dialogue.greeting().await?;
            dialogue.hello(own).await?;
            dialogue.send(login, mail).await
        }
    }
}

/// A connection on which commands and replies take turns.
struct Dialogue<S> {
    stream: BufReader<S>,
    deadline: Instant,
    /// What the server offers, a line each: `AUTH PLAIN LOGIN`.
    offers: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    fn new(stream: S, deadline: Instant) -> Self {
        Self { stream: BufReader::new(stream), deadline, offers: Vec::new() }
    }

    async fn greeting(&mut self) -> Result<(), Stop> {
        self.reply(Step::Greeting).await?.expect(Step::Greeting, 200..300).map(drop)
    }

    async fn hello(&mut self, own: IpAddr) -> Result<(), Stop> {
        // A name of this machine is nobody's business, and mostly not one that the server could look up.
        let literal = match own.to_canonical() {
            IpAddr::V4(four) => format!("[{four}]"),
            IpAddr::V6(six) => format!("[IPv6:{six}]"),
        };
        self.write(Step::Hello, &[b"EHLO ", literal.as_bytes(), b"\r\n"]).await?;
        let lines = self.lines(Step::Hello).await?;
        Reply::of(&lines).expect(Step::Hello, 200..300)?;
        self.offers = lines.into_iter().skip(1).map(|line| line.text.to_uppercase()).collect();
        Ok(())
    }

    /// The rest of the line with which the server offers something.
    fn offer(&self, keyword: &str) -> Option<&str> {
        let rest = |line| str::strip_prefix(line, keyword);
        let mut offers = self.offers.iter().filter_map(|line| rest(line.as_str()));
        // A few old servers write `AUTH=LOGIN`.
        offers.find(|rest| rest.is_empty() || rest.starts_with([' ', '=']))
    }

    /// Asks for TLS, and gives the bare connection back.
    async fn start_tls(mut self) -> Result<S, Stop> {
        if self.offer("STARTTLS").is_none() {
            return Err(Stop::Unreachable("not connected: the server offers no STARTTLS".to_owned()));
        }
        self.command(Step::StartTls, "STARTTLS").await?.expect(Step::StartTls, 200..300)?;
        // What comes before the handshake is from somebody on the way, to be taken for the server's.
        if !self.stream.buffer().is_empty() {
            return Err(Stop::Unreachable("not connected: replies before the TLS handshake".to_owned()));
        }
        Ok(self.stream.into_inner())
    }

    async fn send(&mut self, login: Option<&Login>, mail: &Mail<'_>) -> Result<Accepted, Stop> {
        let outcome = self.transact(login, mail).await;
        // Whatever the outcome is, it is known by now, so nobody waits for the server's farewell.
        let farewell =
            async { self.write(Step::Mail, &[b"QUIT\r\n"]).await.is_ok() && self.shut_down().await };
        if !matches!(outcome, Err(Stop::Lost { .. })) {
            farewell.await;
        }
        outcome
    }

    async fn shut_down(&mut self) -> bool {
        timeout_at(self.deadline, self.stream.shutdown()).await.is_ok()
    }

    async fn transact(&mut self, login: Option<&Login>, mail: &Mail<'_>) -> Result<Accepted, Stop> {
        if let Some(login) = login {
            self.log_in(login).await?;
        }
        let size = match self.offer("SIZE").map(str::trim) {
            None => String::new(),
            Some(max) => {
                let max = max.parse().ok().filter(|max| *max > 0).unwrap_or(u64::MAX);
                if mail.bytes.len() as u64 > max {
                    return Err(Stop::TooLarge { max });
                }
                format!(" SIZE={}", mail.bytes.len())
            }
        };
        let sender = format!("MAIL FROM:<{}>{size}", mail.from);
        self.command(Step::Sender, &sender).await?.expect(Step::Sender, 200..300)?;
        let refused = self.recipients(&mail.to).await?;
        self.command(Step::Data, "DATA").await?.expect(Step::Data, 354..355)?;
        self.write(Step::Mail, &[&stuffed(mail.bytes), b".\r\n"]).await?;
        let reply = self.reply(Step::Mail).await?.expect(Step::Mail, 200..300)?;
        Ok(Accepted { reply, refused })
    }

    /// Names the recipients. One that is refused for good does not keep the mail from the others; one that is
    /// refused for now does, since otherwise the others would get it again at the next attempt.
    async fn recipients(&mut self, to: &[&str]) -> Result<Vec<Reply>, Stop> {
        let mut refused = Vec::new();
        for recipient in to {
            let reply = self.command(Step::Recipient, &format!("RCPT TO:<{recipient}>")).await?;
            match reply.expect(Step::Recipient, 200..300) {
                Ok(_) => {}
                Err(Stop::Refused { reply, .. }) if reply.code >= 500 && refused.len() + 1 < to.len() => {
                    refused.push(reply);
                }
                Err(stop) => return Err(stop),
            }
        }
        Ok(refused)
    }

    async fn log_in(&mut self, login: &Login) -> Result<(), Stop> {
        const STEP: Step = Step::Login;
        let offered: Vec<&str> = self.offer("AUTH").unwrap_or_default().split([' ', '=']).collect();
        if offered.contains(&"PLAIN") {
            let command = format!("AUTH PLAIN {}", login.plain().expose());
            self.command(STEP, &command).await?.expect(STEP, 200..300)?;
        } else if offered.contains(&"LOGIN") {
            self.command(STEP, "AUTH LOGIN").await?.expect(STEP, 334..335)?;
            self.command(STEP, &STANDARD.encode(&login.username)).await?.expect(STEP, 334..335)?;
            let password = STANDARD.encode(login.password.expose());
            self.command(STEP, &password).await?.expect(STEP, 200..300)?;
        } else {
            return Err(Stop::NoLogin);
        }
        Ok(())
    }

    async fn command(&mut self, step: Step, command: &str) -> Result<Reply, Stop> {
        self.write(step, &[command.as_bytes(), b"\r\n"]).await?;
        self.reply(step).await
    }

    async fn write(&mut self, step: Step, parts: &[&[u8]]) -> Result<(), Stop> {
        let bytes = parts.concat();
        let written = async {
            self.stream.write_all(&bytes).await?;
            self.stream.flush().await
        };
        match timeout_at(self.deadline, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Stop::Lost { step, why: error.to_string() }),
            Err(_) => Err(Stop::Lost { step, why: "not in time".to_owned() }),
        }
    }

    async fn reply(&mut self, step: Step) -> Result<Reply, Stop> {
        Ok(Reply::of(&self.lines(step).await?))
    }

    /// The lines of a reply, at least one.
    async fn lines(&mut self, step: Step) -> Result<Vec<Line>, Stop> {
        let lost = |why: &str| Stop::Lost { step, why: why.to_owned() };
        let mut room = MAX_REPLY_BYTES;
        let mut lines = Vec::new();
        loop {
            let mut bytes = Vec::new();
            let mut bounded = (&mut self.stream).take(room);
            match timeout_at(self.deadline, bounded.read_until(b'\n', &mut bytes)).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(lost(&error.to_string())),
                Err(_) => return Err(lost("not in time")),
            }
            room -= bytes.len() as u64;
            if !bytes.ends_with(b"\n") {
                return Err(lost(if room == 0 {
                    "the reply is too long"
                } else {
                    "the connection was closed"
                }));
            }
            let line = Line::parse(&bytes).ok_or_else(|| lost("the reply is not one of SMTP"))?;
            let last = line.last;
            lines.push(line);
            if last {
                return Ok(lines);
            }
        }
    }
}

/// One line of a reply: `250-SIZE 1000`.
struct Line {
    code: u16,
    last: bool,
    text: String,
}

impl Line {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let line = String::from_utf8_lossy(bytes);
        let line = line.trim_end();
        let (code, rest) = line.split_at_checked(3)?;
        let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
        let last = match rest.chars().next() {
            Some('-') => false,
            Some(' ') | None => true,
            Some(_) => return None,
        };
        Some(Self { code, last, text: rest.get(1..).unwrap_or_default().trim().to_owned() })
    }
}

impl Reply {
    /// A reply of these lines, of which there is at least one.
    fn of(lines: &[Line]) -> Self {
        let text = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        Self { code: lines.last().map_or(0, |line| line.code), text }
    }

    fn expect(self, step: Step, codes: std::ops::Range<u16>) -> Result<Self, Stop> {
        if codes.contains(&self.code) { Ok(self) } else { Err(Stop::Refused { step, reply: self }) }
    }
}

/// The mail with a dot more in front of each line that begins with one, since a dot alone ends the mail.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(mail.len() + mail.len() / 64);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stuffed
}
