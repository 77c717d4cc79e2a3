//! What is to be seen in a picture, without places and without a format.

use std::collections::BTreeMap;

use campana_model::{State, StateKind};

use super::text::{clean, shortened};
use crate::graph::{EdgeKind, Graph, NodeId};
use crate::run::FlowRun;
use crate::spec::Role;

const MAX_NAME_CHARS: usize = 40;
const MAX_KEY_CHARS: usize = 24;
const MAX_MESSAGE_CHARS: usize = 300;
/// The trigger that goes without saying.
const USUAL_TRIGGER: &str = "all_successful";

/// A picture of a flow: its tasks and edges and, once there is a run, their states.
#[derive(Clone, Debug)]
#[must_use = "a picture is shown by `svg`, `dot` or `save`"]
pub struct Picture {
    pub(super) title: String,
    pub(super) run: Option<Seen>,
    pub(super) tasks: Vec<Task>,
    pub(super) edges: Vec<Edge>,
}

/// A state, as far as it is shown.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) kind: StateKind,
    /// The message, led by the run's name if it is the flow's state.
    pub(super) text: String,
}

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) name: String,
    /// The name in full, unique by its number: what a tooltip shows.
    pub(super) slug: String,
    pub(super) role: Role,
    /// The trigger, if it is an unusual one.
    pub(super) trigger: Option<String>,
    pub(super) mapped: bool,
    pub(super) state: Option<Seen>,
    /// Of a mapped task that has run, how many children are in which state.
    pub(super) children: BTreeMap<StateKind, usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Edge {
    /// The indices of two tasks.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Option<String>,
    pub(super) kind: EdgeKind,
}

impl Picture {
    pub(super) fn new(title: &str, graph: &Graph) -> Self {
        let edges = graph.ids().flat_map(|id| graph.edges_to(id)).map(|edge| Edge {
            from: edge.upstream.index(),
            to: edge.downstream.index(),
            label: edge.key.map(|key| label(key, edge.kind)),
            kind: edge.kind,
        });
        Self {
            title: clean(title),
            run: None,
            tasks: graph.ids().map(|id| Task::new(graph, id)).collect(),
            edges: edges.collect(),
        }
    }

    /// The same with the states of a run of this flow, in their colours. A task that was not in the run (it was
    /// added after it, or the run is another flow's) stays without a state.
    pub fn with_run(mut self, run: &FlowRun) -> Self {
        let message = run.state().message().unwrap_or_default();
        let text =
            if message.is_empty() { run.name().to_owned() } else { format!("{}: {message}", run.name()) };
        self.run = Some(Seen { kind: run.state().kind(), text: shortened(&clean(&text), MAX_MESSAGE_CHARS) });
        for (task, id) in self.tasks.iter_mut().zip(run.graph().ids()) {
            if task.slug == clean(&run.graph().slug(id)) {
                task.state = run.state_of(id).ok().map(Seen::new);
                task.children.clear();
                for child in run.children_of(id) {
                    *task.children.entry(child.kind()).or_default() += 1;
                }
            }
        }
        self
    }

    /// How many tasks are in which state. A mapped task counts by its children, if it has any.
    pub(super) fn counts(&self) -> BTreeMap<StateKind, usize> {
        let mut counts = BTreeMap::new();
        for task in &self.tasks {
            if let (Some(state), true) = (&task.state, task.children.is_empty()) {
                *counts.entry(state.kind).or_default() += 1;
            }
            for (&kind, count) in &task.children {
                *counts.entry(kind).or_default() += count;
            }
        }
        counts
    }

    /// The picture in a sentence, for those who do not see it.
    pub(super) fn description(&self) -> String {
        let mut said = format!("{} and {}", count(self.tasks.len(), "task"), count(self.edges.len(), "edge"));
        if let Some(run) = &self.run {
            said += &format!("; {} ({})", run.kind, run.text);
        }
        let states: Vec<_> = self.counts().iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        if !states.is_empty() {
            said += &format!("; {}", states.join(", "));
        }
        said
    }
}

impl Task {
    fn new(graph: &Graph, id: NodeId) -> Self {
        let spec = graph.spec(id);
        // Triggers are known by paths, whose last word says enough.
        let trigger = clean(spec.trigger.name());
        let trigger = trigger.rsplit(['.', ':']).next().unwrap_or_default();
        let unusual = spec.role == Role::Task && trigger != USUAL_TRIGGER;
        Self {
            name: shortened(&clean(spec.name()), MAX_NAME_CHARS),
            slug: clean(&graph.slug(id)),
            role: spec.role,
            trigger: unusual.then(|| shortened(trigger, MAX_NAME_CHARS)),
            mapped: graph.is_mapped(id),
            state: None,
            children: BTreeMap::new(),
        }
    }

    /// What stands beside the name of a mapped task: how many times it runs, as far as that is known.
    pub(super) fn times(&self) -> Option<String> {
        let children: usize = self.children.values().sum();
        match (self.mapped, &self.state) {
            (false, _) => None,
            // Mapped over nothing is `×0`; not mapped yet is not.
            (true, Some(state)) if children > 0 || state.kind == StateKind::Mapped => {
                Some(format!("×{children}"))
            }
            (true, _) => Some("×n".to_owned()),
        }
    }

    /// What stands under the name, apart from states.
    pub(super) fn note(&self) -> Option<String> {
        match (self.role, &self.trigger) {
            (Role::Parameter, _) => Some("parameter".to_owned()),
            (Role::Cleanup, _) => Some("clean-up".to_owned()),
            (Role::Task, trigger) => trigger.as_ref().map(|trigger| format!("trigger: {trigger}")),
        }
    }

    /// All that is known, in lines: what a tooltip shows.
    pub(super) fn details(&self) -> String {
        let mut lines = vec![self.slug.clone()];
        if let Some(Seen { kind, text }) = &self.state {
            lines.push(if text.is_empty() { kind.to_string() } else { format!("{kind}: {text}") });
        }
        lines.extend(self.children.iter().map(|(kind, count)| format!("{count} {kind}")));
        lines.join("\n")
    }
}

impl Seen {
    fn new(state: &State) -> Self {
        let text = shortened(&clean(state.message().unwrap_or_default()), MAX_MESSAGE_CHARS);
        Self { kind: state.kind(), text }
    }
}

fn label(key: &str, kind: EdgeKind) -> String {
    let key = shortened(&clean(key), MAX_KEY_CHARS);
    match kind {
        EdgeKind::Plain => key,
        EdgeKind::Mapped => format!("each {key}"),
        EdgeKind::Flattened => format!("each {key}, flattened"),
    }
}

fn count(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
