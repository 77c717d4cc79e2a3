//! switch, case and merge.

use campana_engine::StateKind::{Failed, Skipped, Success};
use campana_engine::{Flow, Parameter, RunSettings, Settings};

use crate::common::{apply, fails, kind, message, nothing, task, value};

#[test]
fn a_switch_runs_the_case_that_fits() {
    let mut flow = Flow::new("f");
    let size = flow.add(Parameter::new("size").default("small".to_owned()));
    let cases = ["small", "large"].map(|size| (size.to_owned(), value("case", size.len())));
    let cases = flow.switch(size, cases);
    let merged = flow.merge(cases.clone());
    let end = flow.add(apply("end", merged, |x: &usize| Ok(x * 10)));
    for (given, kinds) in [("small", [Success, Skipped]), ("large", [Skipped, Success])] {
        let run = flow.run().parameter("size", given).blocking().unwrap();
        assert_eq!([kind(&run, cases[0]), kind(&run, cases[1])], kinds);
        assert_eq!(run.result(end).unwrap(), &50);
        assert!(run.is_successful());
    }
    let run = flow.run().parameter("size", "other").blocking().unwrap();
    assert_eq!([kind(&run, cases[0]), kind(&run, merged), kind(&run, end)], [Skipped; 3]);
    assert!(run.is_successful());
    let compare = flow.graph().find("CompareValue: \"small\"-1").unwrap();
    assert_eq!(message(&run, compare), "Provided value \"other\" did not match \"small\"");
}

#[test]
fn a_case_skips_everything_in_it() {
    let mut flow = Flow::new("f");
    let on = flow.add(Parameter::new("on").default(true));
    let outside = flow.add(value("outside", 1_i64));
    let (first, second) = flow.case(on, true, |flow| {
        let first = flow.add(apply("first", outside, |x: &i64| Ok(x + 1)));
        (first, flow.add(apply("second", first, |x: &i64| Ok(x + 1))))
    });
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.result(second).unwrap(), &3);
    let run = flow.run().parameter("on", false).blocking().unwrap();
    let kinds = [kind(&run, outside), kind(&run, first), kind(&run, second)];
    assert_eq!(kinds, [Success, Skipped, Skipped]);
}

#[test]
fn a_merge_takes_the_first_value_and_fails_with_a_branch() {
    let mut flow = Flow::new("f");
    let (a, b) = (flow.add(value("a", 1_i64)), flow.add(value("b", 2_i64)));
    let skipped = flow.add(task::<i64>("skipped", |_| Err(campana_engine::Signal::skip("no").into())));
    let bad = flow.add(fails::<i64>("bad"));
    let first = flow.merge([skipped, b, a]);
    let failed = flow.merge([skipped, bad]);
    let none = flow.merge([skipped, skipped]);
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.result(first).unwrap(), &2);
    assert_eq!((kind(&run, failed), kind(&run, none)), (campana_engine::StateKind::TriggerFailed, Skipped));
}

#[test]
fn a_condition_that_fails_runs_no_case() {
    let mut flow = Flow::new("f");
    let condition = flow.add(fails::<i64>("condition"));
    let cases = flow.switch(condition, [(1_i64, nothing("one"))]);
    let run = flow.run_blocking().unwrap();
    assert_eq!(kind(&run, cases[0]), campana_engine::StateKind::TriggerFailed);
    assert_eq!(run.state().kind(), Failed);
}

#[test]
fn a_branch_may_be_a_mapped_task() {
    let mut flow = Flow::new("f");
    let on = flow.add(Parameter::new("on").default(true));
    let list = flow.add(value("list", vec![1_i64, 2]));
    let m = flow.case(on, true, |flow| flow.add(crate::common::add_one("m", list)));
    let other = flow.case(on, false, |flow| flow.add(value("other", vec![0_i64])));
    let merged = flow.merge([m, other]);
    assert_eq!(flow.run_blocking().unwrap().result(merged).unwrap(), &[2, 3]);
    let run = flow.run().parameter("on", false).blocking().unwrap();
    assert_eq!(run.result(merged).unwrap(), &[0]);
}

#[test]
fn retries_and_names_of_a_case_stay_its_own() {
    let mut flow = Flow::new("f");
    let cases = flow.switch(1_i64, [(1_i64, fails::<()>("one").retries(2)), (2, nothing("two"))]);
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, cases[0]), kind(&run, cases[1])), (Failed, Skipped));
}
