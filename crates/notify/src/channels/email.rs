//! E-mail, by SMTP (<https://www.rfc-editor.org/rfc/rfc5321>); Gmail unless another host is given
//! (<https://support.google.com/a/answer/176600>).
//!
//! *Auth*: user name and password, by PLAIN or LOGIN; for Gmail an app password. 535 and its kin are for good
//! and for the whole destination. A password is not sent without TLS, but to this machine.
//!
//! *Success*: a reply of 2yz to the mail. *Again*: 4yz, as the RFC says in 4.2.1. *Never*: 5yz. A connection
//! lost before the mail was sent means that it was not; lost after that, it is not known. Every attempt of a
//! delivery carries the same `Message-ID` and the same bytes, so that a mail client shows a second copy as
//! what it is.
//!
//! *Limits*: 998 characters in a line, which the encoding keeps; Gmail takes 25 MB. The server's own limit is
//! looked at before a mail is sent.
//!
//! A payload holds what is said (subject, text, HTML, attachments), not to whom: addresses and password are
//! those of the channel at the time of sending.

mod message;
mod mime;
mod report;
mod smtp;
#[cfg(test)]
mod tests;

use campana_model::notification::Message;
use campana_model::{Notification, Secret};
use lettre::Address;
use lettre::message::Mailbox;
use serde::Deserialize;

pub use self::message::{Attachment, EmailMessage, NotAMediaType};
use self::mime::Addresses;
pub use self::report::escape;
use self::smtp::{Accepted, Login, Mail, Reply, Step, Stop};
use crate::http::Host;
use crate::text::{clip, one_line, printable};
use crate::words::Limits;
use crate::{BoxFuture, Channel, ConfigError, Http, Payload, Receipt, SendContext, SendError, SendErrorKind};

/// The configuration of [`Email`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    /// The SMTP server's name; `smtp.gmail.com` unless given.
    #[serde(default = "gmail")]
    pub host: String,
    /// The server's port; unless given, the usual one: 465, with STARTTLS 587, with neither 25.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is kept private.
    #[serde(default)]
    pub security: Security,
    /// Who logs in; without, nobody does.
    #[serde(default)]
    pub username: Option<String>,
    /// The password, for Gmail an app password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Whom the mails are from: `Name <user@host>` or `user@host`; the user name unless given.
    #[serde(default)]
    pub from: Option<String>,
    /// Whom they go to.
    #[serde(default)]
    pub to: Vec<String>,
    /// Who gets a copy.
    #[serde(default)]
    pub cc: Vec<String>,
    /// Who gets a copy that the others do not see.
    #[serde(default)]
    pub bcc: Vec<String>,
    /// Where answers go, if not to whom the mails are from.
    #[serde(default)]
    pub reply_to: Option<String>,
}

fn gmail() -> String {
    "smtp.gmail.com".to_owned()
}

/// How a connection is kept private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    #[default]
    #[serde(alias = "SSL")]
    Ssl,
    /// TLS after a greeting in the clear; a server that does not offer it gets nothing.
    #[serde(alias = "STARTTLS")]
    Starttls,
    /// No TLS: for a relay on this machine or in one's own network.
    #[serde(alias = "INSECURE")]
    Insecure,
}

impl Security {
    fn usual_port(self) -> u16 {
        match self {
            Self::Ssl => 465,
            Self::Starttls => 587,
            Self::Insecure => 25,
        }
    }
}

impl EmailConfig {
    /// Gmail, with an app password, from the user to the user.
    pub fn gmail(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        let username = username.into();
        Self {
            to: vec![username.clone()],
            username: Some(username),
            password: Some(password.into()),
            ..Self::new(gmail())
        }
    }

    /// Another server, without a login and without addresses yet.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: None,
            security: Security::default(),
            username: None,
            password: None,
            from: None,
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: None,
        }
    }

    /// Checks the configuration and makes the channel. Of `http` it has the time limits, the networks that
    /// may be reached and whom to trust; a proxy for HTTP is not used.
    ///
    /// # Errors
    /// If a field cannot be used; the error names it.
    pub fn build(self, http: &Http) -> Result<Email, ConfigError> {
        let Self { host, port, security, username, password, from, to, cc, bcc, reply_to } = self;
        let host = http.host("host", &host, port.unwrap_or_else(|| security.usual_port()))?;
        if security == Security::Insecure && password.is_some() && !host.is_local() {
            let wanted = "ssl or starttls, and a password is not sent without TLS but to this machine";
            return Err(ConfigError::Malformed { field: "security", wanted });
        }
        let one = "an e-mail address, such as user@example.com or Name <user@example.com>";
        let from = match (from, &username) {
            (Some(from), _) => mailbox(&from).ok_or(ConfigError::Malformed { field: "from", wanted: one })?,
            (None, username) => username.as_deref().and_then(mailbox).ok_or(ConfigError::Malformed {
                field: "from",
                wanted: "there, and the user name is no e-mail address; write one such as user@example.com",
            })?,
        };
        let reply_to = reply_to
            .map(|text| mailbox(&text).ok_or(ConfigError::Malformed { field: "reply_to", wanted: one }));
        let addresses = Addresses {
            from,
            to: mailboxes("to", &to)?,
            cc: mailboxes("cc", &cc)?,
            bcc: mailboxes("bcc", &bcc)?,
            reply_to: reply_to.transpose()?,
        };
        if to.is_empty() && cc.is_empty() && bcc.is_empty() {
            return Err(ConfigError::Malformed {
                field: "to",
                wanted: "a list of at least one e-mail address",
            });
        }
        let login = match (username, password) {
            (None, None) => None,
            (Some(username), Some(password)) => Some(Login { username, password }),
            (Some(_), None) => {
                return Err(ConfigError::Malformed { field: "password", wanted: "there, but username is" });
            }
            (None, Some(_)) => {
                return Err(ConfigError::Malformed { field: "username", wanted: "there, but password is" });
            }
        };
        Ok(Email { host, security, login, addresses })
    }
}

/// Reads `Name <user@host>` or `user@host`. Only ASCII addresses: others need a server that takes them.
fn mailbox(text: &str) -> Option<Mailbox> {
    if text.contains(char::is_control) {
        return None;
    }
    let (name, address) = match text.trim().strip_suffix('>') {
        Some(named) => named.rsplit_once('<')?,
        None => ("", text.trim()),
    };
    let name = name.trim().trim_matches('"').trim();
    let address: Address = address.is_ascii().then(|| address.parse().ok())??;
    Some(Mailbox::new(Some(name.to_owned()).filter(|name| !name.is_empty()), address))
}

fn mailboxes(field: &'static str, texts: &[String]) -> Result<Vec<Mailbox>, ConfigError> {
    let read = |(index, text): (usize, &String)| mailbox(text).ok_or(ConfigError::Mailbox { field, index });
    texts.iter().enumerate().map(read).collect()
}

/// The subject.
const MAX_SUBJECT_CHARS: usize = 250;
/// The name of an attachment.
const MAX_FILE_NAME_CHARS: usize = 150;
/// What a server answered, in a receipt or an error.
const MAX_REPLY_CHARS: usize = 200;
/// The parts of a report.
const LIMITS: Limits = Limits { name_chars: 150, text_chars: 20_000, reason_chars: 2_000, link_chars: 2_000 };

/// The media type of a payload of this channel: an [`EmailMessage`] as JSON.
const CONTENT_TYPE: &str = "application/vnd.campana.email+json";

/// A channel to one or more mailboxes.
#[derive(Clone, Debug)]
pub struct Email {
    host: Host,
    security: Security,
    login: Option<Login>,
    addresses: Addresses,
}

impl Email {
    /// What to send for a message with all that an e-mail may have.
    pub fn render_email(&self, message: &EmailMessage) -> Payload {
        Payload::from(message)
    }

    async fn deliver(&self, payload: &Payload, context: &SendContext) -> Result<Receipt, SendError> {
        let message = read(payload)?;
        let bytes = mime::compose(&self.addresses, &message, context)
            .map_err(|error| internal(&format!("could not compose the mail: {error}")))?;
        let Addresses { from, to, cc, bcc, reply_to: _ } = &self.addresses;
        let to = [to, cc, bcc].into_iter().flatten().map(|mailbox| mailbox.email.as_ref()).collect();
        let mail = Mail { from: from.email.as_ref(), to, bytes: &bytes };
        let outcome = smtp::deliver(&self.host, self.security, self.login.as_ref(), &mail).await;
        classify(outcome, |text| self.redact(text))
    }

    /// A server's words, fit to be shown anywhere.
    fn redact(&self, text: &str) -> String {
        let hidden = self.login.iter().flat_map(Login::hidden);
        let text = hidden.fold(text.to_owned(), |text, secret| secret.redact(&text));
        clip(&one_line(&printable(&text)), MAX_REPLY_CHARS).into_owned()
    }
}

fn read(payload: &Payload) -> Result<EmailMessage, SendError> {
    if payload.content_type() != CONTENT_TYPE {
        return Err(internal("the payload is not one of this channel"));
    }
    serde_json::from_str(payload.body()).map_err(|_| internal("the payload cannot be read"))
}

fn internal(message: &str) -> SendError {
    SendError::permanent(SendErrorKind::Internal, message)
}

fn classify(outcome: Result<Accepted, Stop>, redact: impl Fn(&str) -> String) -> Result<Receipt, SendError> {
    let stop = match outcome {
        Ok(Accepted { reply: Reply { code, text }, refused }) => {
            let mut answer = redact(&text);
            if let Some(first) = refused.first() {
                let said = redact(&first.text);
                answer = format!("{answer}; not for all recipients: {} {said}", first.code);
            }
            return Ok(Receipt { status: code, answer });
        }
        Err(stop) => stop,
    };
    Err(match stop {
        Stop::Unreachable(why) => SendError::retry(SendErrorKind::Unreachable, redact(&why)).of_destination(),
        Stop::NoLogin => {
            let message = "the server offers no way to log in that is known here";
            SendError::permanent(SendErrorKind::Auth, message).of_destination()
        }
        Stop::TooLarge { max } => {
            let message = format!("the mail is larger than the {max} bytes that the server takes");
            SendError::permanent(SendErrorKind::Rejected, message)
        }
        Stop::Lost { step: Step::Mail, why } => {
            let message = format!("sent, but not answered: {}", redact(&why));
            SendError::retry(SendErrorKind::Ambiguous, message)
        }
        Stop::Lost { step, why } => {
            let message = format!("connection lost at {step}: {}", redact(&why));
            SendError::retry(SendErrorKind::Unreachable, message).of_destination()
        }
        Stop::Refused { step, reply: Reply { code, text } } => {
            let message = format!("answered {code} to {step}: {}", redact(&text));
            let error = match code {
                530 | 534 | 535 | 538 => SendError::permanent(SendErrorKind::Auth, message).of_destination(),
                500.. if step == Step::Login => {
                    SendError::permanent(SendErrorKind::Auth, message).of_destination()
                }
                500.. => SendError::permanent(SendErrorKind::Rejected, message),
                421 => SendError::retry(SendErrorKind::ServerFault, message).of_destination(),
                400.. => SendError::retry(SendErrorKind::ServerFault, message),
                // Said out of turn, so nobody knows what it is about.
                _ if step == Step::Mail => SendError::retry(SendErrorKind::Ambiguous, message),
                _ => SendError::retry(SendErrorKind::ServerFault, message),
            }
            .with_status(code);
            // Before the mail is talked of, every mail fares the same.
            if step <= Step::Login { error.of_destination() } else { error }
        }
    })
}

impl Channel for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    fn render(&self, notification: &Notification) -> Payload {
        self.render_email(&report::report(notification, LIMITS))
    }

    fn render_message(&self, message: &Message) -> Payload {
        self.render_email(&EmailMessage::from(message))
    }

    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.deliver(payload, context))
    }
}
