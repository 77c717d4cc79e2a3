//! The dialogue of one connection, without IO: bytes in, however they are cut, and what to do about them out.
//!
//! A sender may send several commands at once (PIPELINING): each has its answer, in its order. Bounded are a
//! line, a mail, its recipients, and the mistakes that a sender may make.

use std::slice::Iter;

use smtp_proto::request::receiver::{DataReceiver, DummyDataReceiver, LineReceiver, RequestReceiver};
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, Request};

/// The largest mail that is taken.
pub(super) const MAX_MAIL_BYTES: usize = 32 << 20;
/// As many as every server has to take.
const MAX_RECIPIENTS: usize = 100;
/// After so many commands that were none, the other end is no sender of mail.
const MAX_MISTAKES: usize = 20;

/// Who a mail is from and goes to, as the sender told the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) from: String,
    pub(super) to: Vec<String>,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Say this.
    Say(String),
    /// Say this and close the connection.
    Close(String),
    /// Take this mail and say what became of it.
    Take(Envelope, Vec<u8>),
}

/// How far the dialogue is.
#[derive(Default)]
pub(super) struct Session {
    mode: Mode,
    requests: RequestReceiver,
    greeted: bool,
    sender: Option<String>,
    recipients: Vec<String>,
    mistakes: usize,
}

/// What the next bytes are.
#[derive(Default)]
enum Mode {
    #[default]
    Command,
    /// Lines of a login, and what to say after each; what is in them is nobody's business.
    Login(LineReceiver<&'static [&'static str]>),
    Mail(DataReceiver, Vec<u8>),
    /// The rest of a mail that is too large.
    TooLarge(DummyDataReceiver),
}

pub(super) const GREETING: &str = "220 campana receiver ESMTP\r\n";
const WELCOME: &str = "235 2.7.0 every password is taken\r\n";
const ASK_PASSWORD: &str = "334 UGFzc3dvcmQ6\r\n";
const ASK_USERNAME: &str = "334 VXNlcm5hbWU6\r\n";

impl Session {
    /// Reads on, up to the next thing to do; `None`: all is read.
    pub(super) fn read(&mut self, bytes: &mut Iter<'_, u8>) -> Option<Action> {
        match &mut self.mode {
            Mode::Command => self.command(bytes),
            Mode::Login(line) => {
                if !line.ingest(bytes) {
                    return None;
                }
                let cancelled = line.buf == b"*";
                let [now, then @ ..] = line.state else { return self.back(WELCOME) };
                if cancelled {
                    return self.back("501 5.7.0 login cancelled\r\n");
                }
                self.mode = match then {
                    [] => Mode::Command,
                    _ => Mode::Login(LineReceiver::new(then)),
                };
                say(now)
            }
            Mode::Mail(receiver, mail) => {
                let ended = receiver.ingest(bytes, mail);
                match (ended, mail.len() > MAX_MAIL_BYTES) {
                    (true, true) => self.too_large(),
                    (true, false) => {
                        let mail = std::mem::take(mail);
                        self.mode = Mode::Command;
                        Some(Action::Take(self.envelope(), mail))
                    }
                    (false, true) => {
                        self.mode = Mode::TooLarge(DummyDataReceiver::new_data(receiver));
                        None
                    }
                    (false, false) => None,
                }
            }
            Mode::TooLarge(receiver) => {
                if receiver.ingest(bytes) {
                    self.too_large()
                } else {
                    None
                }
            }
        }
    }

    fn command(&mut self, bytes: &mut Iter<'_, u8>) -> Option<Action> {
        if bytes.as_slice().is_empty() {
            return None;
        }
        let request = match self.requests.ingest(bytes) {
            Ok(request) => request.into_owned(),
            Err(Error::NeedsMoreData { .. }) => return None,
            Err(error) => return Some(self.mistake(&error)),
        };
        match request {
            Request::Ehlo { .. } => {
                self.greeted = true;
                self.envelope();
                Some(Action::Say(format!(
                    "250-campana\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE {MAX_MAIL_BYTES}\r\n\
                     250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN\r\n"
                )))
            }
            Request::Helo { .. } => {
                self.greeted = true;
                self.envelope();
                say("250 campana\r\n")
            }
            Request::Quit => Some(Action::Close("221 2.0.0 bye\r\n".to_owned())),
            Request::Noop { .. } => say("250 2.0.0 ok\r\n"),
            Request::Rset => {
                self.envelope();
                say("250 2.0.0 ok\r\n")
            }
            Request::Auth { .. } | Request::Mail { .. } if !self.greeted => {
                say("503 5.5.1 EHLO comes first\r\n")
            }
            Request::Auth { mechanism, initial_response } => {
                self.log_in(mechanism, !initial_response.is_empty())
            }
            Request::Mail { .. } if self.sender.is_some() => say("503 5.5.1 there is a sender\r\n"),
            Request::Mail { from } if from.size > MAX_MAIL_BYTES => {
                say("552 5.3.4 the mail is too large\r\n")
            }
            Request::Mail { from } => {
                self.sender = Some(from.address);
                say("250 2.1.0 ok\r\n")
            }
            Request::Rcpt { .. } if self.sender.is_none() => say("503 5.5.1 MAIL comes first\r\n"),
            Request::Rcpt { .. } if self.recipients.len() == MAX_RECIPIENTS => {
                say("452 4.5.3 too many recipients\r\n")
            }
            Request::Rcpt { to } => {
                self.recipients.push(to.address);
                say("250 2.1.5 ok\r\n")
            }
            Request::Data if self.recipients.is_empty() => say("503 5.5.1 RCPT comes first\r\n"),
            Request::Data => {
                let mut receiver = DataReceiver::new();
                // It looks for a dot after a line end only, and one may come first.
                receiver.ingest(&mut b"\r\n".iter(), &mut Vec::new());
                self.mode = Mode::Mail(receiver, Vec::new());
                say("354 end it with a dot alone in a line\r\n")
            }
            _ => say("502 5.5.1 not done here\r\n"),
        }
    }

    fn log_in(&mut self, mechanism: u64, has_response: bool) -> Option<Action> {
        let (ask, answers): (_, &'static [&'static str]) = match (mechanism, has_response) {
            (AUTH_PLAIN, true) => return say(WELCOME),
            (AUTH_PLAIN, false) => ("334 \r\n", &[WELCOME]),
            (AUTH_LOGIN, true) => (ASK_PASSWORD, &[WELCOME]),
            (AUTH_LOGIN, false) => (ASK_USERNAME, &[ASK_PASSWORD, WELCOME]),
            _ => return say("504 5.5.4 only PLAIN and LOGIN\r\n"),
        };
        self.mode = Mode::Login(LineReceiver::new(answers));
        say(ask)
    }

    fn mistake(&mut self, error: &Error) -> Action {
        self.mistakes += 1;
        let reply = match error {
            // Where it ends, and the next command begins, is not known.
            Error::ResponseTooLong => return Action::Close("500 5.5.2 the line is too long\r\n".to_owned()),
            _ if self.mistakes > MAX_MISTAKES => {
                return Action::Close("421 4.7.0 too many mistakes\r\n".to_owned());
            }
            Error::UnknownCommand => "500 5.5.1 unknown command",
            Error::InvalidSenderAddress => "501 5.1.7 not an address",
            Error::InvalidRecipientAddress => "501 5.1.3 not an address",
            Error::UnsupportedParameter { .. } => "555 5.5.4 unknown parameter",
            _ => "501 5.5.4 not understood",
        };
        Action::Say(format!("{reply}\r\n"))
    }

    fn too_large(&mut self) -> Option<Action> {
        self.envelope();
        self.back("552 5.3.4 the mail is too large\r\n")
    }

    fn back(&mut self, reply: &str) -> Option<Action> {
        self.mode = Mode::Command;
        say(reply)
    }

    /// The envelope so far; the next one begins empty.
    fn envelope(&mut self) -> Envelope {
        let to = std::mem::take(&mut self.recipients);
        Envelope { from: self.sender.take().unwrap_or_default(), to }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is what every arm gives back")]
fn say(reply: &str) -> Option<Action> {
    Some(Action::Say(reply.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of these bytes, given in pieces of so many.
    fn talk(bytes: &[u8], piece: usize) -> Vec<Action> {
        let mut session = Session::default();
        let mut actions = Vec::new();
        for piece in bytes.chunks(piece) {
            let mut bytes = piece.iter();
            while let Some(action) = session.read(&mut bytes) {
                actions.push(action);
            }
            assert!(bytes.as_slice().is_empty(), "all is read");
        }
        actions
    }

    /// The codes said, and 0 for a mail.
    fn codes(actions: &[Action]) -> Vec<u16> {
        let code = |action: &Action| match action {
            Action::Say(reply) | Action::Close(reply) => {
                assert!(reply.ends_with("\r\n"));
                reply[..3].parse().unwrap()
            }
            Action::Take(..) => 0,
        };
        actions.iter().map(code).collect()
    }

    #[test]
    fn commands_may_come_together_or_in_pieces() {
        let mails =
            b"EHLO a\r\nMAIL FROM:<a@b.cz> SIZE=7\r\nRCPT TO:<c@d.cz>\r\nRCPT TO:<e@f.cz>\r\nDATA\r\n\
            A: b\r\n\r\n..c\r\n.\r\n\
            MAIL FROM:<>\r\nRCPT TO:<c@d.cz>\r\nDATA\r\n.\r\nQUIT\r\n";
        let first = Envelope { from: "a@b.cz".into(), to: vec!["c@d.cz".into(), "e@f.cz".into()] };
        let second = Envelope { from: String::new(), to: vec!["c@d.cz".into()] };
        for piece in [1, 2, 3, 7, 64, 10_000] {
            let actions = talk(mails, piece);
            assert_eq!(codes(&actions), [250, 250, 250, 250, 354, 0, 250, 250, 354, 0, 221], "{piece}");
            assert_eq!(actions[5], Action::Take(first.clone(), b"A: b\r\n\r\n.c\r\n".to_vec()));
            assert_eq!(actions[9], Action::Take(second.clone(), Vec::new()));
        }
    }

    #[test]
    fn every_password_is_taken() {
        for (login, wanted) in [
            ("AUTH PLAIN AGEAYg==\r\n", vec![235]),
            ("AUTH PLAIN\r\nAGEAYg==\r\n", vec![334, 235]),
            ("AUTH LOGIN\r\nYQ==\r\nYg==\r\n", vec![334, 334, 235]),
            ("AUTH LOGIN YQ==\r\nYg==\r\n", vec![334, 235]),
            ("AUTH LOGIN\r\n*\r\n", vec![334, 501]),
            ("AUTH CRAM-MD5\r\n", vec![504]),
        ] {
            let talk = codes(&talk(format!("EHLO a\r\n{login}NOOP\r\n").as_bytes(), 5));
            assert_eq!(talk, [vec![250], wanted, vec![250]].concat(), "{login}");
        }
    }

    #[test]
    fn the_order_is_kept() {
        for (commands, last) in [
            ("MAIL FROM:<a@b.cz>\r\n", 503),
            ("AUTH PLAIN AGEAYg==\r\n", 503),
            ("HELO a\r\nRCPT TO:<a@b.cz>\r\n", 503),
            ("HELO a\r\nMAIL FROM:<a@b.cz>\r\nMAIL FROM:<a@b.cz>\r\n", 503),
            ("HELO a\r\nMAIL FROM:<a@b.cz>\r\nDATA\r\n", 503),
            ("HELO a\r\nMAIL FROM:<a@b.cz>\r\nRCPT TO:<a@b.cz>\r\nRSET\r\nDATA\r\n", 503),
            ("HELO a\r\nMAIL FROM:<a@b.cz> SIZE=99999999\r\n", 552),
            ("HELO a\r\nMAIL FROM:a b\r\n", 501),
            ("HELO a\r\nVRFY a\r\n", 502),
            ("GET / HTTP/1.1\r\n", 500),
        ] {
            assert_eq!(codes(&talk(commands.as_bytes(), 1_000)).last(), Some(&last), "{commands}");
        }
    }

    #[test]
    fn nothing_grows_without_end() {
        let begin = "EHLO a\r\nMAIL FROM:<a@b.cz>\r\nRCPT TO:<a@b.cz>\r\n";
        let many = begin.to_owned() + &"RCPT TO:<a@b.cz>\r\n".repeat(MAX_RECIPIENTS);
        assert_eq!(codes(&talk(many.as_bytes(), 999)).last(), Some(&452));

        let line = format!("NOOP {}", "x".repeat(100_000));
        let mut session = Session::default();
        let mut bytes = line.as_bytes().iter();
        assert!(matches!(session.read(&mut bytes), Some(Action::Close(_))));

        let nonsense = "x\r\n".repeat(MAX_MISTAKES + 1);
        assert_eq!(codes(&talk(nonsense.as_bytes(), 1_000)).last(), Some(&421));

        for bytes in [MAX_MAIL_BYTES + 1, MAX_MAIL_BYTES + (1 << 18)] {
            let mail = [begin.as_bytes(), b"DATA\r\n", &vec![b'x'; bytes], b"\r\n.\r\nNOOP\r\n"];
            assert_eq!(codes(&talk(&mail.concat(), 1 << 16)), [250, 250, 250, 354, 552, 250], "{bytes}");
        }
    }
}
