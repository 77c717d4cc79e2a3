//! Whether the packages that are installed are those of the lock file.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace::Workspace;

/// A lock file, or what npm writes down of what it has installed.
#[derive(Debug, Deserialize)]
struct Lock {
    packages: BTreeMap<String, Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    version: Option<String>,
    integrity: Option<String>,
    /// For some platforms only.
    #[serde(default)]
    optional: bool,
}

/// Asks npm's own notes, which it writes last.
pub(super) fn are_installed(workspace: &Workspace) -> Result<bool> {
    let lock = workspace.text("ui/package-lock.json")?.context("ui/package-lock.json is no text")?;
    let Ok(notes) = std::fs::read(workspace.path("ui/node_modules/.package-lock.json")) else {
        return Ok(false);
    };
    let wanted: Lock = serde_json::from_str(&lock).context("could not read ui/package-lock.json")?;
    Ok(serde_json::from_slice(&notes).is_ok_and(|installed| agree(&wanted, &installed)))
}

fn agree(wanted: &Lock, installed: &Lock) -> bool {
    let all_there = wanted.packages.iter().filter(|(path, _)| !path.is_empty()).all(|(path, wanted)| {
        installed.packages.get(path).map_or(wanted.optional, |installed| {
            installed.version == wanted.version && installed.integrity == wanted.integrity
        })
    });
    all_there && installed.packages.keys().all(|path| wanted.packages.contains_key(path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lock(packages: &[(&str, &str, bool)]) -> Lock {
        let package = |(name, version, optional): &(&str, &str, bool)| {
            (name.to_string(), json!({ "version": version, "integrity": "sha512-x", "optional": optional }))
        };
        let packages: serde_json::Map<_, _> = packages.iter().map(package).collect();
        serde_json::from_value(json!({ "packages": packages })).unwrap()
    }

    #[test]
    fn a_package_of_another_platform_may_be_missing_and_nothing_else() {
        let wanted = lock(&[("", "0.0.0", false), ("a", "1.0.0", false), ("b", "1.0.0", true)]);
        assert!(agree(&wanted, &lock(&[("a", "1.0.0", false)])));
        assert!(agree(&wanted, &lock(&[("a", "1.0.0", false), ("b", "1.0.0", true)])));
        assert!(!agree(&wanted, &lock(&[("b", "1.0.0", true)])));
    }

    #[test]
    fn another_version_and_a_package_too_many_are_found() {
        let wanted = lock(&[("a", "1.0.0", false)]);
        assert!(!agree(&wanted, &lock(&[("a", "1.0.1", false)])));
        assert!(!agree(&wanted, &lock(&[("a", "1.0.0", false), ("c", "1.0.0", false)])));
    }
}
