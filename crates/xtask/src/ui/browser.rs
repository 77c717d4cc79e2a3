//! A browser for the tests: Chromium, which is installed where that is plainly wanted, and nowhere else.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// Names a Chromium that is to be used instead of one that is looked for.
const VARIABLE: &str = "CAMPANA_CHROMIUM";

/// The names that it has on one system or another.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What it is called at Debian, with letters that do not depend on what else is installed.
const DEBIAN: [&str; 2] = ["chromium", "fonts-liberation"];

const REMEDY: &str = "the browser tests need Chromium: install it (on Debian `apt-get install chromium fonts-liberation`), \
                      or name its program in CAMPANA_CHROMIUM";

/// Where Chromium is. Root on a Debian, as in CI, has it installed; anybody else is told what to install.
pub(super) fn find() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Ok(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    if let Some(found) = in_folders(&folders) {
        return Ok(found);
    }
    if !(is_root() && Path::new("/etc/debian_version").exists()) {
        bail!("{REMEDY}");
    }
    println!("== installing Chromium");
    apt_get(&["update", "--quiet"])?;
    apt_get(&[&["install", "--yes", "--quiet", "--no-install-recommends"], &DEBIAN[..]].concat())?;
    in_folders(&folders).context(REMEDY)
}

fn in_folders(folders: &[PathBuf]) -> Option<PathBuf> {
    let candidates = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

fn is_root() -> bool {
    let own = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = own.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1));
    uid == Some("0")
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut apt_get = Command::new("apt-get");
    let status = apt_get.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status();
    let status = status.with_context(|| format!("could not run apt-get; {REMEDY}"))?;
    ensure!(status.success(), "`apt-get {}` failed, see above; {REMEDY}", arguments.join(" "));
    Ok(())
}

/// A folder for what the browser and the tests keep while they run; gone when it is dropped.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    pub(super) fn make() -> Result<Self> {
        // A short path: the browser puts sockets into it.
        let path = std::env::temp_dir().join(format!("campana-ui-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("could not make {}", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left of it lies among other temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_in_any_folder_is_taken() {
        let temporary = Temporary::make().unwrap();
        let folders = ["one", "two"].map(|name| temporary.path().join(name)).to_vec();
        assert_eq!(in_folders(&folders), None);
        folders.iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
        std::fs::write(folders[0].join("google-chrome"), "").unwrap();
        assert_eq!(in_folders(&folders), Some(folders[0].join("google-chrome")));
        std::fs::write(folders[1].join("chromium"), "").unwrap();
        assert_eq!(in_folders(&folders), Some(folders[1].join("chromium")));
        let path = temporary.path().to_owned();
        drop(temporary);
        assert!(!path.exists());
    }
}
