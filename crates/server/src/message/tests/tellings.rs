use super::*;

fn telling(facts: &Facts) -> Telling {
    Telling::new(facts, &pages(), false)
}

fn said(facts: &Facts) -> (String, String) {
    let Message { title, text } = telling(facts).message();
    (title.unwrap(), text)
}

#[test]
fn a_failed_run_is_told_with_its_reason_and_its_pages() {
    let Telling::Run(n) = Telling::new(&facts(EventKind::StateChange), &pages(), true) else {
        panic!("no run")
    };
    assert_eq!(n.duration, Some(std::time::Duration::from_secs(3_723)));
    assert_eq!(n.links.flow_run, Some(format!("https://campana.example.com/acme/flow-run/{}", id(3))));
    assert_eq!(n.links.flow, Some(format!("https://campana.example.com/acme/flow/{}", id(2))));
    assert_eq!((n.links.task_run, n.note, n.version, n.logs.len()), (None, None, Some(3), 1));
    let failed = n.failed_task.unwrap();
    assert_eq!(
        (failed.task.full_name().as_str(), failed.reason.as_str()),
        ("convert[3]", "line 7: 'n/a' is not a number")
    );
    assert_eq!(failed.link, Some(format!("https://campana.example.com/acme/task-run/{}", id(4))));
    assert_eq!(n.flow_run.parameters, Some(run().parameters));
    let Telling::Run(n) = telling(&facts(EventKind::StateChange)) else { panic!("no run") };
    assert_eq!(n.flow_run.parameters, None, "parameters are told on request only");
}

#[test]
fn a_task_run_links_to_its_own_page_and_says_whether_it_will_be_tried_again() {
    let state = State::retrying("Retrying.", None);
    let run = RunFacts { task: Some(task()), run_count: 2, state, ..run() };
    let Telling::Run(n) = telling(&Facts { run: Some(run), ..facts(EventKind::StateChange) }) else {
        panic!("no run")
    };
    assert_eq!(
        n.subject_link(),
        Some(format!("https://campana.example.com/acme/task-run/{}", id(4)).as_str())
    );
    assert!(n.will_retry && n.failed_task.is_none() && n.duration.is_none());
}

#[test]
fn what_an_event_says_beside_its_state_is_told_once() {
    let with = |message: &str| {
        let facts = Facts { message: Some(message.to_owned()), ..facts(EventKind::StateChange) };
        let Telling::Run(n) = telling(&facts) else { panic!("no run") };
        n.note
    };
    assert_eq!(with("Some reference tasks failed."), None);
    assert_eq!(with("reported late"), Some("reported late".to_owned()));
}

#[test]
fn every_kind_of_event_has_its_words() {
    let scheduled = || State::new(StateKind::Scheduled).with_message("Flow run scheduled.");
    let waiting = RunFacts { state: scheduled(), ended_at: None, failed_task: None, ..run() };
    let (title, text) = said(&Facts { run: Some(waiting), ..facts(EventKind::Late) });
    assert_eq!(title, "Run brave-bell of flow orders is late");
    assert!(text.starts_with("It was to start at 2026-11-20 20:56:00 UTC.\nFlow run scheduled.\n"), "{text}");

    let (title, text) = said(&facts(EventKind::Stuck));
    assert_eq!(title, "Run brave-bell of flow orders takes longer than it may");
    assert!(text.starts_with("It has been running since 2026-11-20 20:56:15 UTC."), "{text}");

    let lost =
        Facts { message: Some("no heartbeat for 120 s".to_owned()), ..facts(EventKind::HeartbeatLost) };
    let (title, text) = said(&lost);
    assert_eq!(title, "Run brave-bell of flow orders gives no more sign of life");
    assert!(text.contains("may have died") && text.contains("no heartbeat for 120 s"), "{text}");

    let (title, text) = said(&agent_is_gone());
    assert_eq!(title, "Agent builder does not ask for work any more");
    let wanted =
        "It was last seen at 2026-11-20 21:00:00 UTC. Runs that only it takes wait. Its labels: linux, gpu.";
    assert_eq!(text, wanted);

    let given_up =
        format!("Hook ops (SLACK_WEBHOOK) gave up delivery {} after 12 attempts: answered 404", id(8));
    let (title, text) = said(&dead(Some(run())));
    assert_eq!(title, "Run brave-bell of flow orders has a message that could not be delivered");
    assert!(text.starts_with(&given_up) && text.contains("campana hook replay"), "{text}");
    let (title, text) = said(&Facts { is_test: true, ..dead(None) });
    assert_eq!(title, "[Test] A message of hook ops could not be delivered");
    assert!(text.starts_with(&given_up), "{text}");
}

#[test]
fn a_state_is_read_or_made_up() {
    let read = |json| RunFacts::read_state(&json, StateKind::Failed, Some("no orders"));
    let state = read(serde_json::to_value(State::success("done")).unwrap());
    assert_eq!(state.to_string(), r#"Success("done")"#);
    assert_eq!(read(json!({ "type": "Broken" })).to_string(), r#"Failed("no orders")"#);
    assert_eq!(RunFacts::read_state(&json!(7), StateKind::Running, None).to_string(), "Running()");
}
