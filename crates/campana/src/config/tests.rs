//! What is taken, what is refused and in which words: a table each.

use std::ffi::OsString;

use super::*;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Config::of(Some(&ConfigFile::of("config.toml", text)), variables)
}

/// The settings, as lines.
fn shown(config: &Config) -> Vec<String> {
    let line = |set: &Setting| format!("{} = {} ({})", set.key, set.value, set.origin);
    config.settings().iter().map(line).collect()
}

fn secret(text: &str) -> Result<Option<String>, String> {
    let found = read(text, &[]).map(|mut config| config.secrets.remove("URL"));
    found.map(|secret| secret.map(|secret| secret.expose().to_owned())).map_err(|error| error.to_string())
}

const WHOLE: &str = r#"
[context.secrets]
SLACK_WEBHOOK_URL = "https://hooks.example.com/hunter2"
"with.dots" = "hunter2"

[network]
proxy = "http://user:hunter2@proxy.example.com:3128"
allow = ["10.1.0.0/16", "fd00::/8"]

[smtp]
host = "smtp.example.com"
port = 0x24b
security = "STARTTLS"
username = "bell@example.com"
password = "hunter2"
from = "Campana <bell@example.com>"

[channels.twilio]
api_url = "http://127.0.0.1:4300/twilio"

[server]
host = "::1"
port = 4200
public_url = "https://campana.example.com/acme/"
endpoint = "https://campana.example.com:4200"
api_key = "hunter2"
database_url = "postgres://ada:hunter2@db.example/campana"
encryption_key = "hunter2"
log = "json"

[hooks]
backoff = ["5s", "30s", "2m"]
pauses = ["5s", "1m"]
timeout = "20s"
lease = "60s"
slots = 256
per_destination = 16
give_up_after = "78h"

[retention]
deliveries = "90d"
logs = "forever"
"#;

#[test]
fn a_whole_file_is_read_and_shown_with_its_lines_and_without_its_secrets() {
    let config = read(WHOLE, &[]).unwrap();
    insta::assert_snapshot!(shown(&config).join("\n"));
    assert_eq!(config.secrets["with.dots"].expose(), "hunter2");
    assert_eq!(config.smtp.port, Some(587));
    assert_eq!(config.smtp.security, Some(campana_notify::channels::email::Security::Starttls));
    assert_eq!(config.network.proxy.as_ref().unwrap().expose(), "http://user:hunter2@proxy.example.com:3128");
    assert_eq!(config.channels.twilio.api_url.as_ref().unwrap().expose(), "http://127.0.0.1:4300/twilio");
    assert_eq!(config.server.public_url.as_deref(), Some("https://campana.example.com/acme"));
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn every_key_is_overridden_by_a_variable() {
    let variables = [
        ("CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL", "other"),
        ("CAMPANA__CONTEXT__SECRETS__Own__Name", "verbatim \"text\""),
        ("CAMPANA__NETWORK__PROXY", "http://other.example.com:3128"),
        ("CAMPANA__NETWORK__ALLOW", "10.2.0.0/16, 10.3.0.0/16"),
        ("CAMPANA__SMTP__HOST", "other.example.com"),
        ("CAMPANA__SMTP__PORT", "2525"),
        ("CAMPANA__SMTP__SECURITY", "insecure"),
        ("CAMPANA__SMTP__USERNAME", "1234"),
        ("CAMPANA__SMTP__PASSWORD", "5678"),
        ("CAMPANA__SMTP__FROM", "true"),
        ("CAMPANA__CHANNELS__TWILIO__API_URL", "http://127.0.0.1:1/"),
        ("CAMPANA__CHANNELS__PAGERDUTY__API_URL", "http://127.0.0.1:2/"),
        ("CAMPANA__CHANNELS__PUSHBULLET__API_URL", "http://127.0.0.1:3/"),
        ("CAMPANA__SERVER__HOST", "127.0.0.1"),
        ("CAMPANA__SERVER__PORT", "0"),
        ("CAMPANA__SERVER__PUBLIC_URL", "http://localhost:4200"),
        ("CAMPANA__SERVER__ENDPOINT", "http://localhost:4201/"),
        ("CAMPANA__SERVER__API_KEY", "other"),
        ("CAMPANA__SERVER__DATABASE_URL", "sqlite:///var/lib/campana.db"),
        ("CAMPANA__SERVER__ENCRYPTION_KEY", "other"),
        ("CAMPANA__SERVER__LOG", "text"),
        ("CAMPANA__HOOKS__BACKOFF", "1s,2s"),
        ("CAMPANA__HOOKS__PAUSES", r#"["3s", "4s"]"#),
        ("CAMPANA__HOOKS__TIMEOUT", "1s"),
        ("CAMPANA__HOOKS__LEASE", "2s"),
        ("CAMPANA__HOOKS__SLOTS", "3"),
        ("CAMPANA__HOOKS__PER_DESTINATION", "4"),
        ("CAMPANA__HOOKS__GIVE_UP_AFTER", "5d"),
        ("CAMPANA__RETENTION__DELIVERIES", "forever"),
        ("CAMPANA__RETENTION__LOGS", "6d"),
        ("CAMPANA__USER_CONFIG_PATH", "/nowhere"),
        ("CAMPANA_TEST", "not ours"),
    ];
    let config = read(WHOLE, &variables).unwrap();
    insta::assert_snapshot!(shown(&config).join("\n"));
    assert_eq!(config.secrets["SLACK_WEBHOOK_URL"].expose(), "other");
    assert_eq!(config.secrets["Own__Name"].expose(), "verbatim \"text\"");
    assert_eq!(config.smtp.password.unwrap().expose(), "5678");
}

#[test]
fn a_secret_is_found_in_every_way_to_write_it() {
    let found = Ok(Some("hunter2".to_owned()));
    assert_eq!(secret("[context.secrets]\nURL = \"hunter2\""), found);
    assert_eq!(secret("[context]\nsecrets = { URL = 'hunter2' }"), found);
    assert_eq!(secret("context.secrets.URL = \"hunter2\""), found);
}

#[test]
fn what_is_not_there_is_not_found() {
    for text in ["", "[context]", "[context.secrets]\nOTHER = \"x\"", "[server]\nport = 4200", "[smtp]"] {
        assert_eq!(secret(text), Ok(None), "{text}");
    }
    assert!(Config::of(None, []).unwrap().settings().is_empty());
}

#[test]
fn a_value_that_may_hold_a_password_is_not_shown() {
    for (proxy, seen) in [
        ("http://proxy.example.com:3128", true),
        ("http://user:pass@proxy.example.com", false),
        ("http://proxy.example.com/?token=1", false),
    ] {
        let config = read(&format!("[network]\nproxy = '{proxy}'"), &[]).unwrap();
        assert_eq!(shown(&config)[0].contains(proxy), seen, "{proxy}");
    }
}

/// The value that is wrong is always this one, so that no error can repeat it unseen.
const WRONG: &str = "8642097";

#[test]
fn an_error_names_the_line_the_key_and_the_remedy_and_no_value() {
    let table = [
        (
            "[context.secrets]\n\nURL = 8642097",
            "line 3: context.secrets.URL must be a text in quotes, and not an integer",
        ),
        (
            "[context.secrets]\nURL = [\"8642097\"]",
            "line 2: context.secrets.URL must be a text in quotes, and not a list",
        ),
        (
            "[context.secrets.URL]\nx = '8642097'",
            "line 1: context.secrets.URL must be a text in quotes, and not a section",
        ),
        ("[context]\nsecrets = \"8642097\"", "line 2: context.secrets must be a section, and not a text"),
        ("context = '8642097'", "line 1: context must be a section, and not a text"),
        ("[context]\nurl = '8642097'", "line 2: there is no key context.url; known are [context.secrets]"),
        ("[smtp]\nprot = 8642097", "line 2: there is no key smtp.prot; did you mean smtp.port?"),
        ("[smtp]\nHost = '8642097'", "line 2: there is no key smtp.Host; did you mean smtp.host?"),
        (
            "[smtp]\nnothing_like_it = 8642097",
            "line 2: there is no key smtp.nothing_like_it; known are smtp.from, smtp.host, smtp.password, \
             smtp.port, smtp.security, smtp.username",
        ),
        ("\n[smpt]\nport = 8642097", "line 2: there is no section [smpt]; did you mean [smtp]?"),
        (
            "[something_else]\nx = 8642097",
            "line 1: there is no section [something_else]; known are [channels], [context], [hooks], [network], [retention], [server], [smtp]",
        ),
        (
            "[channels.twillio]",
            "line 1: there is no section [channels.twillio]; did you mean [channels.twilio]?",
        ),
        ("port = 8642097", "line 1: there is no key port; known are [channels], "),
        ("[smtp]\nport = 8642097", "line 2: smtp.port must be a port, 0 to 65535"),
        ("[smtp]\nport = -8642097", "line 2: smtp.port must be a port, 0 to 65535"),
        ("[smtp]\nport = '8642097'", "line 2: smtp.port must be a port, 0 to 65535, and not a text"),
        ("[smtp]\nsecurity = '8642097'", "line 2: smtp.security must be ssl, starttls or insecure"),
        ("[smtp.host]\nx = '8642097'", "line 1: smtp.host must be a text in quotes, and not a section"),
        ("[network]\nallow = ['8642097']", "line 2: network.allow must be a list of networks"),
        ("[network]\nallow = [8642097]", "line 2: network.allow must be a list of networks"),
        (
            "[network]\nallow = '8642097'",
            "line 2: network.allow must be a list of networks, such as [\"10.1.0.0/16\"], and not a text",
        ),
        ("[server]\nhost = '8642097'", "line 2: server.host must be an address in quotes"),
        ("[server]\npublic_url = '8642097'", "line 2: server.public_url must be a URL in quotes"),
        (
            "[server]\nendpoint = 'https://u:8642097@x.example'",
            "line 2: server.endpoint must be a URL in quotes",
        ),
        (
            "[server]\npublic_url = 'https://u:8642097@x.example'",
            "line 2: server.public_url must be a URL in quotes",
        ),
        ("[context.secrets]\nURL = x8642097", "line 2: "),
        ("[context.secrets]\nURL = \"8642097", "line 2: "),
        ("[context.secrets]\nURL = \"x\"\n8642097", "line 3: "),
        ("[context.secrets]\nURL = \"\\8642097\"", "line 2: "),
        ("[context.secrets]\nURL = 'x'\nURL = '8642097'", "line 3: "),
        ("[8642097", "line 1: "),
    ];
    for (text, wanted) in table {
        let error = read(text, &[]).unwrap_err();
        let said = error.to_string();
        assert!(said.starts_with(&format!("config.toml, {wanted}")), "{text}: {said}");
        assert!(!format!("{said} {error:?}").contains(WRONG), "{text}: {said}");
    }
}

#[test]
fn an_error_names_the_variable_the_key_and_the_remedy_and_no_value() {
    let table = [
        ("CAMPANA__SMTP__PORT", "smtp.port must be a port, 0 to 65535"),
        ("CAMPANA__SMTP__PROT", "there is no key smtp.prot; did you mean CAMPANA__SMTP__PORT?"),
        ("CAMPANA__SMTP_PORT", "there is no key smtp_port; did you mean CAMPANA__SMTP__PORT?"),
        ("CAMPANA__smtp__port", "there is no key smtp__port; did you mean CAMPANA__SMTP__PORT?"),
        ("CAMPANA__SMTP", "smtp must be a section"),
        ("CAMPANA__SMTP__SECURITY", "smtp.security must be ssl, starttls or insecure"),
        ("CAMPANA__NETWORK__ALLOW", "network.allow must be a list of networks"),
        ("CAMPANA__", "there is no key ; "),
    ];
    for (name, wanted) in table {
        let error = read("", &[(name, WRONG)]).unwrap_err();
        let said = error.to_string();
        assert!(said.starts_with(&format!("the environment variable {name}: {wanted}")), "{name}: {said}");
        assert!(!format!("{said} {error:?}").contains(WRONG), "{name}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_named() {
    use std::os::unix::ffi::OsStringExt as _;
    let value = OsString::from_vec(vec![b'x', 0xff]);
    let error = Config::of(None, [("CAMPANA__SMTP__HOST".into(), value)]).unwrap_err();
    assert_eq!(error.to_string(), "the environment variable CAMPANA__SMTP__HOST is not valid Unicode");
}

#[test]
fn a_variable_is_named_after_its_key() {
    assert_eq!(variable(&["context", "secrets"], "Slack_url"), "CAMPANA__CONTEXT__SECRETS__Slack_url");
}
