//! `cargo xtask tidy`: the rules of the workspace that no compiler checks.
//!
//! Each file of this folder is one kind of rule; what is allowed stands in `policy.toml`. A rule gets its facts as
//! data and returns the [`Violation`]s, so that its tests break it without a workspace.

mod bans;
mod files;
#[cfg(test)]
mod fixture;
mod layers;
mod licenses;
mod links;
mod manifests;
mod npm;
mod policy;

use std::fmt;

use anyhow::Result;

use crate::workspace::Workspace;
use policy::Policy;

/// A rule is broken: where, how, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    /// The file to look at, as a path from the root.
    file: String,
    what: String,
    remedy: String,
}

impl Violation {
    fn new(file: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.into(), what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    remedy: {}", self.file, self.what, self.remedy)
    }
}

/// Checks every rule, prints what is broken, and says whether nothing is.
///
/// # Errors
/// If git, cargo or a file cannot be asked.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let policy = Policy::shipped()?;
    let looked = workspace.metadata()?;
    println!("looked at {} packages: {}", looked.metadata.packages.len(), looked.at);
    let mut found = layers::check(&looked.metadata, &policy);
    found.extend(licenses::check(&looked.metadata, &policy)?);
    found.extend(bans::check(&looked.metadata, &policy));
    found.extend(manifests::check(workspace, &looked.metadata)?);
    let files = workspace.files()?;
    for file in &files {
        if let Some(text) = workspace.text(file)? {
            found.extend(files::check(file, &text));
            found.extend(links::check(file, &text, &files));
            found.extend(npm::check(file, &text, &policy)?);
        }
    }
    found.sort();
    for violation in &found {
        println!("{violation}");
    }
    match found.len() {
        0 => println!("tidy: {} files, nothing to complain about", files.len()),
        1 => println!("tidy: 1 violation"),
        count => println!("tidy: {count} violations"),
    }
    Ok(found.is_empty())
}
