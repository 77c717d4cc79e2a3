//! `campana config`: what is set, where, and what is wrong with it.

use crate::common::Home;
use serde_json::json;

const CONFIG: &str = r#"
# my own
[context.secrets]
SLACK_WEBHOOK_URL = "https://hooks.example.com/hunter2"

[smtp]
host = "smtp.example.com"
port = 587
password = "hunter2"

[network]
proxy = "http://user:hunter2@proxy.example.com:3128"
allow = ["10.1.0.0/16"]
"#;

const VARIABLES: &[(&str, &str)] = &[
    ("CAMPANA__SMTP__PORT", "2525"),
    ("CAMPANA__SMTP__PASSWORD", "hunter2 too"),
    ("CAMPANA__CONTEXT__SECRETS__OTHER", "hunter2"),
    ("CAMPANA__SERVER__PUBLIC_URL", "https://campana.example.com"),
];

#[test]
fn each_value_is_shown_with_where_it_comes_from() {
    let home = Home::with(CONFIG);
    let done = home.run_with(&["config", "show"], VARIABLES, "");
    insta::assert_snapshot!(home.anonymous(&done.to_string()));
    let done = home.run_with(&["config", "show", "--json"], VARIABLES, "");
    insta::assert_snapshot!(home.anonymous(&format!("{:#}", done.json())));
}

#[test]
fn nothing_set_is_said_too() {
    let home = Home::new();
    insta::assert_snapshot!(home.anonymous(&home.run(&["config", "show"]).to_string()));
    assert_eq!(home.run(&["config", "show", "--json"]).json()["settings"], json!([]));
}

#[test]
fn the_path_is_that_of_the_file_wherever_it_is() {
    let home = Home::new();
    let path = home.config().display().to_string();
    let done = home.run(&["config", "path"]);
    assert_eq!((done.code, done.stdout), (Some(0), format!("{path}\n")));
    assert_eq!(home.run(&["config", "path", "--json"]).json(), json!({ "path": path, "exists": false }));
    let other = [("CAMPANA__USER_CONFIG_PATH", "/nowhere/config.toml")];
    assert_eq!(home.run_with(&["config", "path"], &other, "").stdout, "/nowhere/config.toml\n");
    let there = Home::with("");
    assert_eq!(there.run(&["config", "path", "--json"]).json()["exists"], json!(true));
}

#[test]
fn what_is_wrong_is_named_with_the_remedy() {
    for (text, variables, wanted) in [
        (
            "[smtp]\nprot = 25",
            &[][..],
            "config.toml, line 2: there is no key smtp.prot; did you mean smtp.port?",
        ),
        ("[smtp]\nport = \"hunter2\"", &[], "line 2: smtp.port must be a port, 0 to 65535, and not a text"),
        ("[smtp]\nport = hunter2", &[], "config.toml, line 2: "),
        (
            "",
            &[("CAMPANA__SMTP__PROT", "hunter2")],
            "the environment variable CAMPANA__SMTP__PROT: there is no key smtp.prot; did you mean \
             CAMPANA__SMTP__PORT?",
        ),
        // A variable counts more, so what it hides need not be right.
        (
            "[smtp]\nport = \"hunter2\"",
            &[("CAMPANA__SMTP__PORT", "hunter2")],
            "CAMPANA__SMTP__PORT: smtp.port must",
        ),
    ] {
        let done = Home::with(text).run_with(&["config", "show"], variables, "");
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{text}");
        assert!(
            done.stderr.starts_with("error: ") && done.stderr.contains(wanted),
            "{text}: {}",
            done.stderr
        );
    }
}

#[test]
fn a_file_with_secrets_that_others_can_read_is_a_warning() {
    let home = Home::with(CONFIG);
    for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true), (0o400, false)] {
        home.chmod(mode);
        let done = home.run(&["config", "show"]);
        let wanted = format!("(mode {mode:04o}); run `chmod 600 {}`\n", home.config().display());
        assert_eq!(done.stderr.starts_with("warning: ") && done.stderr.ends_with(&wanted), warned, "{done}");
        assert_eq!(done.code, Some(0));
    }
}

#[test]
fn without_a_home_the_remedy_is_named() {
    let home = Home::new();
    let done = home.run_with(&["config", "path"], &[("HOME", "")], "");
    // Some systems know a home by the user's entry in the list of users.
    assert!(done.code == Some(0) || done.stderr.contains("CAMPANA__USER_CONFIG_PATH"), "{done}");
}
