//! Has the crate built anew when the web UI in it changes. It never builds the UI: that takes Node, and `cargo xtask` does it.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // What is watched and missing counts as changed each time, so until the UI is built its folder is watched.
    let watched = ["../../ui/dist", "../../ui"].into_iter().find(|folder| Path::new(folder).is_dir());
    if let Some(folder) = watched {
        println!("cargo::rerun-if-changed={folder}");
    }
}
