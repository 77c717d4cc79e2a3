//! The picture in DOT.

use std::fmt;

use super::picture::{Picture, Task};
use super::text::{Quoted, ink};
use crate::graph::EdgeKind;
use crate::spec::Role;

pub(super) struct Dot<'a>(pub(super) &'a Picture);

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Picture { title, run, tasks, edges } = self.0;
        let heading = match run {
            Some(run) => format!("{title}\n{} ({})", run.kind, run.text),
            None => title.clone(),
        };
        writeln!(f, "digraph {} {{", Quoted(title))?;
        writeln!(f, "  graph [label={}, labelloc=t, fontname=\"Helvetica\"];", Quoted(&heading))?;
        writeln!(
            f,
            "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", fontcolor=\"#000000\", \
             fontname=\"Helvetica\"];"
        )?;
        writeln!(f, "  edge [fontname=\"Helvetica\", fontsize=10];")?;
        for (at, task) in tasks.iter().enumerate() {
            node(f, at, task)?;
        }
        for edge in edges {
            write!(f, "  t{} -> t{}", edge.from, edge.to)?;
            let style = match (edge.kind, &edge.label) {
                (EdgeKind::Mapped | EdgeKind::Flattened, _) => "dashed",
                (EdgeKind::Plain, Some(_)) => "solid",
                (EdgeKind::Plain, None) => "dotted",
            };
            let label = edge.label.as_deref().unwrap_or_default();
            writeln!(f, " [label={}, style={style}];", Quoted(label))?;
        }
        writeln!(f, "}}")
    }
}

fn node(f: &mut fmt::Formatter<'_>, at: usize, task: &Task) -> fmt::Result {
    let mut lines = vec![task.name.clone()];
    if let Some(times) = task.times() {
        lines[0] += &format!(" {times}");
    }
    lines.extend(task.note());
    lines.extend(task.state.as_ref().map(|state| state.kind.to_string()));
    lines.extend(task.children.iter().map(|(kind, count)| format!("{count} {kind}")));
    write!(f, "  t{at} [label={}, tooltip={}", Quoted(&lines.join("\n")), Quoted(&task.details()))?;
    if task.role == Role::Parameter {
        write!(f, ", shape=ellipse, style=filled")?;
    }
    if task.mapped {
        write!(f, ", peripheries=2")?;
    }
    if let Some(state) = &task.state {
        let color = state.kind.color();
        write!(f, ", fillcolor=\"{color}\", fontcolor=\"{}\"", ink(color))?;
    }
    writeln!(f, "];")
}
