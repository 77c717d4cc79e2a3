//! What the guide in `docs` shows is what there is: each program that sends is an example, which is run against a
//! receiver, and each command line is one that `campana` understands.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block: its language with what follows it, and its text.
type Block = (String, String);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files with this extension in a folder, with their text.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    wanted.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(_) if inside => inside = false,
            Some(language) => {
                inside = true;
                blocks.push((language.to_owned(), String::new()));
            }
            None if inside => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    assert!(!inside, "a block is not closed");
    blocks
}

/// Every block of the guide in one of these languages, with the page that it stands in.
fn guide(languages: &[&str]) -> Vec<(PathBuf, String)> {
    let pages = files("docs", "md").into_iter();
    let all =
        pages.flat_map(|(page, text)| blocks(&text).into_iter().map(move |block| (page.clone(), block)));
    let wanted = all.filter(|(_, (language, _))| languages.contains(&language.as_str()));
    wanted.map(|(page, (_, text))| (page, text)).collect()
}

/// The program of an example, without what its first lines say of it.
fn program(text: &str) -> &str {
    text.split_once("\n\n").map_or(text, |(_, program)| program)
}

#[test]
fn a_program_that_is_only_compiled_is_an_example() {
    let examples = files("examples", "rs");
    let programs = guide(&["rust,no_run"]);
    assert!(!programs.is_empty());
    for (page, text) in programs {
        let known = examples.iter().any(|(_, example)| program(example) == text);
        assert!(known, "{} has a program that nobody runs, since it is no example:\n{text}", page.display());
    }
}

#[test]
fn the_shell_runs_what_there_is() {
    let mut seen = 0;
    for (page, text) in guide(&["sh"]) {
        for line in text.lines().map(str::trim) {
            let example = line.strip_prefix("cargo run -p campana-examples --bin ");
            if let Some(example) = example {
                let [file, folder] = [format!("{example}.rs"), format!("{example}/main.rs")];
                let found = [file, folder].iter().any(|path| root().join("examples").join(path).exists());
                assert!(found, "{}: no example '{example}'", page.display());
            }
            let arguments =
                line.strip_prefix("cargo run --bin campana -- ").or(line.strip_prefix("campana "));
            if let Some(arguments) = arguments {
                understood(&page, arguments);
            }
            seen += usize::from(example.is_some() || arguments.is_some());
        }
    }
    assert!(seen > 0);
}

/// Whether `campana` knows the subcommand and the options, for which nothing needs to be done.
fn understood(page: &Path, arguments: &str) {
    // By a shell, so that quotes mean what they mean to the reader.
    let script = format!("\"$0\" {arguments} --help");
    let output = Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_campana")]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: campana {arguments}\n{said}", page.display());
}
