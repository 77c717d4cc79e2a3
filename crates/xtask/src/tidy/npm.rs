//! The npm packages of the web UI: each under a licence that the policy allows, and whole, wherever it comes from.
//!
//! What only builds and tests reaches no user, so it may be under a few licences more.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Violation;
use super::licenses::{objection, parse};
use super::policy::Policy;

/// A `package-lock.json`: its packages, by where they lie. The first, of an empty path, is the UI itself.
#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Package>,
}

#[derive(Deserialize)]
struct Package {
    version: Option<String>,
    license: Option<String>,
    integrity: Option<String>,
    resolved: Option<String>,
    #[serde(default)]
    dev: bool,
}

/// Checks one file, if npm wrote it.
///
/// # Errors
/// If it is not as npm writes it, or the policy allows something that is no licence.
pub(super) fn check(file: &str, text: &str, policy: &Policy) -> Result<Vec<Violation>> {
    if file != "package-lock.json" && !file.ends_with("/package-lock.json") {
        return Ok(Vec::new());
    }
    let lock: Lock = serde_json::from_str(text).with_context(|| format!("could not read {file}"))?;
    let licenses = &policy.licenses;
    let shipped = [parse(&licenses.allow)?, parse(&licenses.npm)?].concat();
    let tools = [shipped.clone(), parse(&licenses.npm_tools)?].concat();
    let mut found = Vec::new();
    for (path, package) in lock.packages.iter().filter(|(path, _)| !path.is_empty()) {
        let name = path.rsplit_once("node_modules/").map_or(path.as_str(), |(_, name)| name);
        let name = format!("{name} {}", package.version.as_deref().unwrap_or("of no version"));
        if package.resolved.is_some() {
            let remedy = "set `omit-lockfile-registry-resolved=true` in .npmrc, and make the file again";
            found.push(Violation::new(file, format!("{name} says where it was fetched from"), remedy));
        }
        if package.integrity.is_none() {
            let remedy = "make the file again, with packages of a registry only";
            found.push(Violation::new(file, format!("{name} has no checksum"), remedy));
        }
        let allowed = if package.dev { &tools } else { &shipped };
        found.extend(objection(file, &name, package.license.as_deref(), allowed));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::fixture::policy;
    use super::*;

    const FILE: &str = "ui/package-lock.json";

    fn complaints(package: Json) -> Vec<String> {
        let lock =
            json!({ "packages": { "": { "license": "Mine" }, "node_modules/@a/b/node_modules/c": package } });
        let mut policy = policy();
        policy.licenses.npm = vec!["Unlicense".to_owned()];
        policy.licenses.npm_tools = vec!["MPL-2.0".to_owned()];
        let found = check(FILE, &lock.to_string(), &policy).unwrap();
        found.into_iter().map(|violation| violation.what).collect()
    }

    fn licensed(license: &str, dev: bool) -> Vec<String> {
        complaints(json!({ "version": "1.0.0", "license": license, "integrity": "sha512-x", "dev": dev }))
    }

    #[test]
    fn what_is_shipped_is_under_what_the_policy_allows() {
        for license in ["MIT", "Unlicense", "(MIT OR GPL-3.0-only)"] {
            assert_eq!(licensed(license, false), Vec::<String>::new());
        }
        let wanted = "c 1.0.0 is under MPL-2.0, which the policy does not allow";
        assert_eq!(licensed("MPL-2.0", false), [wanted]);
        assert_eq!(
            licensed("SEE LICENSE", true),
            ["c 1.0.0 has a licence that is no SPDX expression, \"SEE LICENSE\""]
        );
    }

    #[test]
    fn tools_may_be_under_a_few_licences_more() {
        assert_eq!(licensed("MPL-2.0", true), Vec::<String>::new());
        assert_eq!(licensed("GPL-3.0-only", true).len(), 1);
    }

    #[test]
    fn a_package_is_known_by_its_checksum_and_not_by_its_source() {
        let package = json!({ "license": "MIT", "resolved": "https://registry.npmjs.org/c.tgz" });
        let wanted = ["c of no version says where it was fetched from", "c of no version has no checksum"];
        assert_eq!(complaints(package), wanted);
    }

    #[test]
    fn only_what_npm_wrote_is_read() {
        assert!(check("ui/my-package-lock.json", "{", &policy()).unwrap().is_empty());
        assert!(check(FILE, "{", &policy()).is_err());
    }
}
