//! The JSON of a state against the format: what is written, what is read, what is refused.

mod props;

use serde_json::{Map, Value as Json, json};

use super::*;

const NOON: &str = "2026-11-20T12:00:00.000000+00:00";

/// The keys that each type has beside those that all have; the format as Prefect 1.4.1 defines it.
const EXTRA_KEYS: [(&str, &[&str]); 21] = [
    ("Pending", &["_result"]),
    ("Scheduled", &["_result", "start_time"]),
    ("Paused", &["_result", "start_time"]),
    ("Resume", &["_result", "start_time"]),
    ("Retrying", &["_result", "run_count", "start_time"]),
    ("Submitted", &["_result", "state"]),
    ("Queued", &["_result", "start_time", "state"]),
    ("ClientFailed", &["_result", "state"]),
    ("Running", &["_result"]),
    ("Cancelling", &["_result"]),
    ("Finished", &["_result"]),
    ("Looped", &["_result", "loop_count"]),
    ("Success", &["_result"]),
    ("Cached", &["_result", "cached_parameters", "cached_result_expiration", "hashed_inputs"]),
    ("Mapped", &["n_map_states"]),
    ("Skipped", &["_result"]),
    ("Cancelled", &["_result"]),
    ("Failed", &["_result"]),
    ("TimedOut", &["_result"]),
    ("TriggerFailed", &["_result"]),
    ("ValidationFailed", &["_result"]),
];

const COMMON_KEYS: [&str; 5] = ["type", "__version__", "message", "context", "cached_inputs"];

/// A state of this kind that was told everything, also what its kind does not keep.
fn told_everything(kind: StateKind) -> State {
    let noon: Timestamp = NOON.parse().unwrap();
    State::new(kind)
        .with_message("m")
        .with_start_time(Some(noon))
        .with_run_count(1)
        .with_loop_count(2)
        .with_map_count(3)
        .wrapping(State::pending("inside"))
        .with_cache_key(CacheKey {
            parameters: Some(json!({"x": 1})),
            expiration: Some(noon),
            hashed_inputs: Some(BTreeMap::from([("x".to_owned(), "abc".to_owned())])),
        })
        .with_context("tags", vec!["a"])
        .with_cached_inputs(BTreeMap::from([("x".to_owned(), StoredResult::Plain(Some("p".to_owned())))]))
        .with_stored_result(StoredResult::Plain(Some("p".to_owned())))
}

fn from_text(text: &str) -> State {
    serde_json::from_str(text).unwrap()
}

/// The error that a state of this type gives with `value` under `key`.
fn refused(kind: &str, key: &str, value: Json) -> String {
    State::from_json(&json!({"type": kind, key: value})).unwrap_err().to_string()
}

#[test]
fn each_type_has_the_keys_of_the_format() {
    assert_eq!(
        EXTRA_KEYS.map(|(kind, _)| kind),
        *StateKind::ALL.iter().map(|k| k.name()).collect::<Vec<_>>()
    );
    for (kind, extra) in EXTRA_KEYS {
        let json = told_everything(kind.parse().unwrap()).to_json();
        let mut written: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = [&COMMON_KEYS[..], extra].concat();
        written.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(written, wanted, "{kind}");
        assert_eq!(json["type"], kind);
        assert_eq!(json["__version__"], "1.4.1");
    }
}

#[test]
fn a_bare_state_writes_null_only_where_prefect_takes_it() {
    for (kind, extra) in EXTRA_KEYS {
        let json = State::new(kind.parse().unwrap()).to_json();
        for key in extra.iter().filter(|key| !matches!(**key, "_result" | "loop_count" | "n_map_states")) {
            assert_eq!(json.get(key), Some(&Json::Null), "{kind}.{key}");
        }
        assert_eq!(json.get("loop_count"), None, "{kind}");
        assert_eq!(json.get("n_map_states"), None, "{kind}");
        assert_eq!(
            (&json["message"], &json["context"], &json["cached_inputs"]),
            (&json!(null), &json!({}), &json!({}))
        );
        if kind != "Mapped" {
            assert_eq!(json["_result"], json!({"type": "NoResultType", "__version__": "1.4.1"}));
        }
    }
}

#[test]
fn a_value_stays_out_of_the_json() {
    let state = State::success("ok").with_result("the value".to_owned());
    assert!(!state.to_json().to_string().contains("the value"));
}

#[test]
fn foreign_keys_are_dropped() {
    let mut every_key = Map::new();
    for &kind in StateKind::ALL {
        every_key.extend(told_everything(kind).to_json().as_object().unwrap().clone());
    }
    every_key.insert("unheard_of".to_owned(), json!([1, {"type": 2}]));
    for &kind in StateKind::ALL {
        every_key.insert("type".to_owned(), json!(kind.name()));
        let read = State::from_json(&Json::Object(every_key.clone())).unwrap();
        assert_eq!(read.to_json(), told_everything(kind).to_json());
        // Not only is it not written: the state does not know it.
        assert_eq!(read, State::from_json(&read.to_json()).unwrap());
    }
}

#[test]
fn what_is_missing_or_null_is_empty() {
    for &kind in StateKind::ALL {
        let mut object = told_everything(kind).to_json();
        for (key, value) in object.as_object_mut().unwrap() {
            if key != "type" {
                *value = Json::Null;
            }
        }
        assert_eq!(State::from_json(&object), Ok(State::new(kind)));
        assert_eq!(State::from_json(&json!({"type": kind.name()})), Ok(State::new(kind)));
    }
}

#[test]
fn an_unknown_type_is_named() {
    let error = State::from_json(&json!({"type": "Exploded"})).unwrap_err();
    assert_eq!(error, JsonError::UnknownKind(UnknownKind("Exploded".to_owned())));
    assert!(
        error.to_string().starts_with(r#"unknown state type "Exploded"; known are Pending, "#),
        "{error}"
    );
    let inner = json!({"type": "Queued", "state": {"type": "success"}});
    assert!(State::from_json(&inner).unwrap_err().to_string().contains(r#""success""#));
}

#[test]
fn a_wrong_shape_names_the_key_and_what_belongs_there() {
    assert_eq!(
        State::from_json(&json!([])).unwrap_err().to_string(),
        "state is [], where an object is wanted"
    );
    assert_eq!(State::from_json(&json!({})).unwrap_err().to_string(), r#"state has no "type""#);
    let cases = [
        ("Success", "type", json!(1), r#"state has 1 in "type", where a text is wanted"#),
        ("Success", "message", json!(["x"]), r#"state has ["x"] in "message", where a text is wanted"#),
        ("Success", "context", json!("x"), r#"state has "x" in "context", where an object is wanted"#),
        (
            "Success",
            "cached_inputs",
            json!(1),
            r#"state has 1 in "cached_inputs", where an object is wanted"#,
        ),
        (
            "Success",
            "cached_inputs",
            json!({"x": 1}),
            r#"state has 1 in "cached_inputs.x", where an object is wanted"#,
        ),
        ("Success", "cached_inputs", json!({"x": {}}), r#"state has no "cached_inputs.x.type""#),
        ("Success", "_result", json!(true), r#"state has true in "_result", where an object is wanted"#),
        ("Success", "_result", json!({"location": "x"}), r#"state has no "_result.type""#),
        (
            "Success",
            "_result",
            json!({"type": "LocalResult", "dir": 1}),
            r#"state has 1 in "_result.dir", where a text is wanted"#,
        ),
        ("Retrying", "run_count", json!(-1), r#"state has -1 in "run_count", where a count is wanted"#),
        ("Retrying", "run_count", json!(1.5), r#"state has 1.5 in "run_count", where a count is wanted"#),
        ("Looped", "loop_count", json!("1"), r#"state has "1" in "loop_count", where a count is wanted"#),
        (
            "Mapped",
            "n_map_states",
            json!(4_294_967_296_u64),
            r#"state has 4294967296 in "n_map_states", where a count is wanted"#,
        ),
        (
            "Cached",
            "hashed_inputs",
            json!({"x": 1}),
            r#"state has {"x":1} in "hashed_inputs", where an object of texts is wanted"#,
        ),
        ("Queued", "state", json!("Running"), r#"state has "Running" in "state", where an object is wanted"#),
        (
            "Queued",
            "state",
            json!({"type": "Failed", "message": 1}),
            r#"state has 1 in "state.message", where a text is wanted"#,
        ),
    ];
    for (kind, key, value, error) in cases {
        assert_eq!(refused(kind, key, value), error);
    }
    for key in ["start_time", "cached_result_expiration"] {
        let kind = if key == "start_time" { "Scheduled" } else { "Cached" };
        let error = refused(kind, key, json!("tomorrow"));
        assert!(
            error.starts_with(&format!(r#"state has "tomorrow" in {key:?}, where a time such as"#)),
            "{error}"
        );
    }
}

#[test]
fn a_long_wrong_value_is_cut_between_characters() {
    let error = refused("Success", "message", json!(["ä".repeat(500)]));
    assert!(error.contains(&format!("[\"{}…", "ä".repeat(MAX_SHOWN_CHARS - 2))), "{error}");
}

#[test]
fn times_are_instants_whatever_their_offset() {
    let noon: Timestamp = NOON.parse().unwrap();
    for text in [
        NOON,
        "2026-11-20T12:00:00+00:00",
        "2026-11-20T12:00:00Z",
        "2026-11-20T12:00:00.000000",
        "2026-11-20 12:00:00",
        "2026-11-20T13:00:00+01:00",
        "2026-11-20T13:00:00+01:00[Europe/Paris]",
        "2026-11-20T03:00:00-09:00",
        "2026-11-20T17:45:00+05:45",
        "2026-11-20T12:00Z",
    ] {
        let state = State::from_json(&json!({"type": "Scheduled", "start_time": text})).unwrap();
        assert_eq!(state.start_time(), Some(noon), "{text}");
        assert_eq!(state.to_json()["start_time"], NOON);
    }
    let midnight = State::from_json(&json!({"type": "Paused", "start_time": "2026-11-20"})).unwrap();
    assert_eq!(midnight.to_json()["start_time"], "2026-11-20T00:00:00.000000+00:00");
}

#[test]
fn a_time_that_no_instant_belongs_to_is_refused() {
    for text in [
        "",
        "12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-11-20T12:00:00+26:00",
        "9999-12-31T23:59:59-10:00",
        "2026-11-20T12:00:00[Europe/Paris]",
        "1700000000",
    ] {
        let error = refused("Scheduled", "start_time", json!(text));
        assert!(error.contains(r#"in "start_time""#), "{error}");
    }
}

#[test]
fn wrapping_has_an_end() {
    let wrapped = |depth: usize| {
        let inner = json!({"type": "Running"});
        (0..depth).fold(inner, |inner, _| json!({"type": "Submitted", "state": inner}))
    };
    let deepest = State::from_json(&wrapped(MAX_WRAPPED)).unwrap();
    assert!(deepest.unwrapped().is_running());
    assert_eq!(State::from_json(&wrapped(MAX_WRAPPED + 1)), Err(JsonError::TooDeep));
    assert_eq!(State::from_json(&wrapped(1_000)), Err(JsonError::TooDeep));
}

#[test]
fn serde_takes_the_same_way() {
    let state = told_everything(StateKind::Cached);
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(from_text(&text).to_json(), state.to_json());
    let error = serde_json::from_str::<State>(r#"{"type": "Exploded"}"#).unwrap_err();
    assert!(error.to_string().contains(r#"unknown state type "Exploded""#), "{error}");
}

/// As Prefect 1.4.1 writes them: keys in its order, the result's class with its version.
#[test]
fn what_prefect_writes_comes_back_as_it_was() {
    for sample in [
        r#"{"run_count": 2, "start_time": "2026-11-20T21:58:17.094046+00:00", "cached_inputs": {"x": {"dir": "/tmp",
            "location": "q", "__version__": "1.4.1", "type": "LocalResult"}}, "message": "Retrying Task (after attempt 1 of 3)",
            "_result": {"__version__": "1.4.1", "type": "NoResultType"}, "context": {"tags": ["a"], "task_run_count": 1},
            "__version__": "1.4.1", "type": "Retrying"}"#,
        r#"{"start_time": "2026-11-20T21:58:17.094046+00:00", "cached_inputs": {}, "message": "Queued", "state":
            {"start_time": null, "cached_inputs": {}, "message": "x", "_result": {"__version__": "1.4.1", "type":
            "NoResultType"}, "context": {}, "__version__": "1.4.1", "type": "Paused"}, "_result": {"__version__": "1.4.1",
            "type": "NoResultType"}, "context": {}, "__version__": "1.4.1", "type": "Queued"}"#,
        r#"{"cached_parameters": {"x": 1}, "cached_inputs": {}, "message": "msg", "hashed_inputs": {"a": "b"}, "_result":
            {"location": "[1]", "__version__": "1.4.1", "type": "PrefectResult"}, "cached_result_expiration":
            "2026-11-20T21:58:17.094046+00:00", "context": {}, "__version__": "1.4.1", "type": "Cached"}"#,
        r#"{"cached_inputs": {}, "message": "Ready to proceed with mapping.", "n_map_states": 2, "context": {"tags": []},
            "__version__": "1.4.1", "type": "Mapped"}"#,
        r#"{"cached_inputs": {}, "message": "Task is looping (3)", "loop_count": 3, "_result": {"location": null,
            "__version__": "1.4.1", "type": "ConstantResult"}, "context": {}, "__version__": "1.4.1", "type": "Looped"}"#,
        r#"{"cached_inputs": {}, "_result": {"bucket": "b", "location": "k", "__version__": "1.4.1", "type": "S3Result"},
            "message": null, "context": {}, "__version__": "1.4.1", "type": "Success"}"#,
        r#"{"cached_inputs": {}, "_result": {"secret_type": "PrefectSecret", "location": "FOO", "__version__": "1.4.1",
            "type": "SecretResult"}, "message": null, "context": {}, "__version__": "1.4.1", "type": "Success"}"#,
    ] {
        let json: Json = serde_json::from_str(sample).unwrap();
        assert_eq!(State::from_json(&json).unwrap().to_json(), json);
    }
}

#[test]
fn a_class_of_its_author_comes_back_as_a_plain_result() {
    for class in ["CustomResult", "flows.results.MyResult"] {
        let json = json!({"type": "Success", "_result": {"type": class, "location": "z", "mine": 1}});
        let state = State::from_json(&json).unwrap();
        assert_eq!(state.stored_result(), &StoredResult::Plain(Some("z".to_owned())));
        assert_eq!(
            state.to_json()["_result"],
            json!({"type": "Result", "__version__": "1.4.1", "location": "z"})
        );
    }
}

#[test]
fn a_result_without_its_folder_says_nothing_about_it() {
    let bare = StoredResult::Local { dir: None, location: None };
    assert_eq!(bare.to_json(), json!({"type": "LocalResult", "__version__": "1.4.1", "location": null}));
}
