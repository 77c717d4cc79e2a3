//! What the guide in `docs` shows is what there is: each program that sends is an example, which is run against a
//! receiver, each command line is one that `campana` understands, and those that send are run.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

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

/// Every block of the guide in this language, with the page that it stands in.
fn guide(wanted: &str) -> Vec<(PathBuf, String)> {
    let pages = files("docs", "md").into_iter();
    let all =
        pages.flat_map(|(page, text)| blocks(&text).into_iter().map(move |block| (page.clone(), block)));
    let wanted = all.filter(|(_, (language, _))| language == wanted);
    wanted.map(|(page, (_, text))| (page, text)).collect()
}

/// The program of an example, without what its first lines say of it.
fn program(text: &str) -> &str {
    text.split_once("\n\n").map_or(text, |(_, program)| program)
}

#[test]
fn a_program_that_is_only_compiled_is_an_example() {
    let examples = files("examples", "rs");
    let programs = guide("rust,no_run");
    assert!(!programs.is_empty());
    for (page, text) in programs {
        let known = examples.iter().any(|(_, example)| program(example) == text);
        assert!(known, "{} has a program that nobody runs, since it is no example:\n{text}", page.display());
    }
}

/// The lines of the guide for the shell, with the pages that they stand in.
fn shell() -> Vec<(PathBuf, String)> {
    let lines = |(page, text): (PathBuf, String)| {
        let line = move |line: &str| (page.clone(), line.trim().to_owned());
        text.lines().map(line).collect::<Vec<_>>()
    };
    guide("sh").into_iter().flat_map(lines).collect()
}

/// The arguments, if it is `campana` that is run.
fn of_campana(line: &str) -> Option<&str> {
    line.strip_prefix("campana ").or(line.strip_prefix("cargo run --bin campana -- "))
}

/// Runs `campana` by a shell, so that quotes mean what they mean to the reader.
fn campana(arguments: &str, environment: &[(String, String)]) -> Output {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("\"$0\" {arguments}"), env!("CARGO_BIN_EXE_campana")]);
    command.env_clear().env("CAMPANA__USER_CONFIG_PATH", "/nowhere/config.toml");
    command.envs(environment.iter().map(|(name, value)| (name, value))).output().unwrap()
}

fn succeeded(page: &Path, line: &str, output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {line}\n{said}", page.display());
}

#[test]
fn every_example_that_is_run_is_there() {
    let mut seen = 0;
    for (page, line) in shell() {
        let Some(example) = line.strip_prefix("cargo run -p campana-examples --bin ") else { continue };
        let [file, folder] = [format!("{example}.rs"), format!("{example}/main.rs")];
        let found = [file, folder].iter().any(|path| root().join("examples").join(path).exists());
        assert!(found, "{}: no example '{example}'", page.display());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn every_command_is_understood() {
    let mut seen = 0;
    for (page, line) in shell() {
        let Some(arguments) = of_campana(&line) else { continue };
        succeeded(&page, &line, &campana(&format!("{arguments} --help"), &[]));
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn every_message_arrives() {
    let lines =
        shell().into_iter().filter(|(_, line)| line.starts_with("campana notify ")).collect::<Vec<_>>();
    assert!(!lines.is_empty());
    let mut receive = Command::new(env!("CARGO_BIN_EXE_campana"))
        .args(["receive", "--port", "0", "--json", "--for", "60", "--count", &lines.len().to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(receive.stdout.take().unwrap());
    let mut greeting = String::new();
    stdout.read_line(&mut greeting).unwrap();
    let greeting: Json = serde_json::from_str(&greeting).unwrap();
    let variables = greeting["environment"].as_object().unwrap();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let environment: Vec<_> = variables.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    for (page, line) in &lines {
        succeeded(page, line, &campana(of_campana(line).unwrap(), &environment));
    }
    let arrived = stdout.lines().map(|line| serde_json::from_str::<Json>(&line.unwrap()).unwrap());
    let arrived: Vec<_> = arrived.map(|received| text(&received["outcome"])).collect();
    assert_eq!(arrived, vec!["accepted"; lines.len()]);
    assert!(receive.wait().unwrap().success());
}
