//! Crates that must not be in the tree: banned ones, second versions, and what does not come from crates.io.

use std::collections::BTreeMap;

use cargo_metadata::Metadata;

use super::Violation;
use super::policy::{Ban, FILE, Policy};

const LOCK: &str = "Cargo.lock";
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks every package of the tree.
pub(super) fn check(metadata: &Metadata, policy: &Policy) -> Vec<Violation> {
    let mut versions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for package in &metadata.packages {
        versions.entry(&package.name).or_default().push(package.version.to_string());
        let source = package.source.as_ref().map(ToString::to_string);
        if source.as_deref().is_some_and(|source| source != CRATES_IO) {
            let what = format!("{} does not come from crates.io", package.name);
            found.push(Violation::new(LOCK, what, "use a published version"));
        }
    }
    for Ban { name, reason } in &policy.banned {
        if versions.contains_key(name.as_str()) {
            let remedy = format!(
                "`cargo tree -i {name}` shows who brings it: turn off the feature, or lift the ban in {FILE}"
            );
            found.push(Violation::new(LOCK, format!("{name} is banned: {reason}"), remedy));
        }
    }
    for name in &policy.single.crates {
        if let Some(several) = versions.get(name.as_str()).filter(|versions| versions.len() > 1) {
            found.push(Violation::new(
                LOCK,
                format!("{name} is there in several versions: {}", several.join(", ")),
                format!("`cargo tree -d -i {name}` shows who brings them: move all to one"),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, policy};
    use super::*;

    fn complaints(fixture: &Fixture) -> Vec<String> {
        check(&fixture.metadata(), &policy()).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn an_honest_tree_passes() {
        let fixture = Fixture::new().member("low").other("hyper").other("itoa").version("itoa", "2.0.0");
        assert_eq!(complaints(&fixture), Vec::<String>::new());
    }

    #[test]
    fn a_banned_crate_is_found_with_the_reason() {
        let fixture = Fixture::new().other("openssl-sys");
        assert_eq!(complaints(&fixture), ["openssl-sys is banned: rustls is the one TLS"]);
    }

    #[test]
    fn a_second_version_is_found_where_it_hurts() {
        let fixture = Fixture::new().other("hyper").version("hyper", "2.0.0");
        assert_eq!(complaints(&fixture), ["hyper is there in several versions: 1.0.0, 2.0.0"]);
    }

    #[test]
    fn a_git_dependency_is_found() {
        let fixture = Fixture::new().other("dep").source("dep", "git+https://example.com/dep#0123");
        assert_eq!(complaints(&fixture), ["dep does not come from crates.io"]);
    }
}
