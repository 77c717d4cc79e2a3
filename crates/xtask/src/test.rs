//! `cargo xtask test`: every check of CI, one after the other, until one fails.
//!
//! What the tools print goes straight to the terminal, so that their own closing lines stand in the log. At the
//! end a table says what passed, what failed, what was not reached, and how long each step took.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::demo;
use crate::tidy;
use crate::ui;
use crate::workspace::Workspace;

struct Step {
    name: &'static str,
    what: &'static str,
    /// Whether it passed; an error if it could not be run.
    run: fn(&Workspace) -> Result<bool>,
}

/// The quick ones first, so that small mistakes are found soon; the UI before whatever compiles the server, which takes
/// it in.
const STEPS: &[Step] = &[
    Step { name: "fmt", what: "the code is formatted", run: fmt },
    Step { name: "tidy", what: "layers, licences, bans, manifests, files, links", run: tidy::run },
    Step { name: "ui", what: "the web UI: lint, types, units, build", run: ui::check },
    Step { name: "clippy", what: "no lint complains", run: clippy },
    Step { name: "tests", what: "unit and integration tests", run: tests },
    Step { name: "demo", what: "the demo's messages all arrive", run: demo },
    Step { name: "browser", what: "the web UI in a browser, against the server", run: browser },
    Step { name: "doctests", what: "the examples in the docs", run: doctests },
    Step { name: "docs", what: "the docs build without a warning", run: docs },
];

fn fmt(workspace: &Workspace) -> Result<bool> {
    passes(workspace.cargo().args(["fmt", "--all", "--check"]))
}

fn clippy(workspace: &Workspace) -> Result<bool> {
    let args = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    passes(workspace.cargo().args(args))
}

fn tests(workspace: &Workspace) -> Result<bool> {
    let mut probe = workspace.cargo();
    probe.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    let has_nextest = probe.status().is_ok_and(|status| status.success());
    // All tests share one Postgres, each with a database of its own.
    let mut tests = workspace.cargo();
    tests.args(["run", "--quiet", "--locked", "--package", "campana-store", "--features", "testing"]);
    tests.args(["--example", "with_postgres", "--", "cargo"]);
    if has_nextest {
        tests.args(["nextest", "run", "--locked", "--workspace", "--profile", "ci"]);
    } else {
        println!("cargo-nextest is not installed; cargo test takes its place");
        tests.args(["test", "--locked", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    passes(&mut tests)
}

fn demo(workspace: &Workspace) -> Result<bool> {
    demo::run(workspace, true, demo::Build::AsTested)
}

fn browser(workspace: &Workspace) -> Result<bool> {
    demo::build(workspace, demo::Build::AsTested)?;
    ui::in_browser(workspace, workspace.target()?.join("debug").join("campana"))
}

fn doctests(workspace: &Workspace) -> Result<bool> {
    passes(workspace.cargo().args(["test", "--locked", "--workspace", "--doc"]))
}

fn docs(workspace: &Workspace) -> Result<bool> {
    let args = ["doc", "--locked", "--workspace", "--no-deps"];
    passes(workspace.cargo().args(args).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Runs the test of the promise with a thousand kills on each database; says whether nothing was lost.
pub(crate) fn soak(workspace: &Workspace) -> Result<bool> {
    let mut promise = workspace.cargo();
    promise.args(["test", "--locked", "--package", "campana-cli", "--test", "promise", "--", "--nocapture"]);
    passes(promise.env("CAMPANA_KILLS", "1000"))
}

/// Runs `command` with its output on this terminal, and says whether it ended well.
fn passes(command: &mut Command) -> Result<bool> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| format!("could not run {shown}"))?;
    Ok(status.success())
}

/// The names of the steps, in their order.
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs the steps of these names, or all if there is none; says how it went, and whether all passed.
///
/// # Errors
/// If no step has such a name.
pub(crate) fn run(workspace: &Workspace, only: &[&str]) -> Result<bool> {
    if let Some(name) = only.iter().find(|name| !names().contains(name)) {
        bail!("there is no step {name:?}; there are {}", names().join(", "));
    }
    let steps = STEPS.iter().filter(|step| only.is_empty() || only.contains(&step.name));
    let report = until_failure(steps, |step| {
        println!("\n== {}: {}", step.name, step.what);
        (step.run)(workspace).unwrap_or_else(|error| {
            println!("{error:#}");
            false
        })
    });
    println!("\n== summary\n{report}");
    Ok(report.passed())
}

fn until_failure<'a>(
    steps: impl Iterator<Item = &'a Step>,
    mut passes: impl FnMut(&'a Step) -> bool,
) -> Report {
    let mut report = Report(Vec::new());
    for step in steps {
        let outcome = if report.passed() {
            let start = Instant::now();
            if passes(step) { Outcome::Passed(start.elapsed()) } else { Outcome::Failed(start.elapsed()) }
        } else {
            Outcome::NotReached
        };
        report.0.push((step.name, outcome));
    }
    report
}

#[derive(Debug)]
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotReached,
}

/// How each step ended.
struct Report(Vec<(&'static str, Outcome)>);

impl Report {
    fn passed(&self) -> bool {
        self.0.iter().all(|(_, outcome)| matches!(outcome, Outcome::Passed(_)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome) in &self.0 {
            match outcome {
                Outcome::Passed(took) => writeln!(f, "  {name:<9} passed {:>8.1} s", took.as_secs_f64())?,
                Outcome::Failed(took) => writeln!(f, "  {name:<9} FAILED {:>8.1} s", took.as_secs_f64())?,
                Outcome::NotReached => writeln!(f, "  {name:<9} not reached")?,
            }
        }
        f.write_str(if self.passed() { "everything passed" } else { "something failed, see above" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report_of(failing: &str) -> (Vec<&'static str>, Report) {
        let mut ran = Vec::new();
        let report = until_failure(STEPS.iter(), |step| {
            ran.push(step.name);
            step.name != failing
        });
        (ran, report)
    }

    #[test]
    fn every_step_runs_if_all_pass() {
        let (ran, report) = report_of("none");
        assert_eq!(ran, names());
        assert!(report.passed() && report.to_string().ends_with("everything passed"), "{report}");
    }

    #[test]
    fn the_first_failure_is_the_last_step() {
        let (ran, report) = report_of("clippy");
        assert_eq!(ran, ["fmt", "tidy", "ui", "clippy"]);
        assert!(!report.passed());
        let report = report.to_string();
        assert!(report.contains("  fmt       passed") && report.contains("  clippy    FAILED"), "{report}");
        assert!(report.contains("  docs      not reached"), "{report}");
    }

    #[test]
    fn an_unknown_step_is_refused() {
        let error = run(&Workspace::find().unwrap(), &["fmt", "lint"]).unwrap_err().to_string();
        assert!(error.contains(r#"no step "lint""#) && error.contains("fmt, tidy, ui, clippy"), "{error}");
    }

    #[test]
    fn a_command_passes_by_its_exit_status() {
        assert!(passes(Command::new("cargo").arg("--version").stdout(Stdio::null())).unwrap());
        assert!(!passes(Command::new("cargo").arg("no-such-command").stderr(Stdio::null())).unwrap());
        assert!(passes(&mut Command::new("no-such-program-anywhere")).is_err());
    }
}
