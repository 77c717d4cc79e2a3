//! The cost of a task that does nothing, beside a baseline in the same run.
//!
//! Only the run is timed, not the making of the flow (which has a column of its own). Every result, state and
//! timestamp is kept, and looked at after the run. `cargo bench --bench engine -- quick` leaves out the large
//! sizes.
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::hint::black_box;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use campana::backend::MemoryBackend;
use campana::prelude::*;
use campana_bench::flows::Shape;
use campana_bench::rounds::{median, per_task, time};
use peak_alloc::PeakAlloc;
use tokio::runtime::Runtime;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::reload;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const ROUNDS: usize = 5;
const GROWTH_ROUNDS: usize = 3;

/// How the tasks are run.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Sequential,
    ConcurrentAsync,
    ConcurrentSync,
}

/// What is looked at besides.
#[derive(Clone, Copy, PartialEq)]
enum With {
    Nothing,
    Handler,
    Tracing,
    Backend,
}

struct Bench {
    runtime: Runtime,
    log_level: reload::Handle<LevelFilter, tracing_subscriber::Registry>,
}

/// One measurement: nanoseconds a task of the run and of its baseline, bytes a task, nanoseconds to add one.
struct Sample {
    run: f64,
    baseline: f64,
    heap: f64,
    build: f64,
}

fn main() -> Result<(), BoxError> {
    let quick = std::env::args().any(|argument| argument == "quick");
    let (filter, log_level) = reload::Layer::new(LevelFilter::OFF);
    let fmt = tracing_subscriber::fmt::layer().with_writer(io::sink);
    let subscriber = tracing_subscriber::registry().with(filter).with(fmt);
    subscriber_init(subscriber)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bench = Bench { runtime, log_level };

    println!("| shape | tasks | run | with | tasks/s | ns a task | x baseline | heap B a task | ns to add |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let sizes = [(Shape::Chain, 10_000), (Shape::Fan, 10_000), (Shape::Map, 100_000)];
    for (shape, count) in sizes {
        for mode in [Mode::Sequential, Mode::ConcurrentAsync, Mode::ConcurrentSync] {
            for with in [With::Nothing, With::Handler, With::Tracing, With::Backend] {
                bench.row(shape, count, mode, with)?;
            }
        }
    }
    if quick {
        return Ok(());
    }
    println!("\nGrowth: the cost of a task, and what it is at 10,000 tasks times.\n");
    println!("| shape | run | 10,000 | 100,000 | 1,000,000 | x at 1,000,000 | heap B a task at 1,000,000 |");
    println!("|---|---|---|---|---|---|---|");
    for shape in Shape::ALL {
        for mode in [Mode::Sequential, Mode::ConcurrentAsync, Mode::ConcurrentSync] {
            bench.growth(shape, mode)?;
        }
    }
    Ok(())
}

fn subscriber_init(subscriber: impl tracing_subscriber::util::SubscriberInitExt) -> Result<(), BoxError> {
    Ok(subscriber.try_init()?)
}

impl Bench {
    fn row(&self, shape: Shape, count: u64, mode: Mode, with: With) -> Result<(), BoxError> {
        self.sample(shape, count, mode, with)?;
        let samples: Vec<_> =
            (0..ROUNDS).map(|_| self.sample(shape, count, mode, with)).collect::<Result<_, _>>()?;
        let ns = median(samples.iter().map(|sample| sample.run).collect());
        let ratio = median(samples.iter().map(|sample| sample.run / sample.baseline).collect());
        let heap = median(samples.iter().map(|sample| sample.heap).collect());
        let build = median(samples.iter().map(|sample| sample.build).collect());
        let (mode, with, rate) = (mode.name(), with.name(), 1e9 / ns);
        println!(
            "| {shape:?} | {count} | {mode} | {with} | {rate:.0} | {ns:.0} | {ratio:.2} | {heap:.0} | {build:.0} |"
        );
        Ok(())
    }

    fn growth(&self, shape: Shape, mode: Mode) -> Result<(), BoxError> {
        let sizes = [10_000, 100_000, 1_000_000];
        // One round of all sizes after the other, so that a drift of the machine meets all alike. Each size is
        // run once unmeasured: the first run after a much larger one pays for the memory that the allocator
        // has given back.
        let warm = |&count: &u64| {
            self.sample(shape, count, mode, With::Nothing)?;
            self.sample(shape, count, mode, With::Nothing)
        };
        let rounds: Vec<Vec<Sample>> =
            (0..GROWTH_ROUNDS).map(|_| sizes.iter().map(warm).collect()).collect::<Result<_, BoxError>>()?;
        let at = |size: usize| median(rounds.iter().map(|round| round[size].run).collect());
        let growth = median(rounds.iter().map(|round| round[2].run / round[0].run).collect());
        let heap = median(rounds.iter().map(|round| round[2].heap).collect());
        let (small, middle, large) = (at(0), at(1), at(2));
        let mode = mode.name();
        println!(
            "| {shape:?} | {mode} | {small:.0} ns | {middle:.0} ns | {large:.0} ns | {growth:.2} | {heap:.0} |"
        );
        Ok(())
    }

    fn sample(&self, shape: Shape, count: u64, mode: Mode, with: With) -> Result<Sample, BoxError> {
        let baseline = match mode {
            Mode::Sequential => closures(count),
            Mode::ConcurrentAsync | Mode::ConcurrentSync => self.spawn(count)?,
        };
        if with == With::Tracing {
            self.log_level.reload(LevelFilter::INFO)?;
        }
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let is_async = mode == Mode::ConcurrentAsync;
        let (build, flow) = time(|| shape.flow(count, is_async, with == With::Handler));
        let mut start = flow.run();
        if mode != Mode::Sequential {
            start = start.executor(Concurrent::new());
        }
        if with == With::Backend {
            start = start.backend(Arc::new(MemoryBackend::new()));
        }
        let (took, run) = time(|| self.runtime.block_on(async { start.await }));
        let heap = HEAP.peak_usage().saturating_sub(before) as f64 / count as f64;
        self.log_level.reload(LevelFilter::OFF)?;
        if !run.is_successful() {
            return Err(format!("the flow did not run: {run}").into());
        }
        Ok(Sample { run: per_task(took, count), baseline, heap, build: per_task(build, count) })
    }

    /// Bare tasks on the runtime, spawned and joined.
    fn spawn(&self, count: u64) -> Result<f64, BoxError> {
        let (took, joined) = time(|| {
            self.runtime.block_on(async {
                let tasks: Vec<_> = (0..count).map(|at| tokio::spawn(async move { black_box(at) })).collect();
                for task in tasks {
                    black_box(task.await?);
                }
                Ok::<_, tokio::task::JoinError>(())
            })
        });
        joined?;
        Ok(per_task(took, count))
    }
}

/// A loop over boxed closures that count.
fn closures(count: u64) -> f64 {
    let counter = Arc::new(AtomicU64::new(0));
    let closure = |_| -> Box<dyn Fn()> {
        let counter = Arc::clone(&counter);
        Box::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        })
    };
    let closures: Vec<_> = (0..count).map(closure).collect();
    let (took, ()) = time(|| closures.iter().for_each(|closure| closure()));
    assert_eq!(counter.load(Ordering::Relaxed), count, "every closure ran");
    per_task(took, count)
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::ConcurrentAsync => "concurrent, async",
            Self::ConcurrentSync => "concurrent, sync",
        }
    }
}

impl With {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "-",
            Self::Handler => "one handler",
            Self::Tracing => "tracing at info",
            Self::Backend => "in-memory backend",
        }
    }
}
