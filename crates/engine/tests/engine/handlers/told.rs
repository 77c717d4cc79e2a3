//! What handlers are told, in which order, and what they can see.

use std::time::Duration;

use campana_engine::{
    BoxError, Flow, RunSettings, Settings, Signal, State, StateKind, Subject, TaskState, callback_factory,
};

use crate::common::{
    Count, HandlerType, Log, Recorder, add_one, each, fails, later, noon, nothing, paused, run_paused, task,
    value,
};

/// One row of the table: a flow with a task `t`, which tells the recorder, and what it tells.
struct Row {
    what: &'static str,
    make: fn(&mut Flow, &Recorder),
    told: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        what: "task",
        make: |flow, rec| {
            flow.add(nothing("t").state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>Success"],
    },
    Row {
        what: "failing task",
        make: |flow, rec| {
            flow.add(fails::<()>("t").state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>Failed"],
    },
    Row {
        what: "panicking task",
        make: |flow, rec| {
            flow.add(task::<()>("t", |_| panic!("oh no")).state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>Failed"],
    },
    Row {
        what: "retry",
        make: |flow, rec| {
            let call = fails::<()>("t").retries(2).retry_delay(Duration::from_secs(60));
            flow.add(call.state_handler(rec.handler()));
        },
        told: &[
            "Pending>Running",
            "Running>Failed",
            "Failed>Retrying",
            "Retrying>Running",
            "Running>Failed",
            "Failed>Retrying",
            "Retrying>Running",
            "Running>Failed",
        ],
    },
    Row {
        what: "RETRY signal",
        make: |flow, rec| {
            let count = Count::default();
            let body = move |_: &_| match count.up() {
                0 => Err(Signal::retry("once more").into()),
                _ => Ok(()),
            };
            flow.add(task("t", body).state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>Retrying", "Retrying>Running", "Running>Success"],
    },
    Row {
        what: "timeout",
        make: |flow, rec| {
            let call = later::<(), _>("t", |_| std::future::pending()).timeout(Duration::from_secs(5));
            flow.add(call.state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>TimedOut"],
    },
    Row {
        what: "SKIP in the body",
        make: |flow, rec| {
            let call = task::<()>("t", |_| Err(Signal::skip("nothing to do").into()));
            flow.add(call.state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>Skipped"],
    },
    Row {
        what: "PAUSE in the body",
        make: |flow, rec| {
            let call = task::<()>("t", |_| Err(Signal::pause("wait").into()));
            flow.add(call.state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>Paused"],
    },
    Row {
        what: "skipped because upstream skipped",
        make: |flow, rec| {
            let up = flow.add(task::<()>("up", |_| Err(Signal::skip("nothing to do").into())));
            flow.add(nothing("t").after(up).state_handler(rec.handler()));
        },
        told: &["Pending>Skipped"],
    },
    Row {
        what: "trigger failed",
        make: |flow, rec| {
            let up = flow.add(fails::<()>("up"));
            flow.add(nothing("t").after(up).state_handler(rec.handler()));
        },
        told: &["Pending>TriggerFailed"],
    },
    Row {
        what: "cache_for, first time",
        make: |flow, rec| {
            flow.add(nothing("t").cache_for(Duration::from_secs(60)).state_handler(rec.handler()));
        },
        told: &["Pending>Running", "Running>Success", "Success>Cached"],
    },
    Row {
        what: "cache hit",
        make: |flow, rec| {
            let kept = || nothing("kept").cache_key("k").cache_for(Duration::from_secs(60));
            let up = flow.add(kept());
            flow.add(kept().name("t").after(up).state_handler(rec.handler()));
        },
        told: &["Pending>Cached"],
    },
    Row {
        what: "cache hit below a failed upstream",
        make: |flow, rec| {
            let kept = || nothing("kept").cache_key("k").cache_for(Duration::from_secs(60));
            let up = flow.add(kept());
            let bad = flow.add(fails::<()>("bad").after(up));
            flow.add(kept().name("t").after(bad).state_handler(rec.handler()));
        },
        told: &["Pending>Cached", "Cached>TriggerFailed"],
    },
    Row {
        what: "loop",
        make: |flow, rec| {
            let body = |inputs: &campana_engine::Inputs| -> Result<u32, BoxError> {
                let turn = inputs.context().loop_count();
                if turn < 3 { Err(Signal::again(turn).into()) } else { Ok(turn) }
            };
            flow.add(task("t", body).state_handler(rec.handler()));
        },
        told: &[
            "Pending>Running",
            "Running>Looped",
            "Pending>Running",
            "Running>Looped",
            "Pending>Running",
            "Running>Success",
        ],
    },
    Row {
        what: "mapped: the parent",
        make: |flow, rec| {
            flow.add(add_one("t", vec![1, 2]).state_handler(rec.handler()));
        },
        told: &["Pending>Mapped"],
    },
    Row {
        what: "mapped: the parent of children that fail",
        make: |flow, rec| {
            let call = each::<i64, i64>("t", vec![1_i64, 2], |_| Err("boom".into()));
            flow.add(call.state_handler(rec.handler()));
        },
        told: &["Pending>Mapped"],
    },
    Row {
        what: "mapped over nothing",
        make: |flow, rec| {
            flow.add(add_one("t", Vec::<i64>::new()).state_handler(rec.handler()));
        },
        told: &["Pending>Mapped"],
    },
    Row {
        what: "mapped, upstream failed",
        make: |flow, rec| {
            let list = flow.add(fails::<Vec<i64>>("list"));
            flow.add(add_one("t", list).state_handler(rec.handler()));
        },
        told: &["Pending>Failed"],
    },
    Row {
        what: "mapped, upstream skipped",
        make: |flow, rec| {
            let list = flow.add(task::<Vec<i64>>("list", |_| Err(Signal::skip("none").into())));
            flow.add(add_one("t", list).state_handler(rec.handler()));
        },
        told: &["Pending>Skipped"],
    },
    Row {
        what: "manual_only",
        make: |flow, rec| {
            flow.add(
                nothing("t").trigger(campana_engine::trigger::manual_only()).state_handler(rec.handler()),
            );
        },
        told: &["Pending>Paused"],
    },
    Row {
        what: "upstream not finished",
        make: |flow, rec| {
            let up = flow.add(nothing("up").trigger(campana_engine::trigger::manual_only()));
            flow.add(nothing("t").after(up).state_handler(rec.handler()));
        },
        told: &[],
    },
];

#[test]
fn the_table() {
    for Row { what, make, told } in ROWS {
        let recorder = Recorder::new();
        let mut flow = Flow::new("f");
        make(&mut flow, &recorder);
        let _run = run_paused(&flow, |start| start);
        assert_eq!(recorder.of("t"), *told, "{what}");
    }
}

#[test]
fn a_flow_goes_to_running_and_to_its_end_however_its_tasks_fare() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f").state_handler(recorder.handler());
    flow.add(fails::<()>("a").retries(3));
    flow.add(add_one("m", vec![1, 2, 3]));
    let _run = run_paused(&flow, |start| start);
    assert_eq!(recorder.of("f"), ["Scheduled>Running", "Running>Failed"]);
}

#[test]
fn a_flow_that_waits_tells_of_its_end_once() {
    paused(async {
        let recorder = Recorder::new();
        let mut flow = Flow::new("f").state_handler(recorder.handler());
        let call = nothing("t").trigger(campana_engine::trigger::manual_only());
        let task = flow.add(call.state_handler(recorder.handler()));
        let run = flow.run().await;
        assert_eq!(recorder.of("f"), ["Scheduled>Running"]);
        let _run = run.resume(task).await;
        assert_eq!(recorder.of("f"), ["Scheduled>Running", "Running>Success"]);
        assert_eq!(recorder.of("t"), ["Pending>Paused", "Resume>Running", "Running>Success"]);
    });
}

#[test]
fn children_are_told_apart_by_their_names() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f");
    let call = each("m", vec![1_i64, 0], |x: &i64| if *x == 0 { Err("zero".into()) } else { Ok(1 / x) });
    flow.add(call.state_handler(recorder.handler()));
    let _run = flow.run_blocking().unwrap();
    assert_eq!(recorder.of("m"), ["Pending>Mapped"]);
    assert_eq!(recorder.of("m[0]"), ["Pending>Running", "Running>Success"]);
    assert_eq!(recorder.of("m[1]"), ["Pending>Running", "Running>Failed"]);
}

#[test]
fn order_for_one_change() {
    let recorder = Recorder::new();
    let last = recorder.0.clone();
    let mut flow = Flow::new("f");
    let call = fails::<()>("t")
        .state_handler(recorder.named("first "))
        .on_failure(move |subject: &Subject, state: &State| {
            last.push((format!("on_failure {}", subject.name()), state.kind(), state.kind()));
        })
        .state_handler(recorder.named("second "));
    flow.add(call);
    let _run = flow
        .run()
        .task_state_handler(recorder.named("run's first "))
        .task_state_handler(recorder.named("run's second "))
        .blocking()
        .unwrap();
    let names: Vec<_> =
        recorder.told().into_iter().filter(|told| told.2 == StateKind::Failed).map(|told| told.0).collect();
    assert_eq!(names, ["first t", "second t", "on_failure t", "run's first t", "run's second t"]);
}

#[test]
fn the_handlers_of_a_flow_come_in_order_too() {
    let recorder = Recorder::new();
    let last = recorder.0.clone();
    let mut flow = Flow::new("f")
        .on_failure(move |subject: &Subject, state: &State| {
            last.push((format!("on_failure {}", subject.name()), state.kind(), state.kind()));
        })
        .state_handler(recorder.named("first "))
        .state_handler(recorder.named("second "));
    flow.add(fails::<()>("t"));
    let _run = flow.run_blocking().unwrap();
    let names: Vec<_> = recorder.told().into_iter().map(|told| told.0).collect();
    assert_eq!(names, ["first f", "second f", "first f", "second f", "on_failure f"]);
}

#[test]
fn each_handler_is_given_what_the_former_left_and_the_old_state_stays() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f");
    let call = nothing("t")
        .state_handler(crate::common::instead_of_success(State::failed("no")))
        .state_handler(recorder.handler())
        .on_failure({
            let log = recorder.0.clone();
            move |_: &Subject, state: &State| log.push(("on_failure".to_owned(), state.kind(), state.kind()))
        });
    flow.add(call);
    let _run = flow.run_blocking().unwrap();
    assert_eq!(recorder.of("t"), ["Pending>Running", "Running>Failed"]);
    assert_eq!(recorder.of("on_failure"), ["Failed>Failed"]);
}

#[test]
fn on_failure_is_told_of_every_failure_and_of_nothing_else() {
    use StateKind::{Cached, Cancelled, Failed, Skipped, Success, TimedOut, TriggerFailed, ValidationFailed};
    for (kind, fires) in [
        (Success, false),
        (Cached, false),
        (Skipped, false),
        (Cancelled, false),
        (Failed, true),
        (TimedOut, true),
        (TriggerFailed, true),
        (ValidationFailed, true),
    ] {
        let seen = Log::new();
        let log = seen.clone();
        let mut flow = Flow::new("f");
        let call = nothing("t").state_handler(crate::common::instead_of_success(State::new(kind)));
        flow.add(call.on_failure(move |_: &Subject, state: &State| log.push(state.kind())));
        let _run = flow.run_blocking().unwrap();
        assert_eq!(seen.all(), if fires { vec![kind] } else { vec![] });
    }
}

#[test]
fn on_failure_is_told_on_every_attempt_and_of_trigger_failures() {
    let seen = Log::new();
    let log = seen.clone();
    let callback = move |subject: &Subject, state: &State| log.push((subject.full_name(), state.kind()));
    let mut flow = Flow::new("f");
    let up = flow.add(fails::<()>("up").retries(2).on_failure(callback.clone()));
    flow.add(nothing("down").after(up).on_failure(callback));
    let _run = flow.run_blocking().unwrap();
    let up = ("up".to_owned(), StateKind::Failed);
    assert_eq!(seen.all(), [up.clone(), up.clone(), up, ("down".to_owned(), StateKind::TriggerFailed)]);
}

#[test]
fn a_callback_is_called_when_its_check_holds_and_changes_nothing() {
    let seen = Log::new();
    let log = seen.clone();
    let callback = move |subject: &Subject, state: &State| -> Result<State, BoxError> {
        log.push(format!("{} {state}", subject.name()));
        Err("nobody looks at this".into())
    };
    let mut flow = Flow::new("f");
    let t = flow.add(nothing("t").state_handler(callback_factory(callback, State::is_successful)));
    let run = flow.run_blocking().unwrap();
    assert_eq!(seen.all(), [r#"t Success("Task run succeeded.")"#]);
    assert!(run.state_of(t).unwrap().is_successful());

    let log = seen.clone();
    let awaited = move |subject: Subject, state: State| {
        let log = log.clone();
        async move {
            tokio::task::yield_now().await;
            log.push(format!("awaited {} {state}", subject.name()));
        }
    };
    let mut flow = Flow::new("f");
    flow.add(nothing("t").state_handler(callback_factory(awaited, State::is_running)));
    let _run = flow.run_blocking().unwrap();
    assert_eq!(seen.all()[1..], [r#"awaited t Running("Starting task run.")"#]);
}

#[test]
fn closures_async_closures_and_types_are_handlers() {
    let recorder = Recorder::new();
    let log = recorder.0.clone();
    let awaited = move |subject: Subject, old: State, new: State| {
        let log = log.clone();
        async move {
            tokio::task::yield_now().await;
            log.push((subject.full_name(), old.kind(), new.kind()));
        }
    };
    let mut flow = Flow::new("f").state_handler(awaited.clone()).state_handler(HandlerType(recorder.clone()));
    flow.add(nothing("t").state_handler(awaited).state_handler(HandlerType(recorder.clone())));
    let _run = flow.run_blocking().unwrap();
    let twice = |changes: [&str; 2]| changes.map(str::to_owned).into_iter().flat_map(|it| [it.clone(), it]);
    assert_eq!(recorder.of("t"), Vec::from_iter(twice(["Pending>Running", "Running>Success"])));
    assert_eq!(recorder.of("f"), Vec::from_iter(twice(["Scheduled>Running", "Running>Success"])));
}

#[test]
fn a_handler_knows_the_attempt_and_whether_another_comes() {
    let seen = Log::new();
    let log = seen.clone();
    let mut flow = Flow::new("f");
    let handler = move |subject: &Subject, _: &State, new: &State| {
        log.push((new.kind(), subject.run_count(), subject.will_retry()));
    };
    flow.add(fails::<()>("t").retries(1).state_handler(handler));
    let _run = flow.run_blocking().unwrap();
    assert_eq!(
        seen.all(),
        [
            (StateKind::Running, 1, false),
            (StateKind::Failed, 1, true),
            (StateKind::Retrying, 1, false),
            (StateKind::Running, 2, false),
            (StateKind::Failed, 2, false),
        ]
    );
}

#[test]
fn a_handler_knows_of_a_retry_that_a_former_handler_caused_or_spared() {
    let seen = Log::new();
    let (after_failure, after_rescue) = (seen.clone(), seen.clone());
    let mut flow = Flow::new("f");
    let call = nothing("t").retries(1).state_handler(crate::common::instead_of_success(State::failed("no")));
    flow.add(call.on_failure(move |subject: &Subject, _: &State| after_failure.push(subject.will_retry())));
    let _run = flow.run_blocking().unwrap();
    assert_eq!(seen.all(), [true, false]);

    let mut flow = Flow::new("f");
    let rescue = |_: &Subject, _: &State, new: &State| new.is_failed().then(|| State::success("saved"));
    let call = fails::<()>("t").retries(1).state_handler(rescue);
    flow.add(call.state_handler(move |subject: &Subject, _: &State, new: &State| {
        if new.is_successful() {
            after_rescue.push(subject.will_retry());
        }
    }));
    let _run = flow.run_blocking().unwrap();
    assert_eq!(seen.all()[2..], [false]);
}

#[test]
fn a_retry_handler_sees_when_it_goes_on() {
    let seen = Log::new();
    let log = seen.clone();
    let mut flow = Flow::new("f");
    let handler = move |_: &Subject, _: &State, new: &State| {
        if new.is_retrying() {
            log.push((new.message().map(str::to_owned), new.start_time(), new.run_count()));
        }
    };
    let call = fails::<()>("t").retries(1).retry_delay(Duration::from_secs(90)).state_handler(handler);
    flow.add(call);
    let _run = run_paused(&flow, |start| start);
    let start = noon() + Duration::from_secs(90);
    let message = "Retrying Task (after attempt 1 of 2)".to_owned();
    assert_eq!(seen.all(), [(Some(message), Some(start), Some(1))]);
}

#[test]
fn a_handler_sees_the_error_and_how_long_it_took() {
    let seen = Log::new();
    let log = seen.clone();
    let mut flow = Flow::new("f");
    let handler = move |subject: &Subject, _: &State, new: &State| {
        if let Some(failure) = new.failure() {
            log.push((failure.to_string(), new.message().map(str::to_owned), subject.duration()));
        }
    };
    let body = |_| async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        Err("boom".into())
    };
    flow.add(later::<(), _>("t", body).state_handler(handler));
    let _run = run_paused(&flow, |start| start);
    let message = "Error during execution of task: boom".to_owned();
    assert_eq!(seen.all(), [("boom".to_owned(), Some(message), Some(Duration::from_secs(7)))]);
}

#[test]
fn the_handler_of_a_flow_sees_its_tasks_and_the_children_of_mapped_ones() {
    let seen: Log<Vec<(String, Option<u32>, StateKind)>> = Log::new();
    let log = seen.clone();
    let mut flow = Flow::new("f").state_handler(move |flow: &Subject, _: &State, new: &State| {
        assert!(!flow.is_task() && flow.map_index().is_none());
        if new.is_finished() {
            let short = |states: Vec<TaskState>| {
                states.into_iter().map(|task| (task.slug, task.map_index, task.state.kind())).collect()
            };
            log.push(short(flow.task_states()));
            log.push(short(flow.failed_tasks()));
        }
    });
    let list = flow.add(value("list", vec![1_i64, 0]));
    flow.add(each("m", list, |x: &i64| if *x == 0 { Err("zero".into()) } else { Ok(1 / x) }));
    let _run = flow.run_blocking().unwrap();
    let all = seen.all();
    let task = |slug: &str, child, kind| (slug.to_owned(), child, kind);
    let failed = task("m-1", Some(1), StateKind::Failed);
    assert_eq!(
        all[0],
        [
            task("list-1", None, StateKind::Success),
            task("m-1", None, StateKind::Mapped),
            task("m-1", Some(0), StateKind::Success),
            failed.clone(),
        ]
    );
    assert_eq!(all[1], [failed]);
}

#[test]
fn handlers_and_bodies_find_the_context() {
    let seen = Log::new();
    let (of_body, of_handler, of_flow) = (seen.clone(), seen.clone(), seen.clone());
    let mut flow = Flow::new("f").state_handler(move |_: &Subject, _: &State, _: &State| {
        let context = campana_engine::context().unwrap();
        of_flow.push(format!("{:?} of {}", context.task_slug(), context.flow_name()));
    });
    let call = task("t", move |_| {
        of_body.push(campana_engine::context().unwrap().task_slug().unwrap());
        Ok(())
    });
    flow.add(call.state_handler(move |_: Subject, _: State, _: State| {
        let log = of_handler.clone();
        async move {
            tokio::task::yield_now().await;
            log.push(campana_engine::context().unwrap().flow_run_name().to_owned());
        }
    }));
    assert!(campana_engine::context().is_none());
    let _run = flow.run().name("swift-otter").blocking().unwrap();
    assert_eq!(seen.all(), ["None of f", "swift-otter", "t-1", "swift-otter", "None of f"]);
}

#[test]
fn parameters_and_lists_are_told_to_the_handlers_of_the_run() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f");
    let year = flow.add(campana_engine::Parameter::new("year").default(2026_i64));
    let other = flow.add(value("other", 1_i64));
    let sum = crate::common::apply("sum", [year, other], |x: &Vec<i64>| Ok(x.iter().sum::<i64>()));
    let sum = flow.add(sum);
    let run = flow.run().task_state_handler(recorder.handler()).blocking().unwrap();
    assert_eq!(run.result(sum).unwrap(), &2027);
    for name in ["year", "other", "List", "sum"] {
        assert_eq!(recorder.of(name), ["Pending>Running", "Running>Success"], "{name}");
    }
}
