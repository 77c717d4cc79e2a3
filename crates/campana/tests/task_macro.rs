//! What `#[task]` makes of a function: every form of signature, every setting.

#![warn(clippy::pedantic, clippy::nursery, missing_docs, missing_debug_implementations)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use campana::backend::MemoryBackend;
use campana::model::flow::SerializedTask;
use campana::prelude::*;
use campana::{IntoCall, Validator};

#[derive(Debug)]
struct DivideByZero;

impl std::fmt::Display for DivideByZero {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("division by zero")
    }
}

impl std::error::Error for DivideByZero {}

/// Not `Clone`.
#[derive(Debug)]
struct Connection(String);

/// Runs a flow of this call, and gives what it returns.
fn value<T: Clone + 'static>(call: impl IntoCall<Output = T>) -> T {
    let mut flow = Flow::new("test");
    let node = flow.add(call);
    flow.run_blocking().unwrap().result(node).unwrap().clone()
}

/// Runs a flow of this call, and gives the message of its state.
fn message<T>(call: impl IntoCall<Output = T>) -> String {
    let mut flow = Flow::new("test");
    let node = flow.add(call);
    let run = flow.run_blocking().unwrap();
    let state = run.state_of(node).unwrap();
    assert!(state.is_failed(), "{state}");
    state.message().unwrap().to_owned()
}

/// The call as it is registered.
fn serialized<T>(call: impl IntoCall<Output = T>) -> SerializedTask {
    let mut flow = Flow::new("test");
    flow.add(call);
    flow.serialize().tasks.pop().unwrap()
}

mod returns {
    use super::*;

    #[task]
    fn add(x: i64) -> i64 {
        x + 1
    }

    #[task]
    fn div(x: i64) -> Result<i64, DivideByZero> {
        if x == 0 { Err(DivideByZero) } else { Ok(100 / x) }
    }

    #[task]
    fn nothing() {}

    #[task]
    fn read(text: &str) -> std::io::Result<String> {
        if text.is_empty() { Err(std::io::ErrorKind::NotFound.into()) } else { Ok(text.to_owned()) }
    }

    #[task]
    fn parse(text: &str) -> anyhow::Result<i64> {
        Ok(text.parse()?)
    }

    #[task]
    fn check(x: i64) -> Result<(), String> {
        if x > 0 { Ok(()) } else { Err(format!("{x} is too small")) }
    }

    #[task]
    fn maybe(x: i64) -> Option<i64> {
        (x > 0).then_some(x)
    }

    #[task]
    fn skip() -> Result<(), BoxError> {
        Err(Signal::skip("nothing to do"))?
    }

    #[test]
    fn a_value_or_a_result() {
        assert_eq!(value(add(1)), 2);
        assert_eq!(value(div(add(3))), 25);
        value(nothing());
        assert_eq!(value(maybe(0)), None);
        assert_eq!(value(read("text")), "text");
        assert_eq!(value(parse("12")), 12);
        value(check(1));
    }

    #[test]
    fn any_error_makes_it_fail() {
        assert!(message(div(0)).ends_with("division by zero"), "{}", message(div(0)));
        assert!(message(read("")).ends_with("not found"), "{}", message(read("")));
        assert!(message(parse("x")).ends_with("invalid digit found in string"), "{}", message(parse("x")));
        assert!(message(check(-1)).ends_with("-1 is too small"), "{}", message(check(-1)));
    }

    #[test]
    fn signals_pass() {
        let mut flow = Flow::new("test");
        let node = flow.add(skip());
        let run = flow.run_blocking().unwrap();
        assert_eq!(run.state_of(node).unwrap().kind(), StateKind::Skipped);
    }

    #[test]
    fn the_plain_function_is_there() {
        assert_eq!(add::run(1), 2);
        assert!(matches!(div::run(0), Err(DivideByZero)));
        nothing::run();
    }
}

mod params {
    use super::*;

    #[task]
    fn count(
        mut words: Vec<String>,
        more: &[String],
        text: &str,
        path: &Path,
        r#type: &'static str,
    ) -> String {
        words.extend_from_slice(more);
        format!("{} {text} {} {type}", words.len(), path.display())
    }

    #[task]
    fn connect() -> Connection {
        Connection("db".to_owned())
    }

    #[task]
    fn name(connection: &Connection) -> String {
        connection.0.clone()
    }

    #[task]
    fn or(x: Option<i64>, pair: (i64, i64), run: fn(i64) -> i64) -> i64 {
        x.unwrap_or(pair.0) + run(pair.1)
    }

    #[task]
    fn attempt(context: Context, name: &str) -> (Context, String) {
        let attempt = format!("{name} {:?} {}", context.task_name(), context.run_count());
        (context, attempt)
    }

    #[task]
    fn flow_name(name: &str, context: &Context) -> String {
        format!("{name} {}", context.flow_name())
    }

    #[test]
    fn values_and_references() {
        let words = vec!["a".to_owned()];
        let more = vec!["b".to_owned(), "c".to_owned()];
        assert_eq!(value(count(words, more, "text", PathBuf::from("p"), "kind")), "3 text p kind");
        assert_eq!(value(name(connect())), "db");
        assert_eq!(value(or(None, (1, 2), i64::abs as fn(i64) -> i64)), 3);
    }

    #[test]
    fn edges_are_named_after_parameters() {
        let inputs =
            serialized(count(Vec::<String>::new(), Vec::<String>::new(), "", PathBuf::new(), "")).inputs;
        let names: Vec<_> = inputs.keys().map(String::as_str).collect();
        assert_eq!(names, ["more", "path", "text", "type", "words"]);
        assert!(inputs["more"].kind.contains("Vec"), "{}", inputs["more"].kind);
    }

    #[test]
    fn the_context_is_no_input() {
        assert_eq!(value(attempt("x")).1, "x Some(\"attempt\") 1");
        assert_eq!(value(flow_name("x")), "x test");
        assert_eq!(attempt::spec().inputs().len(), 1);
    }

    mod own {
        /// A type of one's own that is called as ours is.
        #[derive(Clone, Debug)]
        pub(super) struct Context(pub(super) i64);
    }

    #[task]
    fn unwrap(context: &own::Context) -> i64 {
        context.0
    }

    #[test]
    fn by_its_path_a_context_is_an_input() {
        assert_eq!(value(unwrap(own::Context(7))), 7);
    }
}

mod outcomes {
    use super::*;

    #[task]
    fn ok(x: i64) -> Result<i64, DivideByZero> {
        if x == 0 { Err(DivideByZero) } else { Ok(x) }
    }

    #[task(trigger = all_finished(), skip_on_upstream_skip = false)]
    #[expect(clippy::needless_pass_by_value, reason = "by value is one of the ways")]
    fn describe(one: Outcome<i64>, other: &Outcome<i64>) -> String {
        let describe = |outcome: &Outcome<i64>| match outcome {
            Outcome::Ok(x) => x.to_string(),
            Outcome::Skipped => "skipped".to_owned(),
            Outcome::Failed(failure) => failure.to_string(),
        };
        format!("{}, {}", describe(&one), describe(other))
    }

    #[task(trigger = all_finished())]
    #[expect(clippy::needless_pass_by_value, reason = "by value is one of the ways")]
    fn failed(all: Vec<Outcome<i64>>) -> usize {
        all.iter().filter(|outcome| outcome.is_failed()).count()
    }

    #[task(trigger = all_finished())]
    fn good(all: &[Outcome<i64>]) -> i64 {
        all.iter().filter_map(|outcome| outcome.clone().ok()).sum()
    }

    #[test]
    fn an_upstream_without_a_value_is_accepted() {
        assert_eq!(value(describe(ok(0), ok(1))), "division by zero, 1");
        assert_eq!(value(describe(Outcome::Ok(3), Outcome::<i64>::Skipped)), "3, skipped");
        assert_eq!(value(failed(vec![ok(0), ok(1), ok(0)])), 2);
        assert_eq!(value(failed([ok(0), ok(1)])), 1);
        assert_eq!(value(good(ok::map(vec![0, 1, 2]))), 3);
    }

    #[test]
    fn one_can_map_over_them() {
        let described = describe::map(ok::map(vec![0, 1]), unmapped(ok(0)));
        assert_eq!(value(described), ["division by zero, division by zero", "1, division by zero"]);
    }
}

mod asynchronous {
    use super::*;

    #[task]
    async fn greet(connection: &Connection, name: String) -> Result<String, BoxError> {
        tokio::task::yield_now().await;
        if name.is_empty() {
            return Err("no name".into());
        }
        Ok(format!("{name}@{}", connection.0))
    }

    #[task]
    async fn wait(context: &Context, outcome: &Outcome<i64>) -> (u32, bool) {
        tokio::task::yield_now().await;
        (context.run_count(), outcome.is_ok())
    }

    #[test]
    fn inputs_live_as_long_as_the_future() {
        let connection = || Connection("home".to_owned());
        assert_eq!(value(greet(connection(), "ada")), "ada@home");
        assert!(message(greet(connection(), "")).ends_with("no name"));
        assert_eq!(value(wait(Outcome::Ok(1))), (1, true));
        let names = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(value(greet::map(unmapped(connection()), names)), ["a@home", "b@home"]);
    }

    #[tokio::test]
    async fn the_plain_function_is_async() {
        assert_eq!(greet::run(&Connection("x".to_owned()), "y".to_owned()).await.unwrap(), "y@x");
    }
}

mod settings {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[task(
        name = "load it",
        tags = ["slow", "nightly"],
        retries = 2,
        retry_delay = Duration::from_millis(1_500),
        timeout = Duration::from_secs(20),
        trigger = some_failed(1, 0.5),
        skip_on_upstream_skip = false,
        cache_for = DAY,
        cache_validator = Validator::PartialInputs(vec!["x".to_owned()]),
        cache_key = "loads",
    )]
    fn load(x: i64, y: i64) -> i64 {
        x + y
    }

    #[task]
    fn plain(x: i64) -> i64 {
        x
    }

    #[test]
    fn all_of_them_reach_the_task() {
        let task = serialized(load(1, 2));
        assert_eq!((&*task.name, task.tags), ("load it", vec!["nightly".to_owned(), "slow".to_owned()]));
        assert_eq!((task.max_retries, task.retry_delay, task.timeout), (2, Some(1.5), Some(20.0)));
        assert_eq!(task.trigger.name, "prefect.triggers.some_failed");
        assert_eq!(task.trigger.kwargs["at_most"], 0.5);
        assert!(!task.skip_on_upstream_skip);
        assert_eq!((task.cache_for, task.cache_key.as_deref()), (Some(86_400.0), Some("loads")));
        assert_eq!(task.cache_validator.name, "prefect.engine.cache_validators.partial_inputs_only");
        assert!(load::spec().inputs().iter().all(|input| input.digest.is_some()));
    }

    #[test]
    fn without_them_it_is_as_usual() {
        let task = serialized(plain(1));
        assert_eq!((&*task.name, &*task.class), ("plain", "task_macro::settings::plain"));
        assert_eq!((task.max_retries, task.timeout, task.cache_for), (0, None, None));
        assert!(task.skip_on_upstream_skip && task.tags.is_empty());
        assert!(plain::spec().inputs()[0].digest.is_none());
    }

    #[test]
    fn calls_share_the_task_and_change_their_own() {
        assert!(Arc::ptr_eq(&load::spec(), &load::spec()));
        assert_eq!(serialized(load(1, 2).name("other").retries(7)).max_retries, 7);
        let shared = serialized(load(1, 2));
        assert_eq!((&*shared.name, shared.max_retries), ("load it", 2));
    }

    #[task(retries = 2, retry_delays = [Duration::ZERO])]
    fn third_time(context: &Context) -> Result<u32, String> {
        let count = context.run_count();
        if count < 3 { Err(format!("try {count}")) } else { Ok(count) }
    }

    #[task(retries = 1, retry_delay_fn = |run| Duration::from_secs(run.into()))]
    fn computed() {}

    #[task(cache_for = DAY, cache_validator = Validator::custom(|_, _| true), tags = [])]
    fn not_compared(connection: &Connection) -> String {
        connection.0.clone()
    }

    #[test]
    fn retries_and_caches() {
        assert_eq!(value(third_time()), 3);
        assert_eq!(serialized(computed()).retry_delay, Some(1.0));
        assert_eq!(value(not_compared(Connection("c".to_owned()))), "c");
    }

    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

    fn see(who: &str, state: &State) {
        SEEN.lock().unwrap().push(format!("{who} {}", state.kind()));
    }

    fn second(_: &Subject, _: &State, new: &State) {
        see("second", new);
    }

    #[task(
        state_handlers = [|_: &Subject, _: &State, new: &State| see("first", new), second],
        on_failure = |_: &Subject, state: &State| see("on_failure", state),
    )]
    fn fails() -> Result<(), DivideByZero> {
        Err(DivideByZero)
    }

    #[test]
    fn handlers_are_called_in_order() {
        message(fails());
        let seen = SEEN.lock().unwrap().clone();
        assert_eq!(
            seen,
            ["first Running", "second Running", "first Failed", "second Failed", "on_failure Failed"]
        );
    }

    #[task(run_name = "load {table:>width$} {{}} {table}")]
    fn named(table: &str, width: usize, connection: &Connection) -> String {
        format!("{table} {width} {connection:?}")
    }

    #[task(run_name = |inputs| Ok(inputs.get::<String>("table")?.to_uppercase()))]
    fn computed_name(table: String) {
        drop(table);
    }

    fn run_name_of<T>(call: impl IntoCall<Output = T>) -> String {
        let backend = Arc::new(MemoryBackend::new());
        let mut flow = Flow::new("test");
        flow.add(call);
        assert!(flow.run().backend(backend.clone()).blocking().unwrap().is_successful());
        let changes = backend.changes();
        let mut names = changes.iter().filter_map(|change| change.task.as_ref()?.run_name.as_deref());
        names.next_back().unwrap().to_owned()
    }

    #[test]
    fn runs_are_named_after_their_inputs() {
        assert_eq!(run_name_of(named("t", 3, Connection(String::new()))), "load   t {} t");
        assert_eq!(run_name_of(computed_name("t")), "T");
    }

    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Row {
        id: i64,
    }

    #[task(persist, cache_for = DAY)]
    fn row(id: i64) -> Row {
        Row { id }
    }

    #[task(persist = false)]
    fn volatile(id: i64) -> i64 {
        id
    }

    #[test]
    fn results_can_be_written_down() {
        let backend = Arc::new(MemoryBackend::new());
        let mut flow = Flow::new("test");
        let node = flow.add(row(5));
        let run = flow.run().backend(backend.clone()).blocking().unwrap();
        assert_eq!(run.result(node).unwrap(), &Row { id: 5 });
        let changes = backend.changes();
        let stored = changes.iter().rev().find(|change| change.state.kind() == StateKind::Cached).unwrap();
        let json = serde_json::to_string(&stored.state).unwrap();
        assert!(json.contains(r#"{\"id\":5}"#), "{json}");
        assert!(row::spec().inputs()[0].digest.is_some());
        assert!(volatile::spec().inputs()[0].digest.is_none());
        assert_eq!(value(volatile(1)), 1);
    }
}

mod places {
    use super::*;

    #[test]
    fn inside_of_a_function() {
        #[task]
        fn double(x: i64) -> i64 {
            x * 2
        }
        #[task]
        async fn triple(x: i64) -> i64 {
            std::future::ready(x * 3).await
        }
        assert_eq!(value(double(triple(double::map(vec![1, 2, 3]).pipe()))), 72);
    }

    /// Adds up.
    #[task]
    fn sum(xs: &[i64]) -> i64 {
        xs.iter().sum()
    }

    trait Pipe {
        fn pipe(self) -> Call<i64>;
    }

    impl Pipe for Call<Vec<i64>> {
        fn pipe(self) -> Call<i64> {
            sum(self)
        }
    }

    /// Is the plain function inside of itself.
    #[task]
    fn factorial(n: u64) -> u64 {
        if n == 0 { 1 } else { n * factorial(n - 1) }
    }

    #[task]
    #[tracing::instrument(skip_all)]
    #[expect(clippy::needless_pass_by_value, reason = "the attribute stays with the function")]
    fn traced(xs: Vec<i64>) -> usize {
        xs.len()
    }

    #[cfg(any())]
    #[task]
    fn absent(x: NoSuchType) {}

    /// Is seen from outside, with the visibility of the original.
    mod outer {
        use super::*;

        /// Is documented.
        #[task]
        #[must_use]
        pub(super) fn visible(inputs: i64, spec: i64, visible: i64) -> i64 {
            inputs + spec + visible
        }
    }

    #[test]
    fn names_and_attributes_stay_with_the_function() {
        assert_eq!(value(factorial(5)), 120);
        assert_eq!(value(outer::visible(1, 2, 3)), 6);
        assert_eq!(value(outer::visible::map(vec![1], vec![2], unmapped(3))), [6]);
        assert_eq!(value(traced(vec![1])), 1);
        let spans = Spans::default();
        let subscriber = tracing::subscriber::set_default(spans.clone());
        traced::run(vec![]);
        drop(subscriber);
        assert_eq!(*spans.0.lock().unwrap(), ["traced"]);
    }

    /// Remembers the names of spans.
    #[derive(Clone, Debug, Default)]
    struct Spans(Arc<Mutex<Vec<&'static str>>>);

    impl tracing::Subscriber for Spans {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            self.0.lock().unwrap().push(span.metadata().name());
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, _: &tracing::Event<'_>) {}
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
}
