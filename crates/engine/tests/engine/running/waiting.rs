//! Runs that wait for somebody: manual_only, pauses, approval.

use std::sync::Arc;

use campana_engine::StateKind::{Paused, Pending, Resume, Running, Success, TriggerFailed};
use campana_engine::backend::{Backend, MemoryBackend};
use campana_engine::{Flow, RunSettings, Settings, Signal, trigger};

use crate::common::{Count, Log, add_one, child_kinds, kind, message, nothing, paused, task, value};

#[test]
fn a_run_waits_and_goes_on_when_its_task_is_resumed() {
    paused(async {
        let mut flow = Flow::new("f");
        let up = flow.add(value("up", 1_i64));
        let t = flow.add(crate::common::apply("t", up, |x: &i64| Ok(x + 1)).trigger(trigger::manual_only()));
        let down = flow.add(nothing("down").after(t));
        let run = flow.run().await;
        assert_eq!((run.state().kind(), kind(&run, t), kind(&run, down)), (Running, Paused, Pending));
        assert_eq!(message(&run, t), "Trigger function is \"manual_only\"");
        let (id, name) = (run.id(), run.name().to_owned());

        // To resume what is not paused changes nothing.
        let run = run.resume(down).await;
        assert_eq!((run.state().kind(), kind(&run, t)), (Running, Paused));
        let run = run.resume(up).await.resume_child(t, 3).await;
        assert_eq!(run.state().kind(), Running);

        let run = run.resume(t).await;
        assert_eq!((run.state().kind(), run.result(t).unwrap(), kind(&run, down)), (Success, &2, Success));
        assert_eq!((run.id(), run.name()), (id, name.as_str()), "it is the same run");
        let run = run.resume(t).await;
        assert_eq!(run.state().kind(), Success, "a run that is over stays over");
    });
}

#[test]
fn other_tasks_go_on_while_one_waits() {
    let mut flow = Flow::new("f");
    flow.add(nothing("t").trigger(trigger::manual_only()));
    let other = flow.add(value("other", 1_i64));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.state().kind(), run.result(other).unwrap()), (Running, &1));
}

#[test]
fn children_are_resumed_one_by_one() {
    paused(async {
        let mut flow = Flow::new("f");
        let m = flow.add(add_one("m", vec![1, 2]).trigger(trigger::manual_only()));
        let run = flow.run().await;
        assert_eq!(child_kinds(&run, m), [Paused, Paused]);
        let run = run.resume_child(m, 1).await;
        assert_eq!((run.state().kind(), child_kinds(&run, m)), (Running, vec![Paused, Success]));
        let run = run.resume_child(m, 0).await;
        assert_eq!((run.state().kind(), run.result(m).unwrap()), (Success, &vec![2, 3]));
    });
}

#[test]
fn a_body_may_pause() {
    paused(async {
        let ran = Count::default();
        let count = ran.clone();
        let mut flow = Flow::new("f");
        let t = flow.add(task("t", move |inputs| match count.up() {
            0 => Err(Signal::pause("who says so?").into()),
            _ => Ok(inputs.context().run_count()),
        }));
        let run = flow.run().await;
        assert_eq!((kind(&run, t), run.state().kind()), (Paused, Running));
        let run = run.resume(t).await;
        assert_eq!(run.result(t).unwrap(), &1, "a pause is no attempt");
    });
}

#[test]
fn manual_only_lets_a_resumed_task_go_whatever_its_upstreams_did() {
    paused(async {
        let mut flow = Flow::new("f");
        let bad = flow.add(crate::common::fails::<()>("bad"));
        let t = flow.add(nothing("t").after(bad).trigger(trigger::manual_only()));
        let run = flow.run().await.resume(t).await;
        assert_eq!(kind(&run, t), Success);
    });
}

#[test]
fn somebody_is_asked_by_name() {
    let asked = Log::new();
    let log = asked.clone();
    let mut flow = Flow::new("f");
    let yes = flow.add(nothing("yes").trigger(trigger::manual_only()));
    let no = flow.add(nothing("no").trigger(trigger::manual_only()));
    let then = flow.add(nothing("then").after(yes).trigger(trigger::manual_only()));
    let m = flow.add(add_one("m", vec![1]).trigger(trigger::manual_only()));
    let run = flow.run().approve(move |name| {
        log.push(name.to_owned());
        name != "no"
    });
    let run = run.blocking().unwrap();
    assert_eq!([kind(&run, yes), kind(&run, no), kind(&run, then)], [Success, Paused, Success]);
    assert_eq!((run.state().kind(), run.result(m).unwrap()), (Running, &vec![2]));
    let mut names = asked.all();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, ["m[0]", "no", "then", "yes"]);
}

#[test]
fn below_a_waiting_task_everything_waits_and_beside_it_not() {
    let mut flow = Flow::new("f");
    let bad = flow.add(crate::common::fails::<()>("bad"));
    let t = flow.add(nothing("t").trigger(trigger::manual_only()));
    let down = flow.add(nothing("down").after((t, bad)).trigger(trigger::any_failed()));
    let beside = flow.add(nothing("beside").after(bad));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, down), kind(&run, beside)), (Pending, TriggerFailed));
}

#[test]
fn the_backend_is_told_who_was_resumed() {
    paused(async {
        let backend = Arc::new(MemoryBackend::new());
        let mut flow = Flow::new("f");
        let t = flow.add(nothing("t").trigger(trigger::manual_only()));
        let run = flow.run().backend(Arc::clone(&backend) as Arc<dyn Backend>).await;
        assert_eq!(backend.history(Some("t-1")), [Paused]);
        let _run = run.resume(t).await;
        assert_eq!(backend.history(Some("t-1")), [Paused, Resume, Running, Success]);
    });
}
