//! How a flow is to be run this time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use campana_model::{FlowRunId, Secret};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tokio_util::sync::CancellationToken;

use super::Progress;
use crate::backend::Backend;
use crate::cache::Cache;
use crate::clock::{Clock, SystemClock};
use crate::executor::{Executor, Sequential};
use crate::flow::FlowSpec;
use crate::handler::{IntoStateHandler, StateHandler};

/// How long the async tasks of a run that is cancelled have to end by themselves.
const DEFAULT_CANCEL_GRACE: Duration = Duration::from_secs(1);

type Approve = dyn Fn(&str) -> bool + Send + Sync;

/// How a flow is to be run: where, with which parameters and secrets, watched by whom.
#[derive(Clone)]
pub struct RunOptions {
    pub(crate) id: Option<FlowRunId>,
    pub(crate) name: Option<String>,
    pub(crate) parameters: Map<String, Json>,
    /// The first parameter that could not be serialised, with the reason.
    pub(crate) bad_parameter: Option<(String, String)>,
    pub(crate) secrets: HashMap<String, Secret>,
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) backend: Option<Arc<dyn Backend>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cancel: CancellationToken,
    pub(crate) cancel_grace: Duration,
    pub(crate) cancel_on_ctrl_c: Option<bool>,
    pub(crate) task_handlers: Vec<Arc<dyn StateHandler>>,
    pub(crate) cache: Option<Arc<Cache>>,
    pub(crate) progress: Progress,
    pub(crate) public_url: Option<Arc<str>>,
    pub(crate) approve: Option<Arc<Approve>>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            id: None,
            name: None,
            parameters: Map::new(),
            bad_parameter: None,
            secrets: HashMap::new(),
            executor: Arc::new(Sequential),
            backend: None,
            clock: Arc::new(SystemClock),
            cancel: CancellationToken::new(),
            cancel_grace: DEFAULT_CANCEL_GRACE,
            cancel_on_ctrl_c: None,
            task_handlers: Vec::new(),
            cache: None,
            progress: Progress::new(),
            public_url: None,
            approve: None,
        }
    }
}

impl RunOptions {
    pub(crate) fn cache<'a>(&'a self, flow: &'a FlowSpec) -> &'a Cache {
        self.cache.as_ref().unwrap_or(&flow.cache)
    }
}

/// The settings of a run: the same words on the options and on a run that is about to start.
pub trait RunSettings: Sized {
    /// The options that the settings change.
    #[doc(hidden)]
    fn options_mut(&mut self) -> &mut RunOptions;

    /// Gives the run this id, and not a new one.
    #[must_use]
    fn id(mut self, id: FlowRunId) -> Self {
        self.options_mut().id = Some(id);
        self
    }

    /// Gives the run this name, and not a random one.
    #[must_use]
    fn name(mut self, name: impl Into<String>) -> Self {
        self.options_mut().name = Some(name.into());
        self
    }

    /// Gives a parameter its value. A value that cannot be serialised fails the run, with the reason.
    #[must_use]
    fn parameter(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let (options, name) = (self.options_mut(), name.into());
        match serde_json::to_value(value) {
            Ok(value) => {
                options.parameters.insert(name, value);
            }
            Err(error) => {
                options.bad_parameter.get_or_insert((name, error.to_string()));
            }
        }
        self
    }

    /// Gives parameters their values, by name.
    #[must_use]
    fn parameters(mut self, parameters: Map<String, Json>) -> Self {
        self.options_mut().parameters.extend(parameters);
        self
    }

    /// Gives the run a secret, which counts more than one of the same name from elsewhere.
    #[must_use]
    fn secret(mut self, name: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.options_mut().secrets.insert(name.into(), secret.into());
        self
    }

    /// Sets where the tasks are executed; [`Sequential`], unless set.
    #[must_use]
    fn executor(mut self, executor: impl Executor) -> Self {
        self.options_mut().executor = Arc::new(executor);
        self
    }

    /// Reports to a backend, and does as it says.
    #[must_use]
    fn backend(mut self, backend: Arc<dyn Backend>) -> Self {
        self.options_mut().backend = Some(backend);
        self
    }

    /// Takes the time from `clock`.
    #[must_use]
    fn clock(mut self, clock: impl Clock) -> Self {
        self.options_mut().clock = Arc::new(clock);
        self
    }

    /// Cancels the run when `token` is cancelled: running tasks are told, the rest become Cancelled, handlers
    /// are called, resources are cleaned up.
    #[must_use]
    fn cancel_token(mut self, token: CancellationToken) -> Self {
        self.options_mut().cancel = token;
        self
    }

    /// Whether Ctrl-C cancels the run. It does for one that is started by [`blocking`](crate::Start::blocking)
    /// outside of any runtime, and does not for others, unless set: a program with a runtime minds its signals
    /// itself.
    ///
    /// A second Ctrl-C ends the process at once, and so does one after the run, with exit status 130.
    #[must_use]
    fn cancel_on_ctrl_c(mut self, yes: bool) -> Self {
        self.options_mut().cancel_on_ctrl_c = Some(yes);
        self
    }

    /// Sets how long async tasks have to end by themselves when the run is cancelled, before they are dropped;
    /// a second, unless set. A task that is not async cannot be stopped, and is waited for.
    #[must_use]
    fn cancel_grace(mut self, grace: Duration) -> Self {
        self.options_mut().cancel_grace = grace;
        self
    }

    /// Adds a handler that is called at each change of each task's state, after the task's own.
    #[must_use]
    fn task_state_handler<M>(mut self, handler: impl IntoStateHandler<M>) -> Self {
        self.options_mut().task_handlers.push(handler.into_state_handler());
        self
    }

    /// Keeps results in `cache`, and not in the flow's own.
    #[must_use]
    fn cache(mut self, cache: Arc<Cache>) -> Self {
        self.options_mut().cache = Some(cache);
        self
    }

    /// Counts the run's tasks in `progress`, which can be looked at while the run goes on.
    #[must_use]
    fn progress(mut self, progress: Progress) -> Self {
        self.options_mut().progress = progress;
        self
    }

    /// Sets the address of the server's pages, so that notifications can link to them.
    #[must_use]
    fn public_url(mut self, url: &str) -> Self {
        self.options_mut().public_url = Some(url.trim_end_matches('/').into());
        self
    }

    /// Asks `approve`, by the task's full name, whether a task that pauses may go on. It may take its time.
    #[must_use]
    fn approve(mut self, approve: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.options_mut().approve = Some(Arc::new(approve));
        self
    }
}

impl RunSettings for RunOptions {
    fn options_mut(&mut self) -> &mut RunOptions {
        self
    }
}

impl std::fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunOptions")
            .field("name", &self.name)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}
