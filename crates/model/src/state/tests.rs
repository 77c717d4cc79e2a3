//! What a state says and how it is shared.

use super::*;

#[test]
fn states_display_as_users_know_them() {
    let cases = [
        (State::success("Task run succeeded."), r#"Success("Task run succeeded.")"#),
        (State::running("Starting task run."), r#"Running("Starting task run.")"#),
        (State::pending("Task run created"), r#"Pending("Task run created")"#),
        (State::failed("Some reference tasks failed."), r#"Failed("Some reference tasks failed.")"#),
        (State::skipped(""), r#"Skipped("")"#),
        (State::retrying("soon", None).with_run_count(1), r#"Retrying("soon")"#),
        (State::new(StateKind::TriggerFailed), "TriggerFailed()"),
    ];
    for (state, text) in cases {
        assert_eq!(state.to_string(), text);
        assert_eq!(format!("{state:?}"), text);
    }
}

#[test]
fn a_failed_state_has_its_message_as_failure() {
    let state = State::failed("division by zero");
    assert_eq!(state.failure().unwrap().to_string(), "division by zero");
    assert!(State::success("x").failure().is_none());
}

#[test]
fn changing_a_clone_leaves_the_original() {
    let original = State::success("one").with_context("tags", vec!["a"]);
    let clone = original.clone();
    assert!(clone.same(&original));
    let changed = clone.with_message("two").with_context("tags", vec!["b"]);
    assert!(!changed.same(&original));
    assert_eq!((original.message(), changed.message()), (Some("one"), Some("two")));
    assert_eq!(original.context("tags"), Some(&serde_json::json!(["a"])));
}

#[test]
fn equality_is_about_what_travels() {
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!(State::success("x"), State::success("x").at(now).with_result(1_i64));
    assert_eq!(State::new(StateKind::Paused), State::new(StateKind::Paused).with_start_time(None));
    assert_ne!(State::success("x"), State::success("y"));
    assert_ne!(State::new(StateKind::Success), State::new(StateKind::Cached));
    assert_ne!(State::retrying("x", None), State::retrying("x", Some(now)));
}

#[test]
fn a_state_counts_from_when_it_was_recorded() {
    assert_eq!(State::pending("").timestamp(), None);
    assert_eq!(State::pending("").at(Timestamp::UNIX_EPOCH).timestamp(), Some(Timestamp::UNIX_EPOCH));
}

#[test]
fn wrapped_states_are_found_underneath() {
    let scheduled = State::new(StateKind::Scheduled);
    let submitted = State::new(StateKind::Submitted).wrapping(scheduled.clone());
    let queued = State::new(StateKind::Queued).wrapping(submitted);
    assert!(queued.unwrapped().same(&scheduled));
    let bare = State::new(StateKind::ClientFailed);
    assert!(bare.unwrapped().same(&bare));
    assert!(scheduled.unwrapped().same(&scheduled));
}

#[test]
fn queued_waits_for_a_start_time_without_being_scheduled_by_kind() {
    let queued = State::new(StateKind::Queued);
    assert!(queued.is_scheduled() && !queued.is_a(StateKind::Scheduled) && !queued.is_pending());
    let retrying = State::retrying("", None);
    assert!(retrying.is_scheduled() && retrying.is_pending() && retrying.is_retrying());
}
