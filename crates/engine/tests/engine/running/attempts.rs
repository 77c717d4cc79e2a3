//! Retries, timeouts and panics. Time is tokio's and jumps, so nothing waits.

use std::sync::mpsc;
use std::time::Duration;

use campana_engine::executor::Places;
use campana_engine::{
    Call, Concurrent, Executor, Flow, RunSettings, Settings, Signal, StateKind, Worker, trigger,
};

use crate::common::{Count, Log, fails, kind, later, message, nothing, run_paused, task, threaded, value};

const SECOND: Duration = Duration::from_secs(1);

/// The seconds at which the bodies of a task that always fails run.
fn attempts(configure: impl FnOnce(Call<()>) -> Call<()>) -> Vec<f64> {
    let at = Log::new();
    let log = at.clone();
    let mut flow = Flow::new("f");
    let begin = std::sync::OnceLock::new();
    let call = task::<()>("t", move |_| {
        let now = tokio::time::Instant::now();
        log.push(now.duration_since(*begin.get_or_init(|| now)).as_secs_f64().round());
        Err("boom".into())
    });
    let t = flow.add(configure(call));
    let (run, _) = run_paused(&flow, |start| start);
    assert_eq!(kind(&run, t), StateKind::Failed);
    at.all()
}

#[test]
fn delays_before_retries() {
    assert_eq!(attempts(|call| call), [0.0]);
    assert_eq!(attempts(|call| call.retries(2)), [0.0, 0.0, 0.0]);
    assert_eq!(attempts(|call| call.retries(2).retry_delay(SECOND * 90)), [0.0, 90.0, 180.0]);
    let listed = attempts(|call| call.retries(3).retry_delays([SECOND, SECOND * 10]));
    assert_eq!(listed, [0.0, 1.0, 11.0, 21.0], "the last one goes on");
    let computed = attempts(|call| call.retries(3).retry_delay_fn(|run| SECOND * 2_u32.pow(run)));
    assert_eq!(computed, [0.0, 2.0, 6.0, 14.0]);
    assert_eq!(attempts(|call| call.retries(1).retry_delays([])), [0.0, 0.0]);
}

#[test]
fn a_retry_that_succeeds_ends_the_retries() {
    for executor in [false, true] {
        let ran = Count::default();
        let count = ran.clone();
        let mut flow = Flow::new("f");
        let call = task("t", move |inputs| match count.up() {
            0 | 1 => Err("boom".into()),
            _ => Ok((inputs.context().run_count(), inputs.context().max_runs())),
        });
        let t = flow.add(call.retries(5).retry_delay(SECOND * 3600));
        let down = flow.add(nothing("down").after(t));
        let (run, took) =
            run_paused(&flow, |start| if executor { start.executor(Concurrent::new()) } else { start });
        assert_eq!((run.result(t).unwrap(), ran.get()), (&(3, 6), 3));
        assert_eq!(took.round(), 7200.0);
        assert_eq!(kind(&run, down), StateKind::Success);
    }
}

#[test]
fn other_tasks_run_while_one_waits_for_its_retry() {
    let order = Log::new();
    let (first, second) = (order.clone(), order.clone());
    let mut flow = Flow::new("f");
    flow.add(
        task::<()>("a", move |_| {
            first.push("a");
            Err("boom".into())
        })
        .retries(1)
        .retry_delay(SECOND),
    );
    flow.add(task("b", move |_| {
        second.push("b");
        Ok(())
    }));
    let _run = run_paused(&flow, |start| start);
    assert_eq!(order.all(), ["a", "b", "a"]);
}

#[test]
fn trigger_failures_are_not_tried_again() {
    let mut flow = Flow::new("f");
    let up = flow.add(fails::<()>("up"));
    let down = flow.add(nothing("down").after(up).retries(5).retry_delay(SECOND));
    let (run, took) = run_paused(&flow, |start| start);
    assert_eq!((kind(&run, down), took), (StateKind::TriggerFailed, 0.0));
}

#[test]
fn an_async_task_that_takes_too_long_is_timed_out_and_dropped() {
    struct Dropped(Count);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.up();
        }
    }
    let dropped = Count::default();
    let count = dropped.clone();
    let mut flow = Flow::new("f");
    let call = later::<(), _>("t", move |_| {
        let guard = Dropped(count.clone());
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    });
    let t = flow.add(call.timeout(SECOND * 5).retries(1));
    let down = flow.add(nothing("down").after(t));
    let (run, took) = run_paused(&flow, |start| start);
    assert_eq!(
        (kind(&run, t), message(&run, t)),
        (StateKind::TimedOut, "Task timed out during execution.".to_owned())
    );
    assert_eq!((dropped.get(), took.round()), (2, 10.0));
    assert_eq!(kind(&run, down), StateKind::TriggerFailed);
}

#[test]
fn a_task_that_ends_in_time_is_not_timed_out() {
    let mut flow = Flow::new("f");
    let call = later("t", |_| async {
        tokio::time::sleep(SECOND * 4).await;
        Ok(1_i64)
    });
    let t = flow.add(call.timeout(SECOND * 5));
    let s = flow.add(value("s", 2_i64).timeout(SECOND * 5));
    let run = flow.run().clock(campana_engine::SystemClock);
    let run = crate::common::paused(run.into_future());
    assert_eq!((run.result(t).unwrap(), run.result(s).unwrap()), (&1, &2));
}

/// A task that is not async and takes until the sender is dropped, but may take only a moment.
fn endless(name: &'static str) -> (Call<()>, mpsc::Sender<()>, Count) {
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let left = Count::default();
    let count = left.clone();
    let call = task(name, move |_| {
        let _ = ended.lock().unwrap().recv();
        count.up();
        Ok(())
    });
    (call.timeout(Duration::from_millis(1)), end, left)
}

#[test]
fn a_task_that_is_not_async_is_timed_out_at_once_and_its_thread_runs_on() {
    for concurrent in [false, true] {
        let (call, end, left) = endless("t");
        let mut flow = Flow::new("f");
        let t = flow.add(call);
        threaded(async move {
            let start = flow.run();
            let run = if concurrent { start.executor(Concurrent::new()).await } else { start.await };
            // The run is over, and the thread is not.
            assert_eq!((kind(&run, t), left.get()), (StateKind::TimedOut, 0));
            drop(end);
        });
    }
}

#[test]
fn the_place_of_a_thread_that_overran_stays_taken() {
    let (call, end, left) = endless("t");
    let mut flow = Flow::new("f");
    let t = flow.add(call);
    let count = left.clone();
    let end = std::sync::Mutex::new(Some(end));
    let lets_it_end = later("lets it end", move |_| {
        drop(end.lock().unwrap().take());
        async { Ok(()) }
    });
    let waits = flow.add(lets_it_end.after(t).trigger(trigger::all_finished()));
    let next = task("next", move |_| Ok(count.get())).after(t).trigger(trigger::all_finished());
    let next = flow.add(next);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = runtime.block_on(flow.run().executor(OnePlaceEach).into_future());
    assert_eq!((kind(&run, t), kind(&run, waits)), (StateKind::TimedOut, StateKind::Success));
    assert_eq!(run.result(next).unwrap(), &1, "it began after the thread had ended");
}

/// One place for each kind of task, on one thread, so that the order is always the same: a worker that did not
/// wait for the thread would take the next task before the async one lets the thread end.
struct OnePlaceEach;

impl Executor for OnePlaceEach {
    fn places(&self) -> Places {
        Places::Each { futures: 1, threads: 1 }
    }

    fn spawn(&self, worker: Worker) -> Option<Worker> {
        tokio::spawn(worker.run());
        None
    }
}

#[test]
fn a_panic_is_a_failed_state_and_tried_again_like_one() {
    let panics: [(Call<()>, &str); 4] = [
        (task("t", |_| panic!("oh no")), "task panicked: oh no"),
        (task("t", |_| std::panic::panic_any(1_u8)), "task panicked"),
        (later("t", |_| async { panic!("oh {}", "no") }), "task panicked: oh no"),
        (task::<()>("t", |_| panic!("oh no")).timeout(SECOND * 60), "task panicked: oh no"),
    ];
    for (call, text) in panics {
        let mut flow = Flow::new("f");
        let t = flow.add(call.retries(1));
        let run = flow.run_blocking().unwrap();
        let state = run.state_of(t).unwrap();
        assert_eq!(state.to_string(), format!("Failed(\"Error during execution of task: {text}\")"));
        assert_eq!(state.failure().unwrap().to_string(), text);
    }
    // Making the future may panic, too.
    let mut flow = Flow::new("f");
    let t = flow.add(later::<(), std::future::Pending<_>>("t", |_| panic!("oh no")));
    assert!(message(&flow.run_blocking().unwrap(), t).ends_with("task panicked: oh no"));
}

#[test]
fn the_clock_of_the_machine_wakes_sleepers_too() {
    let mut flow = Flow::new("f");
    let once = Count::default();
    let call = task("t", move |_| match once.up() {
        0 => Err(Signal::retry("soon").after(Duration::from_millis(1)).into()),
        _ => Ok(()),
    });
    let t = flow.add(call);
    let run = flow.run_blocking().unwrap();
    assert_eq!(kind(&run, t), StateKind::Success);
}
