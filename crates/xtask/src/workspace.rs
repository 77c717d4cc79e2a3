//! The checkout: where it is, which files it has, what cargo knows of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Metadata;

/// The checkout of the workspace.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this program was built from.
    pub(crate) fn find() -> Result<Self> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let root = crates.and_then(Path::parent).context("xtask lies in no workspace")?;
        Ok(Self { root: root.to_owned() })
    }

    /// Cargo, to be run in the root. Tests that it runs write nothing beside their sources.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        cargo.env("INSTA_UPDATE", "no").env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true");
        cargo
    }

    /// A path from the root, as the operating system wants it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The folder that cargo builds into.
    pub(crate) fn target(&self) -> Result<PathBuf> {
        let mut command = cargo_metadata::MetadataCommand::new();
        let metadata = command.current_dir(&self.root).no_deps().exec().context("cargo metadata failed")?;
        Ok(metadata.target_directory.into_std_path_buf())
    }

    /// Every file that git tracks, or would after `git add`, as paths from the root.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let output = git.output().context("could not run git")?;
        ensure!(output.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&output.stderr));
        let names = String::from_utf8(output.stdout).context("a file's name is not UTF-8")?;
        let mut files: Vec<_> = names.split_terminator('\0').map(str::to_owned).collect();
        // One that was deleted and not yet told to git is no longer there.
        files.retain(|file| self.root.join(file).is_file());
        files.sort_unstable();
        files.dedup();
        Ok(files)
    }

    /// The text of a file, if it is one.
    pub(crate) fn text(&self, file: &str) -> Result<Option<String>> {
        let bytes = std::fs::read(self.root.join(file)).with_context(|| format!("could not read {file}"))?;
        Ok(String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')))
    }

    /// What cargo knows of the workspace and all that it depends on, on every platform and with every feature;
    /// without the network. On a machine that has only what it builds itself, only that is looked at.
    pub(crate) fn metadata(&self) -> Result<Looked> {
        let offline = ["--locked".to_owned(), "--offline".to_owned()];
        let ask = |more: &[String]| {
            let options = [&offline[..], more].concat();
            let mut command = cargo_metadata::MetadataCommand::new();
            command.current_dir(&self.root).other_options(options).exec()
        };
        if let Ok(metadata) = ask(&["--all-features".to_owned()]) {
            return Ok(Looked { metadata, at: "every platform and feature".to_owned() });
        }
        let host = self.host()?;
        let metadata = ask(&["--filter-platform".to_owned(), host.clone()])
            .context("cargo metadata failed; `cargo fetch` may help")?;
        Ok(Looked { metadata, at: format!("only what is built on {host}; `cargo fetch` brings the rest") })
    }

    fn host(&self) -> Result<String> {
        let output = self.cargo().arg("-vV").output().context("could not run cargo")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let host = text.lines().find_map(|line| line.strip_prefix("host: "));
        host.map(str::to_owned).context("cargo -vV names no host")
    }
}

/// What cargo knows, and of how much.
pub(crate) struct Looked {
    /// The packages and how they depend on each other.
    pub(crate) metadata: Metadata,
    /// For which platforms and features, for people.
    pub(crate) at: String,
}
