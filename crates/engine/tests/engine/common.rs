//! Tasks made by hand, as `#[task]` makes them, and a recorder of what handlers are told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use campana_engine::model::{Timestamp, ValueType};
use campana_engine::{
    Body, BoxError, Call, Flow, FlowRun, Handled, InputSpec, Inputs, IntoInput, IntoMapInput, Outcome,
    RunSettings, Settings, State, StateHandler, StateKind, Subject, TaskSpec, TokioClock, trigger,
};

/// Whatever a task may return here.
pub(crate) trait Out: std::any::Any + Send + Sync + Clone {}
impl<T: std::any::Any + Send + Sync + Clone> Out for T {}

/// A task without inputs.
pub(crate) fn task<T: Out>(
    name: &'static str,
    body: impl Fn(&Inputs) -> Result<T, BoxError> + Send + Sync + 'static,
) -> Call<T> {
    Call::new(Arc::new(TaskSpec::new(name, name, Vec::new(), ValueType::of::<T>(), Body::sync(body))))
}

/// An async task without inputs.
pub(crate) fn later<T: Out, F>(
    name: &'static str,
    body: impl Fn(Inputs) -> F + Send + Sync + 'static,
) -> Call<T>
where
    F: Future<Output = Result<T, BoxError>> + Send + 'static,
{
    Call::new(Arc::new(TaskSpec::new(name, name, Vec::new(), ValueType::of::<T>(), Body::future(body))))
}

/// A task that returns `value`.
pub(crate) fn value<T: Out>(name: &'static str, value: T) -> Call<T> {
    task(name, move |_| Ok(value.clone()))
}

/// A task that fails.
pub(crate) fn fails<T: Out>(name: &'static str) -> Call<T> {
    task(name, |_| Err("boom".into()))
}

/// A task that does nothing.
pub(crate) fn nothing(name: &'static str) -> Call<()> {
    value(name, ())
}

fn of_x<A: Out, T: Out>(
    name: &'static str,
    body: impl Fn(&A) -> Result<T, BoxError> + Send + Sync + 'static,
) -> Call<T> {
    let inputs = vec![InputSpec::new::<A>("x")];
    let body = Body::sync(move |inputs| body(inputs.arg::<A>(0)?));
    Call::new(Arc::new(TaskSpec::new(name, name, inputs, ValueType::of::<T>(), body)))
}

/// A task with one input, `x`.
pub(crate) fn apply<A: Out, T: Out>(
    name: &'static str,
    x: impl IntoInput<A>,
    body: impl Fn(&A) -> Result<T, BoxError> + Send + Sync + 'static,
) -> Call<T> {
    of_x(name, body).input(0, x.into_input())
}

/// A task that takes its one input however it ended, whenever its upstreams have ended.
pub(crate) fn asks<A: Out, T: Out>(
    name: &'static str,
    x: impl IntoInput<Outcome<A>>,
    body: impl Fn(Outcome<A>) -> T + Send + Sync + 'static,
) -> Call<T> {
    let body = Body::sync(move |inputs| Ok(body(inputs.outcome::<A>("x")?)));
    let spec = TaskSpec::new(name, name, vec![InputSpec::new::<A>("x")], ValueType::of::<T>(), body);
    Call::new(Arc::new(spec)).input(0, x.into_input()).trigger(trigger::all_finished())
}

/// A mapped task with one input, `x`.
pub(crate) fn each<A: Out, T: Out>(
    name: &'static str,
    x: impl IntoMapInput<A>,
    body: impl Fn(&A) -> Result<T, BoxError> + Send + Sync + 'static,
) -> Call<Vec<T>> {
    of_x(name, body).map_input(0, x.into_map_input()).mapped()
}

/// A mapped task that adds one.
pub(crate) fn add_one(name: &'static str, x: impl IntoMapInput<i64>) -> Call<Vec<i64>> {
    each(name, x, |x: &i64| Ok(x + 1))
}

/// A handler that makes `new` of a Success.
pub(crate) fn instead_of_success(new: State) -> impl Fn(&Subject, &State, &State) -> Option<State> {
    move |_: &Subject, _: &State, state: &State| (state.kind() == StateKind::Success).then(|| new.clone())
}

/// A counter that bodies and handlers share.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    /// One more; gives the number before.
    pub(crate) fn up(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Things that happened, in order.
pub(crate) struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Log<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn push(&self, entry: T) {
        self.0.lock().unwrap().push(entry);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }
}

/// What a handler was told: of whom, the old kind, the new kind.
pub(crate) type Told = (String, StateKind, StateKind);

/// Writes down what handlers are told.
#[derive(Clone)]
pub(crate) struct Recorder(pub(crate) Log<Told>);

impl Recorder {
    pub(crate) fn new() -> Self {
        Self(Log::new())
    }

    /// A handler that writes down and changes nothing.
    pub(crate) fn handler(&self) -> impl Fn(&Subject, &State, &State) + Send + Sync + 'static {
        self.named("")
    }

    /// The same, which puts `name` before what it writes.
    pub(crate) fn named(
        &self,
        name: &'static str,
    ) -> impl Fn(&Subject, &State, &State) + Send + Sync + 'static {
        let log = self.0.clone();
        move |subject: &Subject, old: &State, new: &State| {
            log.push((format!("{name}{}", subject.full_name()), old.kind(), new.kind()));
        }
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.0.all()
    }

    /// What was told of `subject`, as `Pending>Running`.
    pub(crate) fn of(&self, subject: &str) -> Vec<String> {
        let told = self.told();
        let of = told.into_iter().filter(|(name, _, _)| name == subject);
        of.map(|(_, old, new)| format!("{old}>{new}")).collect()
    }
}

/// A handler as a type, sync.
pub(crate) struct HandlerType(pub(crate) Recorder);

impl StateHandler for HandlerType {
    fn handle<'a>(
        &'a self,
        subject: &'a Subject,
        old: &'a State,
        new: &'a State,
    ) -> campana_engine::Answer<'a, Handled> {
        self.0.0.push((subject.full_name(), old.kind(), new.kind()));
        campana_engine::Answer::Now(Ok(None))
    }
}

/// The time at which tests begin.
pub(crate) fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Runs the flow on a runtime whose time jumps over every wait; gives the seconds that it would have taken.
pub(crate) fn run_paused(
    flow: &Flow,
    with: impl FnOnce(campana_engine::Start) -> campana_engine::Start,
) -> (FlowRun, f64) {
    paused(async {
        let started = tokio::time::Instant::now();
        let run = with(flow.run().clock(TokioClock::starting_at(noon()))).await;
        (run, started.elapsed().as_secs_f64())
    })
}

/// Runs `test` on a runtime whose time jumps over every wait.
pub(crate) fn paused<T>(test: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(test)
}

/// Runs `test` on a runtime with threads; one that takes a minute hangs.
pub(crate) fn threaded<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let result = runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(60), test).await.expect("the test hangs")
    });
    runtime.shutdown_background();
    result
}

/// The kind of a task's state.
pub(crate) fn kind(run: &FlowRun, node: impl Into<campana_engine::NodeId>) -> StateKind {
    run.state_of(node).unwrap().kind()
}

/// The message of a task's state.
pub(crate) fn message(run: &FlowRun, node: impl Into<campana_engine::NodeId>) -> String {
    run.state_of(node).unwrap().message().unwrap_or_default().to_owned()
}

/// The kinds of the children of a mapped task.
pub(crate) fn child_kinds(run: &FlowRun, node: impl Into<campana_engine::NodeId>) -> Vec<StateKind> {
    run.children_of(node).map(State::kind).collect()
}
