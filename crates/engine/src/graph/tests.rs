use campana_model::ValueType;
use serde_json::{Value as Json, json};

use super::*;
use crate::cache::Validator;
use crate::spec::{Body, InputSpec, Settings};
use crate::typed::{Call, IntoInput, IntoMapInput, Node, flatten};
use crate::{BoxError, Flow, Parameter, Upstreams, trigger};

fn output_of<T: std::any::Any + Send + Sync>(name: &'static str, inputs: Vec<InputSpec>) -> TaskSpec {
    let body = Body::sync(|_| -> Result<T, BoxError> { Err("never run".into()) });
    TaskSpec::new(name, "test.task", inputs, ValueType::of::<T>(), body)
}

/// A task that takes a number as `x` and gives one.
fn number(name: &'static str) -> TaskSpec {
    output_of::<i64>(name, vec![InputSpec::new::<i64>("x").optional()])
}

fn plain(upstream: NodeId, downstream: NodeId, key: &str) -> Edge<'_> {
    Edge { upstream, downstream, key: Some(key), kind: EdgeKind::Plain }
}

/// Nodes of number tasks.
fn numbers<const N: usize>(graph: &mut Graph, names: [&'static str; N]) -> [NodeId; N] {
    names.map(|name| graph.add(Arc::new(number(name)), None))
}

#[test]
fn slugs_are_name_tags_in_order_and_a_number() {
    let mut graph = Graph::new();
    let mut slug = |spec: TaskSpec| {
        let id = graph.add(Arc::new(spec), None);
        graph.slug(id)
    };
    assert_eq!(slug(number("a")), "a-1");
    assert_eq!(slug(number("a")), "a-2");
    assert_eq!(slug(number("b")), "b-1");
    assert_eq!(slug(number("a").tags(["z", "t"])), "a-t-z-1");
    assert_eq!(slug(number("a").tags(["t", "z", "t"])), "a-t-z-2");
    assert_eq!(slug(number("a")), "a-3");
    assert_eq!(graph.find("a-t-z-2").map(|id| graph.slug(id)), Some("a-t-z-2".to_owned()));
    assert_eq!(graph.find("a"), None);
}

#[test]
fn the_slugs_of_tasks_whose_names_look_alike_differ() {
    let mut graph = Graph::new();
    graph.add(Arc::new(number("a").tags(["1"])), None);
    graph.add(Arc::new(number("a-1")), None);
    graph.add(Arc::new(number("a-1")), None);
    let slugs: std::collections::HashSet<_> = graph.ids().map(|id| graph.slug(id)).collect();
    assert_eq!(slugs.len(), 3);
}

#[test]
fn a_parameter_is_its_name_and_is_there_once() {
    let mut flow = Flow::new("f");
    let first = flow.add(Parameter::<i64>::new("year"));
    let second = flow.add(Parameter::<i64>::new("year"));
    assert_eq!(first.id(), second.id());
    assert_eq!(flow.graph().slug(first.id()), "year");
    // A task may have the same name: it has a number.
    let task = flow.add(Call::<i64>::new(Arc::new(number("year"))));
    assert_eq!(flow.graph().slug(task.id()), "year-1");
}

#[test]
fn a_cycle_is_refused_and_named() {
    let mut graph = Graph::new();
    let [a, b, c] = numbers(&mut graph, ["a", "b", "c"]);
    graph.connect(plain(a, b, "x")).unwrap();
    graph.connect(plain(b, c, "x")).unwrap();
    let error = graph.connect(plain(c, a, "x")).unwrap_err();
    assert_eq!(error.to_string(), "tasks would wait for each other: a-1 -> b-1 -> c-1 -> a-1");
    let after = Edge { upstream: a, downstream: a, key: None, kind: EdgeKind::Plain };
    let error = graph.connect(after).unwrap_err();
    assert_eq!(error, GraphError::Cycle { tasks: vec!["a-1".to_owned(), "a-1".to_owned()] });
    assert_eq!(graph.edge_count(), 2, "what was refused is not there");
    assert_eq!(graph.check(), Ok(()));
}

#[test]
fn edges_to_older_nodes_are_fine_until_they_close_a_cycle() {
    let mut graph = Graph::new();
    let [a, b, c, d] = numbers(&mut graph, ["a", "b", "c", "d"]);
    graph.connect(plain(c, a, "x")).unwrap();
    graph.connect(plain(b, c, "x")).unwrap();
    // From an older node to a younger one, and yet a cycle.
    let error = graph.connect(plain(a, b, "x")).unwrap_err();
    assert_eq!(error.to_string(), "tasks would wait for each other: b-1 -> c-1 -> a-1 -> b-1");
    graph.connect(plain(a, d, "x")).unwrap();
    assert_eq!(graph.terminal_tasks().collect::<Vec<_>>(), [d]);
}

#[test]
fn a_value_must_fit_its_input() {
    let mut graph = Graph::new();
    let [a, b] = numbers(&mut graph, ["a", "b"]);
    let text = graph.add(Arc::new(output_of::<String>("text", vec![])), None);
    let error = graph.connect(plain(text, b, "x")).unwrap_err().to_string();
    assert_eq!(error, "input 'x' of task 'b' takes i64, but upstream 'text' gives alloc::string::String");
    let error = graph.set_constant(b, "x", Value::new("one")).unwrap_err().to_string();
    assert_eq!(error, "input 'x' of task 'b' takes i64, but the constant is a &str");
    graph.connect(plain(a, b, "x")).unwrap();
    for error in [
        graph.connect(plain(a, b, "x")).unwrap_err(),
        graph.set_constant(b, "x", Value::new(1_i64)).unwrap_err(),
    ] {
        let text = "input 'x' of task 'b' has a value already: an input takes one value";
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn the_wildcard_takes_and_gives_everything() {
    let mut graph = Graph::new();
    let mut any = output_of::<()>("any", vec![InputSpec::any("x")]);
    any.output = ValueType::ANY;
    let any = graph.add(Arc::new(any), None);
    let [a, b] = numbers(&mut graph, ["a", "b"]);
    graph.connect(plain(a, any, "x")).unwrap();
    graph.connect(plain(any, b, "x")).unwrap();
}

#[test]
fn mapped_edges_take_lists_and_mapped_tasks_give_them() {
    let mut graph = Graph::new();
    let list = graph.add(Arc::new(output_of::<Vec<i64>>("list", vec![])), None);
    let nested = graph.add(Arc::new(output_of::<Vec<Vec<i64>>>("nested", vec![])), None);
    let mut mapped = || graph.add(Arc::new(number("m")), Some(Gather::of::<i64>()));
    let (m, n, o, p) = (mapped(), mapped(), mapped(), mapped());
    let [one] = numbers(&mut graph, ["one"]);
    let edge = |upstream, downstream, kind| Edge { upstream, downstream, key: Some("x"), kind };
    graph.connect(edge(list, m, EdgeKind::Mapped)).unwrap();
    graph.connect(edge(m, n, EdgeKind::Mapped)).unwrap();
    graph.connect(edge(nested, o, EdgeKind::Flattened)).unwrap();
    assert!(graph.is_mapped(m) && !graph.is_mapped(one));

    let refused = |graph: &mut Graph, edge| graph.connect(edge).unwrap_err().to_string();
    let text = refused(&mut graph, edge(one, p, EdgeKind::Mapped));
    assert_eq!(text, "input 'x' of task 'm' takes alloc::vec::Vec<i64>, but upstream 'one' gives i64");
    let text = refused(&mut graph, edge(list, p, EdgeKind::Flattened));
    assert!(text.contains("takes alloc::vec::Vec<alloc::vec::Vec<i64>>"), "{text}");
    let text = refused(&mut graph, edge(list, one, EdgeKind::Mapped));
    assert_eq!(text, "task 'one' is not mapped: make it with `map`, or use a plain edge");
    let text = refused(&mut graph, edge(m, one, EdgeKind::Plain));
    assert!(text.contains("upstream 'm' gives alloc::vec::Vec<i64>"), "{text}");
    let keyless = Edge { upstream: list, downstream: p, key: None, kind: EdgeKind::Mapped };
    let text = refused(&mut graph, keyless);
    assert_eq!(text, "a mapped edge to task 'm' needs a key: name the input that gets the elements");
    let text = graph.check().unwrap_err().to_string();
    assert_eq!(
        text,
        "task 'm' is mapped, but none of its inputs is: map at least one, `unmapped` marks the others"
    );
}

#[test]
fn unknown_inputs_and_nodes_are_refused() {
    let mut graph = Graph::new();
    let [a, b] = numbers(&mut graph, ["a", "b"]);
    let none = graph.add(Arc::new(output_of::<i64>("none", vec![])), None);
    let error = graph.connect(plain(a, b, "y")).unwrap_err().to_string();
    assert_eq!(error, "task 'b' has no input 'y'; it has 'x'");
    let error = graph.set_constant(none, "y", Value::new(1_i64)).unwrap_err().to_string();
    assert_eq!(error, "task 'none' has no input 'y'; it has none");
    let gone = NodeId(9);
    assert_eq!(graph.connect(plain(gone, b, "x")), Err(GraphError::UnknownNode { node: gone }));
    assert_eq!(graph.connect(plain(a, gone, "x")), Err(GraphError::UnknownNode { node: gone }));
    assert_eq!(graph.set_reference_tasks([a, gone]), Err(GraphError::UnknownNode { node: gone }));
    assert!(graph.set_constant(gone, "x", Value::new(1_i64)).is_err());
    assert_eq!(graph.edge_count(), 0);
    assert_eq!(graph.chosen_reference_tasks(), []);
}

#[test]
fn nodes_of_another_flow_are_refused() {
    let mut other = Flow::new("other");
    let foreign = other.add(Call::<i64>::new(Arc::new(number("foreign"))));
    let mut flow = Flow::new("f");
    let own = flow.add(Call::<i64>::new(Arc::new(number("own"))));
    let unknown = Err(GraphError::UnknownNode { node: foreign.id() });
    assert_eq!(flow.set_upstream(own, foreign, "x"), unknown);
    assert_eq!(flow.set_after(foreign, own), unknown);
    assert_eq!(flow.check(), Ok(()), "a refusal that was given back is not a flaw of the flow");

    let takes = Call::<i64>::new(Arc::new(number("takes"))).input(0, IntoInput::<i64>::into_input(foreign));
    flow.add(takes);
    assert_eq!(flow.check(), Err(GraphError::ForeignNode { task: "takes".to_owned() }));
    let mut clone = other.clone();
    clone.set_after(foreign, foreign).unwrap_err();
    let after = Call::<i64>::new(Arc::new(number("after"))).after(foreign);
    clone.add(after);
    assert_eq!(clone.check(), Ok(()), "the nodes of a flow are those of its clone");
}

#[test]
fn what_is_missing_is_named_before_the_run() {
    let mut graph = Graph::new();
    let inputs = vec![InputSpec::new::<i64>("x"), InputSpec::new::<i64>("y").optional()];
    let t = graph.add(Arc::new(output_of::<i64>("t", inputs)), None);
    let error = graph.check().unwrap_err().to_string();
    assert_eq!(error, "input 'x' of task 't' has no value: give it a constant or an upstream task");
    graph.set_constant(t, "x", Value::new(1_i64)).unwrap();
    assert_eq!(graph.check(), Ok(()));
}

#[test]
fn reference_tasks_are_the_terminal_ones_unless_set() {
    let mut graph = Graph::new();
    let [a, b, c] = numbers(&mut graph, ["a", "b", "c"]);
    graph.connect(plain(a, b, "x")).unwrap();
    assert_eq!(graph.reference_tasks(), [b, c]);
    graph.set_reference_tasks([a]).unwrap();
    assert_eq!((graph.reference_tasks(), graph.chosen_reference_tasks()), (vec![a], &[a][..]));
    assert_eq!((graph.len(), graph.is_empty()), (3, false));
}

fn bound(spec: TaskSpec, x: impl IntoInput<i64>) -> Call<i64> {
    Call::new(Arc::new(spec)).input(0, x.into_input())
}

fn small(_: &Upstreams<'_>) -> bool {
    true
}

/// The keys that section 10 of the format gives to a task, an edge, a parameter and a flow.
const TASK: &[&str] = &[
    "__version__",
    "auto_generated",
    "cache_for",
    "cache_key",
    "cache_validator",
    "inputs",
    "max_retries",
    "name",
    "outputs",
    "retry_delay",
    "skip_on_upstream_skip",
    "slug",
    "tags",
    "timeout",
    "trigger",
    "type",
];
const EDGE: &[&str] = &["downstream_task", "flattened", "key", "mapped", "upstream_task"];
const PARAMETER: &[&str] = &["__version__", "default", "name", "outputs", "required", "slug", "tags", "type"];
const FLOW: &[&str] = &[
    "__version__",
    "edges",
    "name",
    "parameters",
    "reference_tasks",
    "run_config",
    "schedule",
    "storage",
    "tasks",
    "type",
];

fn keys(json: &Json) -> Vec<&str> {
    let mut keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_flow_as_json() {
    use std::time::Duration;
    let mut flow = Flow::new("f");
    let year = flow.add(Parameter::new("year").default(2026_i64));
    let lists = flow.add(Parameter::<Vec<Vec<i64>>>::new("lists"));
    let spec = number("a")
        .tags(["t", "s"])
        .retries(2)
        .retry_delay(Duration::from_millis(1500))
        .timeout(Duration::from_secs(5))
        .cache_for(Duration::from_secs(60))
        .cache_key("k")
        .cache_validator(Validator::PartialParameters(vec!["year".to_owned()]))
        .trigger(trigger::some_failed(1, 0.5))
        .skip_on_upstream_skip(false);
    let a = flow.add(bound(spec, year));
    let own = flow.add(bound(number("own").trigger(small), 1).after(a));
    let m = Call::<i64>::new(Arc::new(number("m")))
        .map_input(0, IntoMapInput::<i64>::into_map_input(flatten(lists)));
    let m: Node<Vec<i64>> = flow.add(m.mapped());
    let n = Call::<i64>::new(Arc::new(number("n"))).map_input(0, IntoMapInput::<i64>::into_map_input(m));
    flow.add(n.mapped());
    flow.set_reference_tasks([own]).unwrap();

    let json = serde_json::to_value(flow.serialize()).unwrap();
    assert_eq!(keys(&json), FLOW);
    assert_eq!((&json["name"], &json["schedule"], &json["storage"]), (&json!("f"), &Json::Null, &Json::Null));
    assert_eq!(json["run_config"]["type"], "UniversalRun");
    assert_eq!(json["reference_tasks"], json!([{"slug": "own-1"}]));
    let all = |list: &Json| list.as_array().unwrap().clone();
    assert!(all(&json["tasks"]).iter().all(|task| keys(task) == TASK));
    assert!(all(&json["edges"]).iter().all(|edge| keys(edge) == EDGE));
    assert!(all(&json["parameters"]).iter().all(|parameter| keys(parameter) == PARAMETER));

    let slugs: Vec<_> = all(&json["tasks"]).iter().map(|task| task["slug"].clone()).collect();
    assert_eq!(slugs, ["year", "lists", "a-s-t-1", "own-1", "m-1", "n-1"]);
    assert_eq!(json["parameters"][0]["default"], 2026);
    assert_eq!(
        (&json["parameters"][0]["required"], &json["parameters"][1]["required"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(json["parameters"][1]["default"], Json::Null);
    assert_eq!(json["parameters"][0]["type"], "prefect.core.parameter.Parameter");

    let task = &json["tasks"][2];
    assert_eq!(task["tags"], json!(["s", "t"]));
    assert_eq!((&task["max_retries"], &task["retry_delay"]), (&json!(2), &json!(1.5)));
    assert_eq!(
        (&task["timeout"], &task["cache_for"], &task["cache_key"]),
        (&json!(5.0), &json!(60.0), &json!("k"))
    );
    assert_eq!(
        task["trigger"],
        json!({"fn": "prefect.triggers.some_failed", "kwargs": {"at_least": 1, "at_most": 0.5}})
    );
    let validator = "prefect.engine.cache_validators.partial_parameters_only";
    assert_eq!(task["cache_validator"], json!({"fn": validator, "kwargs": {"validate_on": ["year"]}}));
    assert_eq!(task["inputs"], json!({"x": {"required": false, "type": "i64"}}));
    assert_eq!((&task["outputs"], &task["skip_on_upstream_skip"]), (&json!("i64"), &json!(false)));

    let own = &json["tasks"][3];
    assert!(own["trigger"]["fn"].as_str().unwrap().ends_with("::small"), "{}", own["trigger"]);
    assert_eq!(own["cache_validator"]["fn"], "prefect.engine.cache_validators.never_use");
    for key in ["retry_delay", "timeout", "cache_for", "cache_key"] {
        assert_eq!(own[key], Json::Null, "{key}");
    }

    let edge = |up: &str, down: &str, key: Json, mapped: bool, flattened: bool| {
        json!({
            "upstream_task": {"slug": up}, "downstream_task": {"slug": down}, "key": key, "mapped": mapped,
            "flattened": flattened,
        })
    };
    assert_eq!(
        all(&json["edges"]),
        [
            edge("year", "a-s-t-1", json!("x"), false, false),
            edge("a-s-t-1", "own-1", Json::Null, false, false),
            edge("lists", "m-1", json!("x"), true, true),
            edge("m-1", "n-1", json!("x"), true, false),
        ]
    );
    assert_eq!(json["tasks"][4]["outputs"], "alloc::vec::Vec<i64>");
    let back: campana_model::flow::SerializedFlow = serde_json::from_value(json).unwrap();
    assert_eq!(back, flow.serialize());
}

#[test]
fn lists_that_the_engine_makes_say_so() {
    let mut flow = Flow::new("f");
    let m =
        Call::<i64>::new(Arc::new(number("m"))).map_input(0, IntoMapInput::<i64>::into_map_input(vec![1]));
    flow.add(m.mapped());
    let made: Vec<_> =
        flow.serialize().tasks.into_iter().map(|task| (task.name, task.auto_generated)).collect();
    assert_eq!(made, [("Constant".to_owned(), true), ("m".to_owned(), false)]);
}

#[test]
fn a_parameter_may_not_have_the_slug_of_a_task() {
    let mut flow = Flow::new("f");
    flow.add(Parameter::<i64>::new("constant-1"));
    assert_eq!(flow.check(), Ok(()));
    flow.add(crate::doctest::constant(1));
    assert_eq!(flow.check(), Err(GraphError::SlugTaken { name: "constant-1".to_owned() }));
}
