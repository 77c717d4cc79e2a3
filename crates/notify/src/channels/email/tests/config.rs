//! What a configuration may say, and what is said of one that is wrong.

use serde_json::json;

use crate::channels::email::{Email, EmailConfig, Security};
use crate::{ChannelConfig, ConfigError, Http, HttpOptions};

fn build(config: EmailConfig) -> Result<Email, String> {
    config.build(&Http::new(HttpOptions::default()).unwrap()).map_err(|error: ConfigError| error.to_string())
}

fn gmail() -> EmailConfig {
    EmailConfig::gmail("me@gmail.com", "hunter2 hunter2")
}

#[test]
fn gmail_needs_no_more_than_a_user_and_a_password() {
    let written =
        json!({ "username": "me@gmail.com", "password": "hunter2 hunter2", "to": ["me@gmail.com"] });
    let read: EmailConfig = serde_json::from_value(written).unwrap();
    for config in [gmail(), read] {
        assert!(!format!("{config:?} {config:#?}").contains("hunter2"));
        let email = build(config).unwrap();
        assert_eq!(format!("{:?}", email.host), "smtp.gmail.com:465");
        assert_eq!(email.security, Security::Ssl);
        assert_eq!(email.addresses.from.to_string(), "me@gmail.com");
        assert_eq!(email.addresses.to, std::slice::from_ref(&email.addresses.from));
        assert!(!format!("{email:?} {email:#?}").contains("hunter2"));
    }
}

#[test]
fn ports_follow_the_security() {
    for (security, port) in [("ssl", 465), ("STARTTLS", 587), ("insecure", 25)] {
        let config: ChannelConfig = serde_json::from_value(json!({
            "channel": "email", "host": "relay.example.com", "security": security, "from": "a@b.cz", "to": ["c@d.cz"],
        }))
        .unwrap();
        let ChannelConfig::Email(config) = config else { panic!("not an e-mail") };
        assert_eq!(format!("{:?}", build(config).unwrap().host), format!("relay.example.com:{port}"));
    }
}

#[test]
fn a_wrong_field_is_named_and_not_shown() {
    let no = |text: &str| Some(text.to_owned());
    let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let table = [
        (EmailConfig { host: "no host".to_owned(), ..gmail() }, "host is not the name of a host"),
        (EmailConfig { host: String::new(), ..gmail() }, "host is not"),
        (EmailConfig { host: "10.0.0.1".to_owned(), ..gmail() }, "host leads to 10.0.0.1"),
        (EmailConfig { from: no("hunter2"), ..gmail() }, "from is not"),
        (EmailConfig { from: no("a@b.cz\r\nBcc: c@d.cz"), ..gmail() }, "from is not"),
        (EmailConfig { username: no("hunter2"), ..gmail() }, "from is not there"),
        (EmailConfig { reply_to: no("a@b.cz, c@d.cz"), ..gmail() }, "reply_to is not"),
        (EmailConfig { to: list(&[]), ..gmail() }, "to is not a list of at least one"),
        (EmailConfig { to: list(&["a@b.cz", "a@b.cz,hunter2@d.cz"]), ..gmail() }, "entry 1 of to is not"),
        (EmailConfig { to: list(&["a@b.cz>\nRCPT TO:<hunter2@d.cz"]), ..gmail() }, "entry 0 of to is not"),
        (EmailConfig { cc: list(&["<a@b.cz> <hunter2>"]), ..gmail() }, "entry 0 of cc is not"),
        (EmailConfig { bcc: list(&["hunter2 at b.cz"]), ..gmail() }, "entry 0 of bcc is not"),
        (EmailConfig { bcc: list(&["ž@b.cz"]), ..gmail() }, "entry 0 of bcc is not"),
        (EmailConfig { bcc: list(&["a b@b.cz"]), ..gmail() }, "entry 0 of bcc is not"),
        (EmailConfig { password: None, ..gmail() }, "password is not there"),
        (EmailConfig { username: None, from: no("a@b.cz"), ..gmail() }, "username is not there"),
        (EmailConfig { security: Security::Insecure, ..gmail() }, "security is not ssl or starttls"),
    ];
    for (config, wanted) in table {
        let error = build(config).unwrap_err();
        assert!(error.starts_with(wanted) && !error.contains("hunter2"), "{error}, not {wanted}");
    }
}

#[test]
fn addresses_may_have_names() {
    for (written, name, address) in [
        ("a@b.cz", None, "a@b.cz"),
        (" <a@b.cz> ", None, "a@b.cz"),
        ("Anna Č. <a@b.cz>", Some("Anna Č."), "a@b.cz"),
        ("\"Č, Anna\" <a@b.cz>", Some("Č, Anna"), "a@b.cz"),
    ] {
        let config = EmailConfig { from: Some(written.to_owned()), ..gmail() };
        let from = build(config).unwrap().addresses.from;
        assert_eq!((from.name.as_deref(), from.email.to_string().as_str()), (name, address), "{written}");
    }
}
