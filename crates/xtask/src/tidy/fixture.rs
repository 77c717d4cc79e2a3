//! A made-up answer of `cargo metadata`, and a policy for it.

use cargo_metadata::Metadata;
use serde_json::{Value as Json, json};

use super::policy::Policy;

const ROOT: &str = "/checkout";

/// A tree of packages; each has version 1.0.0 and is under MIT until told otherwise.
#[derive(Clone)]
pub(super) struct Fixture {
    packages: Vec<Json>,
    nodes: Vec<Json>,
    members: Vec<String>,
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self { packages: Vec::new(), nodes: Vec::new(), members: Vec::new() }
    }

    /// Adds a crate of the workspace.
    pub(super) fn member(mut self, name: &str) -> Self {
        self.members.push(id(name, "1.0.0"));
        self.package(name, "1.0.0", Json::Null, &format!("{ROOT}/crates/{name}/Cargo.toml"))
    }

    /// Adds a crate of others.
    pub(super) fn other(self, name: &str) -> Self {
        self.version(name, "1.0.0")
    }

    /// Adds another version of a crate of others.
    pub(super) fn version(self, name: &str, version: &str) -> Self {
        let source = json!("registry+https://github.com/rust-lang/crates.io-index");
        self.package(name, version, source, &format!("/registry/{name}-{version}/Cargo.toml"))
    }

    fn package(mut self, name: &str, version: &str, source: Json, manifest: &str) -> Self {
        self.packages.push(json!({
            "name": name, "version": version, "id": id(name, version), "source": source, "license": "MIT",
            "dependencies": [], "targets": [], "features": {}, "manifest_path": manifest,
        }));
        self.nodes.push(json!({"id": id(name, version), "deps": [], "dependencies": [], "features": []}));
        self
    }

    /// Puts a package under another licence, or none.
    pub(super) fn license(mut self, name: &str, license: Option<&str>) -> Self {
        self.find(name)["license"] = json!(license);
        self
    }

    /// Has a package come from elsewhere.
    pub(super) fn source(mut self, name: &str, source: &str) -> Self {
        self.find(name)["source"] = json!(source);
        self
    }

    /// `from` depends on `to`.
    pub(super) fn edge(self, from: &str, to: &str) -> Self {
        self.kind_of_edge(from, to, Json::Null)
    }

    /// The tests of `from` depend on `to`.
    pub(super) fn dev_edge(self, from: &str, to: &str) -> Self {
        self.kind_of_edge(from, to, json!("dev"))
    }

    /// The build script of `from` depends on `to`.
    pub(super) fn build_edge(self, from: &str, to: &str) -> Self {
        self.kind_of_edge(from, to, json!("build"))
    }

    fn kind_of_edge(mut self, from: &str, to: &str, kind: Json) -> Self {
        let declared = json!({
            "name": to, "source": null, "req": "*", "kind": kind, "optional": false,
            "uses_default_features": true, "features": [], "target": null,
        });
        self.find(from)["dependencies"].as_array_mut().unwrap().push(declared);
        let node = self.nodes.iter_mut().find(|node| node["id"] == id(from, "1.0.0")).unwrap();
        let dep_kinds = json!([{"kind": kind, "target": null}]);
        let resolved = json!({"name": to, "pkg": id(to, "1.0.0"), "dep_kinds": dep_kinds});
        node["deps"].as_array_mut().unwrap().push(resolved);
        node["dependencies"].as_array_mut().unwrap().push(json!(id(to, "1.0.0")));
        self
    }

    fn find(&mut self, name: &str) -> &mut Json {
        self.packages.iter_mut().find(|package| package["name"] == name).unwrap()
    }

    /// What `cargo metadata` would answer.
    pub(super) fn metadata(&self) -> Metadata {
        let Self { packages, nodes, members } = self;
        let json = json!({
            "packages": packages, "workspace_members": members, "workspace_default_members": members,
            "resolve": {"nodes": nodes, "root": null}, "workspace_root": ROOT, "target_directory": "/target",
            "version": 1, "metadata": null,
        });
        serde_json::from_value(json).unwrap()
    }
}

fn id(name: &str, version: &str) -> String {
    format!("{name}@{version}")
}

/// `high` may use `low`, `tool` may use all, `low` knows no SQL.
pub(super) fn policy() -> Policy {
    Policy::parse(
        r#"
        [crates.low]
        never-reaches = ["sql"]
        [crates.high]
        may-use = ["low"]
        [crates.tool]
        may-use-all = true
        [families]
        sql = ["sqlx", "rusqlite"]
        [licenses]
        allow = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
        [[banned]]
        crate = "openssl-sys"
        reason = "rustls is the one TLS"
        [single]
        crates = ["hyper"]
        "#,
    )
    .unwrap()
}
