//! Runs that are cancelled, or dropped.

use std::sync::Arc;
use std::time::Duration;

use campana_engine::StateKind::{Cancelled, Success};
use campana_engine::{Concurrent, Flow, RunSettings, Settings, Signal, TokioClock, trigger};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::common::{
    Count, Recorder, add_one, child_kinds, fails, kind, later, message, noon, nothing, paused, run_paused,
    task, threaded,
};

#[test]
fn a_run_that_is_cancelled_before_it_starts_runs_nothing() {
    let (ran, recorder) = (Count::default(), Recorder::new());
    let count = ran.clone();
    let token = CancellationToken::new();
    token.cancel();
    let mut flow = Flow::new("f").state_handler(recorder.handler());
    let a = flow.add(task("a", move |_| Ok(count.up())).retries(2).state_handler(recorder.handler()));
    let b =
        flow.add(nothing("b").after(a).trigger(trigger::all_finished()).state_handler(recorder.handler()));
    let m = flow.add(add_one("m", vec![1, 2]));
    let run = flow.run().cancel_token(token).blocking().unwrap();
    assert_eq!([kind(&run, a), kind(&run, b), kind(&run, m), run.state().kind()], [Cancelled; 4]);
    assert_eq!((message(&run, a).as_str(), ran.get()), ("Flow run is cancelled.", 0));
    assert_eq!(
        (recorder.of("a"), recorder.of("b")),
        (vec!["Pending>Cancelled".to_owned()], vec!["Pending>Cancelled".to_owned()])
    );
    assert_eq!(recorder.of("f"), ["Scheduled>Running", "Running>Cancelled"]);
}

#[test]
fn a_running_async_task_is_told_and_may_end_by_itself() {
    let token = CancellationToken::new();
    let cancel = token.clone();
    let mut flow = Flow::new("f");
    let t = flow.add(later("t", move |inputs| {
        cancel.cancel();
        async move {
            inputs.context().cancelled().await;
            assert!(inputs.context().is_cancelled());
            Ok("put away")
        }
    }));
    let next = flow.add(nothing("next").after(t));
    let (run, took) = run_paused(&flow, |start| start.cancel_token(token));
    assert_eq!((run.result(t).unwrap(), kind(&run, next), took), (&"put away", Cancelled, 0.0));
    assert_eq!(run.state().kind(), Cancelled);
}

#[test]
fn an_async_task_that_does_not_end_is_dropped_after_a_grace() {
    for concurrent in [false, true] {
        let recorder = Recorder::new();
        let token = CancellationToken::new();
        let cancel = token.clone();
        let mut flow = Flow::new("f");
        let t = flow.add(
            later::<(), _>("t", move |_| {
                cancel.cancel();
                std::future::pending()
            })
            .retries(5)
            .state_handler(recorder.handler()),
        );
        let (run, took) = run_paused(&flow, |start| {
            let start = start.cancel_token(token).cancel_grace(Duration::from_secs(30));
            if concurrent { start.executor(Concurrent::new()) } else { start }
        });
        assert_eq!((kind(&run, t), took.round()), (Cancelled, 30.0));
        assert_eq!(recorder.of("t"), ["Pending>Running", "Running>Cancelled"]);
    }
}

#[test]
fn a_task_that_is_not_async_is_waited_for_and_not_tried_again() {
    let token = CancellationToken::new();
    let cancel = token.clone();
    let ran = Count::default();
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let t = flow.add(
        task::<()>("t", move |_| {
            count.up();
            cancel.cancel();
            Err("boom".into())
        })
        .retries(5),
    );
    let run = flow.run().cancel_token(token).blocking().unwrap();
    assert_eq!((kind(&run, t), ran.get()), (campana_engine::StateKind::Failed, 1));
    assert_eq!(run.state().kind(), Cancelled);
}

/// Cancels the run from a task of its own after `seconds`.
fn cancels(flow: &mut Flow, seconds: u64) -> CancellationToken {
    let token = CancellationToken::new();
    let cancel = token.clone();
    flow.add(later("cancels", move |_| {
        let cancel = cancel.clone();
        async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            cancel.cancel();
            Ok(())
        }
    }));
    token
}

#[test]
fn tasks_that_wait_for_a_retry_or_for_somebody_are_cancelled() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f");
    let hour = Duration::from_secs(3600);
    let retrying = fails::<()>("retrying").retries(1).retry_delay(hour).state_handler(recorder.handler());
    let retrying = flow.add(retrying);
    let paused =
        flow.add(nothing("paused").trigger(trigger::manual_only()).state_handler(recorder.handler()));
    let token = cancels(&mut flow, 5);
    let (run, took) = run_paused(&flow, |start| start.cancel_token(token).executor(Concurrent::new()));
    assert_eq!([kind(&run, retrying), kind(&run, paused)], [Cancelled; 2]);
    assert_eq!(took.round(), 5.0);
    assert_eq!(recorder.of("retrying").last().unwrap(), "Retrying>Cancelled");
    assert_eq!(recorder.of("paused"), ["Pending>Paused", "Paused>Cancelled"]);
}

#[test]
fn a_wish_to_be_tried_again_later_does_not_hold_a_cancelled_run() {
    let mut flow = Flow::new("f");
    let t = flow.add(later::<(), _>("t", |inputs| async move {
        inputs.context().cancelled().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err(Signal::retry("later").after(Duration::from_secs(3600)).into())
    }));
    let token = cancels(&mut flow, 5);
    let (run, took) = run_paused(&flow, |start| {
        start.cancel_token(token).cancel_grace(Duration::from_secs(10)).executor(Concurrent::new())
    });
    assert_eq!((kind(&run, t), took.round()), (Cancelled, 6.0));
}

#[test]
fn children_of_a_cancelled_run() {
    for concurrent in [false, true] {
        let token = CancellationToken::new();
        let cancel = token.clone();
        let mut flow = Flow::new("f");
        let first = crate::common::each("first", vec![1_i64, 2, 3], move |x: &i64| {
            if *x == 1 {
                cancel.cancel();
            }
            Ok(*x)
        });
        let first = flow.add(first);
        let second = flow.add(add_one("second", first));
        let end = flow.add(nothing("end").after(second).trigger(trigger::all_finished()));
        let run = threaded(async move {
            let start = flow.run().cancel_token(token);
            if concurrent { start.executor(Concurrent::new().limit(1)).await } else { start.await }
        });
        let kinds = child_kinds(&run, first);
        assert_eq!(kinds[0], Success);
        assert!(
            kinds[1..].iter().all(|&kind| kind == Cancelled || concurrent && kind == Success),
            "{kinds:?}"
        );
        assert_eq!((kind(&run, end), run.state().kind()), (Cancelled, Cancelled));
    }
}

#[test]
fn a_handler_that_fails_does_not_stop_the_cancelling() {
    let token = CancellationToken::new();
    token.cancel();
    let mut flow = Flow::new("f");
    let handler = |_: &campana_engine::Subject, _: &campana_engine::State, _: &campana_engine::State| {
        Err::<(), _>(std::io::Error::other("no Slack today"))
    };
    let a = flow.add(nothing("a").state_handler(handler));
    let b = flow.add(nothing("b").after(a));
    let run = flow.run().cancel_token(token).blocking().unwrap();
    assert_eq!((kind(&run, a), kind(&run, b)), (campana_engine::StateKind::Failed, Cancelled));
}

#[test]
fn a_run_that_is_dropped_stops_its_tasks() {
    struct Gone(Arc<Notify>);
    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    for concurrent in [false, true] {
        let (began, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begin, go) = (Arc::clone(&began), Arc::clone(&gone));
        let next = Count::default();
        let count = next.clone();
        let mut flow = Flow::new("f");
        let t = flow.add(later::<(), _>("t", move |_| {
            let gone = Gone(Arc::clone(&go));
            begin.notify_one();
            async move {
                let _gone = gone;
                std::future::pending().await
            }
        }));
        flow.add(task("next", move |_| Ok(count.up())).after(t).trigger(trigger::all_finished()));
        paused(async {
            let start = flow.run().clock(TokioClock::starting_at(noon()));
            let start = if concurrent { start.executor(Concurrent::new()) } else { start };
            let run = start.into_future();
            tokio::select! {
                _ = run => panic!("it never ends"),
                () = began.notified() => {}
            }
            // The run is dropped here; with an executor its task is told, and dropped after the grace.
            gone.notified().await;
        });
        assert_eq!(next.get(), 0);
    }
}
