//! A run that is to ask, where nobody can be asked.

use std::process::Stdio;

use campana::prelude::*;

use crate::program::Program;

#[task]
fn load() {}

/// What the child runs.
pub(crate) fn program() {
    let mut flow = Flow::new("flow");
    let load = flow.add(load().trigger(manual_only()));
    let run = flow.run().interactive().progress_bar().blocking().unwrap();
    println!("load {}", run.state_of(load).unwrap().kind());
    println!("over");
}

#[test]
fn a_stdin_that_is_no_terminal_lets_nothing_go_on_and_is_not_read() {
    let directory = std::env::temp_dir().join(format!("campana-terminal-{}", std::process::id()));
    std::fs::write(&directory, "y\n".repeat(9)).unwrap();
    let answers = std::fs::File::open(&directory).unwrap();
    let mut position = answers.try_clone().unwrap();
    std::fs::remove_file(&directory).unwrap();
    let mut program = Program::start_with("interactive", |command| command.stdin(Stdio::from(answers)));
    assert_eq!(program.until("over").pop().unwrap(), "load Paused");
    assert!(program.end().success());
    // Both share the place in the file.
    assert_eq!(std::io::Seek::stream_position(&mut position).unwrap(), 0);
}
