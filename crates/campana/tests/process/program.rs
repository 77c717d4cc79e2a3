//! A process that a test starts, and listens to.

use std::io::{BufRead as _, BufReader, Lines, Read as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

/// Names what the child is to run.
pub(crate) const NAME: &str = "CAMPANA_TEST_PROGRAM";

/// Not a test: what the child runs.
#[test]
fn program() {
    let Ok(name) = std::env::var(NAME) else { return };
    match name.as_str() {
        "secret" => crate::secrets::program(),
        "secret-logging" => crate::secrets::logging_program(),
        "channels" => crate::channels::program(),
        "links" => crate::links::program(),
        "logs" => crate::logs::program(),
        "interactive" => crate::terminal::program(),
        name => crate::ctrl_c::program(name),
    }
}

/// A child.
pub(crate) struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    stderr: Option<JoinHandle<String>>,
}

impl Program {
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, |command| command)
    }

    pub(crate) fn start_with(name: &str, settle: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "program::program", "--nocapture"])
            .env(NAME, name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = settle(&mut command).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Read on a thread, so that the child never waits for it.
        let stderr = child.stderr.take().map(|mut stderr| {
            std::thread::spawn(move || {
                let mut said = Vec::new();
                stderr.read_to_end(&mut said).unwrap();
                String::from_utf8_lossy(&said).into_owned()
            })
        });
        Self { child, lines, stderr }
    }

    /// Reads what it says until it says this, and gives back what it has said before.
    pub(crate) fn until(&mut self, said: &str) -> Vec<String> {
        let mut before = Vec::new();
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            if line == said {
                return before;
            }
            before.push(line);
        }
        panic!("it ended, and said {before:?}");
    }

    /// All that it says on stderr, if that was piped, until it ends.
    pub(crate) fn stderr(&mut self) -> String {
        self.stderr.take().unwrap().join().unwrap()
    }

    pub(crate) fn press_ctrl_c(&self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Closes its stdin, and waits until it ends.
    pub(crate) fn end(mut self) -> ExitStatus {
        drop(self.child.stdin.take());
        self.end_by_itself()
    }

    /// Waits until it ends.
    pub(crate) fn end_by_itself(mut self) -> ExitStatus {
        let stdin = self.child.stdin.take();
        // What it still says is read, lest it wait for somebody to do so.
        self.lines.for_each(drop);
        let status = self.child.wait().unwrap();
        drop(stdin);
        status
    }
}
