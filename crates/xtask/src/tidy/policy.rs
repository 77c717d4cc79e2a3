//! What is allowed, read from `policy.toml`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The whole policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Policy {
    /// What each crate of the workspace may use.
    pub(super) crates: BTreeMap<String, Layer>,
    /// Names for groups of crates of others.
    pub(super) families: BTreeMap<String, Vec<String>>,
    pub(super) licenses: Licenses,
    pub(super) banned: Vec<Ban>,
    pub(super) single: Single,
}

/// What one crate of the workspace may use.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Layer {
    /// The crates of the workspace that it may depend on.
    pub(super) may_use: Vec<String>,
    /// Whether it may depend on all of them.
    pub(super) may_use_all: bool,
    /// The families of which it must not reach any crate.
    pub(super) never_reaches: Vec<String>,
}

/// The licences that a dependency may be used under, in SPDX's names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Licenses {
    pub(super) allow: Vec<String>,
    /// Those that npm packages of the UI may be under besides.
    #[serde(default)]
    pub(super) npm: Vec<String>,
    /// And those that npm packages may be under besides that only build and test it.
    #[serde(default)]
    pub(super) npm_tools: Vec<String>,
}

/// A crate that must not be in the tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ban {
    #[serde(rename = "crate")]
    pub(super) name: String,
    pub(super) reason: String,
}

/// The crates of which only one version may be in the tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Single {
    pub(super) crates: Vec<String>,
}

/// Where the policy stands, for remedies.
pub(super) const FILE: &str = "crates/xtask/policy.toml";

impl Policy {
    /// The policy of this workspace.
    ///
    /// # Errors
    /// If it is not well-formed, or names a crate or family that it does not define.
    pub(super) fn shipped() -> Result<Self> {
        Self::parse(include_str!("../../policy.toml")).with_context(|| format!("{FILE} is not well-formed"))
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let policy: Self = toml::from_str(text)?;
        for (name, layer) in &policy.crates {
            for used in &layer.may_use {
                policy
                    .crates
                    .get(used)
                    .with_context(|| format!("{name} may use {used:?}, which is no crate"))?;
            }
            for family in &layer.never_reaches {
                let known = policy.families.get(family);
                known.with_context(|| format!("{name} never reaches {family:?}, which is no family"))?;
            }
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_is_well_formed_and_gives_reasons() {
        let policy = Policy::shipped().unwrap();
        assert!(policy.banned.iter().all(|ban| !ban.reason.is_empty()));
        assert!(policy.crates["campana-server"].may_use.iter().all(|used| used != "campana-engine"));
    }

    #[test]
    fn a_name_that_is_not_defined_is_refused() {
        let rest = "banned = []\n[licenses]\nallow = []\n[single]\ncrates = []\n[families]\n";
        let parse = |layer: &str| Policy::parse(&format!("{rest}[crates.a]\n{layer}"));
        assert!(parse("may-use = [\"a\"]").is_ok());
        assert!(parse("may-use = [\"b\"]").unwrap_err().to_string().contains("\"b\", which is no crate"));
        assert!(
            parse("never-reaches = [\"sql\"]")
                .unwrap_err()
                .to_string()
                .contains("\"sql\", which is no family")
        );
        assert!(parse("may-sue = []").is_err());
    }
}
