//! Ctrl-C, pressed at a process.

use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;

use campana::Start;
use campana::prelude::*;

use crate::program::{NAME, Program};

/// What the child runs.
pub(crate) fn program(name: &str) {
    match name {
        "heeds" => end(flow(true).run().blocking().unwrap()),
        "heeds-not" => end(flow(false).run().blocking().unwrap()),
        "asks" => end(asking(flow(true).run()).blocking().unwrap()),
        "own-runtime" => end(on_runtime(flow(true).run())),
        "own-runtime-told-to" => end(on_runtime(flow(true).run().cancel_on_ctrl_c(true))),
        "told-not-to" => end(flow(true).run().cancel_on_ctrl_c(false).blocking().unwrap()),
        other => panic!("no program {other}"),
    }
}

fn on_runtime(start: Start) -> FlowRun {
    tokio::runtime::Runtime::new().unwrap().block_on(start.into_future())
}

/// Waits for somebody to let a task go on, who never does.
fn asking(start: Start) -> Start {
    start.approve(|name| {
        println!("may {name} go on?");
        std::thread::park();
        false
    })
}

/// Says how the run ended, and waits to be told to end by the end of stdin.
fn end(run: FlowRun) {
    println!("run {run}");
    println!("over");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn say(subject: &Subject, _old: &State, new: &State) {
    println!("{} {}", subject.full_name(), new.kind());
}

/// Waits to be cancelled, and may not heed it.
#[task]
fn wait(heeds: bool, context: Context) {
    println!("waiting");
    while !(heeds && context.is_cancelled()) {
        std::thread::yield_now();
    }
}

#[task]
fn after() {}

fn flow(heeds: bool) -> Flow {
    let mut flow = Flow::new("flow").state_handler(say);
    let wait = match std::env::var(NAME).as_deref() {
        Ok("asks") => wait(heeds).trigger(manual_only()),
        _ => wait(heeds),
    };
    let wait = flow.add(wait.state_handler(say));
    flow.add(after().after(wait).state_handler(say));
    flow
}

const CANCELLED: [&str; 4] =
    ["wait Success", "after Cancelled", "flow Cancelled", "run Cancelled(\"Flow run is cancelled.\")"];

#[test]
fn it_cancels_a_run_that_blocks_and_handlers_are_called() {
    let mut program = Program::start("heeds");
    program.until("waiting");
    program.press_ctrl_c();
    assert_eq!(program.until("over"), CANCELLED);
    assert!(program.end().success());
}

#[test]
fn pressed_again_it_ends_the_process() {
    let mut program = Program::start("heeds-not");
    program.until("waiting");
    program.press_ctrl_c();
    // The first must have been seen before the second comes, since two that wait count as one; whoever is in
    // a hurry presses until it helps.
    while program.is_running() {
        program.press_ctrl_c();
        std::thread::yield_now();
    }
    assert_eq!(program.end().code(), Some(130));
}

#[test]
fn after_the_run_it_ends_the_process() {
    let mut program = Program::start("heeds");
    program.until("waiting");
    program.press_ctrl_c();
    program.until("over");
    program.press_ctrl_c();
    assert_eq!(program.end_by_itself().code(), Some(130));
}

#[test]
fn a_run_that_is_awaited_leaves_it_alone_unless_told_to_listen() {
    for name in ["own-runtime", "told-not-to"] {
        let mut program = Program::start(name);
        program.until("waiting");
        program.press_ctrl_c();
        assert_eq!(program.end_by_itself().signal(), Some(2), "{name}");
    }
    let mut program = Program::start("own-runtime-told-to");
    program.until("waiting");
    program.press_ctrl_c();
    assert_eq!(program.until("over"), CANCELLED);
    assert!(program.end().success());
}

#[test]
fn it_is_heard_while_somebody_is_asked() {
    let mut program = Program::start("asks");
    program.until("may wait go on?");
    program.press_ctrl_c();
    assert_eq!(program.until("over"), [&["wait Cancelled"], &CANCELLED[1..]].concat());
    assert!(program.end().success());
}
