//! A process that is killed while its server is away.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use campana::model::ValueType;
use campana::prelude::*;
use campana::{Body, TaskSpec};

use crate::common::{journals, one, registered, server};
use crate::stub::{Mode, Stub};

/// Tells the child where its server is.
const SERVER: &str = "CAMPANA_TEST_SERVER";
const FOLDER: &str = "CAMPANA_TEST_FOLDER";

/// A task that says that it runs, and waits for a line.
fn waits(name: &'static str) -> Call<()> {
    let body = Body::sync(move |_| {
        println!("in {name}");
        std::io::stdin().lock().read_line(&mut String::new())?;
        Ok(())
    });
    Call::new(TaskSpec::new(name, name, Vec::new(), ValueType::of::<()>(), body).into())
}

/// Not a test: what the child runs.
#[test]
fn program() {
    let (Ok(url), Ok(folder)) = (std::env::var(SERVER), std::env::var(FOLDER)) else { return };
    let server = Server::at(&url).unwrap().journal(folder).pace(crate::common::pace());
    let mut flow = Flow::new("f");
    let first = flow.add(waits("first"));
    let during = flow.add(one().after(first));
    flow.add(waits("second").after(during));
    let _run = registered(&flow, &server).run().blocking().unwrap();
}

#[test]
fn what_a_killed_process_had_to_report_is_reported() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::program", "--nocapture"])
        .env(SERVER, stub.url())
        .env(FOLDER, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut hears = |wanted: &str| while said.next().unwrap().unwrap() != wanted {};
    hears("in first");
    stub.set(Mode::Unavailable);
    writeln!(child.stdin.as_mut().unwrap()).unwrap();
    hears("in second");
    // Nobody but it may send its journal while it lives.
    let server = server(&stub, folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let send = || runtime.block_on(server.report_journals()).unwrap();
    stub.set(Mode::Unavailable);
    assert_eq!((send().sent, journals(folder.path())), (0, 1));
    child.kill().unwrap();
    child.wait().unwrap();

    stub.set(Mode::Up);
    let sent = send();
    assert_eq!((sent.sent, sent.left.len(), journals(folder.path())), (1, 0, 0));
    assert_eq!(stub.history(None), ["Running"]);
    assert_eq!(stub.history(Some(("first-1", -1))), ["Running", "Success"]);
    assert_eq!(stub.history(Some(("one-1", -1))), ["Running", "Success"]);
    assert_eq!(stub.history(Some(("second-1", -1))), ["Running"]);
}
