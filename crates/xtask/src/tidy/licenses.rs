//! Every dependency may be used under a licence that the policy allows.

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package};
use spdx::{Expression, Licensee, ParseMode};

use super::Violation;
use super::policy::{FILE, Policy};

/// Checks every package of the tree, those of the workspace too.
///
/// # Errors
/// If the policy allows something that is no licence.
pub(super) fn check(metadata: &Metadata, policy: &Policy) -> Result<Vec<Violation>> {
    let allowed = parse(&policy.licenses.allow)?;
    let packages = metadata.packages.iter();
    let objection = |Package { name, version, license, .. }: &Package| {
        objection("Cargo.lock", &format!("{name} {version}"), license.as_deref(), &allowed)
    };
    Ok(packages.filter_map(objection).collect())
}

/// The licences of these names.
///
/// # Errors
/// If one is none.
pub(super) fn parse(names: &[String]) -> Result<Vec<Licensee>> {
    let parse = |name: &String| {
        Licensee::parse(name).with_context(|| format!("{FILE} allows {name:?}, which SPDX does not know"))
    };
    names.iter().map(parse).collect()
}

/// What is wrong with the licence of a package, if anything is; `file` is the one that brings the package.
pub(super) fn objection(
    file: &str,
    package: &str,
    license: Option<&str>,
    allowed: &[Licensee],
) -> Option<Violation> {
    let complain =
        |what: String, remedy: &str| Some(Violation::new(file, format!("{package} {what}"), remedy));
    let Some(text) = license else {
        return complain("names no licence".to_owned(), "use another package");
    };
    // Lax: old crates write `MIT/Apache-2.0`.
    let Ok(expression) = Expression::parse_mode(text, ParseMode::LAX) else {
        return complain(
            format!("has a licence that is no SPDX expression, {text:?}"),
            "use another package",
        );
    };
    if expression.evaluate(|wanted| allowed.iter().any(|licensee| licensee.satisfies(wanted))) {
        return None;
    }
    let remedy = format!("use another package; if people agree on the licence, allow it in {FILE}");
    complain(format!("is under {text}, which the policy does not allow"), &remedy)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, policy};
    use super::*;

    fn complaint(license: Option<&str>) -> Option<String> {
        let metadata = Fixture::new().other("dep").license("dep", license).metadata();
        let mut found = check(&metadata, &policy()).unwrap();
        assert!(found.len() < 2);
        found.pop().map(|violation| violation.what)
    }

    #[test]
    fn one_allowed_choice_is_enough_and_every_part_is_needed() {
        for license in
            ["MIT", "MIT OR GPL-3.0-only", "MIT/GPL-3.0-only", "MIT AND ISC", "(MIT OR GPL-3.0-only) AND ISC"]
        {
            assert_eq!(complaint(Some(license)), None, "{license}");
        }
        for license in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "Apache-2.0", "LicenseRef-mine"] {
            let wanted = format!("dep 1.0.0 is under {license}, which the policy does not allow");
            assert_eq!(complaint(Some(license)), Some(wanted));
        }
    }

    #[test]
    fn an_exception_is_part_of_the_licence() {
        assert_eq!(complaint(Some("Apache-2.0 WITH LLVM-exception")), None);
        assert!(complaint(Some("GPL-2.0-only WITH Classpath-exception-2.0")).is_some());
    }

    #[test]
    fn no_licence_is_no_permission() {
        assert_eq!(complaint(None).as_deref(), Some("dep 1.0.0 names no licence"));
        assert!(complaint(Some("do what you like")).unwrap().contains("no SPDX expression"));
    }

    #[test]
    fn a_policy_that_allows_nonsense_is_an_error() {
        let mut policy = policy();
        policy.licenses.allow.push("MTI".to_owned());
        assert!(check(&Fixture::new().metadata(), &policy).is_err());
    }
}
