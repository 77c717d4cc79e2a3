//! Who may use whom: a crate exists because a dependency must not cross a line.

use std::collections::{BTreeMap, VecDeque};

use cargo_metadata::{DependencyKind, Metadata, Node, Package, PackageId};

use super::Violation;
use super::policy::{FILE, Policy};

/// Checks every crate of the workspace. Dev-dependencies do not count: they reach no user.
pub(super) fn check(metadata: &Metadata, policy: &Policy) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let manifest = manifest(metadata, package);
        let Some(layer) = policy.crates.get(name) else {
            let remedy = format!("say in {FILE} what it may use, or put it into a crate that is there");
            found.push(Violation::new(manifest, format!("{name} has no place among the crates"), remedy));
            continue;
        };
        for used in package.dependencies.iter().filter(|used| used.kind != DependencyKind::Development) {
            let in_workspace = metadata.workspace_packages().iter().any(|other| *other.name == used.name);
            if in_workspace && !layer.may_use_all && !layer.may_use.contains(&used.name) {
                let allowed =
                    if layer.may_use.is_empty() { "none".to_owned() } else { layer.may_use.join(", ") };
                found.push(Violation::new(
                    &manifest,
                    format!("{name} uses {}, and of the workspace it may use: {allowed}", used.name),
                    "move what is needed to a crate below both, or have it passed in",
                ));
            }
        }
        for family in &layer.never_reaches {
            if let Some(way) = way_to(metadata, &package.id, &policy.families[family]) {
                found.push(Violation::new(
                    &manifest,
                    format!("{name} is to know nothing of {family}, and reaches {}", way.join(" -> ")),
                    "turn off the feature that brings it, or move the code that needs it to another crate",
                ));
            }
        }
    }
    found
}

/// The manifest of a package, as a path from the root.
pub(super) fn manifest(metadata: &Metadata, package: &Package) -> String {
    let path = &package.manifest_path;
    path.strip_prefix(&metadata.workspace_root).unwrap_or(path).to_string()
}

/// The shortest way from a package to one of these names, through what is linked into it.
fn way_to(metadata: &Metadata, from: &PackageId, names: &[String]) -> Option<Vec<String>> {
    let nodes = &metadata.resolve.as_ref()?.nodes;
    let nodes: BTreeMap<&PackageId, &Node> = nodes.iter().map(|node| (&node.id, node)).collect();
    let mut came_from = BTreeMap::from([(from, None)]);
    let mut queue = VecDeque::from([from]);
    while let Some(id) = queue.pop_front() {
        if names.iter().any(|name| *metadata[id].name == *name) {
            let steps = std::iter::successors(Some(id), |id| came_from[id]);
            let mut way: Vec<_> = steps.map(|id| metadata[id].name.to_string()).collect();
            way.reverse();
            return Some(way);
        }
        for used in nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            let linked = used.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if linked && !came_from.contains_key(&used.pkg) {
                came_from.insert(&used.pkg, Some(id));
                queue.push_back(&used.pkg);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, policy};
    use super::*;

    fn complaints(fixture: &Fixture) -> Vec<String> {
        check(&fixture.metadata(), &policy()).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn what_the_table_allows_passes() {
        let fixture = Fixture::new().member("low").member("high").member("tool");
        let fixture = fixture.edge("high", "low").edge("tool", "high").edge("tool", "low");
        assert_eq!(complaints(&fixture), Vec::<String>::new());
    }

    #[test]
    fn a_step_upwards_is_found() {
        let fixture = Fixture::new().member("low").member("high").edge("low", "high");
        assert_eq!(complaints(&fixture), ["low uses high, and of the workspace it may use: none"]);
    }

    #[test]
    fn a_step_upwards_in_tests_is_free() {
        let fixture = Fixture::new().member("low").member("high").dev_edge("low", "high");
        assert_eq!(complaints(&fixture), Vec::<String>::new());
    }

    #[test]
    fn a_build_script_counts() {
        let fixture = Fixture::new().member("low").member("high").build_edge("low", "high");
        assert_eq!(complaints(&fixture).len(), 1);
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        let fixture = Fixture::new().member("stray");
        let found = check(&fixture.metadata(), &policy());
        assert_eq!(found[0].what, "stray has no place among the crates");
        assert_eq!(found[0].file, "crates/stray/Cargo.toml");
    }

    #[test]
    fn what_must_not_be_reached_is_found_through_others_and_the_way_is_told() {
        let fixture = Fixture::new().member("low").other("pool").other("rusqlite");
        let direct = fixture.clone().edge("low", "pool").edge("pool", "rusqlite");
        assert_eq!(
            complaints(&direct),
            ["low is to know nothing of sql, and reaches low -> pool -> rusqlite"]
        );
        let in_tests = fixture.dev_edge("low", "pool").edge("pool", "rusqlite");
        assert_eq!(complaints(&in_tests), Vec::<String>::new());
    }
}
