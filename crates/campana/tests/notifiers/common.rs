//! What the tests of this crate share: tasks made by hand, and a Slack on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use campana::model::ValueType;
use campana::prelude::*;
use campana::{Body, IntoInput, IntoMapInput, Start, TaskSpec};
use campana_receiver::{Kind, Options, Receiver};
use serde_json::Value as Json;

/// What must not be seen anywhere.
pub(crate) const TOKEN: &str = "hunter2hunter2";

/// A Slack that shows what arrives.
pub(crate) struct Slack(pub(crate) Receiver);

impl Slack {
    pub(crate) async fn start() -> Self {
        Self(Receiver::start(Options::default()).await.unwrap())
    }

    /// The URL of an incoming webhook.
    pub(crate) fn url(&self) -> String {
        format!("{}/T000/B000/{TOKEN}", self.0.url(Kind::Slack))
    }

    /// A run of `flow` that knows the URL.
    pub(crate) fn run(&self, flow: &Flow) -> Start {
        flow.run().secret("SLACK_WEBHOOK_URL", self.url())
    }

    /// The bodies of all requests, refused ones too.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let body = |request: &campana_receiver::Request| String::from_utf8(request.body.to_vec()).unwrap();
        self.0.received().iter().map(|received| body(&received.request)).collect()
    }

    /// The bodies as JSON.
    pub(crate) fn posts(&self) -> Vec<Json> {
        self.bodies().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// What each post about a change of state says: "NAME is now in a STATE state", or the words of a message.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |post: &Json| {
            let text = post.pointer("/attachments/0/text").or(post.get("text")).unwrap();
            text.as_str().unwrap().to_owned()
        };
        self.posts().iter().map(text).collect()
    }
}

/// Makes the tasks of one test, and counts how often their bodies run.
#[derive(Clone, Default)]
pub(crate) struct Runs(Arc<AtomicU32>);

impl Runs {
    pub(crate) fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// A task that returns `value`.
    pub(crate) fn gives<T: Clone + Send + Sync + 'static>(&self, name: &'static str, value: T) -> Call<T> {
        let runs = self.clone();
        call(name, move |_| {
            runs.0.fetch_add(1, Ordering::Relaxed);
            Ok(value.clone())
        })
    }

    /// A task that fails its first `times` runs, and then returns 1.
    pub(crate) fn fails(&self, name: &'static str, times: u32) -> Call<i64> {
        let runs = self.clone();
        call(name, move |_| match runs.0.fetch_add(1, Ordering::Relaxed) {
            run if run < times => Err("division by zero".into()),
            _ => Ok(1),
        })
    }
}

/// A task that returns a text, and one that fails to.
pub(crate) fn text(name: &'static str, text: Option<&'static str>) -> Call<String> {
    call(name, move |_| text.map(str::to_owned).ok_or_else(|| "no text today".into()))
}

/// `1 / x`.
pub(crate) fn divide(x: impl IntoMapInput<i64>) -> Call<Vec<i64>> {
    let spec = divide_spec();
    Call::<i64>::new(spec).map_input(0, x.into_map_input()).mapped()
}

/// A task that waits for another, and does nothing.
pub(crate) fn follow(name: &'static str, x: impl IntoInput<i64>) -> Call<i64> {
    let body = Body::sync(|inputs| Ok(*inputs.arg::<i64>(0)?));
    let inputs = vec![InputSpec::new::<i64>("x")];
    let spec = TaskSpec::new(name, "tests.follow", inputs, ValueType::of::<i64>(), body);
    Call::new(Arc::new(spec)).input(0, x.into_input())
}

fn divide_spec() -> Arc<TaskSpec> {
    let body = Body::sync(|inputs| {
        1_i64.checked_div(*inputs.arg::<i64>(0)?).ok_or_else(|| BoxError::from("division by zero"))
    });
    let inputs = vec![InputSpec::new::<i64>("x")];
    Arc::new(TaskSpec::new("div", "tests.div", inputs, ValueType::of::<i64>(), body))
}

/// A task without inputs.
pub(crate) fn call<T: Send + Sync + 'static>(
    name: &'static str,
    body: impl Fn(&Inputs) -> Result<T, BoxError> + Send + Sync + 'static,
) -> Call<T> {
    let spec = TaskSpec::new(name, "tests.call", Vec::new(), ValueType::of::<T>(), Body::sync(body));
    Call::new(Arc::new(spec))
}
