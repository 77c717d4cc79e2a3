use std::collections::BTreeMap;

use campana_model::StateKind;

use super::picture::{Picture, Seen, Task};
use crate::spec::Role;

/// A picture with a task in every state, and a mapped one with a child in every state.
fn every_state() -> Picture {
    let seen = |kind| Some(Seen { kind, text: String::new() });
    let task = |kind: StateKind| Task {
        name: "task".to_owned(),
        slug: format!("task-{kind}"),
        role: Role::Task,
        trigger: None,
        mapped: false,
        state: seen(kind),
        children: BTreeMap::new(),
    };
    let mapped = Task {
        mapped: true,
        children: StateKind::ALL.iter().map(|&kind| (kind, 7)).collect(),
        ..task(StateKind::Mapped)
    };
    let tasks = StateKind::ALL.iter().map(|&kind| task(kind)).chain([mapped]).collect();
    Picture { title: "states".to_owned(), run: seen(StateKind::Running), tasks, edges: Vec::new() }
}

#[test]
fn each_state_has_its_word_and_its_colour() {
    let (svg, dot) = (every_state().svg(), every_state().dot());
    for &kind in StateKind::ALL {
        let color = kind.color();
        assert!(svg.contains(&format!(">{kind}</text>")), "{kind}");
        assert!(svg.contains(&format!(">7 {kind}</text>")), "{kind}");
        // In the legend, the task and the seven children.
        assert!(svg.contains(&format!(">8 {kind}</text>")), "{kind}");
        assert!(svg.contains(&format!("fill=\"{color}\"")), "{kind}");
        assert!(dot.contains(&format!("\\n{kind}\"")) && dot.contains(&format!("7 {kind}")), "{kind}");
        assert!(dot.contains(&format!("fillcolor=\"{color}\"")), "{kind}");
    }
}

#[test]
fn the_description_says_what_the_picture_shows() {
    let description = every_state().description();
    assert!(description.starts_with("22 tasks and 0 edges; Running"), "{description}");
    assert!(description.contains("8 TimedOut"), "{description}");
}
