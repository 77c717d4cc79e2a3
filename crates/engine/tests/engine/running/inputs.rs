//! Inputs: values that are missing, outcomes, parameters, lists.

use campana_engine::{
    Flow, FlowRun, Inputs, IntoCall as _, Node, Outcome, Parameter, RunSettings, Settings, Signal, StateKind,
    trigger,
};
use serde_json::json;

use crate::common::{apply, asks, fails, kind, message, task, value};

#[test]
fn an_outcome_says_how_the_upstream_ended() {
    let shown = |x: Outcome<i64>| match x {
        Outcome::Ok(x) => format!("ok {x}"),
        Outcome::Skipped => "skipped".to_owned(),
        Outcome::Failed(failure) => format!("failed: {failure}"),
    };
    let mut flow = Flow::new("f");
    let good = flow.add(value("good", 1_i64));
    let bad = flow.add(fails::<i64>("bad"));
    let below = flow.add(apply("below", bad, |x: &i64| Ok(*x)));
    let skipped = flow.add(task::<i64>("skipped", |_| Err(Signal::skip("none").into())));
    let nodes = [good, bad, below, skipped];
    let asked = nodes.map(|node| flow.add(asks("ask", node, shown).skip_on_upstream_skip(false)));
    let run = flow.run_blocking().unwrap();
    let said = asked.map(|node| run.result(node).unwrap().clone());
    let trigger = "failed: Trigger was \"all_successful\" but some of the upstream tasks failed.";
    assert_eq!(said, ["ok 1", "failed: boom", trigger, "skipped"]);
}

#[test]
fn an_outcome_may_be_given_as_a_constant() {
    let mut flow = Flow::new("f");
    let ask = |x: Outcome<i64>| x.ok();
    let none = flow.add(asks("ask", Outcome::Skipped, ask));
    let some = flow.add(asks("ask", Outcome::Ok(3), ask));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.result(none).unwrap(), run.result(some).unwrap()), (&None, &Some(3)));
}

#[test]
fn a_value_that_is_missing_is_named() {
    let mut flow = Flow::new("f");
    let bad = flow.add(fails::<i64>("bad"));
    let t = flow.add(apply("t", bad, |x: &i64| Ok(*x)).trigger(trigger::any_failed()));
    let run = flow.run_blocking().unwrap();
    let text = "input 'x' has no value: upstream 'bad' is Failed; take Outcome<T>";
    assert_eq!(message(&run, t), format!("Error during execution of task: {text}"));
}

#[test]
fn a_child_that_is_missing_is_named() {
    let mut flow = Flow::new("f");
    let call =
        crate::common::each("m", vec![1_i64, 0], |x: &i64| if *x == 0 { Err("zero".into()) } else { Ok(*x) });
    let m = flow.add(call);
    let t = flow.add(apply("t", m, |x: &Vec<i64>| Ok(x.len())).trigger(trigger::all_finished()));
    let run = flow.run_blocking().unwrap();
    assert!(
        message(&run, t).contains("input 'x' has no value: upstream 'm[1]' is Failed"),
        "{}",
        message(&run, t)
    );
    assert_eq!(
        run.result(m).unwrap_err().to_string(),
        "task 'm[1]' has no result: it is Failed(\"Error during execution of task: zero\")"
    );
}

#[test]
fn inputs_that_are_not_there_are_named() {
    let mut flow = Flow::new("f");
    let unknown = flow.add(task::<i64>("t", |inputs: &Inputs| Ok(*inputs.get::<i64>("y")?)));
    let wrong = flow.add(task::<()>("t", |inputs: &Inputs| {
        assert!(inputs.optional::<i64>("y").is_err());
        Ok(())
    }));
    let run = flow.run_blocking().unwrap();
    assert!(message(&run, unknown).ends_with("task 't' has no input 'y'"));
    assert_eq!(kind(&run, wrong), StateKind::Success);
}

#[test]
fn lists_of_nodes_and_calls_are_inputs() {
    let mut flow = Flow::new("f");
    let (a, b) = (flow.add(value("a", 1_i64)), flow.add(value("b", 2_i64)));
    let sum = |x: &Vec<i64>| Ok(x.iter().sum::<i64>());
    let of_nodes = flow.add(apply("sum", [a, b], sum));
    let of_calls = flow.add(apply("sum", vec![value("c", 3_i64), value("d", 4_i64)], sum));
    let bad = flow.add(fails::<i64>("bad"));
    let of_bad = flow.add(apply("sum", vec![a, bad], sum));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.result(of_nodes).unwrap(), run.result(of_calls).unwrap()), (&3, &7));
    assert_eq!(kind(&run, of_bad), StateKind::TriggerFailed);
}

/// Runs a flow of the parameter `x`, a number, required or with a default.
fn parameter(
    default: Option<i64>,
    configure: impl FnOnce(campana_engine::Start) -> campana_engine::Start,
) -> (FlowRun, Node<i64>) {
    let mut flow = Flow::new("f");
    let x = Parameter::<i64>::new("x");
    let x = flow.add(match default {
        Some(default) => x.default(default),
        None => x,
    });
    (configure(flow.run()).blocking().unwrap(), x)
}

fn failed_with(run: &FlowRun) -> &str {
    assert!(run.is_failed());
    run.state().message().unwrap()
}

#[test]
fn parameters() {
    let (run, x) = parameter(None, |start| start.parameter("x", 5));
    assert_eq!(run.result(x).unwrap(), &5);
    let (run, x) = parameter(Some(3), |start| start);
    assert_eq!(run.result(x).unwrap(), &3);
    let given = json!({"x": 4}).as_object().unwrap().clone();
    let (run, x) = parameter(Some(3), |start| start.parameters(given));
    assert_eq!(run.result(x).unwrap(), &4);

    let (run, x) = parameter(None, |start| start);
    assert_eq!(failed_with(&run), "parameter 'x' is required: give the run a value for it");
    assert_eq!(kind(&run, x), StateKind::Pending);
    let (run, _) = parameter(Some(3), |start| start.parameter("y", 1));
    assert_eq!(failed_with(&run), "the flow has no parameter 'y'; it has 'x'");
    let (run, x) = parameter(None, |start| start.parameter("x", "five"));
    assert!(run.is_failed());
    assert!(message(&run, x).contains("parameter 'x' is \"five\", which is no i64"), "{}", message(&run, x));
}

#[test]
fn a_value_that_cannot_be_serialised_fails_the_run_with_the_reason() {
    let map = std::collections::BTreeMap::from([((1, 2), 3)]);
    let (run, _) = parameter(Some(3), |start| start.parameter("x", &map));
    assert!(failed_with(&run).starts_with("parameter 'x' cannot be serialised: "));
}

#[test]
fn a_parameter_made_twice_is_one_but_not_with_two_types_or_defaults() {
    let mut flow = Flow::new("f");
    let first = flow.add(Parameter::new("x").default(1_i64));
    let second = flow.add(apply("t", Parameter::new("x").default(1_i64), |x: &i64| Ok(*x)));
    assert_eq!(flow.graph().len(), 2);
    let run = flow.run().parameter("x", 9).blocking().unwrap();
    assert_eq!((run.result(first).unwrap(), run.result(second).unwrap()), (&9, &9));

    for other in [Parameter::new("x").default(2_i64).into_call(), Parameter::<i64>::new("x").into_call()] {
        let mut flow = flow.clone();
        flow.add(other);
        let error = flow.check().unwrap_err().to_string();
        assert!(error.starts_with("parameter 'x' is used with two types or defaults"), "{error}");
    }
    flow.add(Parameter::new("x").default(1_u8));
    assert!(flow.check().is_err());
}

#[test]
fn a_parameter_may_be_mapped_over_and_null() {
    let mut flow = Flow::new("f");
    let m = flow.add(crate::common::add_one("m", Parameter::<Vec<i64>>::new("xs")));
    let o = flow.add(Parameter::new("o").default(None::<i64>));
    let run = flow.run().parameter("xs", [1, 2]).blocking().unwrap();
    assert_eq!((run.result(m).unwrap(), run.result(o).unwrap()), (&vec![2, 3], &None));
}

#[test]
fn the_context_knows_the_parameters_and_secrets() {
    let mut flow = Flow::new("f");
    flow.add(Parameter::new("x").default(1_i64));
    let t = flow.add(task("t", |inputs: &Inputs| {
        let context = inputs.context();
        assert_eq!(context.secret("TOKEN").unwrap().expose(), "hunter2");
        assert!(context.secret("OTHER").is_none());
        Ok(context.parameters().clone())
    }));
    let run = flow.run().secret("TOKEN", "hunter2").blocking().unwrap();
    assert_eq!(json!(run.result(t).unwrap()), json!({"x": 1}));
}

#[test]
fn a_list_may_be_longer_than_a_task_may_have_inputs() {
    let mut flow = Flow::new("f");
    let one = flow.add(value("one", 1_i64));
    let sum = flow.add(apply("sum", vec![one; 120_000], |list: &Vec<i64>| Ok(list.iter().sum::<i64>())));
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.result(sum).unwrap(), &120_000);
}

#[test]
fn an_outcome_that_is_a_value_is_taken_as_it_is() {
    let mut flow = Flow::new("f");
    let outcome = flow.add(value("outcome", Outcome::Ok(5_i64)));
    let asked = flow.add(asks("ask", outcome, |x: Outcome<i64>| x.ok()));
    assert_eq!(flow.run_blocking().unwrap().result(asked).unwrap(), &Some(5));
}
