//! `cargo xtask bench server`: Campana's server beside the smallest one that keeps the same promise.
//!
//! Builds both for release, the UI too, and lets the benchmark start and end them. With CAMPANA_BENCH_POSTGRES set to the URL of an
//! empty database, it measures on that too.

use anyhow::{Context, Result, ensure};

use crate::ui;
use crate::workspace::Workspace;

/// Runs these parts of the benchmark, or all of it; says whether it ended well.
pub(crate) fn server(workspace: &Workspace, parts: &[&str]) -> Result<bool> {
    ui::build(workspace)?;
    let mut build = workspace.cargo();
    build.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "campana-cli",
        "--package",
        "campana-bench",
        "--bins",
    ]);
    ensure!(build.status().context("could not run cargo")?.success(), "the build failed, see above");
    let programs = workspace.target()?.join("release");
    let mut bench = workspace.cargo();
    bench
        .args(["bench", "--locked", "--package", "campana-bench", "--bench", "server", "--"])
        .args(parts)
        .env("CAMPANA_PROGRAM", programs.join("campana"))
        .env("CAMPANA_BASELINE", programs.join("baseline"));
    Ok(bench.status().context("could not run cargo")?.success())
}
