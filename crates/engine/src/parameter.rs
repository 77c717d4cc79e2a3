//! Parameters: inputs of a flow that each run gets its own values of.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use campana_model::ValueType;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::graph::Graph;
use crate::signal::BoxError;
use crate::spec::{Body, Role, TaskSpec};
use crate::typed::{Call, IntoCall};

/// An input of the flow, read from the JSON that a run is given. Made twice with one name, it is one parameter.
///
/// ```
/// # use campana_engine::{Flow, Parameter, RunSettings};
/// let mut flow = Flow::new("report");
/// let year = flow.add(Parameter::<i64>::new("year"));
/// let limit = flow.add(Parameter::new("limit").default(10_u32));
/// let run = flow.run().parameter("year", 2026).blocking()?;
/// assert_eq!((run.result(year)?, run.result(limit)?), (&2026, &10));
///
/// let run = flow.run_blocking()?;
/// assert!(run.state().message().unwrap().contains("parameter 'year' is required"));
/// # Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a parameter does nothing until it is added to a flow"]
pub struct Parameter<T> {
    name: String,
    default: Option<Result<Json, String>>,
    value: PhantomData<fn() -> T>,
}

impl<T> Parameter<T> {
    /// A parameter that every run must be given.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), default: None, value: PhantomData }
    }
}

impl<T: Serialize> Parameter<T> {
    /// The same with a value for runs that are given none.
    pub fn default(mut self, default: T) -> Self {
        self.default = Some(serde_json::to_value(default).map_err(|error| error.to_string()));
        self
    }
}

impl<T: DeserializeOwned + Any + Send + Sync> IntoCall for Parameter<T> {
    type Output = T;

    fn into_call(self) -> Call<T> {
        let Self { name, default, value: _ } = self;
        let key = name.clone();
        let broken = default.as_ref().and_then(|default| default.as_ref().err().cloned());
        let body = Body::sync(move |inputs| {
            let given = inputs.context().parameters().get(&key);
            if let (None, Some(error)) = (given, &broken) {
                return Err(format!("the default of parameter '{key}' cannot be serialised: {error}").into());
            }
            let value = given.unwrap_or(&Json::Null);
            T::deserialize(value).map_err(|error| -> BoxError {
                let wanted = std::any::type_name::<T>();
                format!("parameter '{key}' is {value}, which is no {wanted}: {error}").into()
            })
        });
        let mut spec =
            TaskSpec::new(name, "prefect.core.parameter.Parameter", Vec::new(), ValueType::of::<T>(), body);
        spec.role = Role::Parameter;
        spec.default = default.map(|default| Arc::new(default.unwrap_or(Json::Null)));
        Call::new(Arc::new(spec))
    }
}

/// The parameters of a run, with defaults filled in, and what is wrong with those given.
pub(crate) fn resolve(graph: &Graph, given: Map<String, Json>) -> (Map<String, Json>, Option<String>) {
    let parameters = graph.parameters();
    let known: Vec<_> = parameters.iter().map(|spec| format!("'{}'", spec.name())).collect();
    let mut wrong =
        given.keys().find(|name| !parameters.iter().any(|spec| spec.name() == *name)).map(|name| {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            format!("the flow has no parameter '{name}'; it has {known}")
        });
    let mut resolved = given;
    for spec in parameters {
        if resolved.contains_key(spec.name()) {
            continue;
        }
        match &spec.default {
            Some(default) => {
                resolved.insert(spec.name().to_owned(), Json::clone(default));
            }
            None => {
                let name = spec.name();
                wrong.get_or_insert(format!("parameter '{name}' is required: give the run a value for it"));
            }
        }
    }
    (resolved, wrong)
}
