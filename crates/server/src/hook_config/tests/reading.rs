use super::*;

#[test]
fn every_type_is_read_as_an_object_and_as_a_text() {
    for (hook_type, config) in samples() {
        let object = parse(hook_type, config.clone()).unwrap();
        let text = parse(hook_type, json!(config.to_string())).unwrap();
        assert_eq!(object.hook_type(), hook_type);
        assert_eq!(object.to_stored().expose(), text.to_stored().expose(), "{hook_type}");
        let stored = HookConfig::from_stored(hook_type, object.to_stored().expose().as_bytes()).unwrap();
        assert_eq!(stored.to_stored().expose(), object.to_stored().expose(), "{hook_type}");
    }
}

#[test]
fn every_type_has_a_sample() {
    assert_eq!(samples().len(), HookType::ALL.len());
}

/// What was stored by an older version has to be read by each later one.
#[test]
fn the_stored_form_names_its_version() {
    let config = parse(HookType::Email, json!({ "to": "a@example.com,b@example.com" })).unwrap();
    assert_eq!(config.to_stored().expose(), r#"{"format":1,"config":{"to":"a@example.com, b@example.com"}}"#);
    for bad in ["", "{}", r#"{"format":2,"config":{"to":"a@example.com"}}"#] {
        let error = HookConfig::from_stored(HookType::Email, bad.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "config of an EMAIL hook: what is stored cannot be read by this version", "{bad}");
    }
}

#[test]
fn nothing_secret_is_shown() {
    for (hook_type, config) in samples() {
        let config = parse(hook_type, config).unwrap();
        let shown = format!("{config:?} {config:#?} {} {}", config.masked(), config.endpoint());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(
            !shown.contains("wwww") && !shown.contains("0123456789abc") && !shown.contains("AAECAw"),
            "{shown}"
        );
    }
}

#[test]
fn of_a_secret_the_end_is_shown() {
    let masked = |hook_type| {
        let (_, config) = samples().into_iter().find(|(of, _)| *of == hook_type).unwrap();
        parse(hook_type, config).unwrap().masked()
    };
    assert_eq!(masked(HookType::Email), json!({ "to": "me@example.com, Ann <ann@example.com>" }));
    assert_eq!(masked(HookType::SlackWebhook), json!({ "url": "https://hooks.example.com/****HUNT" }));
    assert_eq!(
        masked(HookType::Teams),
        json!({
            "url": "https://hooks.example.com/****HUNT", "proxy": "http://user:****@proxy.example.com:3128/",
        })
    );
    assert_eq!(masked(HookType::Webhook)["signing_secrets"], json!(["****FRYX"]));
    assert_eq!(
        masked(HookType::Twilio),
        json!({
            "account_sid": ACCOUNT, "auth_token": "****HUNT", "messaging_service_sid": SERVICE,
            "to": ["+15005550006", "+15005550007"],
        })
    );
    let pagerduty = json!({ "api_token": "****", "routing_key": "****HUNT", "severity": "critical" });
    assert_eq!(masked(HookType::PagerDuty), pagerduty);
    assert_eq!(masked(HookType::PrefectMessage), json!({}));
    for (url, shown) in [
        ("https://example.com", "https://example.com/"),
        ("https://example.com/hook", "https://example.com/****"),
        ("https://me:pw@example.com:8443/", "https://example.com:8443/****"),
        ("https://example.com/?sig=0123456789", "https://example.com/****6789"),
        ("https://example.com/čččččččččččč", "https://example.com/****C4%8D"),
    ] {
        let config = parse(HookType::Webhook, json!({ "url": url })).unwrap();
        let wanted = if url.contains('č') { "https://example.com/****4%8D" } else { shown };
        assert_eq!(config.masked()["url"], wanted);
    }
}

#[test]
fn an_update_keeps_what_is_masked() {
    for (hook_type, config) in samples() {
        let old = parse(hook_type, config).unwrap();
        let same = old.merge(&old.masked(), &senders()).unwrap();
        assert_eq!(same.to_stored().expose(), old.to_stored().expose(), "{hook_type}");
        let same = old.merge(&json!(old.masked().to_string()), &senders()).unwrap();
        assert_eq!(same.to_stored().expose(), old.to_stored().expose(), "{hook_type}");
    }
}

#[test]
fn an_update_may_change_one_secret_of_several() {
    let (first, second) =
        ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "whsec_BBECAwQFBgcICQoLDA0ODxAREhMUFRYX");
    let third = "whsec_CCECAwQFBgcICQoLDA0ODxAREhMUFRYZ";
    let old = json!({ "url": "https://example.com/hook", "signing_secrets": [first, second] });
    let old = parse(HookType::Webhook, old).unwrap();
    let secrets = |new: Json| {
        let new = json!({ "url": "https://example.com/****", "signing_secrets": new });
        let merged = old.merge(&new, &senders()).unwrap();
        let HookConfig::Webhook { target, signing_secrets } = merged else { panic!("another type") };
        assert_eq!(target.url.expose(), "https://example.com/hook");
        signing_secrets.iter().map(|secret| secret.expose().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(secrets(json!(["****FRYX", "****FRYX"])), [first, second]);
    assert_eq!(secrets(json!([third, "****FRYX"])), [third, second]);
    assert_eq!(secrets(json!([])), [] as [&str; 0]);
}

#[test]
fn what_is_masked_otherwise_is_no_secret() {
    let old = parse(HookType::SlackWebhook, json!({ "url": "https://example.com/0123456789" })).unwrap();
    let error = old.merge(&json!({ "url": "https://other.example.com/****6789" }), &senders()).unwrap_err();
    assert_eq!(error.key(), Some("url"));
    let wanted = "config of a SLACK_WEBHOOK hook: \"url\" is masked, and not as a secret of this hook is; write it in \
                  full";
    assert_eq!(error.to_string(), wanted);
}

#[test]
fn what_is_wrong_is_named_with_its_remedy() {
    use HookType::{Email, PagerDuty, PrefectMessage, SlackWebhook, Twilio, Webhook};
    let twilio = |key: &str, value: Json| {
        let (_, mut config) = samples().into_iter().find(|(of, _)| *of == Twilio).unwrap();
        config[key] = value;
        config
    };
    let pagerduty = |key: &str, value: Json| {
        let mut config = json!({ "routing_key": ROUTING_KEY, "severity": "info" });
        config[key] = value;
        config
    };
    let table = [
        (Email, json!("hunter2"), "a text that is not JSON (line 1, column 1); write an object"),
        (Email, json!("[1]"), "a list, where an object is wanted"),
        (Email, json!(7), "a number, where an object is wanted"),
        (Email, json!({}), "no \"to\"; give an e-mail address"),
        (Email, Json::Null, "no \"to\"; give an e-mail address"),
        (Email, json!({ "to": null }), "no \"to\""),
        (Email, json!({ "to": " " }), "no \"to\""),
        (Email, json!({ "to": ["a@example.com"] }), "\"to\" is a list, where an e-mail address"),
        (
            Email,
            json!({ "to": "a@example.com, b@" }),
            "\"to\" is \"b@\"; it is to be an e-mail address such as",
        ),
        (Email, json!({ "to": "a@example.com", "cc": "x" }), "unknown key \"cc\"; known are to"),
        (Email, json!({ "to": "," }), "\"to\" is \",\"; it is to be a list of 1 to 100"),
        (SlackWebhook, json!({ "webhook_url": "x" }), "no \"url\"; give the URL to send to"),
        (SlackWebhook, json!({ "url": "hunter2" }), "url is not a URL; write it in full"),
        (SlackWebhook, json!({ "url": "http://example.com/hunter2" }), "url is not an https URL"),
        (SlackWebhook, json!({ "url": "https://10.0.0.1/hunter2" }), "url leads to 10.0.0.1"),
        (SlackWebhook, json!({ "url": 8_642_097 }), "\"url\" is a number"),
        (SlackWebhook, json!({ "url": "https://e.com/x", "proxy": "hunter2" }), "proxy is not a URL"),
        (
            SlackWebhook,
            json!({ "url": "https://e.com/x", "proxy": "socks5://e.com" }),
            "proxy is not an http",
        ),
        (
            Webhook,
            json!({ "url": "https://e.com/x", "signing_secrets": "x" }),
            "\"signing_secrets\" is a text",
        ),
        (
            Webhook,
            json!({ "url": "https://e.com/x", "signing_secrets": ["hunter2"] }),
            "entry 0 of signing_secrets",
        ),
        (Webhook, json!({ "url": "https://e.com/x", "signing_secrets": [7] }), "a list with a number in it"),
        (Twilio, twilio("to", json!("+15005550006")), "\"to\" is a text, where a list of phone numbers"),
        (Twilio, twilio("to", json!([])), "\"to\" is a list of 0; it is to be a list of 1 to 20"),
        (Twilio, twilio("to", json!(vec!["+15005550006"; 21])), "\"to\" is a list of 21"),
        (Twilio, twilio("to", json!(["+15005550006", "0123"])), "write it like +15005550006; it is \"0123\""),
        (Twilio, twilio("account_sid", json!("ABC")), "account_sid is not an Account SID; it is AC and 32"),
        (Twilio, twilio("messaging_service_sid", json!("MG")), "hexadecimal digits; it is \"MG\""),
        (Twilio, twilio("auth_token", json!("")), "no \"auth_token\"; give the Auth Token of the account"),
        (PagerDuty, pagerduty("routing_key", json!("hunter2")), "routing_key is not an integration key"),
        (
            PagerDuty,
            pagerduty("severity", json!("bad")),
            "\"severity\" is \"bad\"; it is to be one of info, warning",
        ),
        (PagerDuty, pagerduty("severity", Json::Null), "no \"severity\"; give one of info"),
        (PrefectMessage, json!({ "to": "hunter3" }), "unknown key \"to\"; known are none"),
    ];
    for (hook_type, config, wanted) in table {
        let error = parse(hook_type, config.clone()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(wanted), "{config}: {text}");
        assert!(text.starts_with("config of a") && text.contains(hook_type.name()), "{text}");
        let shown = format!("{text} {error:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("8642097"), "{shown}");
    }
}

#[test]
fn a_long_value_is_cut() {
    let error = parse(HookType::Email, json!({ "to": "č".repeat(10_000) })).unwrap_err().to_string();
    assert!(error.chars().count() < 250, "{error}");
    let error = parse(HookType::Email, json!({ "č".repeat(10_000): 1 })).unwrap_err().to_string();
    assert!(error.chars().count() < 250, "{error}");
}

#[test]
fn numbers_that_come_twice_are_taken_once_and_case_and_spaces_do_not_matter() {
    let config = json!({
        "account_sid": ACCOUNT, "auth_token": "t", "messaging_service_sid": SERVICE,
        "to": ["+15005550006", " +15005550006 ", "+15005550007"],
    });
    let HookConfig::Twilio(twilio) = parse(HookType::Twilio, config).unwrap() else { panic!("another type") };
    assert_eq!(twilio.to, ["+15005550006", "+15005550007"]);
    let config = json!({ "routing_key": ROUTING_KEY, "severity": "Critical", "api_token": "" });
    let HookConfig::PagerDuty(pagerduty) = parse(HookType::PagerDuty, config).unwrap() else {
        panic!("another type")
    };
    assert_eq!((pagerduty.severity, pagerduty.api_token.is_none()), (Severity::Critical, true));
}

#[test]
fn one_destination_has_one_endpoint() {
    let endpoint = |hook_type, config| parse(hook_type, config).unwrap().endpoint().expose().to_owned();
    let email = |to: &str| endpoint(HookType::Email, json!({ "to": to }));
    assert_eq!(email("B@example.com,a@example.com"), email("a@example.com , b@Example.com, a@example.com"));
    assert_ne!(email("a@example.com"), email("b@example.com"));
    let webhook = |url: &str| endpoint(HookType::Webhook, json!({ "url": url }));
    assert_eq!(webhook("https://Example.com:443/a"), webhook("https://example.com/a"));
    assert_ne!(webhook("https://example.com/a"), webhook("https://example.com/A"));
    let all: std::collections::HashSet<String> =
        samples().into_iter().map(|(of, config)| endpoint(of, config)).collect();
    assert_eq!(all.len(), samples().len() - 2, "Slack, Teams and the webhook share a URL here");
}
