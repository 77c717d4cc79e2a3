//! Every service, stood in for on loopback, with secrets that must not be seen anywhere.

use campana::notify::{
    ChannelSettings, Email, EmailSettings as _, PagerDuty, PagerDutySettings as _, Pushbullet,
    PushbulletSettings as _, Service, Slack, Teams, Twilio, TwilioSettings as _, Webhook,
};
use campana::prelude::{Flow, Security};
use campana::{RunSettings as _, Start};
use campana_receiver::{Kind, Options, Received, Receiver};
use serde_json::Value as Json;

/// A part of every secret.
pub(crate) const HIDDEN: &str = "hunter2";

/// Whom an SMS goes to.
pub(crate) const NUMBER: &str = "+15005550006";

/// Whom a mail is from and to.
pub(crate) const USER: &str = "bell@example.com";

pub(crate) const SIGNING_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

pub(crate) struct Services(pub(crate) Receiver);

impl Services {
    pub(crate) async fn start() -> Self {
        Self(Receiver::start(Options::default()).await.unwrap())
    }

    /// A run of `flow` that knows every secret.
    pub(crate) fn run(&self, flow: &Flow) -> Start {
        let at = |kind| format!("{}/{HIDDEN}{HIDDEN}", self.0.url(kind));
        flow.run()
            .secret("SLACK_WEBHOOK_URL", at(Kind::Slack))
            .secret("TEAMS_WEBHOOK_URL", at(Kind::Teams))
            .secret("WEBHOOK_URL", at(Kind::Webhook))
            .secret("PUSHBULLET_TOKEN", "o.hunter2hunter2")
            .secret("PAGERDUTY_ROUTING_KEY", "hunter2hunter2hunter2hunter2hunt")
            .secret("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000")
            .secret("TWILIO_AUTH_TOKEN", "hunter2hunter2")
            .secret("TWILIO_MESSAGING_SERVICE_SID", "MG00000000000000000000000000000000")
            .secret("EMAIL_USERNAME", USER)
            .secret("EMAIL_PASSWORD", "hunter2hunter2")
    }

    /// The notifier or task, told to find its service here.
    pub(crate) fn here<T: ChannelSettings<Service: Local>>(&self, settings: T) -> T {
        T::Service::at(self, settings)
    }

    /// The same, so that a secret is needed.
    pub(crate) fn with_login<T: ChannelSettings<Service: Local>>(&self, settings: T) -> T {
        T::Service::with_login(self.here(settings))
    }

    /// What each reader sees, in order.
    pub(crate) fn shown(&self) -> Vec<String> {
        let shown = |received: &Received| serde_json::to_string(received.message()?).ok();
        self.0.received().iter().filter_map(|received| shown(received)).collect()
    }

    /// The bodies of all requests, refused ones too.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let text = |received: &Received| String::from_utf8_lossy(&received.request.body).into_owned();
        self.0.received().iter().map(|received| text(received)).collect()
    }

    /// The bodies as JSON.
    pub(crate) fn posts(&self) -> Vec<Json> {
        self.bodies().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// How many requests there were.
    pub(crate) fn count(&self) -> usize {
        self.0.received().len()
    }
}

/// How a service is found on loopback.
pub(crate) trait Local: Service {
    fn at<T: ChannelSettings<Service = Self>>(_: &Services, settings: T) -> T {
        settings
    }

    fn with_login<T: ChannelSettings<Service = Self>>(settings: T) -> T {
        settings
    }
}

impl Local for Slack {}
impl Local for Teams {}
impl Local for Webhook {}

impl Local for Pushbullet {
    fn at<T: ChannelSettings<Service = Self>>(services: &Services, settings: T) -> T {
        settings.api_url(services.0.url(Kind::Pushbullet))
    }
}

impl Local for PagerDuty {
    fn at<T: ChannelSettings<Service = Self>>(services: &Services, settings: T) -> T {
        settings.api_url(services.0.url(Kind::PagerDuty))
    }
}

impl Local for Twilio {
    fn at<T: ChannelSettings<Service = Self>>(services: &Services, settings: T) -> T {
        settings.api_url(services.0.url(Kind::Twilio)).to([NUMBER])
    }
}

impl Local for Email {
    fn at<T: ChannelSettings<Service = Self>>(services: &Services, settings: T) -> T {
        let address = services.0.smtp_address();
        settings.host(address.ip().to_string()).port(address.port()).security(Security::Insecure)
    }

    /// Without TLS nobody logs in.
    fn with_login<T: ChannelSettings<Service = Self>>(settings: T) -> T {
        settings.security(Security::Ssl)
    }
}

/// Does the same with the notifier of every service; the first name is the one that its errors have.
macro_rules! each_notifier {
    ($service:ident, $notifier:ident => $body:block) => {
        each_notifier! { $service, $notifier => $body
            "Slack" slack_notifier, "Teams" teams_notifier, "Webhook" webhook_notifier,
            "Pushbullet" pushbullet_notifier, "PagerDuty" pagerduty_notifier, "Twilio" twilio_notifier,
            "E-mail" email_notifier, "E-mail" gmail_notifier
        }
    };
    ($service:ident, $notifier:ident => $body:block $($name:literal $make:ident),*) => {
        $({
            let $service = $name;
            let $notifier = campana::notify::$make;
            $body
        })*
    };
}
pub(crate) use each_notifier;
