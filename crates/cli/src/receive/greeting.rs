//! What to paste, so that messages come here.

use campana_receiver::{Kind, Receiver};
use serde_json::{Map, Value as Json, json};

/// Of services that go by accounts, one that is made up: it has the form of a real one.
const TWILIO: &[(&str, &str)] = &[
    ("CAMPANA__CONTEXT__SECRETS__TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"),
    ("CAMPANA__CONTEXT__SECRETS__TWILIO_AUTH_TOKEN", "made-up"),
    ("CAMPANA__CONTEXT__SECRETS__TWILIO_MESSAGING_SERVICE_SID", "MG00000000000000000000000000000000"),
];
const PAGERDUTY: &[(&str, &str)] =
    &[("CAMPANA__CONTEXT__SECRETS__PAGERDUTY_ROUTING_KEY", "00000000000000000000000000000000")];
const PUSHBULLET: &[(&str, &str)] = &[("CAMPANA__CONTEXT__SECRETS__PUSHBULLET_TOKEN", "made-up")];
const EMAIL: &[(&str, &str)] = &[
    ("CAMPANA__SMTP__SECURITY", "insecure"),
    ("CAMPANA__SMTP__USERNAME", "you@example.com"),
    ("CAMPANA__SMTP__PASSWORD", "made-up"),
];

/// The first lines, or the first object.
pub(super) fn greeting(receiver: &Receiver, json: bool) -> String {
    let environments: Vec<_> = Kind::ALL.iter().map(|kind| (*kind, environment(receiver, *kind))).collect();
    if json {
        let name = |kind: Kind| json!(kind).as_str().unwrap_or_default().to_owned();
        let urls: Map<_, Json> =
            Kind::ALL.iter().map(|&kind| (name(kind), receiver.url(kind).into())).collect();
        let all = environments.into_iter().flat_map(|(_, variables)| variables);
        let environment: Map<_, Json> = all.map(|(name, value)| (name.to_owned(), value.into())).collect();
        let listening = format!("http://{}", receiver.address());
        let greeting = json!({ "listening": listening, "urls": urls, "environment": environment });
        return greeting.to_string() + "\n";
    }
    let mut greeting = String::new();
    for (_, variables) in environments {
        let pairs: Vec<_> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        greeting += &format!("export {}\n", pairs.join(" "));
    }
    greeting + "# Waiting for messages; Ctrl-C ends it.\n\n"
}

/// What has notifiers and notification tasks of this kind send here.
fn environment(receiver: &Receiver, kind: Kind) -> Vec<(&'static str, String)> {
    let url = |variable| vec![(variable, receiver.url(kind))];
    let account = |account: &[(&'static str, &str)]| -> Vec<_> {
        account.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    match kind {
        Kind::Slack => url("CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL"),
        Kind::Teams => url("CAMPANA__CONTEXT__SECRETS__TEAMS_WEBHOOK_URL"),
        Kind::Webhook => url("CAMPANA__CONTEXT__SECRETS__WEBHOOK_URL"),
        Kind::Twilio => [url("CAMPANA__CHANNELS__TWILIO__API_URL"), account(TWILIO)].concat(),
        Kind::PagerDuty => [url("CAMPANA__CHANNELS__PAGERDUTY__API_URL"), account(PAGERDUTY)].concat(),
        Kind::Pushbullet => [url("CAMPANA__CHANNELS__PUSHBULLET__API_URL"), account(PUSHBULLET)].concat(),
        Kind::Email => {
            let address = receiver.smtp_address();
            let server = vec![
                ("CAMPANA__SMTP__HOST", address.ip().to_string()),
                ("CAMPANA__SMTP__PORT", address.port().to_string()),
            ];
            [server, account(EMAIL)].concat()
        }
    }
}
