//! Where secrets come from, and which place counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use campana::backend::MemoryBackend;
use campana::prelude::*;

use crate::program::Program;

const VARIABLE: &str = "CAMPANA__CONTEXT__SECRETS__KEY";

/// What the child runs: it says which secret each way to ask finds.
pub(crate) fn program() {
    say("alone", Secret::get("KEY"));
    let mut flow = Flow::new("flow");
    flow.add(get());
    flow.add(fetch());
    let given = |name: &str| std::env::var(name).ok();
    let mut run = flow.run();
    if let Some(secret) = given("TEST_BACKEND") {
        run = run.backend(Arc::new(MemoryBackend::new().with_secret("KEY", secret)));
    }
    if let Some(secret) = given("TEST_RUN") {
        run = run.secret("KEY", secret);
    }
    assert!(run.blocking().unwrap().is_successful());
    println!("over");
}

#[task]
fn get() {
    say("get", Secret::get("KEY"));
}

#[task]
async fn fetch() {
    say("fetch", Secret::fetch("KEY").await);
}

fn say(who: &str, secret: Result<Secret, SecretError>) {
    let report = |error: SecretError| match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    println!("{who}: {}", secret.map_or_else(report, |secret| secret.expose().to_owned()));
}

/// What the child runs: it looks twice, and its log is shown.
pub(crate) fn logging_program() {
    campana::logs::init();
    say("alone", Secret::get("KEY"));
    say("again", Secret::get("KEY"));
    println!("over");
}

/// A directory of its own, to be somebody's home.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("campana-home-{}-{name}", std::process::id()));
        std::fs::create_dir_all(path.join(".campana")).unwrap();
        Self(path)
    }

    fn config(&self) -> PathBuf {
        self.0.join(".campana/config.toml")
    }

    /// What the child says in this home, with these variables.
    fn ask(&self, variables: &[(&str, &str)]) -> Vec<String> {
        let mut program = Program::start_with("secret", |command| {
            for name in [VARIABLE, "CAMPANA__USER_CONFIG_PATH", "TEST_BACKEND", "TEST_RUN"] {
                command.env_remove(name);
            }
            command.env("HOME", &self.0).envs(variables.iter().copied())
        });
        let said = program.until("over");
        assert!(program.end().success());
        said.into_iter().filter(|line| line.contains(": ")).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn write(path: &Path, secret: &str) {
    std::fs::write(path, format!("[context.secrets]\nKEY = \"{secret}\"\n")).unwrap();
}

#[test]
fn the_run_counts_most_then_the_environment_the_file_and_the_backend() {
    let home = Home::new("order");
    let backend = ("TEST_BACKEND", "backend");
    let said = home.ask(&[backend]);
    assert!(
        said[0].starts_with("alone: secret 'KEY' not found; looked in the environment variable"),
        "{said:?}"
    );
    assert!(said[1].starts_with("get: secret 'KEY' not found; looked in the secrets of the run"), "{said:?}");
    assert_eq!(said[2], "fetch: backend");

    write(&home.config(), "file");
    assert_eq!(home.ask(&[backend]), ["alone: file", "get: file", "fetch: file"]);
    let variable = (VARIABLE, "environment");
    let wanted = ["alone: environment", "get: environment", "fetch: environment"];
    assert_eq!(home.ask(&[backend, variable]), wanted);
    let wanted = ["alone: environment", "get: run", "fetch: run"];
    assert_eq!(home.ask(&[backend, variable, ("TEST_RUN", "run")]), wanted);
}

#[test]
fn another_file_can_be_named() {
    let home = Home::new("other");
    write(&home.config(), "home");
    let other = home.0.join("other.toml");
    let path = ("CAMPANA__USER_CONFIG_PATH", other.to_str().unwrap());
    let missing = format!("[context.secrets] of {} (no such file)", other.display());
    assert!(home.ask(&[path])[0].ends_with(&missing));
    write(&other, "other");
    assert_eq!(home.ask(&[path])[0], "alone: other");
}

#[test]
fn a_missing_secret_is_named_with_every_place() {
    let home = Home::new("missing");
    std::fs::write(home.config(), "").unwrap();
    let file = format!("[context.secrets] of {}", home.config().display());
    let rest = format!("the environment variable {VARIABLE}, {file}");
    assert_eq!(
        home.ask(&[("TEST_BACKEND", "")])[1],
        format!("get: secret 'KEY' not found; looked in the secrets of the run, {rest}")
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_line_and_shows_nothing() {
    let home = Home::new("broken");
    let file = home.config();
    for (text, wanted) in [
        ("[context.secrets]\nKEY = hunter2", "line 2: "),
        ("[context.secrets]\nKEY = 8642097", "line 2: context.secrets.KEY must be a text in quotes"),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = home.ask(&[]);
        let wanted = format!("alone: could not look up secret 'KEY': {}, {wanted}", file.display());
        assert!(said[0].starts_with(&wanted), "{said:?}");
        assert!(!said.concat().contains("hunter2") && !said.concat().contains("8642097"), "{said:?}");
    }
    // What is found before needs no file.
    assert_eq!(home.ask(&[(VARIABLE, "environment")])[0], "alone: environment");
}

#[test]
fn a_file_with_secrets_that_others_can_read_is_a_warning_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new("exposed");
    for (text, mode, warned) in [
        ("[context.secrets]\nKEY = \"hunter2\"", 0o644, 1),
        ("[context.secrets]\nKEY = \"hunter2\"", 0o640, 1),
        ("[context.secrets]\nKEY = \"hunter2\"", 0o600, 0),
        ("[smtp]\nport = 25", 0o644, 0),
    ] {
        std::fs::write(home.config(), text).unwrap();
        std::fs::set_permissions(home.config(), std::fs::Permissions::from_mode(mode)).unwrap();
        let mut program = Program::start_with("secret-logging", |command| {
            command.env_remove("CAMPANA__USER_CONFIG_PATH").env_remove(VARIABLE).env_remove("RUST_LOG");
            command.env("HOME", &home.0).stderr(std::process::Stdio::piped())
        });
        program.until("over");
        let stderr = program.stderr();
        assert!(program.end().success());
        let wanted = format!("run `chmod 600 {}`", home.config().display());
        assert_eq!(stderr.matches(&wanted).count(), warned, "{mode:o}: {stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
}
