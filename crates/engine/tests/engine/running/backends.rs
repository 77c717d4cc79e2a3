//! What a backend is told and what it can say.

use std::sync::Arc;
use std::time::Duration;

use campana_engine::StateKind::{
    self, Cached, Cancelled, Failed, Looped, Mapped, Paused, Pending, Queued, Retrying, Running, Skipped,
    Success, TriggerFailed,
};
use campana_engine::backend::{LogRecord, MemoryBackend, TaskIdent, Verdict};
use campana_engine::{Flow, FlowRun, RunSettings, Settings, Signal, State, Subject, TokioClock, trigger};

use crate::common::{Count, Log, Recorder, add_one, fails, kind, noon, nothing, paused, task, value};

fn run(flow: &Flow, backend: MemoryBackend) -> (FlowRun, Arc<MemoryBackend>) {
    paused(async {
        let backend = Arc::new(backend);
        let clock = TokioClock::starting_at(noon());
        (flow.run().backend(Arc::clone(&backend) as _).clock(clock).await, backend)
    })
}

#[test]
fn it_is_told_of_every_change() {
    let mut flow = Flow::new("f");
    let a = flow.add(fails::<()>("a").retries(1));
    flow.add(nothing("b").after(a));
    let s = flow.add(task::<()>("s", |_| Err(Signal::skip("none").into())));
    flow.add(nothing("t").after(s));
    flow.add(nothing("c").cache_for(Duration::from_secs(60)));
    flow.add(add_one("m", vec![1]));
    let once = Count::default();
    flow.add(task("l", move |_| if once.up() == 0 { Err(Signal::again(1).into()) } else { Ok(()) }));
    let (_, backend) = run(&flow, MemoryBackend::new());
    let histories: [(Option<&str>, &[StateKind]); 9] = [
        (None, &[Running, Failed]),
        (Some("a-1"), &[Running, Failed, Retrying, Running, Failed]),
        (Some("b-1"), &[TriggerFailed]),
        (Some("s-1"), &[Running, Skipped]),
        (Some("t-1"), &[Skipped]),
        (Some("c-1"), &[Running, Success, Cached]),
        (Some("m-1"), &[Mapped]),
        (Some("m-1[0]"), &[Running, Success]),
        (Some("l-1"), &[Running, Looped, Running, Success]),
    ];
    for (task, history) in histories {
        assert_eq!(backend.history(task), history, "{task:?}");
    }
}

#[test]
fn what_handlers_made_of_a_state_is_what_it_is_told() {
    let no = |kind: StateKind| {
        move |_: &Subject, _: &State, new: &State| (new.kind() == kind).then(|| State::failed("no"))
    };
    let mut flow = Flow::new("f").state_handler(no(Success));
    flow.add(nothing("success").state_handler(no(Success)));
    flow.add(nothing("running").state_handler(no(Running)));
    let fail = |_: &Subject, _: &State, new: &State| match new.kind() {
        Running => Err(std::io::Error::other("no Slack today")),
        _ => Ok(()),
    };
    flow.add(nothing("raising").state_handler(fail));
    let mut flow_that_may_not = Flow::new("f").state_handler(no(Running));
    flow_that_may_not.add(nothing("t"));
    let (_, backend) = run(&flow, MemoryBackend::new());
    assert_eq!(backend.history(Some("success-1")), [Running, Failed]);
    assert_eq!(backend.history(None), [Running, Failed]);
    assert_eq!(backend.history(Some("running-1")), [Failed]);
    assert_eq!(backend.history(Some("raising-1")), [Failed]);
    let (_, backend) = run(&flow_that_may_not, MemoryBackend::new());
    assert_eq!((backend.history(None), backend.history(Some("t-1"))), (vec![Failed], vec![]));
}

#[test]
fn handlers_come_before_it() {
    let backend = Arc::new(MemoryBackend::new());
    let seen = Log::new();
    let (log, known) = (seen.clone(), Arc::clone(&backend));
    let mut flow = Flow::new("f");
    flow.add(nothing("t").state_handler(move |_: &Subject, _: &State, new: &State| {
        log.push((new.kind(), known.history(Some("t-1"))));
    }));
    let _run = flow.run().backend(backend).blocking().unwrap();
    assert_eq!(seen.all(), [(Running, vec![]), (Success, vec![Running])]);
}

#[test]
fn a_flow_may_be_told_to_wait() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f").state_handler(recorder.handler());
    let t = flow.add(nothing("t"));
    let mut asked = 0;
    let backend = MemoryBackend::new().with_flow_verdict(move |_| {
        asked += 1;
        if asked < 3 { Verdict::Queued(noon() + Duration::from_secs(60 * asked)) } else { Verdict::Go }
    });
    paused(async {
        let started = tokio::time::Instant::now();
        let start = flow.run().backend(Arc::new(backend)).clock(TokioClock::starting_at(noon()));
        let run = start.await;
        assert_eq!((kind(&run, t), started.elapsed().as_secs()), (Success, 120));
    });
    assert_eq!(recorder.of("f"), ["Scheduled>Running", "Running>Success"]);
}

#[test]
fn a_flow_that_somebody_else_runs_is_left_alone() {
    let mut flow = Flow::new("f");
    let t = flow.add(nothing("t"));
    let (run, backend) = run(&flow, MemoryBackend::new().with_flow_verdict(|_| Verdict::Taken));
    assert_eq!((kind(&run, t), backend.change_count()), (Pending, 0));
    assert!(!run.state().is_finished());
}

#[test]
fn a_flow_may_be_cancelled_before_it_starts() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f");
    let t = flow.add(nothing("t").state_handler(recorder.handler()));
    let (run, backend) = run(&flow, MemoryBackend::new().with_flow_verdict(|_| Verdict::Cancelled));
    assert_eq!((kind(&run, t), run.state().kind()), (Cancelled, Cancelled));
    assert_eq!((backend.history(None), backend.history(Some("t-1"))), (vec![Cancelled], vec![Cancelled]));
    assert_eq!(recorder.of("t"), ["Pending>Cancelled"]);
}

/// Tells each task to wait a minute, once.
fn queues() -> MemoryBackend {
    let mut known = Vec::new();
    MemoryBackend::new().with_task_verdict(move |task: &TaskIdent| {
        if known.contains(&task.slug()) {
            return Verdict::Go;
        }
        known.push(task.slug());
        Verdict::Queued(noon() + Duration::from_secs(60))
    })
}

#[test]
fn a_task_may_be_told_to_wait() {
    let (recorder, ran) = (Recorder::new(), Count::default());
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let t = flow.add(
        task("t", move |inputs| {
            count.up();
            Ok(inputs.context().run_count())
        })
        .state_handler(recorder.handler()),
    );
    let (run, backend) = run(&flow, queues());
    assert_eq!((run.result(t).unwrap(), ran.get()), (&1, 1));
    assert_eq!(backend.history(Some("t-1")), [Running, Success]);
    // It goes on from the state that it had before it was told to wait.
    assert_eq!(recorder.of("t"), ["Pending>Running", "Pending>Running", "Running>Success"]);
    assert!(!recorder.told().iter().any(|told| told.1 == Queued));
}

#[test]
fn a_resumed_task_that_is_told_to_wait_stays_resumed() {
    paused(async {
        let mut flow = Flow::new("f");
        let t = flow.add(nothing("t").trigger(trigger::manual_only()));
        let start = flow.run().backend(Arc::new(queues())).clock(TokioClock::starting_at(noon()));
        let run = start.await;
        assert_eq!(kind(&run, t), Paused);
        let run = run.resume(t).await;
        assert_eq!(kind(&run, t), Success);
    });
}

#[test]
fn a_retry_that_is_told_to_wait_counts_once() {
    let mut flow = Flow::new("f");
    let call = task("t", |inputs| match inputs.context().run_count() {
        1 => Err("boom".into()),
        run => Ok(run),
    });
    let t = flow.add(call.retries(1));
    let mut asked = 0;
    let backend = MemoryBackend::new().with_task_verdict(move |_| {
        asked += 1;
        if asked == 2 { Verdict::Queued(noon() + Duration::from_secs(60)) } else { Verdict::Go }
    });
    let (run, _) = run(&flow, backend);
    assert_eq!(run.result(t).unwrap(), &2);
}

#[test]
fn a_turn_of_a_loop_may_be_told_to_wait() {
    let mut flow = Flow::new("f");
    let t = flow.add(task("t", |inputs| match inputs.context().loop_count() {
        1 => Err(Signal::again(5_i64).into()),
        turn => Ok((turn, inputs.context().loop_result::<i64>().copied())),
    }));
    let mut asked = 0;
    let backend = MemoryBackend::new().with_task_verdict(move |_| {
        asked += 1;
        if asked == 2 { Verdict::Queued(noon() + Duration::from_secs(60)) } else { Verdict::Go }
    });
    let (run, _) = run(&flow, backend);
    assert_eq!(run.result(t).unwrap(), &(2, Some(5)));
}

#[test]
fn a_task_that_somebody_else_runs_is_left_alone() {
    paused(async {
        let mut flow = Flow::new("f");
        let t = flow.add(nothing("t"));
        let down = flow.add(nothing("down").after(t));
        let other = flow.add(nothing("other"));
        let asked = Log::new();
        let log = asked.clone();
        let taken = move |task: &TaskIdent| {
            log.push(task.slug());
            if task.name() == "t" { Verdict::Taken } else { Verdict::Go }
        };
        let backend = Arc::new(MemoryBackend::new().with_task_verdict(taken));
        let run = flow.run().backend(Arc::clone(&backend) as _).await;
        assert_eq!([kind(&run, down), kind(&run, other), run.state().kind()], [Pending, Success, Running]);
        assert_eq!(backend.history(Some("t-1")), []);
        let run = run.resume(t).await;
        assert_eq!(run.state().kind(), Running);
        assert_eq!(asked.all(), ["t-1", "other-1"], "it is not paused, so there is nothing to resume");
    });
}

#[test]
fn a_task_may_hear_that_the_run_is_cancelled() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f");
    let a = flow.add(value("a", 1_i64));
    let b = flow.add(nothing("b").after(a).state_handler(recorder.handler()));
    let c =
        flow.add(nothing("c").after(b).trigger(trigger::all_finished()).state_handler(recorder.handler()));
    let verdict = |task: &TaskIdent| if task.name() == "b" { Verdict::Cancelled } else { Verdict::Go };
    let (run, backend) = run(&flow, MemoryBackend::new().with_task_verdict(verdict));
    assert_eq!([kind(&run, a), kind(&run, b), kind(&run, c)], [Success, Cancelled, Cancelled]);
    assert_eq!(
        (backend.history(None), backend.history(Some("b-1"))),
        (vec![Running, Cancelled], vec![Cancelled])
    );
    assert_eq!(recorder.of("b"), ["Pending>Running", "Running>Cancelled"]);
    assert_eq!(recorder.of("c"), ["Pending>Cancelled"]);
}

#[test]
fn a_run_that_waits_reports_no_end() {
    let mut flow = Flow::new("f");
    flow.add(nothing("t").trigger(trigger::manual_only()));
    let (_, backend) = run(&flow, MemoryBackend::new());
    assert_eq!((backend.history(None), backend.history(Some("t-1"))), (vec![Running], vec![Paused]));
}

#[test]
fn it_keeps_secrets_and_logs() {
    let mut flow = Flow::new("f");
    let t = flow.add(crate::common::later("t", |inputs| async move {
        let context = inputs.context();
        assert!(context.keeps_logs());
        context.log(LogRecord {
            flow_run_id: context.flow_run_id(),
            task_run_id: context.task_run_id(),
            timestamp: context.now(),
            level: tracing::Level::INFO,
            target: "test".to_owned(),
            message: "hello".to_owned(),
        });
        assert!(context.backend_secret("OTHER").await.is_none());
        Ok(context.backend_secret("TOKEN").await.is_some_and(|secret| secret.expose() == "hunter2"))
    }));
    let (run, backend) = run(&flow, MemoryBackend::new().with_secret("TOKEN", "hunter2"));
    assert_eq!(run.result(t).unwrap(), &true);
    let logs = backend.logs();
    assert_eq!((logs.len(), logs[0].message.as_str(), logs[0].flow_run_id), (1, "hello", run.id()));
    assert_eq!(logs[0].task_run_id, Some(backend.changes()[1].task.as_ref().unwrap().task_run_id()));
}

#[test]
fn a_task_run_may_have_a_name_made_of_its_inputs() {
    let named = |name: &str| name.to_owned();
    let mut flow = Flow::new("f");
    let call = || crate::common::apply("t", 7_i64, |x: &i64| Ok(*x));
    let good = flow.add(call().run_name(|inputs| Ok(format!("row {}", inputs.get::<i64>("x")?))));
    let bad = flow.add(call().run_name(|_| Err("no idea".into())));
    let panics = flow.add(call().run_name(|_| panic!("oh no")));
    let missing = flow.add(fails::<i64>("up"));
    let missing = crate::common::apply("t", missing, |x: &i64| Ok(*x));
    let missing = flow.add(missing.run_name(|inputs| Ok(inputs.get::<i64>("x")?.to_string())));
    let (run, backend) = run(&flow, MemoryBackend::new());
    let names: Vec<_> = backend
        .changes()
        .into_iter()
        .filter_map(|change| change.task.filter(|task| task.node == good.id()))
        .map(|task| task.run_name.map(|name| name.to_string()))
        .collect();
    assert_eq!(names, [Some(named("row 7")), Some(named("row 7"))]);
    assert_eq!([kind(&run, bad), kind(&run, panics), kind(&run, missing)], [Failed, Failed, TriggerFailed]);
}
