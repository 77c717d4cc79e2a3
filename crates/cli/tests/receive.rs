//! `campana receive` as a process: what it prints, when it ends, and how.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_campana"));
    command
        .arg("receive")
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("CAMPANA__USER_CONFIG_PATH", "/nowhere/config.toml")
        .env("COLUMNS", "100");
    command
}

/// Starts it on a free port, for a minute at most, so that a test of something broken ends.
fn start(arguments: &[&str]) -> Process {
    start_with(arguments, &[])
}

fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Process {
    let mut command = command(&["--port", "0", "--for", "60"]);
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    Process { child, stdout }
}

/// The exit code, stdout and stderr of a process that ends by itself.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

impl Process {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Reads the greeting, and gives the address in its first line.
    fn greeting(&mut self) -> String {
        let first = self.line();
        let url = first.strip_prefix("export CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL=http://").unwrap();
        let address = url.strip_suffix("/slack").unwrap().to_owned();
        for service in ["twilio", "pagerduty", "teams", "pushbullet", "webhook"] {
            let line = self.line();
            assert!(line.starts_with("export CAMPANA__"), "{line}");
            assert!(format!("{line} ").contains(&format!("=http://{address}/{service} ")), "{line}");
        }
        assert!(self.line().starts_with("export CAMPANA__SMTP__HOST=127.0.0.1 CAMPANA__SMTP__PORT="));
        assert_eq!(self.line(), "# Waiting for messages; Ctrl-C ends it.");
        assert_eq!(self.line(), "");
        address
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end: how it ended, the rest of stdout, and stderr.
    fn end(mut self) -> (ExitStatus, String, String) {
        let (mut rest, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap(), rest, stderr)
    }
}

/// Posts a body and returns the status line of the answer.
fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

#[test]
fn messages_are_drawn_as_they_come() {
    let mut process = start(&["--count", "2"]);
    let address = process.greeting();
    let card = r##"{"attachments": [{"color": "#28a745", "title": "Success", "text": "`t` is *done*"}]}"##;
    assert_eq!(post(&address, "/slack/T0/B0/xyz", card), "HTTP/1.1 200 OK");
    assert!(process.line().starts_with("Slack "));
    assert_eq!(process.line(), "│ Success");
    assert_eq!(process.line(), "│ t is done");
    assert_eq!(process.line(), "");
    assert_eq!(post(&address, "/slack", "{}"), "HTTP/1.1 400 Bad Request");
    assert!(process.line().ends_with(" refused: 400 no_text"));
    assert_eq!(post(&address, "/webhook", r#"{"n": 1}"#), "HTTP/1.1 204 No Content");
    let (status, rest, stderr) = process.end();
    assert!(rest.contains("\"n\": 1"), "{rest}");
    assert_eq!(stderr, "2 messages received, 1 refused\n");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn colours_come_when_asked_for() {
    for (color, environment, coloured) in [
        ("always", &[("NO_COLOR", "1")][..], true),
        ("never", &[("CLICOLOR_FORCE", "1")], false),
        ("auto", &[], false),
        ("auto", &[("CLICOLOR_FORCE", "1")], true),
        ("auto", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
    ] {
        let mut process = start_with(&["--count", "1", "--color", color], environment);
        let address = process.greeting();
        post(&address, "/slack", r##"{"attachments": [{"color": "#28a745", "text": "t"}]}"##);
        let (_, drawing, _) = process.end();
        let bar = if coloured { "\x1b[38;2;40;167;69m┃" } else { "\n│ t" };
        assert!(drawing.contains(bar), "{color} {environment:?}: {drawing:?}");
    }
}

#[test]
fn json_is_one_object_in_a_line() {
    let mut process = start(&["--json", "--count", "1"]);
    let first: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
    let listening = first["listening"].as_str().unwrap();
    assert_eq!(first["urls"]["slack"], format!("{listening}/slack"));
    assert_eq!(first["urls"]["webhook"], format!("{listening}/webhook"));
    let address = listening.strip_prefix("http://").unwrap();
    post(address, "/slack", "nonsense");
    post(address, "/slack/secret", "{\"text\": \"*hi*\\u009b\\u007f\"}");
    let (status, rest, _) = process.end();
    assert!(rest.chars().all(|c| c == '\n' || !c.is_control()), "{rest:?}");
    let lines: Vec<serde_json::Value> =
        rest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["outcome"], &lines[0]["reason"]), (&"refused".into(), &"invalid_payload".into()));
    assert_eq!(lines[1]["message"]["cards"][0]["body"][0]["text"], "hi\u{9b}\u{7f}");
    assert_eq!(lines[1]["path"], "/slack/…");
    assert!(status.success());
}

#[test]
fn it_ends_when_asked_with_a_summary() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut process = start(&[]);
        let address = process.greeting();
        post(&address, "/slack", r#"{"text": "hi"}"#);
        process.signal(signal);
        let (status, _, stderr) = process.end();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), "1 message received\n"), "{signal:?}");
    }
}

#[test]
fn what_is_pasted_points_every_channel_here() {
    let mut process = start(&["--json", "--count", "7"]);
    let first: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
    assert!(first["urls"]["email"].as_str().unwrap().starts_with("smtp://127.0.0.1:"));
    let environment = first["environment"].as_object().unwrap();
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| (name, value.as_str().unwrap())).collect();
    let channels = ["slack", "teams", "pagerduty", "pushbullet", "webhook", "email"].map(|name| vec![name]);
    for channel in channels.into_iter().chain([vec!["twilio", "--to", "+15005550006"]]) {
        let mut notify = Command::new(env!("CARGO_BIN_EXE_campana"));
        notify.arg("notify").args(&channel).env_clear().envs(environment.iter().copied());
        let output = notify.output().unwrap();
        assert!(output.status.success(), "{channel:?}: {}", String::from_utf8_lossy(&output.stderr));
        let message: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
        assert_eq!((&message["kind"], &message["outcome"]), (&channel[0].into(), &"accepted".into()));
    }
    assert_eq!(process.end().0.code(), Some(0));
}

#[test]
fn faults_are_made_to_order() {
    for (fail, answer) in [
        (&["--fail", "503"][..], "HTTP/1.1 503 Service Unavailable"),
        (&["--fail", "429", "--retry-after", "7"], "HTTP/1.1 429 Too Many Requests"),
    ] {
        let mut process = start(&[fail, &["--times", "2", "--count", "1"]].concat());
        let address = process.greeting();
        for _ in 0..2 {
            assert_eq!(post(&address, "/slack", r#"{"text": "hi"}"#), answer);
        }
        assert_eq!(post(&address, "/slack", r#"{"text": "hi"}"#), "HTTP/1.1 200 OK");
        let (status, drawn, _) = process.end();
        assert!(drawn.contains(&format!("fault made to order: status {}", fail[1])), "{drawn}");
        assert_eq!(status.code(), Some(0));
    }
    let mut process = start(&["--fail", "429", "--retry-after", "7"]);
    let url = format!("http://{}/slack", process.greeting());
    let mut notify = Command::new(env!("CARGO_BIN_EXE_campana"));
    notify.args(["notify", "slack", "--json"]).env_clear();
    let output = notify.env("CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL", url).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"retry_after_seconds\":7"));
    process.signal(Signal::TERM);
    process.end();
    for (fail, outcome) in [("reset", "failed"), ("lose-answer", "unanswered")] {
        let mut process = start(&["--json", "--fail", fail]);
        let first: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
        let address = first["listening"].as_str().unwrap().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let request = "POST /slack HTTP/1.1\r\nhost: x\r\ncontent-length: 13\r\n\r\n{\"text\": \"h\"}";
        stream.write_all(request.as_bytes()).unwrap();
        let read = stream.read(&mut [0]);
        assert!(read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset), "{fail}");
        let line: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
        assert_eq!(line["outcome"], outcome);
        process.signal(Signal::TERM);
        process.end();
    }
}

#[test]
fn signatures_are_checked_when_asked_for() {
    let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let variable = "CAMPANA__CONTEXT__SECRETS__WEBHOOK_SIGNING_SECRET";
    let mut process = start_with(&["--json", "--count", "2", "--verify"], &[(variable, secret)]);
    let first: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
    let url = first["urls"]["webhook"].as_str().unwrap();
    for (signed, verdict) in [(secret, "valid"), ("whsec_AAAAsBQIhrscChlQIMV+b5sSYspob7oD", "invalid")] {
        let mut notify = Command::new(env!("CARGO_BIN_EXE_campana"));
        notify.args(["notify", "webhook"]).env_clear().env(variable, signed);
        let output = notify.env("CAMPANA__CONTEXT__SECRETS__WEBHOOK_URL", url).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let line = process.line();
        let message: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(message["message"]["signature"]["verdict"], verdict, "{line}");
    }
    assert!(process.end().0.success());
    let mut given = command(&["--port", "0", "--for", "0", "--verify", "--ask"]);
    let mut given = given.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    given.stdin.take().unwrap().write_all(b"hunter2").unwrap();
    let given = given.wait_with_output().unwrap();
    let stderr = String::from_utf8(given.stderr).unwrap();
    assert!(stderr.contains("could not read the signing secret") && !stderr.contains("hunter2"), "{stderr}");
    let mut without = command(&["--port", "0", "--for", "0", "--verify"]);
    let without = without.output().unwrap();
    assert_eq!(without.status.code(), Some(1));
    let stderr = String::from_utf8(without.stderr).unwrap();
    assert!(stderr.contains("WEBHOOK_SIGNING_SECRET") && stderr.contains("--ask"), "{stderr}");
}

#[test]
fn the_html_of_mails_is_saved() {
    let folder = tempfile::TempDir::new().unwrap();
    let mails = folder.path().join("mails");
    for json in [true, false] {
        let arguments = ["--count", "1", "--save-html", mails.to_str().unwrap()];
        let mut process = start(&[&arguments[..], if json { &["--json"] } else { &[] }].concat());
        let port = if json {
            let first: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
            first["environment"]["CAMPANA__SMTP__PORT"].as_str().unwrap().to_owned()
        } else {
            let lines: Vec<_> = (0..9).map(|_| process.line()).collect();
            let port = lines[6].split("CAMPANA__SMTP__PORT=").nth(1).unwrap();
            port.split(' ').next().unwrap().to_owned()
        };
        let mut notify = Command::new(env!("CARGO_BIN_EXE_campana"));
        notify.args(["notify", "email", "--state", "failed", "--to", "you@example.com"]).env_clear();
        notify.env("CAMPANA__SMTP__HOST", "127.0.0.1").env("CAMPANA__SMTP__PORT", port);
        notify.env("CAMPANA__SMTP__SECURITY", "insecure").env("CAMPANA__SMTP__FROM", "bell@example.com");
        let output = notify.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (_, shown, _) = process.end();
        let path = mails.join("mail-1.html");
        assert!(std::fs::read_to_string(&path).unwrap().contains("sample flow"));
        let path = path.display().to_string();
        let wanted = if json { format!("\"saved\":{path:?}") } else { format!("HTML saved: {path}\n") };
        assert!(shown.contains(&wanted), "{shown}");
    }
}

#[test]
fn too_few_messages_have_a_status_of_their_own() {
    let (code, _, stderr) = run(&["--port", "0", "--count", "1", "--for", "0"]);
    assert_eq!((code, stderr.as_str()), (Some(3), "0 messages received\n"));
    let (code, _, _) = run(&["--port", "0", "--for", "0.01"]);
    assert_eq!(code, Some(0));
}

#[test]
fn a_taken_port_is_named_with_the_remedy() {
    let mut process = start(&[]);
    let address = process.greeting();
    let port = address.rsplit_once(':').unwrap().1;
    let (code, stdout, stderr) = run(&["--port", port]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.starts_with(&format!("error: port {port} is in use: ")), "{stderr}");
    assert!(stderr.contains("--port"), "{stderr}");
    let (code, _, stderr) = run(&["--port", "0", "--smtp-port", port]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("--smtp-port"), "{stderr}");
    process.signal(Signal::TERM);
    process.end();
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    let mut process = start(&["--json"]);
    let first: serde_json::Value = serde_json::from_str(&process.line()).unwrap();
    let address = first["listening"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let Process { mut child, stdout } = process;
    drop(stdout);
    post(&address, "/slack", r#"{"text": "hi"}"#);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn wrong_arguments_are_refused() {
    for (arguments, complaint) in [
        (&["--host", "0.0.0.0"][..], "not a loopback address"),
        (&["--host", "192.168.1.1"], "not a loopback address"),
        (&["--host", "example.com"], "invalid"),
        (&["--port", "65536"], "65536"),
        (&["--count", "0"], "0 is not in 1.."),
        (&["--fail", "200"], "write a status from 300 to 599"),
        (&["--fail", "never"], "write a status from 300 to 599"),
        (&["--times", "1"], "--fail"),
        (&["--ask"], "--verify"),
        (&["--for=-1"], "negative"),
        (&["--for", "soon"], "invalid"),
    ] {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(complaint), "{arguments:?}: {stderr}");
    }
}

#[test]
fn the_help_is_the_manual() {
    let (code, help, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(help);
}
