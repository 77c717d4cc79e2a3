//! Which server a mail is sent by, and who logs in there.

use campana_model::Secret;
use campana_notify::channels::email::{EmailConfig, Security};

use super::Email;
use crate::config::{Config, Smtp};
use crate::notify::error::NotifyError;
use crate::secret::{SecretError, SecretLookup as _, optional};

/// The server of Gmail.
pub(super) const GMAIL: &str = "smtp.gmail.com";

impl Email {
    /// The configuration of the channel.
    pub(super) async fn config(&self) -> Result<EmailConfig, NotifyError> {
        let smtp = match self.host {
            Some(_) => Smtp::default(),
            None => Config::load()?.smtp,
        };
        let security = self.security.or(smtp.security).unwrap_or_default();
        let Account { username, password, address } = self.account(&smtp, security).await?;
        Ok(EmailConfig {
            port: self.port.or(smtp.port),
            security,
            username,
            password,
            from: self.from.clone().or(smtp.from).or_else(|| address.clone()),
            to: self.to.clone().unwrap_or_else(|| address.into_iter().collect()),
            cc: self.cc.clone().unwrap_or_default(),
            bcc: self.bcc.clone().unwrap_or_default(),
            reply_to: self.reply_to.clone(),
            ..EmailConfig::new(self.host.clone().or(smtp.host).unwrap_or_else(|| GMAIL.to_owned()))
        })
    }

    /// Who logs in: at the server that `[smtp]` names who is said there, elsewhere the user of the secrets, whose
    /// password goes nowhere without TLS.
    async fn account(&self, smtp: &Smtp, security: Security) -> Result<Account, SecretError> {
        let (username, password) = (smtp.username.clone(), smtp.password.clone());
        let (username, password) = match security {
            _ if smtp.host.is_some() => (username, password),
            Security::Insecure => (None, None),
            Security::Ssl | Security::Starttls => {
                let username = match username {
                    Some(username) => username,
                    None => Secret::fetch(&self.username_secret).await?.expose().to_owned(),
                };
                let password = match password {
                    Some(password) => password,
                    None => Secret::fetch(&self.password_secret).await?,
                };
                (Some(username), Some(password))
            }
        };
        let user = match &username {
            Some(username) => Some(username.clone()),
            None => optional(&self.username_secret).await?.map(|user| user.expose().to_owned()),
        };
        Ok(Account { username, password, address: user.filter(|user| user.contains('@')) })
    }
}

/// The user of a server.
struct Account {
    username: Option<String>,
    password: Option<Secret>,
    /// Whom mails are from and to, unless said otherwise.
    address: Option<String>,
}

#[cfg(test)]
mod tests {
    use campana_engine::{Body, Call, Flow, RunSettings as _, TaskSpec};
    use campana_model::ValueType;

    use super::*;
    use crate::notify::{ChannelSettings as _, EmailSettings as _, Notifier, email_notifier, gmail_notifier};

    /// What the mail would be sent by, in a run with the secrets of a user.
    /// The configuration of the channel.
    pub(super) async fn config(email: Email) -> EmailConfig {
        let body = Body::future(move |_| {
            let email = email.clone();
            async move { Ok(email.config().await?) }
        });
        let output = ValueType::of::<EmailConfig>();
        let spec = TaskSpec::new("config", "tests.config", Vec::new(), output, body);
        let mut flow = Flow::new("mail");
        let config = flow.add(Call::<EmailConfig>::new(std::sync::Arc::new(spec)));
        let run = flow.run().secret("EMAIL_USERNAME", "bell@example.com").secret("EMAIL_PASSWORD", "hunter2");
        run.await.result(config).unwrap().clone()
    }

    async fn of(mut notifier: Notifier<Email>) -> EmailConfig {
        config(notifier.sender_mut().service.clone()).await
    }

    #[tokio::test]
    async fn gmail_is_logged_in_at_by_tls_and_tells_its_user() {
        let EmailConfig { host, port, security, username, password, from, to, .. } =
            of(gmail_notifier()).await;
        assert_eq!((host.as_str(), port, security), ("smtp.gmail.com", None, Security::Ssl));
        let user = Some("bell@example.com".to_owned());
        assert_eq!((username, from, to), (user.clone(), user.clone(), Vec::from_iter(user)));
        assert_eq!(password.unwrap().expose(), "hunter2");
    }

    #[tokio::test]
    async fn without_tls_nobody_logs_in() {
        let config = of(email_notifier().host("relay.example.com").security(Security::Insecure)).await;
        assert!(config.username.is_none() && config.password.is_none(), "{config:?}");
        assert_eq!(config.from.as_deref(), Some("bell@example.com"));
        let config = of(email_notifier().host("smtp.example.com").security(Security::Starttls)).await;
        assert!(config.username.is_some() && config.password.is_some(), "{config:?}");
    }

    #[tokio::test]
    async fn who_logs_in_at_a_configured_server_is_said_there() {
        let smtp = Smtp { host: Some("smtp.example.com".to_owned()), ..Smtp::default() };
        let named = Smtp { username: Some("relay".to_owned()), ..smtp.clone() };
        for (smtp, user) in [(smtp, None), (named, Some("relay".to_owned()))] {
            let account = Email::default().account(&smtp, Security::Ssl).await.unwrap();
            assert_eq!(account.username, user);
            assert!(account.password.is_none());
        }
    }
}
