//! Executors: how many run at a time, and who keeps whom from running. Nothing here is timed: tasks wait for
//! each other, so a wrong executor makes them wait for ever.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use campana_engine::backend::{Backend, MemoryBackend};
use campana_engine::executor::Places;
use campana_engine::{
    Body, Call, Concurrent, Executed, Executor, Flow, InputSpec, IntoMapInput, Node, Progress, RunSettings,
    State, StateKind, TaskCall, TaskSpec, Worker,
};
use futures_util::future::BoxFuture;

use crate::common::{Count, add_one, apply, fails, kind, later, message, nothing, task, threaded, value};

/// Counts how many are inside at a time.
#[derive(Clone, Default)]
struct Inside(Arc<(AtomicUsize, AtomicUsize)>);

impl Inside {
    fn enter(&self) {
        let now = self.0.0.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.1.fetch_max(now, Ordering::SeqCst);
    }

    fn leave(&self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }

    fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

#[test]
fn async_tasks_run_at_the_same_time_up_to_the_limit() {
    let inside = Inside::default();
    let here = inside.clone();
    // Each task waits for three others, so there must be four at a time; and there may not be five.
    let together = Arc::new(tokio::sync::Barrier::new(4));
    let mut flow = Flow::new("f");
    for _ in 0..12 {
        let (here, together) = (here.clone(), Arc::clone(&together));
        flow.add(later("t", move |_| {
            let (here, together) = (here.clone(), Arc::clone(&together));
            async move {
                here.enter();
                together.wait().await;
                tokio::task::yield_now().await;
                here.leave();
                Ok(())
            }
        }));
    }
    let run = threaded(async move { flow.run().executor(Concurrent::new().limit(4)).await });
    assert!(run.is_successful());
    assert_eq!(inside.most(), 4);
}

#[test]
fn tasks_that_are_not_async_run_at_the_same_time_up_to_the_limit() {
    let inside = Inside::default();
    let together = Arc::new(Barrier::new(3));
    let mut flow = Flow::new("f");
    for _ in 0..9 {
        let (inside, together) = (inside.clone(), Arc::clone(&together));
        flow.add(task("t", move |_| {
            inside.enter();
            together.wait();
            inside.leave();
            Ok(())
        }));
    }
    let run = threaded(async move { flow.run().executor(Concurrent::new().threads(3)).await });
    assert!(run.is_successful());
    assert_eq!(inside.most(), 3);
}

#[test]
fn one_at_a_time_without_an_executor() {
    let inside = Inside::default();
    let mut flow = Flow::new("f");
    for _ in 0..4 {
        let here = inside.clone();
        flow.add(later("t", move |_| {
            let here = here.clone();
            async move {
                here.enter();
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                here.leave();
                Ok(())
            }
        }));
    }
    let run = threaded(async move { flow.run().await });
    assert!(run.is_successful());
    assert_eq!(inside.most(), 1);
}

#[test]
fn tasks_that_are_not_async_keep_no_async_one_from_its_turn() {
    // As many threads as the runtime has are kept busy until an async task has run.
    let mut flow = Flow::new("f");
    let (open, opened) = std::sync::mpsc::channel::<()>();
    let opened = Arc::new(std::sync::Mutex::new(opened));
    for _ in 0..8 {
        let opened = Arc::clone(&opened);
        flow.add(task("busy", move |_| Ok(opened.lock().unwrap().recv()?)));
    }
    flow.add(later("opens", move |_| {
        let open = open.clone();
        async move {
            for _ in 0..8 {
                tokio::task::yield_now().await;
                open.send(())?;
            }
            Ok(())
        }
    }));
    let run = threaded(async move { flow.run().executor(Concurrent::new().threads(8)).await });
    assert!(run.is_successful(), "{run}");
}

#[test]
fn a_limit_of_nothing_is_one() {
    let mut flow = Flow::new("f");
    let a = flow.add(value("a", 1_i64));
    flow.add(apply("b", a, |x: &i64| Ok(*x)));
    flow.add(later("c", |_| async { Ok(()) }));
    let run = threaded(async move { flow.run().executor(Concurrent::new().limit(0)).await });
    assert!(run.is_successful());
}

#[test]
fn a_run_may_block_inside_of_a_runtime() {
    let mut flow = Flow::new("f");
    let t = flow.add(value("t", 1_i64));
    let inner = flow.clone();
    let mut outer = Flow::new("outer");
    let nested = outer.add(task("nested", move |_| Ok(*inner.run_blocking()?.result(t)?)));
    for concurrent in [false, true] {
        let outer = outer.clone();
        let run = threaded(async move {
            let start = outer.run();
            if concurrent { start.executor(Concurrent::new()).await } else { start.await }
        });
        assert_eq!(run.result(nested).unwrap(), &1);
        let run = threaded(async { flow.run().executor(Concurrent::new()).blocking().unwrap() });
        assert_eq!(run.result(t).unwrap(), &1);
    }
}

#[test]
fn progress_counts_children_too() {
    let mut flow = Flow::new("f");
    flow.add(add_one("m", vec![1, 2, 3]));
    flow.add(fails::<()>("bad"));
    let progress = Progress::new();
    let _run = flow.run().progress(progress.clone()).blocking().unwrap();
    // The list, the mapped task, three children, the one that fails.
    assert_eq!((progress.total(), progress.finished(), progress.failed()), (6, 6, 1));
}

#[test]
fn many_tasks_on_many_places() {
    let ran = Count::default();
    let count = ran.clone();
    let body = Body::future(move |inputs| {
        count.up();
        async move {
            tokio::task::yield_now().await;
            Ok(*inputs.get::<i64>("x")?)
        }
    });
    let output = campana_engine::model::ValueType::of::<i64>();
    let spec = TaskSpec::new("m", "m", vec![InputSpec::new::<i64>("x")], output, body);
    let list: Vec<i64> = (0..2000).collect();
    let mut flow = Flow::new("f");
    let m = Call::<i64>::new(Arc::new(spec)).map_input(0, IntoMapInput::<i64>::into_map_input(list)).mapped();
    let m = flow.add(m);
    let n = flow.add(add_one("n", m));
    flow.add(nothing("end").after(n));
    let run = threaded(async move { flow.run().executor(Concurrent::new().limit(7)).await });
    assert_eq!((run.result(n).unwrap().iter().sum::<i64>(), ran.get()), ((1..=2000).sum(), 2000));
}

/// An executor of one place whose worker is driven by hand.
struct ByHand(fn(TaskCall) -> Option<BoxFuture<'static, Executed>>);

impl Executor for ByHand {
    fn places(&self) -> Places {
        Places::One
    }

    fn spawn(&self, mut worker: Worker) -> Option<Worker> {
        let how = self.0;
        tokio::spawn(async move {
            let mut next = worker.next(None);
            while let Some(call) = next {
                // Without an answer the worker is lost, with the call in its hands.
                let Some(executed) = how(call) else { return };
                next = worker.next(Some(executed.await));
            }
        });
        None
    }
}

/// Two tasks, the second of which takes the value of the first.
fn chain() -> (Flow, Node<i64>, Node<i64>) {
    let mut flow = Flow::new("f");
    let a = flow.add(apply("a", 1_i64, |x: &i64| Ok(x + 1)));
    let b = flow.add(apply("b", a, |x: &i64| Ok(x + 1)));
    (flow, a, b)
}

#[test]
fn an_own_executor_may_run_calls_itself() {
    let (flow, _, b) = chain();
    let executor = ByHand(|call| Some(Box::pin(call.execute())));
    let run = threaded(flow.run().executor(executor).into_future());
    assert_eq!(run.result(b).unwrap(), &3);
}

#[test]
fn an_own_executor_may_say_how_a_call_ended_elsewhere() {
    let (flow, a, b) = chain();
    let executor = ByHand(|call| {
        let x = *call.inputs().get::<i64>("x").unwrap();
        let state = match call.ident().name() {
            // Tried once in vain, then it gives ten times its input.
            "a" if call.inputs().context().run_count() == 1 => State::retrying("again", None),
            _ => State::success("elsewhere").with_result(x * 10),
        };
        Some(Box::pin(std::future::ready(call.ended(state))))
    });
    let run = threaded(flow.run().executor(executor).into_future());
    assert_eq!((run.result(a).unwrap(), run.result(b).unwrap()), (&10, &100));
    assert_eq!(run.state_of(b).unwrap().message(), Some("elsewhere"));
}

#[test]
fn a_run_ends_although_its_workers_are_lost() {
    let (flow, a, b) = chain();
    let executor = ByHand(|call| match call.ident().name() {
        "a" => None,
        _ => Some(Box::pin(call.execute())),
    });
    let run = threaded(flow.run().executor(executor).into_future());
    assert_eq!(message(&run, a), "the worker that ran the task was lost");
    assert_eq!((kind(&run, a), kind(&run, b)), (StateKind::Failed, StateKind::TriggerFailed));
}

/// Takes one call after the other and gives none back.
struct Forgetful;

impl Executor for Forgetful {
    fn places(&self) -> Places {
        Places::One
    }

    fn spawn(&self, mut worker: Worker) -> Option<Worker> {
        tokio::spawn(async move { while worker.next(None).is_some() {} });
        None
    }
}

#[test]
fn a_call_that_is_not_given_back_is_lost_and_said_to_be() {
    let (flow, a, _) = chain();
    let backend = Arc::new(MemoryBackend::new());
    let start = flow.run().executor(Forgetful).backend(Arc::clone(&backend) as Arc<dyn Backend>);
    let run = threaded(start.into_future());
    assert_eq!(message(&run, a), "the worker that ran the task was lost");
    assert_eq!(backend.history(Some("a-1")), [StateKind::Failed]);
}
