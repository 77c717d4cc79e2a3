//! What holds for every state and for every JSON, not only for the ones somebody thought of.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Any JSON that its text brings back exactly.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<i32>().prop_map(|quarters| Json::from(f64::from(quarters) / 4.0)),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec((any::<String>(), inner), 0..4).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    option::of(any::<String>())
}

/// Any time, in the microseconds of the format.
fn any_time() -> impl Strategy<Value = Option<Timestamp>> {
    let micros = Timestamp::MIN.as_microsecond() + 1..=Timestamp::MAX.as_microsecond();
    option::of(micros.prop_map(|micros| Timestamp::from_microsecond(micros).unwrap()))
}

fn any_stored() -> impl Strategy<Value = StoredResult> {
    prop_oneof![
        Just(StoredResult::None),
        any_text().prop_map(StoredResult::Plain),
        any_text().prop_map(StoredResult::Constant),
        any_text().prop_map(StoredResult::Inline),
        (any_text(), any_text()).prop_map(|(dir, location)| StoredResult::Local { dir, location }),
        (any_text(), any_text()).prop_map(|(bucket, location)| StoredResult::S3 { bucket, location }),
        (any_text(), any_text()).prop_map(|(bucket, location)| StoredResult::Gcs { bucket, location }),
        (any_text(), any_text())
            .prop_map(|(container, location)| StoredResult::Azure { container, location }),
        (any_text(), any_text())
            .prop_map(|(location, secret_type)| StoredResult::Secret { location, secret_type }),
    ]
}

prop_compose! {
    fn any_cache_key()(
        parameters in option::of(any_json().prop_filter("null reads as none", |json| !json.is_null())),
        expiration in any_time(),
        hashed_inputs in option::of(btree_map(any::<String>(), any::<String>(), 0..3)),
    ) -> CacheKey {
        CacheKey { parameters, expiration, hashed_inputs }
    }
}

prop_compose! {
    /// Any state of any kind with all that its kind keeps, around `inner` if it wraps one.
    fn any_state_around(inner: Option<State>)(
        kind in select(StateKind::ALL),
        message in any_text(),
        start_time in any_time(),
        count in option::of(any::<u32>()),
        cache in any_cache_key(),
        context in btree_map(any::<String>(), any_json(), 0..3),
        inputs in btree_map(any::<String>(), any_stored(), 0..3),
        stored in any_stored(),
    ) -> State {
        let inner = inner.clone();
        let mut state = State::new(kind).with_cached_inputs(inputs);
        if let Some(message) = message {
            state = state.with_message(message);
        }
        for (key, value) in context {
            state = state.with_context(key, value);
        }
        if kind != StateKind::Mapped {
            state = state.with_stored_result(stored);
        }
        match (kind, count, inner) {
            (StateKind::Scheduled | StateKind::Paused | StateKind::Resume, ..) => state.with_start_time(start_time),
            (StateKind::Retrying, Some(count), _) => state.with_start_time(start_time).with_run_count(count),
            (StateKind::Looped, Some(count), _) => state.with_loop_count(count),
            (StateKind::Mapped, Some(count), _) => state.with_map_count(count),
            (StateKind::Cached, ..) => state.with_cache_key(cache),
            (StateKind::Queued, _, Some(inner)) => state.with_start_time(start_time).wrapping(inner),
            (StateKind::Submitted | StateKind::ClientFailed, _, Some(inner)) => state.wrapping(inner),
            _ => state,
        }
    }
}

fn any_state() -> impl Strategy<Value = State> {
    any_state_around(None)
        .prop_recursive(3, 4, 1, |inner| inner.prop_flat_map(|inner| any_state_around(Some(inner))))
}

/// An object with the keys of states, and anything in them.
fn any_object() -> impl Strategy<Value = Json> {
    let keys = COMMON_KEYS
        .into_iter()
        .chain(EXTRA_KEYS.into_iter().flat_map(|(_, keys)| keys.iter().copied()))
        .filter(|key| *key != "type")
        .collect::<Vec<_>>();
    let name = prop_oneof![4 => select(StateKind::ALL).prop_map(|kind| json!(kind.name())), 1 => any_json()];
    (name, vec((select(keys), any_json()), 0..6)).prop_map(|(name, entries)| {
        let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value));
        entries.chain([("type".to_owned(), name)]).collect()
    })
}

proptest! {
    #[test]
    fn every_state_survives_its_text(state in any_state()) {
        let text = state.to_json().to_string();
        let read = State::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        prop_assert_eq!(read.to_json(), state.to_json());
        prop_assert_eq!(read, state);
    }

    #[test]
    fn no_json_makes_it_panic(json in prop_oneof![any_json(), any_object()]) {
        if let Ok(state) = State::from_json(&json) {
            prop_assert_eq!(State::from_json(&state.to_json()), Ok(state));
        }
    }

    #[test]
    fn no_text_as_a_time_makes_it_panic(text in "[0-9TZ:.+-]{0,32}|\\PC{0,32}") {
        if let Ok(state) = State::from_json(&json!({"type": "Scheduled", "start_time": text})) {
            prop_assert!(state.start_time().is_some());
        }
    }
}
