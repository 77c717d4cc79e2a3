//! Whether the UI that was built is made of what is here now.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// What it is made of.
const SOURCES: [&str; 9] = [
    "crates/server/schema.graphql",
    "ui/index.html",
    "ui/package.json",
    "ui/package-lock.json",
    "ui/public",
    "ui/scripts",
    "ui/src",
    "ui/tsconfig.json",
    "ui/vite.config.ts",
];

/// Written from the schema and the operations each time, so it says nothing of its own.
const GENERATED: &str = "ui/src/api/generated";

/// Written last, when it is built.
const BUILT: &str = "ui/dist/index.html";

/// Whether nothing is younger than what was built.
pub(super) fn is_built(workspace: &Workspace) -> Result<bool> {
    let Ok(built) = fs::metadata(workspace.path(BUILT)).and_then(|file| file.modified()) else {
        return Ok(false);
    };
    let generated = workspace.path(GENERATED);
    for source in SOURCES {
        let changed = youngest(&workspace.path(source), &generated);
        if changed.with_context(|| format!("could not look at {source}"))? > built {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes sure that it is built the next time.
pub(super) fn forget(workspace: &Workspace) -> Result<()> {
    match fs::remove_file(workspace.path(BUILT)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {BUILT}"))
        }
        _ => Ok(()),
    }
}

/// When a file, or anything in a folder, was last changed. A folder changes with the names in it, and so also when
/// something goes.
fn youngest(path: &Path, except: &Path) -> io::Result<SystemTime> {
    let about = fs::metadata(path)?;
    let mut youngest = about.modified()?;
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?.path();
            if entry != except {
                youngest = youngest.max(self::youngest(&entry, except)?);
            }
        }
    }
    Ok(youngest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_youngest_of_a_folder_is_found_below_it_but_for_what_does_not_count() {
        let folder = std::env::temp_dir().join(format!("campana-xtask-fresh-{}", std::process::id()));
        let (deep, except) = (folder.join("a"), folder.join("generated"));
        fs::create_dir_all(&deep).unwrap();
        fs::create_dir_all(&except).unwrap();
        let later = |path: &Path, hours: u64| {
            let at = SystemTime::now() + Duration::from_secs(hours * 3_600);
            fs::File::create(path).unwrap().set_modified(at).unwrap();
            at
        };
        let wanted = later(&deep.join("x.ts"), 1);
        later(&except.join("graphql.ts"), 2);
        let found = youngest(&folder, &except);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.unwrap(), wanted);
    }

    #[test]
    fn everything_that_it_is_made_of_is_there() {
        let workspace = Workspace::find().unwrap();
        for source in SOURCES {
            assert!(workspace.path(source).exists(), "{source}");
        }
    }
}
