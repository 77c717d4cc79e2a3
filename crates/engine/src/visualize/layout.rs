//! Where tasks, labels and edges go: from the top to the bottom, in ranks, with few crossings.
//!
//! The library (`rust-sugiyama`) places boxes and says nothing of the way of an edge. So each edge is given to
//! it as a chain: a vertex for the label just above the task that it ends at, and before it one small vertex for
//! each rank that it passes. Tasks stand in even ranks, labels in odd ones; within a rank edges run straight
//! down, between ranks they bend, so they never cross a box.

use std::thread;

use rust_sugiyama::configure::{Config, RankingType};

/// Between two boxes of a rank, in pixels.
const BOX_GAP: f64 = 28.0;
/// Between two labels or passing edges.
const LANE_GAP: f64 = 12.0;
/// Between two ranks, if they are narrow; edges in wide ones have a longer way, and get more room for it.
const RANK_GAP: f64 = 28.0;
const MAX_RANK_GAP: f64 = 70.0;
/// Between two parts of a flow that nothing connects.
const PART_GAP: f64 = 48.0;
/// Swapping neighbours finds fewer crossings, but in large graphs takes more time than that is worth.
const MAX_SWAPPED_VERTICES: usize = 2_000;
/// What the library may need on the stack for each vertex, since it recurses along paths.
const STACK_BYTES_PER_VERTEX: usize = 4 << 10;
const STACK_BYTES: usize = 2 << 20;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// An edge to be placed: between which tasks, and the size of its label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Size,
}

/// The way of an edge: straight down each lane, and from its end to the beginning of the next one. The first lane
/// begins at the lower side of a box, the last one ends at the upper side of another.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) lanes: Vec<Lane>,
    /// The middle of the label.
    pub(super) label: Point,
}

/// The way of an edge through one rank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    pub(super) x: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) size: Size,
    /// The middle of each box.
    pub(super) boxes: Vec<Point>,
    pub(super) routes: Vec<Route>,
}

/// What the library sees.
struct Chains {
    sizes: Vec<Size>,
    ranks: Vec<usize>,
    edges: Vec<(u32, u32)>,
    /// For each link, the vertices between its ends; the last one is the label.
    inner: Vec<std::ops::Range<usize>>,
}

/// Finds a place for everything. The links make no cycle.
pub(super) fn place(boxes: &[Size], links: &[Link]) -> Layout {
    let chains = Chains::new(boxes, links);
    let gap = chains.rank_gap();
    let parts = chains.arrange(gap);
    let (places, size) = side_by_side(&parts, &chains.sizes);
    let mut layout = Layout { size, boxes: places[..boxes.len()].to_vec(), routes: Vec::new() };
    let heights = chains.rank_heights(&parts);
    layout.routes = chains.inner.iter().map(|inner| route(inner.clone(), &places, &heights)).collect();
    attach(&mut layout, boxes, links, &heights);
    layout
}

impl Chains {
    fn new(boxes: &[Size], links: &[Link]) -> Self {
        let order = order(boxes.len(), links);
        let ranks = ranks(&order, links, boxes.len());
        let mut chains = Self { sizes: boxes.to_vec(), ranks, edges: Vec::new(), inner: Vec::new() };
        for link in links {
            let first = chains.sizes.len();
            let mut last = link.from as u32;
            for rank in chains.ranks[link.from] + 1..chains.ranks[link.to] {
                let is_label = rank + 1 == chains.ranks[link.to];
                let next = chains.sizes.len() as u32;
                chains.sizes.push(if is_label { link.label } else { Size::default() });
                chains.ranks.push(rank);
                chains.edges.push((last, next));
                last = next;
            }
            chains.edges.push((last, link.to as u32));
            chains.inner.push(first..chains.sizes.len());
        }
        chains.anchor(boxes.len(), links);
        chains
    }

    /// Ties each task that begins a path below the top to the rank above it, where it would not stay otherwise:
    /// through a task beside it, whose chain passes there.
    fn anchor(&mut self, boxes: usize, links: &[Link]) {
        let mut above = vec![None; boxes];
        for (link, inner) in links.iter().zip(&self.inner) {
            above[link.to] = above[link.to].or(Some(inner.end - 1));
        }
        for link in links {
            let task = link.from;
            if self.ranks[task] == 0 || above[task].is_some() {
                continue;
            }
            let beside = links.iter().filter(|other| other.to == link.to).find_map(|other| {
                above[other.from].filter(|&vertex| self.ranks[vertex] + 1 == self.ranks[task])
            });
            if let Some(vertex) = beside {
                self.edges.push((vertex as u32, task as u32));
                above[task] = Some(vertex);
            }
        }
    }

    fn rank_gap(&self) -> f64 {
        let mut widths = vec![0_u32; self.ranks.iter().max().map_or(0, |rank| rank + 1)];
        for &rank in &self.ranks {
            widths[rank] += 1;
        }
        let widest = widths.into_iter().max().unwrap_or(0);
        (RANK_GAP + f64::from(widest)).min(MAX_RANK_GAP)
    }

    /// Has the library place the vertices; each part of the graph has an origin of its own, and its vertices are in
    /// no order.
    fn arrange(&self, rank_gap: f64) -> Vec<Vec<(usize, Point)>> {
        let boxes = self.inner.first().map_or(self.sizes.len(), |inner| inner.start);
        let vertices: Vec<_> = (0..)
            .zip(self.sizes.iter().enumerate())
            .map(|(id, (at, size))| {
                let gap = if at < boxes { BOX_GAP } else { LANE_GAP };
                (id, (size.width + gap, size.height + rank_gap))
            })
            .collect();
        let config = Config {
            vertex_spacing: 0.0,
            ranking_type: RankingType::Up,
            transpose: vertices.len() <= MAX_SWAPPED_VERTICES,
            ..Config::default()
        };
        let arrange = || rust_sugiyama::from_vertices_and_edges(&vertices, &self.edges, &config);
        let stack = STACK_BYTES + vertices.len() * STACK_BYTES_PER_VERTEX;
        let parts = thread::scope(|scope| {
            match thread::Builder::new().stack_size(stack).spawn_scoped(scope, arrange) {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // No thread to be had: the stack at hand is enough for all but very long paths.
                Err(_) => arrange(),
            }
        });
        let place = |(id, (x, y))| (id, Point { x, y });
        parts.into_iter().map(|(part, ..)| part.into_iter().map(place).collect()).collect()
    }

    /// For each vertex, how high the highest one is in its rank of its part.
    fn rank_heights(&self, parts: &[Vec<(usize, Point)>]) -> Vec<f64> {
        let mut heights = vec![0.0; self.sizes.len()];
        let mut highest = vec![0.0_f64; self.ranks.iter().max().map_or(0, |rank| rank + 1)];
        for part in parts {
            for &(id, _) in part {
                highest[self.ranks[id]] = highest[self.ranks[id]].max(self.sizes[id].height);
            }
            for &(id, _) in part {
                heights[id] = highest[self.ranks[id]];
            }
            for &(id, _) in part {
                highest[self.ranks[id]] = 0.0;
            }
        }
        heights
    }
}

/// The tasks in an order in which each comes after its upstreams.
fn order(tasks: usize, links: &[Link]) -> Vec<usize> {
    let mut waiting_for = vec![0_usize; tasks];
    let mut followers = vec![Vec::new(); tasks];
    for link in links {
        waiting_for[link.to] += 1;
        followers[link.from].push(link.to);
    }
    let mut order: Vec<_> = (0..tasks).filter(|&task| waiting_for[task] == 0).collect();
    let mut next = 0;
    while let Some(&task) = order.get(next) {
        next += 1;
        for &follower in &followers[task] {
            waiting_for[follower] -= 1;
            if waiting_for[follower] == 0 {
                order.push(follower);
            }
        }
    }
    order
}

/// The rank of each task: two below its lowest upstream, and, if it has none, two above its highest downstream.
fn ranks(order: &[usize], links: &[Link], tasks: usize) -> Vec<usize> {
    let mut followers = vec![Vec::new(); tasks];
    let mut begins = vec![true; tasks];
    for link in links {
        followers[link.from].push(link.to);
        begins[link.to] = false;
    }
    let mut ranks = vec![0_usize; tasks];
    for &task in order {
        for &follower in &followers[task] {
            ranks[follower] = ranks[follower].max(ranks[task] + 2);
        }
    }
    for task in (0..tasks).filter(|&task| begins[task]) {
        if let Some(highest) = followers[task].iter().map(|&follower| ranks[follower]).min() {
            ranks[task] = highest.saturating_sub(2);
        }
    }
    ranks
}

/// Puts the parts beside each other, in rows about as wide as the picture is high; gives the place of each
/// vertex and the size of it all.
fn side_by_side(parts: &[Vec<(usize, Point)>], sizes: &[Size]) -> (Vec<Point>, Size) {
    let frames: Vec<_> = parts.iter().map(|part| frame(part, sizes)).collect();
    let area: f64 = frames.iter().map(|(_, size)| (size.width + PART_GAP) * (size.height + PART_GAP)).sum();
    let widest = frames.iter().map(|(_, size)| size.width).fold((area * 1.6).sqrt(), f64::max);
    let mut places = vec![Point::default(); sizes.len()];
    let (mut corner, mut row_height, mut whole) = (Point::default(), 0.0_f64, Size::default());
    for (part, (origin, size)) in parts.iter().zip(&frames) {
        if corner.x > 0.0 && corner.x + size.width > widest {
            corner = Point { x: 0.0, y: corner.y + row_height + PART_GAP };
            row_height = 0.0;
        }
        for &(id, Point { x, y }) in part {
            places[id] = Point { x: x - origin.x + corner.x, y: y - origin.y + corner.y };
        }
        row_height = row_height.max(size.height);
        whole.width = whole.width.max(corner.x + size.width);
        whole.height = whole.height.max(corner.y + size.height);
        corner.x += size.width + PART_GAP;
    }
    (places, whole)
}

/// The upper left corner and the size of a part.
fn frame(part: &[(usize, Point)], sizes: &[Size]) -> (Point, Size) {
    let (mut low, mut high) = (Point { x: f64::MAX, y: f64::MAX }, Point { x: f64::MIN, y: f64::MIN });
    for &(id, Point { x, y }) in part {
        let Size { width, height } = sizes[id];
        low = Point { x: low.x.min(x - width / 2.0), y: low.y.min(y - height / 2.0) };
        high = Point { x: high.x.max(x + width / 2.0), y: high.y.max(y + height / 2.0) };
    }
    (low, Size { width: high.x - low.x, height: high.y - low.y })
}

fn route(inner: std::ops::Range<usize>, places: &[Point], heights: &[f64]) -> Route {
    let label = places[inner.end - 1];
    let lane = |vertex: usize| {
        let (Point { x, y }, half) = (places[vertex], heights[vertex] / 2.0);
        Lane { x, top: y - half, bottom: y + half }
    };
    Route { lanes: inner.map(lane).collect(), label }
}

/// Joins the edges to the boxes: spreads their ends over the lower and upper sides, in the order in which they
/// come.
fn attach(layout: &mut Layout, boxes: &[Size], links: &[Link], heights: &[f64]) {
    let mut leaving = vec![Vec::new(); boxes.len()];
    let mut arriving = vec![Vec::new(); boxes.len()];
    for (at, link) in links.iter().enumerate() {
        leaving[link.from].push(at);
        arriving[link.to].push(at);
    }
    let routes = &mut layout.routes;
    // All of them before any lane is added, so that each edge is sorted by its own lanes.
    for edges in &mut leaving {
        edges.sort_by(|&a, &b| first_x(&routes[a]).total_cmp(&first_x(&routes[b])));
    }
    for edges in &mut arriving {
        edges.sort_by(|&a, &b| last_x(&routes[a]).total_cmp(&last_x(&routes[b])));
    }
    for (at, (&Point { x, y }, &Size { width, height })) in layout.boxes.iter().zip(boxes).enumerate() {
        let half_rank = heights[at] / 2.0;
        for (nth, &edge) in leaving[at].iter().enumerate() {
            let x = x + port(nth, leaving[at].len(), width);
            routes[edge].lanes.insert(0, Lane { x, top: y + height / 2.0, bottom: y + half_rank });
        }
        for (nth, &edge) in arriving[at].iter().enumerate() {
            let x = x + port(nth, arriving[at].len(), width);
            routes[edge].lanes.push(Lane { x, top: y - half_rank, bottom: y - height / 2.0 });
        }
    }
}

fn first_x(route: &Route) -> f64 {
    route.lanes.first().map_or(0.0, |lane| lane.x)
}

fn last_x(route: &Route) -> f64 {
    route.lanes.last().map_or(0.0, |lane| lane.x)
}

/// How far from the middle the `nth` of `count` edges touches a side of this width.
fn port(nth: usize, count: usize, width: f64) -> f64 {
    let apart = (width * 0.7 / count as f64).min(22.0);
    (nth as f64 - (count as f64 - 1.0) / 2.0) * apart
}
