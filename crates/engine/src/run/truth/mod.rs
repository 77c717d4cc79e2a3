//! The states of a run's tasks, and what is ready.
//!
//! A task becomes ready when the last of its upstreams has ended. A mapped task is first called itself, to count
//! its children; then each child becomes ready by itself. A child of a task that is mapped over another mapped
//! task waits only for its counterpart, so chains of mapped tasks flow through without waiting for each other.

mod bindings;
mod downstreams;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use campana_model::{State, StateKind, Timestamp, Value};
use smallvec::SmallVec;

use self::downstreams::Downstreams;
use super::expand::Expansion;
use super::progress::Progress;
use crate::context::NO_CHILD;
use crate::executor::{CLASSES, Places};
use crate::graph::{EdgeKind, Graph, NodeId};
use crate::inputs::{Binding, Children};
use crate::spec::{Body, Role};

/// A task, or a child of a mapped one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) node: NodeId,
    pub(super) child: u32,
}

impl Position {
    pub(super) fn map_index(self) -> Option<u32> {
        (self.child != NO_CHILD).then_some(self.child)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// For its upstreams.
    Waiting,
    /// For a worker.
    Ready,
    /// A worker has it.
    Active,
    /// For its start time.
    Sleeping,
    /// For somebody outside of the run.
    Parked,
    /// Ended; a mapped task: made its children.
    Done,
}

/// The state of one task or child.
struct Unit {
    state: State,
    /// `Timestamp::MIN` until it runs.
    started_at: Timestamp,
    /// How many upstreams have not ended.
    waiting: u32,
    run_count: u32,
    phase: Phase,
}

struct Slot {
    unit: Unit,
    children: Option<Box<Mapped>>,
}

/// The children of a mapped task.
struct Mapped {
    units: Vec<Unit>,
    /// How many have not ended.
    remaining: usize,
    /// Where each child finds its element, for each flattened edge by its place among the edges.
    paths: Vec<(usize, Vec<(u32, u32)>)>,
    /// All of them, once they have ended.
    gathered: Option<Arc<Children>>,
}

/// How a call went.
pub(super) enum Settled {
    /// It has ended.
    Finished(State),
    /// It goes on at that time.
    Sleep(State, Timestamp),
    /// It goes on when somebody says so.
    Park(State),
    /// It is mapped, and here are its children.
    Expand(State, Expansion),
}

/// What is to be done outside of the lock.
#[derive(Default)]
pub(super) struct Wake {
    /// How many workers to start, by class.
    pub(super) workers: [usize; CLASSES],
    /// Whether the driver has something to look at.
    pub(super) driver: bool,
}

/// What a worker needs for a call.
pub(super) struct Taken {
    pub(super) at: Position,
    pub(super) state: State,
    pub(super) run_count: u32,
    pub(super) started_at: Timestamp,
    pub(super) bindings: SmallVec<[Binding; 2]>,
    pub(super) looped: Option<(u32, Option<Value>)>,
    /// The run is being cancelled, and this task with it.
    pub(super) cancelled: bool,
}

/// What a call leaves behind for the next one of the same task.
pub(super) struct Left {
    pub(super) at: Position,
    pub(super) settled: Settled,
    pub(super) run_count: u32,
    pub(super) started_at: Timestamp,
    pub(super) looped: Option<(u32, Option<Value>)>,
}

/// Whether a run goes on.
pub(super) enum Standing {
    /// Nothing more can happen by itself.
    Over,
    /// It goes on; the next sleeper wakes at that time.
    GoesOn(Option<Timestamp>),
}

pub(super) struct Truth {
    graph: Arc<Graph>,
    slots: Vec<Slot>,
    downstreams: Downstreams,
    ready: [VecDeque<Position>; CLASSES],
    places: Places,
    /// How many workers there are, by class.
    workers: [usize; CLASSES],
    /// How many of them only wait for a thread that overran its time.
    overrunning: usize,
    sleeping: BinaryHeap<Reverse<(Timestamp, Position)>>,
    looped: HashMap<Position, (u32, Option<Value>)>,
    cancelled: bool,
    /// Whether the driver must look at the sleepers.
    news: bool,
    progress: Progress,
}

impl Unit {
    fn new(state: State, waiting: u32) -> Self {
        Self { state, started_at: Timestamp::MIN, waiting, run_count: 1, phase: Phase::Waiting }
    }
}

impl Truth {
    /// The truth of a run in which every task is Pending, and those that wait for nobody are ready.
    pub(super) fn new(graph: Arc<Graph>, places: Places, progress: Progress, now: Timestamp) -> Self {
        let pending = State::new(StateKind::Pending).at(now);
        let slot = |id| {
            let waiting = graph.node(id).edges.len() as u32;
            Slot { unit: Unit::new(pending.clone(), waiting), children: None }
        };
        let slots: Vec<_> = graph.ids().map(slot).collect();
        progress.add(slots.len());
        let mut truth = Self {
            downstreams: Downstreams::of(&graph),
            slots,
            graph,
            ready: Default::default(),
            places,
            workers: Default::default(),
            overrunning: 0,
            sleeping: BinaryHeap::new(),
            looped: HashMap::new(),
            cancelled: false,
            news: false,
            progress,
        };
        for at in 0..truth.slots.len() {
            if truth.slots[at].unit.waiting == 0 {
                truth.make_ready(Position { node: NodeId(at as u32), child: NO_CHILD });
            }
        }
        truth
    }

    /// Lets a paused task go on, in a run that had nothing else to do. What is not paused stays as it is: a task
    /// is parked, too, when somebody else runs it.
    pub(super) fn resume(&mut self, at: Position, state: State) -> bool {
        let known = self.slots.get(at.node.index()).is_some_and(|slot| {
            let children = slot.children.as_ref().map_or(0, |mapped| mapped.units.len());
            at.child == NO_CHILD || (at.child as usize) < children
        });
        if !known {
            return false;
        }
        let unit = self.unit(at);
        let paused = unit.phase == Phase::Parked && unit.state.kind() == StateKind::Paused;
        if paused {
            unit.state = state;
            self.make_ready(at);
        }
        paused
    }

    /// Takes everything out of a run that is over. Threads that have overrun their time still leave through
    /// what stays behind.
    pub(super) fn close(&mut self) -> Self {
        let places = self.places;
        let mut empty = Self::new(Arc::new(Graph::new()), places, Progress::new(), Timestamp::MIN);
        (empty.workers, empty.overrunning) = (self.workers, self.overrunning);
        let mut closed = std::mem::replace(self, empty);
        (closed.workers, closed.overrunning) = Default::default();
        closed
    }

    /// The same for another executor.
    pub(super) fn moved_to(mut self, places: Places) -> Self {
        self.places = places;
        let ready: Vec<_> = self.ready.iter_mut().flat_map(std::mem::take).collect();
        ready.into_iter().for_each(|at| self.make_ready(at));
        self
    }

    /// Takes a call that is ready, for a worker of this class. Without one, the worker is to go.
    pub(super) fn take(&mut self, class: usize) -> Option<Taken> {
        let Some(at) = self.ready[class].pop_front() else {
            self.workers[class] -= 1;
            return None;
        };
        let cancelled = self.cancelled && self.graph.spec(at.node).role != Role::Cleanup;
        let bindings = if cancelled { SmallVec::new() } else { self.bindings(at) };
        let looped = if self.looped.is_empty() { None } else { self.looped.remove(&at) };
        let unit = self.unit(at);
        unit.phase = Phase::Active;
        let (state, run_count, started_at) = (unit.state.clone(), unit.run_count, unit.started_at);
        Some(Taken { at, state, run_count, started_at, bindings, looped, cancelled })
    }

    /// Records how a call went, and makes ready what follows from it.
    pub(super) fn commit(&mut self, left: Left) {
        let Left { at, settled, run_count, started_at, looped } = left;
        let unit = self.unit(at);
        unit.run_count = run_count;
        unit.started_at = started_at;
        match settled {
            Settled::Finished(state) => {
                unit.state = state;
                unit.phase = Phase::Done;
                let failed = unit.state.is_failed();
                self.progress.finish(failed);
                self.finished(at);
            }
            Settled::Expand(state, expansion) => {
                unit.state = state;
                unit.phase = Phase::Done;
                self.progress.finish(false);
                self.expand(at.node, expansion);
            }
            Settled::Park(state) => {
                unit.state = state;
                unit.phase = Phase::Parked;
                self.looped.extend(looped.map(|looped| (at, looped)));
                self.if_cancelled(at);
            }
            Settled::Sleep(state, due) => {
                unit.state = state;
                unit.phase = Phase::Sleeping;
                self.sleeping.push(Reverse((due, at)));
                self.news = true;
                self.looped.extend(looped.map(|looped| (at, looped)));
                self.if_cancelled(at);
            }
        }
    }

    /// Counts workers in for what is ready, as many as there is room for.
    pub(super) fn hire(&mut self) -> Wake {
        let mut wake = Wake::default();
        for class in 0..CLASSES {
            let room = self.places.of(class).saturating_sub(self.workers[class]);
            let hired = room.min(self.ready[class].len());
            self.workers[class] += hired;
            wake.workers[class] = hired;
        }
        wake.driver = std::mem::take(&mut self.news) || self.is_idle();
        wake
    }

    /// Counts a worker out that has gone, or in that only waits for a thread which overran.
    pub(super) fn dismiss(&mut self, class: usize) {
        self.workers[class] -= 1;
    }

    pub(super) fn set_overrunning(&mut self, overrunning: bool) {
        if overrunning { self.overrunning += 1 } else { self.overrunning -= 1 }
    }

    /// Wakes those whose time has come, and says how the run stands.
    pub(super) fn wake_sleepers(&mut self, now: Timestamp) -> Standing {
        while let Some(&Reverse((due, at))) = self.sleeping.peek() {
            // One that was cancelled does not sleep any more; nobody waits for its time.
            if due > now && self.unit(at).phase == Phase::Sleeping {
                break;
            }
            self.sleeping.pop();
            if self.unit(at).phase == Phase::Sleeping {
                self.make_ready(at);
            }
        }
        if self.is_idle() {
            return Standing::Over;
        }
        Standing::GoesOn(self.sleeping.peek().map(|Reverse((due, _))| *due))
    }

    /// Ends everything that has not begun, except clean-up, which comes in its turn.
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
        for at in 0..self.slots.len() {
            let node = NodeId(at as u32);
            let children = self.slots[at].children.as_ref().map_or(0, |mapped| mapped.units.len() as u32);
            for child in (0..children).chain([NO_CHILD]) {
                self.if_cancelled(Position { node, child });
            }
        }
    }

    /// The states for which `test` holds, children after their parents.
    pub(super) fn states(&self, test: impl Fn(&State) -> bool) -> Vec<(Position, State)> {
        let mut found = Vec::new();
        for (at, slot) in self.slots.iter().enumerate() {
            let node = NodeId(at as u32);
            let children = slot.children.iter().flat_map(|mapped| &mapped.units).zip(0..);
            for (unit, child) in std::iter::once((&slot.unit, NO_CHILD)).chain(children) {
                if test(&unit.state) {
                    found.push((Position { node, child }, unit.state.clone()));
                }
            }
        }
        found
    }

    /// The state of a node.
    pub(super) fn state(&self, node: NodeId) -> Option<&State> {
        self.slots.get(node.index()).map(|slot| &slot.unit.state)
    }

    /// When a node, or its child, went to Running.
    pub(super) fn started_at(&self, at: Position) -> Option<Timestamp> {
        let slot = self.slots.get(at.node.index())?;
        let unit = match at.map_index() {
            None => &slot.unit,
            Some(child) => slot.children.as_ref()?.units.get(child as usize)?,
        };
        (unit.started_at != Timestamp::MIN).then_some(unit.started_at)
    }

    /// The states of the children of a mapped node.
    pub(super) fn children(&self, node: NodeId) -> impl ExactSizeIterator<Item = &State> {
        let mapped = self.slots.get(node.index()).and_then(|slot| slot.children.as_ref());
        mapped.map_or(&[][..], |mapped| &mapped.units).iter().map(|unit| &unit.state)
    }

    /// The children of a mapped node, if all have ended.
    pub(super) fn gathered(&self, node: NodeId) -> Option<&Arc<Children>> {
        self.slots.get(node.index())?.children.as_ref()?.gathered.as_ref()
    }

    /// Whether a node, with all its children, has ended.
    pub(super) fn is_finished(&self, node: NodeId) -> bool {
        self.slots.get(node.index()).is_some_and(|slot| {
            slot.unit.state.is_finished() && slot.children.as_ref().is_none_or(|mapped| mapped.remaining == 0)
        })
    }

    fn is_idle(&self) -> bool {
        self.workers.iter().sum::<usize>() == self.overrunning
            && self.ready.iter().all(VecDeque::is_empty)
            && self.sleeping.is_empty()
    }

    fn if_cancelled(&mut self, at: Position) {
        let idle = matches!(self.unit(at).phase, Phase::Waiting | Phase::Sleeping | Phase::Parked);
        if self.cancelled && idle && self.graph.spec(at.node).role != Role::Cleanup {
            self.make_ready(at);
        }
    }

    fn unit(&mut self, at: Position) -> &mut Unit {
        let slot = &mut self.slots[at.node.index()];
        match &mut slot.children {
            Some(mapped) if at.child != NO_CHILD => &mut mapped.units[at.child as usize],
            _ => &mut slot.unit,
        }
    }

    fn make_ready(&mut self, at: Position) {
        self.unit(at).phase = Phase::Ready;
        let class = self.places.class(matches!(self.graph.spec(at.node).body, Body::Sync(_)));
        self.ready[class].push_back(at);
    }

    /// One of the things that `at` waits for has come.
    fn arrived(&mut self, at: Position) {
        let unit = self.unit(at);
        unit.waiting -= 1;
        if unit.waiting == 0 && unit.phase == Phase::Waiting {
            self.make_ready(at);
        }
    }

    fn finished(&mut self, at: Position) {
        if at.child == NO_CHILD {
            // A mapped task that ended without children releases those that wait for its elements, too.
            self.release(at.node, false);
            self.release(at.node, true);
            return;
        }
        for entry in self.downstreams.entries(at.node) {
            let (node, by_element) = self.downstreams.target(entry);
            let mapped = self.slots[node.index()].children.as_ref();
            if by_element && mapped.is_some_and(|mapped| mapped.units.len() > at.child as usize) {
                self.arrived(Position { node, child: at.child });
            }
        }
        if let Some(mapped) = &mut self.slots[at.node.index()].children {
            mapped.remaining -= 1;
            if mapped.remaining == 0 {
                self.gather(at.node);
            }
        }
    }

    /// Tells those downstream that `node` has ended, or (`by_element`) that its elements are there.
    fn release(&mut self, node: NodeId, by_element: bool) {
        for entry in self.downstreams.entries(node) {
            let (node, along_it) = self.downstreams.target(entry);
            if along_it == by_element {
                self.arrived(Position { node, child: NO_CHILD });
            }
        }
    }

    fn expand(&mut self, node: NodeId, expansion: Expansion) {
        let Expansion { count, paths } = expansion;
        let pending = State::new(StateKind::Pending);
        let pending = match self.slots[node.index()].unit.state.timestamp() {
            Some(now) => pending.at(now),
            None => pending,
        };
        let graph = Arc::clone(&self.graph);
        let counterparts: SmallVec<[NodeId; 4]> = graph
            .node(node)
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Mapped && graph.is_mapped(edge.upstream))
            .map(|edge| edge.upstream)
            .collect();
        let unit = |child: usize| {
            let open = |upstream: &&NodeId| {
                let mapped = self.slots[upstream.index()].children.as_ref();
                mapped.is_some_and(|mapped| mapped.units[child].phase != Phase::Done)
            };
            Unit::new(pending.clone(), counterparts.iter().filter(open).count() as u32)
        };
        let units: Vec<_> = (0..count).map(unit).collect();
        let ready: Vec<_> = (0..count as u32).filter(|&child| units[child as usize].waiting == 0).collect();
        self.progress.add(count);
        let mapped = Mapped { units, remaining: count, paths, gathered: None };
        self.slots[node.index()].children = Some(Box::new(mapped));
        for child in ready {
            self.make_ready(Position { node, child });
        }
        self.release(node, true);
        if count == 0 {
            self.gather(node);
        }
        if self.cancelled {
            (0..count as u32).for_each(|child| self.if_cancelled(Position { node, child }));
        }
    }

    /// All children have ended.
    fn gather(&mut self, node: NodeId) {
        let slot = &mut self.slots[node.index()];
        if let (Some(mapped), Some(gather)) = (&mut slot.children, self.graph.node(node).gather) {
            let states = mapped.units.iter().map(|unit| unit.state.clone()).collect();
            mapped.gathered = Some(Children::new(slot.unit.state.clone(), states, gather));
        }
        self.release(node, false);
    }
}
