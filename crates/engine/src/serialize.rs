//! The flow as data; see [`campana_model::flow`].

use campana_model::flow::{
    FunctionRef, SerializedEdge, SerializedFlow, SerializedInput, SerializedParameter, SerializedTask,
    TaskSlug,
};
use serde_json::{Map, Value as Json, json};

use crate::cache::Validator;
use crate::flow::Flow;
use crate::graph::{EdgeKind, NodeId};
use crate::spec::{RetryDelay, Role};

/// The version of the format that is written.
const VERSION: &str = "1.4.1";

impl Flow {
    /// The flow as data, in the form in which it is registered. Constants are not part of it.
    pub fn serialize(&self) -> SerializedFlow {
        let parameters = self.graph.ids().filter(|&id| self.graph.spec(id).role == Role::Parameter);
        let edges = self.graph.ids().flat_map(|id| self.graph.edges_to(id));
        SerializedFlow {
            name: self.name().to_owned(),
            class: "campana.Flow".to_owned(),
            schedule: None,
            parameters: parameters.map(|id| self.parameter(id)).collect(),
            tasks: self.graph.ids().map(|id| self.task(id)).collect(),
            edges: edges
                .map(|edge| SerializedEdge {
                    upstream_task: self.slug(edge.upstream),
                    downstream_task: self.slug(edge.downstream),
                    key: edge.key.map(str::to_owned),
                    mapped: edge.kind != EdgeKind::Plain,
                    flattened: edge.kind == EdgeKind::Flattened,
                })
                .collect(),
            reference_tasks: self.graph.chosen_reference_tasks().iter().map(|&id| self.slug(id)).collect(),
            run_config: Some(
                json!({ "type": "UniversalRun", "env": null, "labels": [], "__version__": VERSION }),
            ),
            storage: None,
            version: VERSION.to_owned(),
        }
    }

    fn slug(&self, id: NodeId) -> TaskSlug {
        TaskSlug { slug: self.graph.slug(id) }
    }

    fn parameter(&self, id: NodeId) -> SerializedParameter {
        let spec = self.graph.spec(id);
        SerializedParameter {
            class: spec.class.to_owned(),
            name: spec.name().to_owned(),
            slug: self.graph.slug(id),
            default: spec.default.as_ref().map_or(Json::Null, |default| Json::clone(default)),
            required: spec.default.is_none(),
            tags: spec.tags.iter().cloned().collect(),
            outputs: spec.output.name().to_owned(),
            version: VERSION.to_owned(),
        }
    }

    fn task(&self, id: NodeId) -> SerializedTask {
        let spec = self.graph.spec(id);
        let input = |input: &crate::spec::InputSpec| {
            let described =
                SerializedInput { required: input.required, kind: input.value_type.name().to_owned() };
            (input.name.to_string(), described)
        };
        let policy = spec.cache.as_deref();
        let validator = policy.map_or(&Validator::NeverUse, |policy| &policy.validator);
        let retry_delay = match &spec.retry_delay {
            _ if spec.retries == 0 => None,
            RetryDelay::Fixed(delay) => Some(delay.as_secs_f64()),
            // The format has one delay; it is the first.
            other => Some(other.after(1).as_secs_f64()),
        };
        SerializedTask {
            class: spec.class.to_owned(),
            name: spec.name().to_owned(),
            slug: self.graph.slug(id),
            tags: spec.tags.iter().cloned().collect(),
            max_retries: spec.retries,
            retry_delay,
            inputs: spec.inputs.iter().map(input).collect(),
            outputs: self.graph.node(id).output().name().to_owned(),
            timeout: spec.timeout.map(|timeout| timeout.as_secs_f64()),
            trigger: FunctionRef { name: spec.trigger.name().to_owned(), kwargs: spec.trigger.arguments() },
            skip_on_upstream_skip: spec.skip_on_upstream_skip,
            cache_for: policy.and_then(|policy| policy.duration).map(|duration| duration.as_secs_f64()),
            cache_key: policy.and_then(|policy| policy.key.clone()),
            cache_validator: FunctionRef { name: validator.name().to_owned(), kwargs: arguments(validator) },
            auto_generated: spec.auto_generated,
            version: VERSION.to_owned(),
        }
    }
}

fn arguments(validator: &Validator) -> Map<String, Json> {
    let names = match validator {
        Validator::PartialInputs(names) | Validator::PartialParameters(names) => names,
        _ => return Map::new(),
    };
    Map::from_iter([("validate_on".to_owned(), json!(names))])
}
