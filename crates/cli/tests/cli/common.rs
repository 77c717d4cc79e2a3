//! The command line as a process, in a home of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;

/// What must be in no output: every secret of these tests holds it.
pub(crate) const SECRET: &str = "hunter2";

/// Somebody's home, with nothing in it.
pub(crate) struct Home(TempDir);

/// A process that goes on.
pub(crate) struct Running {
    child: Child,
    pub(crate) first: String,
    /// Kept open: whoever writes there must not fail.
    _stdout: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process ended.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A home with this configuration, for its owner alone to read.
    pub(crate) fn with(config: &str) -> Self {
        let home = Self::new();
        std::fs::create_dir(home.0.path().join(".campana")).unwrap();
        std::fs::write(home.config(), config).unwrap();
        home.chmod(0o600);
        home
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.0.path().join(".campana/config.toml")
    }

    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(self.config()).unwrap()
    }

    pub(crate) fn chmod(&self, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(self.config(), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs `campana` with these arguments, and nothing of the machine's in its environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, &[], "")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)], stdin: &str) -> Done {
        let mut command = Command::new(env!("CARGO_BIN_EXE_campana"));
        command.args(arguments).env_clear().env("HOME", self.0.path()).env("COLUMNS", "100");
        command.envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A process that asks for nothing may be gone before it was told anything.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let done = Done { code: status.code(), stdout: text(stdout), stderr: text(stderr) };
        assert!(!format!("{}{}", done.stdout, done.stderr).contains(SECRET), "{done}");
        done
    }

    /// Starts `campana` with these arguments, for as long as the answer lives, and reads its first line.
    pub(crate) fn start(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_campana"));
        command.args(arguments).env_clear().env("HOME", self.0.path()).envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        stdout.read_line(&mut first).unwrap();
        Running { child, first, _stdout: stdout }
    }

    /// `text` without what is different on each machine.
    pub(crate) fn anonymous(&self, text: &str) -> String {
        text.replace(self.0.path().to_str().unwrap(), "~")
    }
}

impl Done {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

impl std::fmt::Display for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or("none".to_owned(), |code| code.to_string());
        writeln!(f, "exit status: {code}\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }
}
