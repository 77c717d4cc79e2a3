//! `cargo xtask ui`: the web UI, which the server has in it as it was when the server was built.
//!
//! Its packages are installed if those of the lock file are not there, and it is built if anything that it is made of
//! is younger than what was built: so the server is compiled anew only when its UI is another one.

mod browser;
mod fresh;
mod packages;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::Workspace;

/// The oldest Node that it is built with, as in its `package.json`.
const NODE: (u32, u32) = (20, 19);

/// Builds what the server embeds, unless it is there already.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    install(workspace)?;
    if fresh::is_built(workspace)? {
        return Ok(());
    }
    println!("== building the web UI");
    // What was built and then found wanting does not count.
    npm(workspace, &["run", "build"]).or_else(|error| fresh::forget(workspace).and(Err(error)))
}

/// The step `ui` of the tests: lint, format, types and units, and then the build.
pub(crate) fn check(workspace: &Workspace) -> Result<bool> {
    install(workspace)?;
    npm(workspace, &["run", "check"])?;
    npm(workspace, &["test"])?;
    build(workspace)?;
    Ok(true)
}

/// The step `browser` of the tests: a real browser, against this program.
pub(crate) fn in_browser(workspace: &Workspace, campana: PathBuf) -> Result<bool> {
    install(workspace)?;
    let chromium = browser::find()?;
    // What a browser that was killed leaves behind lies in here, and goes with it.
    let temporary = browser::Temporary::make()?;
    let mut tests = command(workspace, &["run", "test:browser"]);
    tests.env("CAMPANA_PROGRAM", campana).env("CAMPANA_CHROMIUM", chromium).env("TMPDIR", temporary.path());
    Ok(tests.status().context("could not run npm")?.success())
}

/// Installs the packages of the lock file, unless they are there.
fn install(workspace: &Workspace) -> Result<()> {
    let version = said("node", &["--version"]);
    if let Some(objection) = objection(version.as_deref()) {
        bail!("{objection}");
    }
    ensure!(
        said("npm", &["--version"]).is_some(),
        "the web UI needs npm, which comes with Node.js: https://nodejs.org, or the Debian package `npm`"
    );
    if packages::are_installed(workspace)? {
        return Ok(());
    }
    println!("== installing the packages of the web UI");
    npm(workspace, &["ci", "--no-audit", "--no-fund"])
}

/// What is wrong with a Node that says that it is of this version.
fn objection(version: Option<&str>) -> Option<String> {
    let (major, minor) = NODE;
    let remedy = format!(
        "the web UI needs Node.js {major}.{minor} or newer, with npm: get it from https://nodejs.org, or by your \
         system's packages"
    );
    let Some(version) = version else { return Some(format!("{remedy}. There is no `node` here")) };
    let mut numbers = version.trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    let found: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    (found < NODE).then(|| format!("{remedy}. The `node` here is {version}"))
}

/// What a program says on stdout, if it is there.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs npm in the UI's folder.
fn npm(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let status = command(workspace, arguments).status().context("could not run npm")?;
    ensure!(status.success(), "`npm {}` failed in ui/, see above", arguments.join(" "));
    Ok(())
}

fn command(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(workspace.path("ui"));
    npm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_told_from_a_new_one() {
        for version in ["v20.19.0", "v20.20.2", "v22.0.0", "v100.1.2"] {
            assert_eq!(objection(Some(version)), None);
        }
        for version in ["v20.18.9", "v18.30.0", "nonsense"] {
            let objection = objection(Some(version)).unwrap();
            assert!(
                objection.contains("Node.js 20.19 or newer") && objection.ends_with(version),
                "{objection}"
            );
        }
        assert!(objection(None).unwrap().contains("no `node` here"));
    }

    #[test]
    fn the_oldest_node_is_the_one_that_the_package_names() {
        let package = Workspace::find().unwrap().text("ui/package.json").unwrap().unwrap();
        let (major, minor) = NODE;
        assert!(package.contains(&format!("\"node\": \">={major}.{minor}\"")), "{package}");
    }
}
