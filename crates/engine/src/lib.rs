//! The workflow engine of Campana: flows of tasks, the triggers between them, the handlers that see every change
//! of their states, and the runner.
//!
//! Flow authors use it through the crate `campana`, which adds `#[task]`, notifiers and configuration. The way of
//! a task: [`Flow::add`] puts a [`Call`] into the [`graph`]; [`Flow::run`] makes a run, whose workers take calls
//! that are ready ([`executor`]), send each through the checks, its handlers and its body, and commit how it
//! ended, which makes other calls ready.

#[doc(hidden)]
pub mod __private;
mod answer;
pub mod backend;
mod cache;
mod clock;
mod context;
mod control;
#[doc(hidden)]
pub mod doctest;
mod elements;
pub mod executor;
mod flow;
pub mod graph;
mod handler;
mod inputs;
mod outcome;
mod parameter;
mod persist;
mod resource;
mod run;
mod serialize;
mod signal;
mod spec;
pub mod trigger;
mod typed;
mod visualize;

pub use answer::Answer;
pub use backend::Backend;
pub use cache::{Cache, CachePolicy, Validator};
pub use campana_model as model;
pub use campana_model::{Failure, State, StateKind, Value};
pub use clock::{Clock, SystemClock, TokioClock};
pub use context::{Context, Subject, TaskState, context};
pub use elements::{Gather, Split};
pub use executor::{Concurrent, Executor, Sequential};
pub use flow::Flow;
pub use graph::{GraphError, NodeId};
pub use handler::{
    Callback, Handled, IntoCallback, IntoHandled, IntoStateHandler, StateHandler, TerminalStateHandler,
    callback_factory, log_errors,
};
pub use inputs::{InputError, Inputs};
pub use outcome::Outcome;
pub use parameter::Parameter;
pub use persist::{Codec, DigestFn};
pub use resource::Resource;
pub use run::{Executed, FlowRun, NoResult, Progress, RunOptions, RunSettings, Start, TaskCall, Worker};
pub use signal::{BoxError, Signal};
pub use spec::{Body, InputSpec, RetryDelay, Role, Settings, TaskSpec};
pub use trigger::{Trigger, Upstreams};
pub use typed::{
    Call, Flat, Input, IntoCall, IntoInput, IntoMapInput, IntoUpstreams, MapInput, Node, Task, Unmapped,
    flatten, unmapped,
};
pub use visualize::{Picture, SaveError};
