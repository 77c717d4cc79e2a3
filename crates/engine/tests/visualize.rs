//! Pictures of flows: what is in them, that no text breaks them, and that they come out the same each time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use campana_engine::graph::{Edge, EdgeKind, Graph};
use campana_engine::model::ValueType;
use campana_engine::{
    Body, Call, Flow, Gather, InputSpec, IntoInput, IntoMapInput, NodeId, Parameter, Picture, RunSettings,
    SaveError, Settings, Signal, TaskSpec, trigger,
};
use roxmltree::Document;

fn spec(name: impl Into<String>) -> TaskSpec {
    let inputs = vec![InputSpec::any("x").optional(), InputSpec::any("y").optional()];
    TaskSpec::new(name.into(), "test", inputs, ValueType::of::<i64>(), Body::sync(|_| Ok(0_i64)))
}

fn add(x: impl IntoInput<i64>) -> Call<i64> {
    let body = Body::sync(|inputs| Ok(*inputs.arg::<i64>(0)? + 1));
    let spec = TaskSpec::new("add", "test", vec![InputSpec::new::<i64>("x")], ValueType::of::<i64>(), body);
    Call::new(Arc::new(spec)).input(0, x.into_input())
}

fn div(x: impl IntoInput<i64>) -> Call<i64> {
    let body = Body::sync(|inputs| {
        let x = *inputs.arg::<i64>(0)?;
        1_i64.checked_div(x).ok_or_else(|| "division by zero".into())
    });
    let inputs = vec![InputSpec::new::<i64>("x")];
    let spec = TaskSpec::new("1/x task", "test", inputs, ValueType::of::<i64>(), body);
    Call::new(Arc::new(spec)).input(0, x.into_input())
}

/// Succeeds, fails or is skipped, as the element is even, odd, or zero.
fn check(order: impl IntoMapInput<i64>) -> Call<Vec<i64>> {
    let body = Body::sync(|inputs| match *inputs.arg::<i64>(0)? {
        0 => Err(Signal::skip("nothing to do").into()),
        odd if odd % 2 == 1 => Err("odd".into()),
        even => Ok(even),
    });
    let inputs = vec![InputSpec::new::<i64>("order")];
    let spec = TaskSpec::new("check", "test", inputs, ValueType::of::<i64>(), body);
    Call::<i64>::new(Arc::new(spec)).map_input(0, order.into_map_input()).mapped()
}

fn add_divide() -> Flow {
    let mut flow = Flow::new("Add Divide Flow");
    flow.add(div(add(-1)));
    flow
}

fn orders() -> Flow {
    let mut flow = Flow::new("Orders");
    let orders = flow.add(Parameter::new("orders").default(vec![0, 1, 2, 3, 4]));
    let checked = flow.add(check(orders));
    flow.add(Call::<i64>::new(Arc::new(spec("alarm").trigger(trigger::any_failed()))).after(checked));
    flow
}

fn run_of(flow: &Flow) -> Picture {
    let run = flow.run().name("calm-owl").blocking().unwrap();
    flow.visualize().with_run(&run)
}

/// A graph of tasks that wait for those `upstreams` names, by number.
fn graph(tasks: usize, upstreams: impl Fn(usize) -> Vec<usize>) -> Flow {
    let mut flow = Flow::new("graph");
    let graph = flow.graph_mut();
    let mut ids: Vec<NodeId> = Vec::new();
    for at in 0..tasks {
        let id = graph.add(Arc::new(spec(format!("task {at}"))), None);
        for upstream in upstreams(at) {
            connect(graph, ids[upstream], id, None, EdgeKind::Plain);
        }
        ids.push(id);
    }
    flow
}

fn connect(graph: &mut Graph, upstream: NodeId, downstream: NodeId, key: Option<&str>, kind: EdgeKind) {
    graph.connect(Edge { upstream, downstream, key, kind }).unwrap();
}

/// The words of an SVG document, tooltips left out.
fn words(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts
        .map(|text| text.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect())
        .collect()
}

#[test]
fn add_divide_flow_before_and_after_a_run() {
    insta::assert_snapshot!("add_divide.svg", add_divide().visualize().svg());
    insta::assert_snapshot!("add_divide_run.svg", run_of(&add_divide()).svg());
    insta::assert_snapshot!("add_divide_run.dot", run_of(&add_divide()).dot());
}

#[test]
fn mapped_tasks_say_how_often_they_run_and_how_that_ended() {
    let before = words(&orders().visualize().svg());
    assert!(before.contains(&"check×n".to_owned()), "{before:?}");
    assert!(before.contains(&"each order".to_owned()), "{before:?}");
    assert!(before.contains(&"trigger: any_failed".to_owned()), "{before:?}");
    assert!(before.contains(&"parameter".to_owned()), "{before:?}");
    assert!(!before.iter().any(|text| text.contains("all_successful")), "{before:?}");

    let picture = run_of(&orders());
    let after = words(&picture.svg());
    for wanted in ["check×5", "Mapped", "2 Success", "1 Skipped", "2 Failed"] {
        assert!(after.contains(&wanted.to_owned()), "no {wanted} in {after:?}");
    }
    insta::assert_snapshot!("orders_run.dot", picture.dot());
}

#[test]
fn no_text_breaks_a_picture() {
    let hostile =
        "</text><script>alert(\"1\")</script> & ]]> '\" \\N \\ \u{0}\u{1b}[2J\u{202e}\u{ffff}\n🔔 &amp;";
    let mut flow = Flow::new(hostile);
    let from = flow.graph_mut().add(Arc::new(spec(hostile)), None);
    let inputs = vec![InputSpec::any(hostile)];
    let to = TaskSpec::new("to", "test", inputs, ValueType::ANY, Body::sync(|_| Ok(())));
    let to = flow.graph_mut().add(Arc::new(to), None);
    connect(flow.graph_mut(), from, to, Some(hostile), EdgeKind::Plain);

    let svg = flow.visualize().svg();
    let document = Document::parse(&svg).unwrap();
    let title = document.descendants().find(|node| node.has_tag_name("title")).unwrap().text();
    assert_eq!(title, Some("</text><script>alert(\"1\")</script> & ]]> '\" \\N \\ [2J 🔔 &amp;"));
    let tags: BTreeSet<_> = document.descendants().map(|node| node.tag_name().name()).collect();
    assert!(!tags.contains("script"), "{tags:?}");

    let dot = flow.visualize().dot();
    assert!(
        dot.contains(r#"digraph "</text><script>alert(\"1\")</script> &amp; ]]> '\" \\N \\ [2J"#),
        "{dot}"
    );
    assert!(!dot.chars().any(|c| c.is_control() && c != '\n'), "{dot}");
}

#[test]
fn long_names_are_cut_in_the_box_and_whole_in_the_tooltip() {
    let name = "n".repeat(300);
    let mut flow = Flow::new("long");
    flow.graph_mut().add(Arc::new(spec(name.clone())), None);
    let svg = flow.visualize().svg();
    assert!(words(&svg).iter().all(|text| text.chars().count() <= 60));
    assert!(svg.contains(&format!("<title>{name}-1</title>")));
}

#[test]
fn the_same_flow_gives_the_same_picture() {
    let make = || graph(60, |at| (0..at).filter(|up| (at * 7 + up * 3) % 11 == 0).take(3).collect());
    assert_eq!(make().visualize().svg(), make().visualize().svg());
    assert_eq!(make().visualize().dot(), make().visualize().dot());
}

#[test]
fn a_run_of_another_flow_lends_no_states() {
    let run = add_divide().run().name("calm-owl").blocking().unwrap();
    let svg = orders().visualize().with_run(&run).svg();
    assert_eq!(words(&svg).iter().filter(|word| *word == "Success").count(), 0, "{svg}");
}

#[test]
fn large_and_empty_flows_are_drawn() {
    for flow in [
        graph(0, |_| vec![]),
        graph(1_000, |_| vec![]),
        graph(1_000, |at| at.checked_sub(1).into_iter().collect()),
        graph(1_000, |at| {
            if at == 0 {
                vec![]
            } else if at == 999 {
                (1..999).collect()
            } else {
                vec![0]
            }
        }),
        graph(1_000, |at| at.checked_sub(10).map_or(vec![], |up| vec![up, up - up % 10 + (up * 7) % 10])),
    ] {
        let svg = flow.visualize().svg();
        let names = words(&svg).iter().filter(|text| text.starts_with("task ")).count();
        assert_eq!(names, flow.graph().len());
    }
}

/// Corners of the front sheets of all tasks.
fn boxes(svg: &str) -> Vec<(f64, f64, f64, f64)> {
    let document = Document::parse(svg).unwrap();
    let number =
        |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let sheets = document.descendants().filter(|node| node.attribute("stroke-width") == Some("1.5"));
    sheets
        .map(|node| {
            let (x, y) = (number(node, "x"), number(node, "y"));
            (x, y, x + number(node, "width"), y + number(node, "height"))
        })
        .collect()
}

#[test]
fn boxes_do_not_overlap_and_lie_within_the_picture() {
    let flow = graph(80, |at| (0..at).filter(|up| (at * 5 + up * 13) % 17 == 0).take(3).collect());
    let svg = flow.visualize().svg();
    let boxes = boxes(&svg);
    assert_eq!(boxes.len(), 80);
    for (at, a) in boxes.iter().enumerate() {
        for b in &boxes[at + 1..] {
            assert!(a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1, "{a:?} and {b:?}");
        }
        assert!(a.0 >= -0.1 && a.1 >= -0.1, "{a:?}");
    }
}

#[test]
fn pictures_are_saved_in_the_format_of_the_name() {
    let folder = std::env::temp_dir().join(format!("campana-picture-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let picture = add_divide().visualize();
    picture.save(folder.join("flow.svg")).unwrap();
    picture.save(folder.join("flow.DOT")).unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("flow.svg")).unwrap(), picture.svg());
    assert_eq!(std::fs::read_to_string(folder.join("flow.DOT")).unwrap(), picture.dot());

    let error = picture.save("flow.png").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot tell the format of picture 'flow.png': its name must end in .svg or .dot"
    );
    let error = picture.save(folder.join("missing").join("flow.svg")).unwrap_err();
    assert!(matches!(error, SaveError::Write { .. }), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn mapped_edges_look_different() {
    let mut flow = Flow::new("kinds");
    let graph = flow.graph_mut();
    let from = graph.add(Arc::new(spec("from")), None);
    let to = graph.add(Arc::new(spec("to")), Some(Gather::of::<i64>()));
    connect(graph, from, to, Some("x"), EdgeKind::Flattened);
    connect(graph, from, to, None, EdgeKind::Plain);
    let (svg, dot) = (flow.visualize().svg(), flow.visualize().dot());
    assert!(words(&svg).contains(&"each x, flattened".to_owned()));
    assert!(svg.contains("stroke-dasharray=\"6 4\"") && svg.contains("stroke-dasharray=\"1.5 3.5\""));
    assert!(dot.contains("style=dashed") && dot.contains("style=dotted"));
}
