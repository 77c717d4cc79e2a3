//! Resources: what some tasks need, set up before them and cleaned up after them, whatever happens.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

use campana_model::ValueType;

use crate::flow::Flow;
use crate::inputs::Inputs;
use crate::signal::{BoxError, Signal};
use crate::spec::{Body, InputSpec, Role, Settings, TaskSpec};
use crate::trigger::Upstreams;
use crate::typed::{Call, IntoInput, Node};

/// Something that tasks use, and that must be cleaned up when they have ended.
pub trait Resource: Send + Sync + 'static {
    /// What the tasks get.
    type Handle: Any + Send + Sync;

    /// Sets it up.
    fn setup(&self) -> impl Future<Output = Result<Self::Handle, BoxError>> + Send;

    /// Cleans it up: if it was set up, always, also when tasks failed or the run is cancelled.
    fn cleanup(&self, handle: &Self::Handle) -> impl Future<Output = Result<(), BoxError>> + Send;
}

impl Flow {
    /// Adds the tasks that `tasks` adds, with the resource set up before and cleaned up after them. A failed
    /// task makes the flow fail although the clean-up comes after it, and so does a failed clean-up.
    pub fn resource<R: Resource, T>(
        &mut self,
        name: &str,
        resource: R,
        tasks: impl FnOnce(&mut Self, Node<R::Handle>) -> T,
    ) -> T {
        let resource = Arc::new(resource);
        let setup = self.add(setup(name, Arc::clone(&resource)));
        let (returned, last) = self.block(setup.id(), |flow| tasks(flow, setup));
        let last: Vec<Node<()>> = last.into_iter().map(|id| Node::new(id, self.tag)).collect();
        self.add(cleanup(name, resource, setup).after(last));
        returned
    }
}

fn setup<R: Resource>(name: &str, resource: Arc<R>) -> Call<R::Handle> {
    let body = Body::future(move |_: Inputs| {
        let resource = Arc::clone(&resource);
        async move { resource.setup().await }
    });
    let output = ValueType::of::<R::Handle>();
    let spec = TaskSpec::new(format!("{name}.setup"), std::any::type_name::<R>(), Vec::new(), output, body);
    Call::new(Arc::new(spec))
}

fn cleanup<R: Resource>(name: &str, resource: Arc<R>, setup: Node<R::Handle>) -> Call<()> {
    let body = Body::future(move |inputs: Inputs| {
        let resource = Arc::clone(&resource);
        async move { resource.cleanup(inputs.get("resource")?).await }
    });
    let inputs = vec![InputSpec::new::<R::Handle>("resource")];
    let name = format!("{name}.cleanup");
    let mut spec = TaskSpec::new(name, std::any::type_name::<R>(), inputs, ValueType::of::<()>(), body)
        .trigger(was_set_up as fn(&Upstreams<'_>) -> Result<bool, BoxError>)
        .skip_on_upstream_skip(false);
    spec.role = Role::Cleanup;
    Call::new(Arc::new(spec)).input(0, IntoInput::<R::Handle>::into_input(setup))
}

fn was_set_up(upstreams: &Upstreams<'_>) -> Result<bool, BoxError> {
    match upstreams.state("resource") {
        Some(state) if state.is_skipped() => Err(Signal::skip("Resource manager setup skipped").into()),
        Some(state) if state.is_successful() => Ok(true),
        _ => Err(Signal::skip("Resource manager setup failed").into()),
    }
}
