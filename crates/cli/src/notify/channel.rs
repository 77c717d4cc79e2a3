//! The channels: what each takes from the arguments, the secrets and the configuration. Adding one is a variant
//! and an arm in each of the two matches.

use campana::Config;
use campana_notify::ChannelConfig;
use campana_notify::channels::email::{EmailConfig, Security};
use campana_notify::channels::pagerduty::{Action, PagerDutyConfig};
use campana_notify::channels::pushbullet::PushbulletConfig;
use campana_notify::channels::slack::{SlackConfig, Style};
use campana_notify::channels::teams::TeamsConfig;
use campana_notify::channels::twilio::TwilioConfig;
use campana_notify::channels::webhook::WebhookConfig;
use clap::{Args, Subcommand};

use super::Common;
use super::credentials::Credentials;

#[derive(Debug, Subcommand)]
pub(super) enum Channel {
    /// Slack, by an incoming webhook; its URL is the secret SLACK_WEBHOOK_URL
    Slack {
        #[command(flatten)]
        common: Common,
        /// Send a change of state in blocks, as the hooks of a server do
        #[arg(long, requires = "state")]
        blocks: bool,
    },
    /// E-mail, by the server of [smtp], or else Gmail
    ///
    /// Who logs in at that server is said by [smtp]; at Gmail, by the secrets EMAIL_USERNAME and EMAIL_PASSWORD.
    Email {
        #[command(flatten)]
        common: Common,
        /// Whom to write to; without it, the user who logs in
        #[arg(long, value_name = "ADDRESS")]
        to: Vec<String>,
    },
    /// SMS, by Twilio
    ///
    /// The account is that of the secrets TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, and the sender the messaging
    /// service of the secret TWILIO_MESSAGING_SERVICE_SID, unless --from says another.
    Twilio {
        #[command(flatten)]
        common: Common,
        /// The number to send to, such as +15005550006
        #[arg(long, value_name = "NUMBER")]
        to: String,
        /// The number or the name to send from
        #[arg(long, value_name = "NUMBER")]
        from: Option<String>,
    },
    /// PagerDuty; the integration key is the secret PAGERDUTY_ROUTING_KEY
    #[command(name = "pagerduty")]
    PagerDuty(Plain),
    /// Microsoft Teams; the URL of a workflow is the secret TEAMS_WEBHOOK_URL
    Teams(Plain),
    /// Pushbullet; the access token is the secret PUSHBULLET_TOKEN
    Pushbullet(Plain),
    /// Any web server; its URL is the secret WEBHOOK_URL
    ///
    /// The request is signed if there is a secret WEBHOOK_SIGNING_SECRET.
    Webhook(Plain),
}

/// A channel that needs nothing else.
#[derive(Debug, Args)]
pub(super) struct Plain {
    #[command(flatten)]
    common: Common,
}

impl Channel {
    pub(super) fn common(&self) -> &Common {
        match self {
            Self::Slack { common, .. } | Self::Email { common, .. } | Self::Twilio { common, .. } => common,
            Self::PagerDuty(plain) | Self::Teams(plain) | Self::Pushbullet(plain) | Self::Webhook(plain) => {
                &plain.common
            }
        }
    }

    /// The channel's configuration, with its credentials.
    pub(super) fn config(
        &self,
        config: &Config,
        credentials: &mut Credentials<'_>,
    ) -> anyhow::Result<ChannelConfig> {
        let apis = &config.channels;
        Ok(match self {
            Self::Slack { blocks, .. } => {
                let style = if *blocks { Style::Blocks } else { Style::Attachment };
                let url = credentials.main("SLACK_WEBHOOK_URL")?;
                ChannelConfig::Slack(SlackConfig { style, ..SlackConfig::new(url) })
            }
            Self::Email { to, .. } => ChannelConfig::Email(email(config, credentials, to)?),
            Self::Twilio { to, from, .. } => {
                let account = credentials.secret("TWILIO_ACCOUNT_SID")?;
                let token = credentials.main("TWILIO_AUTH_TOKEN")?;
                let mut twilio = TwilioConfig::new(account.expose(), token, "", to);
                twilio.from.clone_from(from);
                twilio.messaging_service_sid = match from {
                    Some(_) => None,
                    None => Some(credentials.secret("TWILIO_MESSAGING_SERVICE_SID")?.expose().to_owned()),
                };
                set(&mut twilio.api_url, &apis.twilio.api_url);
                ChannelConfig::Twilio(twilio)
            }
            Self::PagerDuty(_) => {
                let mut pagerduty = PagerDutyConfig::new(credentials.main("PAGERDUTY_ROUTING_KEY")?);
                // As by the notifier: a success ends what a failure began.
                pagerduty.action = Action::ByState;
                set(&mut pagerduty.api_url, &apis.pagerduty.api_url);
                ChannelConfig::PagerDuty(pagerduty)
            }
            Self::Teams(_) => ChannelConfig::Teams(TeamsConfig::new(credentials.main("TEAMS_WEBHOOK_URL")?)),
            Self::Pushbullet(_) => {
                let mut pushbullet = PushbulletConfig::new(credentials.main("PUSHBULLET_TOKEN")?);
                set(&mut pushbullet.api_url, &apis.pushbullet.api_url);
                ChannelConfig::Pushbullet(pushbullet)
            }
            Self::Webhook(_) => {
                let mut webhook = WebhookConfig::new(credentials.main("WEBHOOK_URL")?);
                webhook.signing_secrets.extend(credentials.optional("WEBHOOK_SIGNING_SECRET"));
                ChannelConfig::Webhook(webhook)
            }
        })
    }
}

/// As the notifiers take it: who logs in at the server that [smtp] names is said there, elsewhere it is the user
/// of the secrets, whose password goes nowhere without TLS.
fn email(config: &Config, credentials: &mut Credentials<'_>, to: &[String]) -> anyhow::Result<EmailConfig> {
    let smtp = &config.smtp;
    let security = smtp.security.unwrap_or_default();
    // A password that the arguments speak of counts more than the one in [smtp].
    let mut password = match &smtp.password {
        Some(password) if !credentials.is_given() => Some(credentials.configured("smtp.password", password)),
        _ => None,
    };
    let mut username = smtp.username.clone();
    match security {
        _ if smtp.host.is_some() => {
            if credentials.is_given() {
                password = Some(credentials.main("EMAIL_PASSWORD")?);
            }
        }
        Security::Insecure => (username, password) = (None, None),
        Security::Ssl | Security::Starttls => {
            if username.is_none() {
                username = Some(credentials.secret("EMAIL_USERNAME")?.expose().to_owned());
            }
            if password.is_none() {
                password = Some(credentials.main("EMAIL_PASSWORD")?);
            }
        }
    }
    let user = match &username {
        Some(username) => Some(username.clone()),
        None => credentials.optional("EMAIL_USERNAME").map(|user| user.expose().to_owned()),
    };
    let address = user.filter(|user| user.contains('@'));
    let from = smtp.from.clone().or_else(|| address.clone());
    let to = if to.is_empty() { address.into_iter().collect() } else { to.to_vec() };
    let host = smtp.host.clone().unwrap_or_else(|| "smtp.gmail.com".to_owned());
    Ok(EmailConfig { port: smtp.port, security, username, password, from, to, ..EmailConfig::new(host) })
}

fn set<T: Clone>(field: &mut T, configured: &Option<T>) {
    if let Some(value) = configured {
        field.clone_from(value);
    }
}
