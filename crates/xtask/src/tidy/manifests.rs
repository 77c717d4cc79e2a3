//! What the manifests share: lints, licence, edition; and `unsafe` is forbidden in all of them.

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use toml::{Table, Value};

use super::Violation;
use super::layers::manifest;
use crate::workspace::Workspace;

/// What every crate takes from the workspace.
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

/// Checks the manifest of the workspace and that of each crate.
///
/// # Errors
/// If one cannot be read.
pub(super) fn check(workspace: &Workspace, metadata: &Metadata) -> Result<Vec<Violation>> {
    let read = |file: &str| -> Result<Table> {
        let text = workspace.text(file)?.with_context(|| format!("{file} is no text"))?;
        text.parse().with_context(|| format!("{file} is not TOML"))
    };
    let mut found = root("Cargo.toml", &read("Cargo.toml")?);
    for package in metadata.workspace_packages() {
        let file = manifest(metadata, package);
        found.extend(member(&file, &read(&file)?));
    }
    Ok(found)
}

fn root(file: &str, manifest: &Table) -> Vec<Violation> {
    let lint = at(manifest, &["workspace", "lints", "rust", "unsafe_code"]);
    let level = lint.and_then(|lint| lint.get("level").or(Some(lint))).and_then(Value::as_str);
    if level == Some("forbid") {
        return Vec::new();
    }
    let remedy = "set `unsafe_code = \"forbid\"` in [workspace.lints.rust]";
    vec![Violation::new(file, "the workspace does not forbid unsafe code", remedy)]
}

fn member(file: &str, manifest: &Table) -> Vec<Violation> {
    let inherits = |path: &[&str]| at(manifest, path).and_then(Value::as_bool) == Some(true);
    let mut found = Vec::new();
    // Examples print and have no reader of docs; they may have lints of their own, but no unsafe code.
    let own = at(manifest, &["lints", "rust", "unsafe_code"]).and_then(Value::as_str) == Some("forbid");
    let exempt = own && file.starts_with("examples/");
    if !inherits(&["lints", "workspace"]) && !exempt {
        let remedy = "add `[lints]` with `workspace = true`";
        found.push(Violation::new(file, "the lints of the workspace do not apply", remedy));
    }
    for key in INHERITED {
        if !inherits(&["package", key, "workspace"]) {
            let what = format!("{key} is not the one of the workspace");
            found.push(Violation::new(file, what, format!("write `{key}.workspace = true`")));
        }
    }
    let description = at(manifest, &["package", "description"]).and_then(Value::as_str);
    if description.is_none_or(|text| text.trim().is_empty()) {
        let remedy = "say in one line what the crate is for: `description = \"...\"`";
        found.push(Violation::new(file, "there is no description", remedy));
    }
    found
}

fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBER: &str = "\
[package]
name = \"low\"
description = \"the lowest\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true
[lints]
workspace = true
";

    fn of_member(text: &str) -> Vec<String> {
        member("Cargo.toml", &text.parse().unwrap()).into_iter().map(|violation| violation.what).collect()
    }

    fn of_root(text: &str) -> usize {
        root("Cargo.toml", &text.parse().unwrap()).len()
    }

    #[test]
    fn an_orderly_crate_passes() {
        assert_eq!(of_member(MEMBER), Vec::<String>::new());
    }

    #[test]
    fn each_key_that_is_missing_or_its_own_is_found() {
        for key in INHERITED {
            let wanted = [format!("{key} is not the one of the workspace")];
            let missing = MEMBER.replace(&format!("\n{key}.workspace = true"), "");
            assert_eq!(of_member(&missing), wanted);
            let own = MEMBER.replace(&format!("\n{key}.workspace = true"), &format!("\n{key} = \"mine\""));
            assert_eq!(of_member(&own), wanted);
        }
    }

    #[test]
    fn a_crate_without_lints_or_description_is_found() {
        let lints = "the lints of the workspace do not apply";
        assert_eq!(of_member(&MEMBER.replace("[lints]\nworkspace = true", "")), [lints]);
        assert_eq!(
            of_member(&MEMBER.replace("[lints]\nworkspace = true", "[lints]\nworkspace = false")),
            [lints]
        );
        assert_eq!(of_member(&MEMBER.replace("the lowest", " ")), ["there is no description"]);
        assert_eq!(of_member(&MEMBER.replace("description", "homepage")), ["there is no description"]);
    }

    #[test]
    fn only_examples_have_lints_of_their_own() {
        let own = MEMBER.replace("[lints]\nworkspace = true", "[lints.rust]\nunsafe_code = \"forbid\"");
        assert_eq!(of_member(&own).len(), 1);
        assert_eq!(member("examples/Cargo.toml", &own.parse().unwrap()).len(), 0);
        let unsafe_too = own.replace("forbid", "deny");
        assert_eq!(member("examples/Cargo.toml", &unsafe_too.parse().unwrap()).len(), 1);
    }

    #[test]
    fn unsafe_code_is_forbidden_not_only_denied() {
        let with = |level: &str| format!("[workspace.lints.rust]\nunsafe_code = {level}");
        assert_eq!(of_root(&with("\"forbid\"")), 0);
        assert_eq!(of_root(&with("{ level = \"forbid\", priority = 1 }")), 0);
        assert_eq!(of_root(&with("\"deny\"")), 1);
        assert_eq!(of_root("[workspace]"), 1);
    }
}
