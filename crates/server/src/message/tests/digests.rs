use std::time::Duration;

use super::*;

fn tellings(kinds: &[(StateKind, u64)]) -> Vec<Telling> {
    let telling = |kind: StateKind| {
        let run = RunFacts { state: State::new(kind), ..run() };
        Telling::new(&Facts { run: Some(run), ..facts(EventKind::StateChange) }, &pages(), false)
    };
    kinds.iter().flat_map(|&(kind, count)| (0..count).map(move |_| telling(kind))).collect()
}

fn message(digest: &Digest, hook_type: HookType) -> (String, String) {
    let Message { title, text } = digest.message(hook_type, Duration::from_secs(60));
    (title.unwrap(), text)
}

#[test]
fn a_burst_is_counted_and_its_first_changes_are_told() {
    let digest = Digest::of(&tellings(&[(StateKind::Success, 17), (StateKind::Failed, 20)]));
    let (title, text) = message(&digest, HookType::Email);
    assert_eq!(title, "37 changes in 60 s: 20 Failed, 17 Success");
    let link = format!("https://campana.example.com/acme/flow-run/{}", id(3));
    assert_eq!(text.lines().count(), 37);
    assert_eq!(text.lines().next(), Some(format!("brave-bell (orders): Success {link}").as_str()));
    let (_, text) = message(&digest, HookType::SlackWebhook);
    assert_eq!(text.lines().next(), Some(format!("• <{link}|brave-bell (orders)>: *Success*").as_str()));
    assert_eq!((text.lines().count(), text.lines().last()), (21, Some("… and 17 more")));
    let (title, _) = message(&Digest::of(&tellings(&[(StateKind::Failed, 1)])), HookType::Email);
    assert_eq!(title, "1 change in 60 s: 1 Failed");
}

#[test]
fn what_is_no_change_of_state_is_counted_by_its_kind() {
    let late = Telling::new(&facts(EventKind::Late), &pages(), false);
    let gone = Telling::new(&agent_is_gone(), &pages(), false);
    let (title, text) = message(&Digest::of([&late, &late, &gone]), HookType::Twilio);
    assert_eq!(title, "3 changes in 60 s: 2 LATE, 1 agent.unhealthy");
    assert!(text.ends_with("Agent builder does not ask for work any more: agent.unhealthy"), "{text}");
}

#[test]
fn names_make_no_links_and_lines_of_their_own() {
    let name = "<!channel>\n[x](https://evil.example)|<https://evil.example|x>\u{1b}";
    let run = RunFacts { flow_run_name: name.to_owned(), task: Some(task()), ..run() };
    let telling = Telling::new(&Facts { run: Some(run), ..facts(EventKind::StateChange) }, &pages(), false);
    let digest = Digest::of([&telling]);
    let (_, slack) = message(&digest, HookType::SlackWebhook);
    assert_eq!(slack.lines().count(), 1);
    assert_eq!(
        (slack.matches('<').count(), slack.matches('>').count(), slack.matches('|').count()),
        (1, 1, 1),
        "{slack}"
    );
    let (_, teams) = message(&digest, HookType::Teams);
    assert_eq!(teams.matches("](").count(), 1, "{teams}");
}

#[test]
fn a_digest_keeps_the_limits_of_its_channel() {
    let max = |hook_type| match hook_type {
        HookType::Twilio => 1_100,
        HookType::SlackWebhook => 9_100,
        HookType::Teams => 5_100,
        _ => 51_000,
    };
    for fill in ["&", "🔔", "x"] {
        let run = RunFacts { flow_run_name: fill.repeat(10_000), ..run() };
        let telling =
            Telling::new(&Facts { run: Some(run), ..facts(EventKind::StateChange) }, &pages(), false);
        let digest = Digest::of(std::iter::repeat_n(&telling, 10_000));
        assert_eq!(digest.count(), 10_000);
        for &hook_type in HookType::ALL {
            let (title, text) = message(&digest, hook_type);
            let chars = text.encode_utf16().count();
            assert!(title.len() < 100 && chars <= max(hook_type), "{hook_type} of {fill}: {chars}");
            assert!(text.lines().last().unwrap().ends_with("more"), "{hook_type}: {text}");
        }
    }
    let kinds = (0..50).map(|number| (format!("Kind{number}"), 1)).collect();
    let (title, _) = message(&Digest { counts: kinds, first: Vec::new() }, HookType::Twilio);
    assert!(title.ends_with("38 others") && title.len() < 200, "{title}");
}
