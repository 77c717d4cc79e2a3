//! Tasks as types.

use std::any::{Any, type_name};
use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;

use campana_model::ValueType;

use super::Call;
use crate::inputs::Inputs;
use crate::signal::BoxError;
use crate::spec::{Body, InputSpec, TaskSpec};

/// A task that is a type of its own, for those that `#[task]` on a function does not fit: with settings of
/// its own, or with inputs that are not known when it is written.
///
/// ```
/// use campana_engine::{BoxError, Flow, Inputs, InputSpec, Task};
///
/// struct Greet {
///     greeting: String,
/// }
///
/// impl Task for Greet {
///     type Output = String;
///
///     fn inputs(&self) -> Vec<InputSpec> {
///         vec![InputSpec::new::<String>("name")]
///     }
///
///     async fn run(&self, inputs: Inputs) -> Result<String, BoxError> {
///         Ok(format!("{}, {}!", self.greeting, inputs.get::<String>("name")?))
///     }
/// }
///
/// let mut flow = Flow::new("greetings");
/// let greet = flow.add(Greet { greeting: "Hello".to_owned() });
/// flow.graph_mut().set_constant(greet.id(), "name", campana_model::Value::new("Ada".to_owned()))?;
/// let run = flow.run_blocking()?;
/// assert_eq!(run.result(greet)?, "Hello, Ada!");
/// # Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub trait Task: Send + Sync + 'static {
    /// What it returns.
    type Output: Any + Send + Sync;

    /// Its name: the type's, unless said otherwise.
    fn name(&self) -> Cow<'static, str> {
        let path = type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path).into()
    }

    /// Its inputs, which edges name by their keys.
    fn inputs(&self) -> Vec<InputSpec> {
        Vec::new()
    }

    /// Changes how it is run; by default, as any task.
    fn configure(&self, spec: TaskSpec) -> TaskSpec {
        spec
    }

    /// Runs it.
    ///
    /// # Errors
    /// Any error makes the task Failed; a [`Signal`](crate::Signal) makes it what the signal says.
    fn run(&self, inputs: Inputs) -> impl Future<Output = Result<Self::Output, BoxError>> + Send;
}

/// What [`Flow::add`](crate::Flow::add) takes: a call, a task, a parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no task",
    note = "a function with `#[task]` becomes one when it is called: `flow.add(name(..))`"
)]
pub trait IntoCall {
    /// What the task returns.
    type Output;

    /// The call.
    fn into_call(self) -> Call<Self::Output>;
}

impl<T> IntoCall for Call<T> {
    type Output = T;

    fn into_call(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: Task> IntoCall for T {
    type Output = T::Output;

    fn into_call(self) -> Call<T::Output> {
        let task = Arc::new(self);
        let body = {
            let task = Arc::clone(&task);
            Body::future(move |inputs| {
                let task = Arc::clone(&task);
                async move { task.run(inputs).await }
            })
        };
        let output = ValueType::of::<T::Output>();
        let spec = TaskSpec::new(task.name(), type_name::<T>(), task.inputs(), output, body);
        Call::new(Arc::new(task.configure(spec)))
    }
}
