//! The flow as data: the JSON in which a flow is registered, as Prefect 1.4.1 writes and reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// A serialised flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SerializedFlow {
    /// The name.
    pub name: String,
    /// The qualified class.
    #[serde(rename = "type")]
    pub class: String,
    /// The schedule, if it has one.
    pub schedule: Option<Json>,
    /// The parameters; each of them stands in `tasks` too.
    #[serde(default)]
    pub parameters: Vec<SerializedParameter>,
    /// The tasks.
    #[serde(default)]
    pub tasks: Vec<SerializedTask>,
    /// The edges.
    #[serde(default)]
    pub edges: Vec<SerializedEdge>,
    /// The tasks that decide how the flow ends; empty: the terminal ones.
    #[serde(default)]
    pub reference_tasks: Vec<TaskSlug>,
    /// How the flow is to be run.
    pub run_config: Option<Json>,
    /// Where the flow's code is.
    pub storage: Option<Json>,
    /// The version of the format.
    #[serde(rename = "__version__")]
    pub version: String,
}

/// A task, named by its slug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSlug {
    /// The slug.
    pub slug: String,
}

/// A serialised parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SerializedParameter {
    /// The qualified class.
    #[serde(rename = "type")]
    pub class: String,
    /// The name.
    pub name: String,
    /// The slug: the bare name.
    pub slug: String,
    /// The default.
    pub default: Json,
    /// Whether a run must be given a value.
    pub required: bool,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The type of the value.
    pub outputs: String,
    /// The version of the format.
    #[serde(rename = "__version__")]
    pub version: String,
}

/// A function by its qualified name, with its arguments: a trigger or a cache validator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionRef {
    /// The qualified name.
    #[serde(rename = "fn")]
    pub name: String,
    /// The arguments.
    #[serde(default)]
    pub kwargs: Map<String, Json>,
}

/// An input of a serialised task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerializedInput {
    /// Whether the task cannot run without it.
    pub required: bool,
    /// The type's name.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A serialised task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SerializedTask {
    /// The qualified class.
    #[serde(rename = "type")]
    pub class: String,
    /// The name.
    pub name: String,
    /// The slug, unique in the flow.
    pub slug: String,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How many times it is tried again.
    pub max_retries: u32,
    /// The wait before each retry, in seconds.
    pub retry_delay: Option<f64>,
    /// The inputs by name.
    #[serde(default)]
    pub inputs: BTreeMap<String, SerializedInput>,
    /// The type of the result.
    pub outputs: String,
    /// How long it may run, in seconds.
    pub timeout: Option<f64>,
    /// The trigger.
    pub trigger: FunctionRef,
    /// Whether it is skipped when an upstream was.
    pub skip_on_upstream_skip: bool,
    /// How long its result is kept, in seconds.
    pub cache_for: Option<f64>,
    /// The key under which its result is kept.
    pub cache_key: Option<String>,
    /// What makes a kept result good.
    pub cache_validator: FunctionRef,
    /// Whether the engine made it, not the author.
    pub auto_generated: bool,
    /// The version of the format.
    #[serde(rename = "__version__")]
    pub version: String,
}

/// A serialised edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerializedEdge {
    /// Where the value comes from.
    pub upstream_task: TaskSlug,
    /// Where it goes.
    pub downstream_task: TaskSlug,
    /// The input it becomes; `None`: only the order counts.
    pub key: Option<String>,
    /// Whether the downstream task runs once for each element.
    pub mapped: bool,
    /// Whether the elements of the elements are meant.
    pub flattened: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As Prefect 1.4.1 writes it, without the versions of the parts and with fractions of seconds.
    fn sample() -> Json {
        let never = json!({"fn": "prefect.engine.cache_validators.never_use", "kwargs": {}});
        let all = json!({"fn": "prefect.triggers.all_successful", "kwargs": {}});
        json!({
            "name": "f", "type": "prefect.core.flow.Flow", "schedule": null,
            "parameters": [{
                "type": "prefect.core.parameter.Parameter", "outputs": "typing.Any", "required": false,
                "slug": "p", "name": "p", "default": [1], "tags": [], "__version__": "1.4.1",
            }],
            "tasks": [
                {
                    "type": "prefect.tasks.core.function.FunctionTask", "outputs": "typing.Any",
                    "cache_validator": never, "inputs": {"x": {"required": true, "type": "typing.Any"}},
                    "auto_generated": false, "cache_key": null, "timeout": 5.0, "slug": "a-t-1",
                    "cache_for": 60.0, "name": "a", "retry_delay": 1.0, "trigger": all,
                    "skip_on_upstream_skip": true, "max_retries": 2, "tags": ["t"], "__version__": "1.4.1",
                },
                {
                    "type": "prefect.core.parameter.Parameter", "outputs": "typing.Any",
                    "cache_validator": never, "inputs": {}, "auto_generated": false, "cache_key": null,
                    "timeout": null, "slug": "p", "cache_for": null, "name": "p", "retry_delay": null,
                    "trigger": all, "skip_on_upstream_skip": true, "max_retries": 0, "tags": [],
                    "__version__": "1.4.1",
                },
            ],
            "edges": [{
                "flattened": false, "downstream_task": {"slug": "a-t-1"}, "mapped": true,
                "upstream_task": {"slug": "p"}, "key": "x",
            }],
            "reference_tasks": [{"slug": "a-t-1"}],
            "run_config": {"env": null, "labels": ["x"], "__version__": "1.4.1", "type": "UniversalRun"},
            "storage": null, "__version__": "1.4.1",
        })
    }

    #[test]
    fn a_flow_comes_back_as_it_was() {
        let flow: SerializedFlow = serde_json::from_value(sample()).unwrap();
        assert_eq!(serde_json::to_value(&flow).unwrap(), sample());
    }

    #[test]
    fn seconds_may_be_whole_numbers() {
        let mut json = sample();
        json["tasks"][0]["timeout"] = json!(5);
        let flow: SerializedFlow = serde_json::from_value(json).unwrap();
        assert_eq!(flow.tasks[0].timeout, Some(5.0));
    }

    #[test]
    fn keys_of_parts_that_are_not_ours_are_dropped() {
        let mut json = sample();
        json["edges"][0]["__version__"] = json!("1.4.1");
        json["environment"] = json!({"type": "LocalEnvironment"});
        let flow: SerializedFlow = serde_json::from_value(json).unwrap();
        assert_eq!(serde_json::to_value(&flow).unwrap(), sample());
    }
}
