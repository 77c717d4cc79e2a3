//! Branches: tasks that run only if a value is what they are for, and what comes after them.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use campana_model::ValueType;

use crate::flow::Flow;
use crate::graph::{Edge, EdgeKind, NodeId};
use crate::signal::Signal;
use crate::spec::{Body, InputSpec, Settings, TaskSpec};
use crate::trigger;
use crate::typed::{Arg, Call, Input, IntoCall, IntoInput, MAX_INPUTS, Node};

impl Flow {
    /// Runs of the cases the one whose value the condition has; the others are skipped.
    ///
    /// ```
    /// # use campana_engine::{Flow, Parameter};
    /// # use campana_engine::doctest::constant;
    /// let mut flow = Flow::new("branches");
    /// let size = flow.add(Parameter::new("size").default("small".to_owned()));
    /// let cases = flow.switch(size, [("small".to_owned(), constant(1)), ("large".to_owned(), constant(9))]);
    /// let result = flow.merge(cases);
    /// assert_eq!(flow.run_blocking()?.result(result)?, &1);
    /// # Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn switch<V, C>(
        &mut self,
        condition: impl IntoInput<V>,
        cases: impl IntoIterator<Item = (V, C)>,
    ) -> Vec<Node<C::Output>>
    where
        V: Any + Send + Sync + PartialEq + Debug,
        C: IntoCall,
    {
        let condition = self.input_node(condition.into_input());
        let case = |(value, call): (V, C)| {
            let compare = self.add(compare(value, &condition));
            self.add(call.into_call().after(compare))
        };
        cases.into_iter().map(case).collect()
    }

    /// Adds the tasks that `tasks` adds, to run only if the condition has this value; otherwise they are
    /// skipped.
    pub fn case<V, R>(
        &mut self,
        condition: impl IntoInput<V>,
        value: V,
        tasks: impl FnOnce(&mut Self) -> R,
    ) -> R
    where
        V: Any + Send + Sync + PartialEq + Debug,
    {
        let condition = self.input_node(condition.into_input());
        let compare = self.add(compare(value, &condition));
        self.block(compare.id(), tasks).0
    }

    /// The value of the first of these tasks, in their order, that was not skipped.
    pub fn merge<T: Any + Send + Sync + Clone>(
        &mut self,
        branches: impl IntoIterator<Item = Node<T>>,
    ) -> Node<T> {
        let branches: Vec<_> = branches.into_iter().collect();
        if branches.len() > MAX_INPUTS {
            let merged: Vec<_> = branches.chunks(MAX_INPUTS).map(|part| self.merge(part.to_vec())).collect();
            return self.merge(merged);
        }
        let count = branches.len() as u16;
        let inputs = (1..=count).map(|at| InputSpec::new::<T>(&format!("task_{at}"))).collect();
        let body = Body::sync(move |inputs| {
            for at in 0..count {
                if let Some(value) = inputs.outcome_at::<T>(at)?.ok() {
                    return Ok(value);
                }
            }
            Err(Signal::skip("no branch has a value").into())
        });
        let spec = TaskSpec::new("Merge", "campana.control.Merge", inputs, ValueType::of::<T>(), body)
            .trigger(trigger::not_all_skipped())
            .skip_on_upstream_skip(false);
        let merge =
            branches.into_iter().zip(0..).fold(Call::<T>::new(Arc::new(spec)), |merge, (branch, at)| {
                merge.input(at, IntoInput::<T>::into_input(branch))
            });
        self.add(merge)
    }

    /// Lets `tasks` add tasks; those that come after none of the others come after `upstream`. Gives back,
    /// besides what `tasks` returns, the added tasks that nothing among them comes after.
    pub(crate) fn block<R>(
        &mut self,
        upstream: NodeId,
        tasks: impl FnOnce(&mut Self) -> R,
    ) -> (R, Vec<NodeId>) {
        let before = self.graph.len();
        let returned = tasks(self);
        let added: Vec<_> = self.graph.ids().skip(before).collect();
        let inside = |node: NodeId| node.index() >= before;
        let mut followed = std::collections::HashSet::new();
        for &node in &added {
            let upstreams: Vec<_> = self.graph.edges_to(node).map(|edge| edge.upstream).collect();
            if !upstreams.iter().any(|&up| inside(up) || up == upstream) {
                let edge = Edge { upstream, downstream: node, key: None, kind: EdgeKind::Plain };
                if let Err(problem) = self.graph_mut().connect(edge) {
                    self.problem.get_or_insert(problem);
                }
            }
            followed.extend(upstreams);
        }
        (returned, added.into_iter().filter(|node| !followed.contains(node)).collect())
    }

    /// The node of an input, so that several calls can take it.
    fn input_node(&mut self, input: Input) -> Arg {
        match input.0 {
            Arg::Call(call) => Arg::Node { id: crate::typed::Add::to(self).call(*call), flow: self.tag },
            arg => arg,
        }
    }
}

/// Skips unless its input has this value.
fn compare<V: Any + Send + Sync + PartialEq + Debug>(value: V, condition: &Arg) -> Call<()> {
    let name = format!("CompareValue: {value:?}");
    let body = Body::sync(move |inputs| {
        let found = inputs.arg::<V>(0)?;
        if *found == value {
            return Ok(());
        }
        Err(Signal::skip(format!("Provided value {found:?} did not match {value:?}")).into())
    });
    let inputs = vec![InputSpec::new::<V>("value")];
    let spec = TaskSpec::new(name, "campana.control.CompareValue", inputs, ValueType::of::<()>(), body);
    Call::new(Arc::new(spec)).input(0, Input(condition.clone()))
}
