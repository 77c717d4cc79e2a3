//! E-mail, by SMTP: Gmail unless another server is configured.

mod account;
mod files;

use std::borrow::Cow;
use std::path::PathBuf;

use campana_engine::BoxError;
use campana_model::notification::Message;
use campana_notify::Payload;
use campana_notify::channels::email::{self, EmailMessage};

use self::account::GMAIL;
use super::client::Client;
use super::error::NotifyError;
use super::field::Field;
use super::notifier::Notifier;
use super::sender::{ChannelSettings, Service};
use super::task::NotificationTask;

pub use self::files::Unreadable;
pub use campana_notify::channels::email::{Attachment, NotAMediaType, Security, escape as escape_html};

/// E-mail. What counts is, in this order,
///
/// * the settings of the notifier or the task;
/// * the section `[smtp]` of the configuration, as long as the settings name no [`host`](EmailSettings::host) of
///   their own: the password of one server is not for another;
/// * Gmail.
///
/// Who logs in at the server that `[smtp]` names is said there as well. Elsewhere it is the user of the secrets
/// `EMAIL_USERNAME` and `EMAIL_PASSWORD`, unless [`account_secrets`](EmailSettings::account_secrets) names others;
/// without TLS nobody logs in. Mails are from that user and to that user, unless said otherwise. A proxy is for HTTP
/// alone.
#[derive(Clone, Debug)]
pub struct Email {
    username_secret: Cow<'static, str>,
    password_secret: Cow<'static, str>,
    host: Option<String>,
    port: Option<u16>,
    security: Option<Security>,
    from: Option<String>,
    to: Option<Vec<String>>,
    cc: Option<Vec<String>>,
    bcc: Option<Vec<String>>,
    reply_to: Option<String>,
    subject: Option<String>,
    html: Option<String>,
    attachments: Option<Vec<Attachment>>,
    files: Option<Vec<PathBuf>>,
}

impl Default for Email {
    fn default() -> Self {
        Self {
            username_secret: "EMAIL_USERNAME".into(),
            password_secret: "EMAIL_PASSWORD".into(),
            host: None,
            port: None,
            security: None,
            from: None,
            to: None,
            cc: None,
            bcc: None,
            reply_to: None,
            subject: None,
            html: None,
            attachments: None,
            files: None,
        }
    }
}

impl Service for Email {
    type Channel = email::Email;

    const NAME: &'static str = "E-mail";
    const TASK: &'static str = "EmailTask";
    const NEEDS_MESSAGE: bool = false;

    async fn channels(&self, client: &Client) -> Result<Vec<email::Email>, NotifyError> {
        let email = self.config().await?.build(&client.http()?);
        Ok(vec![email.map_err(|source| NotifyError::unusable(Self::NAME, source, &[]))?])
    }

    fn fields() -> Vec<Field<Self>> {
        vec![
            Field::new::<String>("subject", |email| &mut email.subject),
            Field::new::<String>("html", |email| &mut email.html),
            Field::new::<Vec<Attachment>>("attachments", |email| &mut email.attachments),
            Field::new::<Vec<PathBuf>>("files", |email| &mut email.files),
            Field::new::<Vec<String>>("to", |email| &mut email.to),
            Field::new::<Vec<String>>("cc", |email| &mut email.cc),
            Field::new::<Vec<String>>("bcc", |email| &mut email.bcc),
            Field::new::<String>("reply_to", |email| &mut email.reply_to),
            Field::new::<String>("from", |email| &mut email.from),
            Field::new::<String>("host", |email| &mut email.host),
            Field::new::<u16>("port", |email| &mut email.port),
            Field::new::<Security>("security", |email| &mut email.security),
        ]
    }

    async fn render(
        &self,
        channel: &email::Email,
        message: Option<&str>,
    ) -> Result<Option<Payload>, BoxError> {
        let attachments = self.attached().await?;
        if message.is_none() && self.html.is_none() && self.subject.is_none() && attachments.is_empty() {
            return Ok(None);
        }
        let plain = message.map(|text| EmailMessage::from(&Message::from(text))).unwrap_or_default();
        let subject = self.subject.clone().unwrap_or(plain.subject);
        let mail = EmailMessage { subject, text: plain.text, html: self.html.clone(), attachments };
        Ok(Some(channel.render_email(&mail)))
    }
}

/// The settings of e-mail: the same words on [`email_notifier`], [`gmail_notifier`] and [`EmailTask`].
///
/// An address is `user@example.com` or `Name <user@example.com>`.
pub trait EmailSettings: ChannelSettings<Service = Email> {
    /// Sends to these addresses, and not to the user who logs in.
    #[doc(alias = "email_to")]
    #[must_use]
    fn to<A: Into<String>>(mut self, addresses: impl IntoIterator<Item = A>) -> Self {
        self.sender_mut().service.to = Some(list(addresses));
        self
    }

    /// Sends copies to these addresses.
    #[doc(alias = "email_to_cc")]
    #[must_use]
    fn cc<A: Into<String>>(mut self, addresses: impl IntoIterator<Item = A>) -> Self {
        self.sender_mut().service.cc = Some(list(addresses));
        self
    }

    /// Sends copies to these addresses that the others do not see.
    #[doc(alias = "email_to_bcc")]
    #[must_use]
    fn bcc<A: Into<String>>(mut self, addresses: impl IntoIterator<Item = A>) -> Self {
        self.sender_mut().service.bcc = Some(list(addresses));
        self
    }

    /// Has answers go to this address.
    #[must_use]
    fn reply_to(mut self, address: impl Into<String>) -> Self {
        self.sender_mut().service.reply_to = Some(address.into());
        self
    }

    /// Sends from this address, and not from that of the user who logs in.
    #[doc(alias = "email_from")]
    #[must_use]
    fn from(mut self, address: impl Into<String>) -> Self {
        self.sender_mut().service.from = Some(address.into());
        self
    }

    /// Sends by this server, and not by the one in `[smtp]` of the configuration, or Gmail's.
    #[doc(alias = "smtp_server")]
    #[must_use]
    fn host(mut self, name: impl Into<String>) -> Self {
        self.sender_mut().service.host = Some(name.into());
        self
    }

    /// Reaches the server at this port; unless set, 465, with STARTTLS 587, and 25 without TLS.
    #[doc(alias = "smtp_port")]
    #[must_use]
    fn port(mut self, port: u16) -> Self {
        self.sender_mut().service.port = Some(port);
        self
    }

    /// Says how the connection is kept private; [`Security::Ssl`] unless set.
    #[doc(alias = "smtp_type")]
    #[must_use]
    fn security(mut self, security: Security) -> Self {
        self.sender_mut().service.security = Some(security);
        self
    }

    /// Takes the user name and the password from the secrets of these names.
    #[must_use]
    fn account_secrets(
        mut self,
        username: impl Into<Cow<'static, str>>,
        password: impl Into<Cow<'static, str>>,
    ) -> Self {
        let service = &mut self.sender_mut().service;
        (service.username_secret, service.password_secret) = (username.into(), password.into());
        self
    }
}

impl<T: ChannelSettings<Service = Email>> EmailSettings for T {}

fn list<T, I: Into<T>>(items: impl IntoIterator<Item = I>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// A state handler that sends each change of state as an e-mail.
///
/// ```no_run
/// # use campana::prelude::*;
/// let mail = email_notifier().to(["orders@example.com"]).only_states([StateKind::Failed]);
/// let mut flow = Flow::new("orders").state_handler(mail);
/// # flow.run_blocking().unwrap();
/// ```
///
/// See [`Email`] for the server that it is sent by.
pub fn email_notifier() -> Notifier<Email> {
    Notifier::of(Email::default())
}

/// A state handler that sends each change of state by Gmail, from a user to the same user: the one of the secrets
/// `EMAIL_USERNAME` and `EMAIL_PASSWORD`, which is an app password.
///
/// ```no_run
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders").state_handler(gmail_notifier().only_states([StateKind::Failed]));
/// # flow.run_blocking().unwrap();
/// ```
pub fn gmail_notifier() -> Notifier<Email> {
    email_notifier().host(GMAIL)
}

/// A task that sends an e-mail.
///
/// ```
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders");
/// let mail = EmailTask::new().to(["orders@example.com"]).subject("Orders").html("<b>Three</b> are new.");
/// flow.add(mail.message("Three are new.").files(["orders.csv"]));
/// ```
///
/// Its inputs have the names of its settings:
///
/// | Input | Type |
/// |---|---|
/// | `subject`, `message` (the plain text), `html` | `String` |
/// | `attachments` | `Vec<Attachment>` |
/// | `files` | `Vec<PathBuf>` |
/// | `to`, `cc`, `bcc` | `Vec<String>` |
/// | `reply_to`, `from`, `host` | `String` |
/// | `port` | `u16` |
/// | `security` | [`Security`] |
///
/// See [`Email`] for the server that it is sent by.
#[doc(alias = "msg_plain")]
pub type EmailTask = NotificationTask<Email>;

impl EmailTask {
    /// Sets the subject, unless the upstream of the input `subject` returns another. Without either it is the
    /// first line of the message.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.service_mut().subject = Some(subject.into());
        self
    }

    /// Sets the body as HTML, beside the message as plain text or alone, unless the upstream of the input `html`
    /// returns another. It is sent as it is: [`escape_html`] what somebody
    /// else wrote.
    #[doc(alias = "msg")]
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.service_mut().html = Some(html.into());
        self
    }

    /// Attaches these, unless the upstream of the input `attachments` returns others.
    pub fn attachments(mut self, attachments: impl IntoIterator<Item = Attachment>) -> Self {
        self.service_mut().attachments = Some(attachments.into_iter().collect());
        self
    }

    /// Attaches these files too, unless the upstream of the input `files` returns others. They are read when the
    /// task runs.
    pub fn files<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.service_mut().files = Some(list(paths));
        self
    }
}
