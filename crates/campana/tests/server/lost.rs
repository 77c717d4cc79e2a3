//! A server that goes away, and what becomes of what it was to be told.

use std::path::Path;
use std::sync::Arc;

use campana::model::ValueType;
use campana::prelude::*;
use campana::server::Pace;
use campana::{Body, TaskSpec};

use crate::common::{journals, one, pace, registered, server};
use crate::stub::{Mode, Stub};

/// A task that does something to the server.
fn does(name: &'static str, what: impl Fn() + Send + Sync + 'static) -> Call<()> {
    let body = Body::sync(move |_| {
        what();
        Ok(())
    });
    Call::new(TaskSpec::new(name, name, Vec::new(), ValueType::of::<()>(), body).into())
}

/// A flow whose server goes away in the middle, and comes back if `back` says how.
fn flow(stub: &Arc<Stub>, mode: Mode, back: impl Fn(&Stub) + Send + Sync + 'static) -> Flow {
    let mut flow = Flow::new("f");
    let before = flow.add(one());
    let going = Arc::clone(stub);
    let lost = flow.add(does("lose", move || going.set(mode)).after(before));
    let during = flow.add(one().after(lost));
    let coming = Arc::clone(stub);
    let back = flow.add(does("back", move || back(&coming)).after(during));
    flow.add(one().after(back));
    flow
}

fn is_told_whole(stub: &Stub) {
    let ended = ["Running", "Success"];
    assert_eq!(stub.history(None), ended);
    for task in ["one-1", "lose-1", "one-2", "back-1", "one-3"] {
        assert_eq!(stub.history(Some((task, -1))), ended, "{task}");
    }
}

fn with(pace: Pace, stub: &Stub, folder: &Path) -> Server {
    server(stub, folder).pace(pace)
}

/// Goes on without waiting for anybody at the end.
fn hurried() -> Pace {
    let mut pace = pace();
    pace.wait_at_end = Duration::ZERO;
    pace
}

#[test]
fn a_run_goes_on_and_tells_all_in_order_when_the_server_is_back() {
    for mode in [Mode::Unavailable, Mode::LosesAnswers, Mode::BreaksInTheMiddle, Mode::Hangs] {
        let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
        let mut pace = pace();
        pace.request = Duration::from_millis(300);
        let flow = flow(&stub, mode, |stub| stub.set(Mode::Up));
        let run = registered(&flow, &with(pace, &stub, folder.path())).run().blocking().unwrap();
        assert!(run.is_successful(), "{mode:?}");
        is_told_whole(&stub);
        assert_eq!(journals(folder.path()), 0, "{mode:?}");
    }
}

#[test]
fn a_closed_port_is_no_other_loss() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let mut flow = Flow::new("f");
    let going = Arc::clone(&stub);
    let lost = flow.add(does("lose", move || going.stop()));
    let during = flow.add(one().after(lost));
    let coming = Arc::clone(&stub);
    flow.add(does("back", move || coming.start_again()).after(during));
    let run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    assert!(run.is_successful());
    assert_eq!(stub.history(None), ["Running", "Success"]);
    assert_eq!(stub.history(Some(("one-1", -1))), ["Running", "Success"]);
}

#[test]
fn a_server_that_is_away_from_the_beginning_hears_all_in_the_end() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let flow = flow(&stub, Mode::Unavailable, |stub| stub.set(Mode::Up));
    let registered = registered(&flow, &server(&stub, folder.path()));
    stub.set(Mode::Unavailable);
    assert!(registered.run().blocking().unwrap().is_successful());
    is_told_whole(&stub);
}

#[test]
fn what_was_not_told_is_told_by_the_next_run_of_any_flow() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let first = flow(&stub, Mode::LosesAnswers, |_| {});
    let server = with(hurried(), &stub, folder.path());
    let run = registered(&first, &server).run().blocking().unwrap();
    assert!(run.is_successful());
    assert_eq!(journals(folder.path()), 1);
    let journal = std::fs::read_to_string(folder.path().join(format!("{}.jsonl", run.id()))).unwrap();
    assert!(!journal.contains("hunter2"));
    assert_ne!(stub.history(None), ["Running", "Success"]);
    let id = run.id();
    // The run's worker holds the journal as long as somebody holds the run.
    drop(run);

    stub.set(Mode::Up);
    let mut second = Flow::new("g");
    second.add(one());
    let other = registered(&second, &crate::common::server(&stub, folder.path()));
    // The worker of the first run may still be about to let go.
    while journals(folder.path()) > 0 {
        assert!(other.run().blocking().unwrap().is_successful());
    }
    let kept = stub.kept();
    for task in ["one-1", "lose-1", "one-2", "back-1", "one-3"] {
        assert_eq!(kept.runs[&id].history(Some((task, -1))), ["Running", "Success"], "{task}");
    }
    assert_eq!(kept.runs[&id].history(None), ["Running", "Success"]);
}

#[tokio::test]
async fn journals_are_sent_on_demand_and_not_to_another_server() {
    let (stub, other) = (Arc::new(Stub::start()), Stub::start());
    let folder = tempfile::tempdir().unwrap();
    let server = with(hurried(), &stub, folder.path());
    let flow = flow(&stub, Mode::Unavailable, |_| {});
    let registered = flow.register("shop").at(&server).await.unwrap();
    let run = registered.run().await;
    drop(run);
    let elsewhere = crate::common::server(&other, folder.path());
    assert_eq!(elsewhere.report_journals().await.unwrap().sent, 0);
    assert_eq!(journals(folder.path()), 1);
    loop {
        let sent = server.report_journals().await.unwrap();
        assert_eq!(sent.sent, 0);
        // Until the run's worker has let go of it, the journal is not ours.
        if sent.left.len() == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    stub.set(Mode::Up);
    assert_eq!(server.report_journals().await.unwrap().sent, 1);
    is_told_whole(&stub);
    assert_eq!(journals(folder.path()), 0);
}

#[test]
fn without_a_folder_reports_are_kept_in_memory() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let no_folder = folder.path().join("a file");
    std::fs::write(&no_folder, "").unwrap();
    let flow = flow(&stub, Mode::Unavailable, |stub| stub.set(Mode::Up));
    let run = registered(&flow, &server(&stub, &no_folder)).run().blocking().unwrap();
    assert!(run.is_successful());
    is_told_whole(&stub);
}

#[test]
fn one_state_that_is_refused_does_not_hold_up_the_others() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let mut flow = flow(&stub, Mode::Unavailable, |stub| stub.set(Mode::Up));
    let odd =
        |_: &Subject, _: &State, new: &State| new.is_successful().then(|| State::success("an odd state"));
    flow.add(one().state_handler(odd));
    stub.kept().refuses = Some("an odd state".to_owned());
    let run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    assert!(run.is_successful());
    is_told_whole(&stub);
    assert_eq!(stub.history(Some(("one-4", -1))), ["Running"]);
}

#[test]
fn a_server_without_its_database_is_one_that_is_away() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let mut flow = Flow::new("f");
    let going = Arc::clone(&stub);
    let lost = flow.add(does("lose", move || going.kept().away = Some(1)));
    let skips = |_: &Upstreams<'_>| Err::<bool, _>(Signal::skip("nothing to do").into());
    let mut last = lost.id();
    for _ in 0..20 {
        last = flow.add(one().after(lost).trigger(skips)).id();
    }
    let coming = Arc::clone(&stub);
    let back = flow.add(does("back", move || coming.kept().away = None));
    flow.set_after(back, lost).unwrap();
    let run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    assert!(run.state_of(last).unwrap().is_skipped());
    assert_eq!(stub.history(None), ["Running", "Success"]);
    for at in 1..=20 {
        assert_eq!(stub.history(Some((&format!("one-{at}"), -1))), ["Skipped"]);
    }
    assert_eq!(stub.history(Some(("lose-1", -1))), ["Running", "Success"]);
}
