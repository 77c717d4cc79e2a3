mod reading;
mod sending;

use campana_notify::{Http, HttpOptions, Networks};
use serde_json::json;

use super::*;

const ACCOUNT: &str = "AC00000000000000000000000000000000";
const SERVICE: &str = "MG00000000000000000000000000000000";
const ROUTING_KEY: &str = "0123456789abcdefghijklmnopqrHUNT";

fn senders() -> Senders {
    let networks = Networks::public().allow("127.0.0.0/8".parse().unwrap());
    Senders::new(Http::new(HttpOptions { networks, ..HttpOptions::default() }).unwrap())
}

fn parse(hook_type: HookType, config: Json) -> Result<HookConfig, ConfigError> {
    HookConfig::parse(hook_type, &config, &senders())
}

/// A configuration of each type, with secrets that end in `HUNT`.
fn samples() -> Vec<(HookType, Json)> {
    let url = "https://hooks.example.com/services/T0/hunter2/wwwwHUNT";
    vec![
        (HookType::Email, json!({ "to": "me@example.com, Ann <ann@example.com>" })),
        (HookType::SlackWebhook, json!({ "url": url })),
        (HookType::Teams, json!({ "url": url, "proxy": "http://user:hunter2@proxy.example.com:3128" })),
        (
            HookType::Webhook,
            json!({ "url": url, "signing_secrets": ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"] }),
        ),
        (
            HookType::Twilio,
            json!({
                "account_sid": ACCOUNT, "auth_token": "hunter2-of-twilio-HUNT",
                "messaging_service_sid": SERVICE, "to": ["+15005550006", "+15005550007"],
            }),
        ),
        (
            HookType::PagerDuty,
            json!({ "api_token": "hunter2", "routing_key": ROUTING_KEY, "severity": "critical" }),
        ),
        (HookType::PrefectMessage, json!({})),
    ]
}
