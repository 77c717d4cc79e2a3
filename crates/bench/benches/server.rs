//! Campana's server beside the smallest one that keeps the same promise, in the same run on the same machine.
//!
//! `cargo xtask bench server` builds both and runs this. `quick` shortens every measurement; the names of some
//! [parts](PARTS) leave the others out. The programs are given by CAMPANA_PROGRAM and CAMPANA_BASELINE, a Postgres by
//! CAMPANA_BENCH_POSTGRES.
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use campana_bench::server::load::{self, Load};
use campana_bench::server::process::Process;
use campana_bench::server::receiver::{self, Manner};
use campana_bench::server::subject::{Api, Subject};
use campana_bench::server::wire::Connection;
use campana_bench::server::{Ledger, percentile};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is measured, in this order.
const PARTS: [&str; 6] = ["baseline", "sqlite", "hanging", "kill", "growth", "postgres"];

/// What else may be said; cargo says `--bench`.
const KNOWN: [&str; 2] = ["quick", "--bench"];

const RUNS: usize = 512;
const CAPACITY: usize = 4_000_000;

/// How many make runs at the same time.
const MAKERS: usize = 64;

#[derive(Clone)]
struct Bench {
    /// How many share a database.
    servers: usize,
    programs: [PathBuf; 2],
    postgres: Option<String>,
    /// How long a rate is held.
    hold: Duration,
    /// How long a rate is tried, and a burst lasts.
    probe: Duration,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "quick");
    let is_known = |argument: &String| PARTS.iter().chain(&KNOWN).any(|known| known == argument);
    if let Some(unknown) = arguments.iter().find(|argument| !is_known(argument)) {
        return Err(format!("there is no part {unknown:?}; the parts are {}", PARTS.join(", ")).into());
    }
    let named: Vec<_> =
        PARTS.iter().filter(|part| arguments.iter().any(|argument| argument == *part)).collect();
    let wants = |part: &str| named.is_empty() || named.iter().any(|wanted| **wanted == part);
    let program = |name: &str| std::env::var_os(name).map(PathBuf::from).ok_or(format!("{name} is not set"));
    let seconds = |full, short| Duration::from_secs(if quick { short } else { full });
    let bench = Bench {
        servers: 1,
        programs: [program("CAMPANA_BASELINE")?, program("CAMPANA_PROGRAM")?],
        postgres: std::env::var("CAMPANA_BENCH_POSTGRES").ok(),
        hold: seconds(60, 5),
        probe: seconds(10, 3),
    };
    let size = std::fs::metadata(&bench.programs[1])?.len();
    println!("campana's program: {:.1} MB", size as f64 / 1e6);
    if wants("baseline") {
        bench.measure(&bench.baseline()).await?;
    }
    if wants("sqlite") {
        bench.measure(&bench.campana("sqlite")).await?;
    }
    if wants("hanging") {
        bench.hanging_neighbour().await?;
    }
    if wants("kill") {
        bench.after_a_kill().await?;
    }
    if wants("growth") {
        bench.growth(if quick { &[1_000, 10_000] } else { &[10_000, 100_000, 1_000_000] }).await?;
    }
    if let Some(url) = bench.postgres.as_ref().filter(|_| wants("postgres")) {
        for servers in [1, 3] {
            println!("\nOn Postgres, {servers} servers:");
            Bench { servers, ..bench.clone() }.measure(&bench.campana(url)).await?;
        }
    }
    Ok(())
}

/// Servers with their runs and their receiver, fresh for each measurement.
struct Rig {
    _home: tempfile::TempDir,
    processes: Vec<Process>,
    runs: Arc<Vec<String>>,
    ledger: Arc<Ledger>,
}

impl Rig {
    async fn run(&self, load: Load, subject: &Subject) -> Outcome<load::Outcome> {
        let addresses: Vec<_> = self.processes.iter().map(|process| process.address).collect();
        Ok(load::run(load, subject, &addresses, &self.runs, &self.ledger).await?)
    }
}

impl Bench {
    fn baseline(&self) -> Subject {
        Subject::Baseline { program: self.programs[0].clone() }
    }

    fn campana(&self, database_url: &str) -> Subject {
        Subject::Campana { program: self.programs[1].clone(), database_url: database_url.to_owned() }
    }

    async fn rig(&self, subject: &Subject, others: &[Manner]) -> Outcome<Rig> {
        let home = tempfile::tempdir()?;
        let subject = in_home(subject, home.path());
        let ledger = Arc::new(Ledger::new(CAPACITY));
        let receiver = receiver::start(Manner::Accepts(ledger.clone())).await?;
        let mut hooks = vec![receiver];
        for other in others {
            hooks.push(receiver::start(other.clone()).await?);
        }
        let processes: Vec<_> =
            (0..self.servers).map(|_| subject.start(home.path(), receiver)).collect::<Result<_, _>>()?;
        let runs = Arc::new(subject.prepare(processes[0].address, RUNS, &hooks).await?);
        Ok(Rig { _home: home, processes, runs, ledger })
    }

    async fn measure(&self, subject: &Subject) -> Outcome<()> {
        let name = subject.name();
        let held = self.highest_rate(subject).await?;
        println!("{name}: holds {held:.0} changes/s for {} s", self.hold.as_secs());
        self.at_rate(subject, held, self.hold).await?;
        self.at_rate(subject, 200.0, self.probe).await?;
        for clients in [1, 16, 64] {
            let rig = self.rig(subject, &[]).await?;
            let load = Load { clients, rate: None, time: self.probe };
            let burst = rig.run(load, subject).await?;
            let (backlog, memory) = (rig.ledger.backlog(), rig.processes[0].memory_kb()?);
            println!(
                "{name}: burst, {clients} clients: {:.0} accepted/s, {} failed, backlog {backlog}, peak {} MB",
                burst.rate(),
                burst.failed,
                memory.1 / 1024
            );
        }
        self.at_rest(subject).await
    }

    /// The highest rate whose backlog does not grow: by doubling, then by halving the distance.
    async fn highest_rate(&self, subject: &Subject) -> Outcome<f64> {
        let (mut good, mut bad) = (0.0, f64::INFINITY);
        let mut rate = 500.0;
        while bad / f64::max(good, 1.0) > 1.1 {
            if self.holds(subject, rate, self.probe).await? {
                good = rate;
            } else {
                bad = rate;
            }
            rate = if bad.is_infinite() { rate * 2.0 } else { f64::midpoint(good, bad) };
        }
        while good > 1.0 && !self.holds(subject, good, self.hold).await? {
            good *= 0.9;
        }
        Ok(good)
    }

    async fn holds(&self, subject: &Subject, rate: f64, time: Duration) -> Outcome<bool> {
        let rig = self.rig(subject, &[]).await?;
        let load = Load { clients: 32, rate: Some(rate), time };
        let outcome = rig.run(load, subject).await?;
        let backlog = rig.ledger.backlog() as f64;
        Ok(outcome.failed == 0 && outcome.rate() > 0.97 * rate && backlog < 0.1 * rate)
    }

    async fn at_rate(&self, subject: &Subject, rate: f64, time: Duration) -> Outcome<()> {
        let rig = self.rig(subject, &[]).await?;
        let load = Load { clients: 32, rate: Some(rate), time };
        let outcome = rig.run(load, subject).await?;
        let drained = load::drained(&rig.ledger, Duration::from_secs(30)).await;
        print_latencies(&format!("{} at {:.0}/s", subject.name(), outcome.rate()), &rig.ledger, 0);
        if !drained {
            println!("  {} never arrived", rig.ledger.backlog());
        }
        Ok(())
    }

    async fn at_rest(&self, subject: &Subject) -> Outcome<()> {
        let home = tempfile::tempdir()?;
        let receiver = receiver::start(Manner::Hangs).await?;
        let begin = Instant::now();
        let process = in_home(subject, home.path()).start(home.path(), receiver)?;
        match subject {
            Subject::Baseline { .. } => println!("baseline: started in {:.0?}", process.started_in),
            Subject::Campana { .. } => {
                println!("campana: first 200 of /health after {:.0?}", process.healthy_since(begin).await?);
            }
        }
        println!("{}: {} MB at rest", subject.name(), process.memory_kb()?.0 / 1024);
        Ok(())
    }

    /// A destination's latency beside one that hangs.
    async fn hanging_neighbour(&self) -> Outcome<()> {
        for others in [vec![], vec![Manner::Hangs]] {
            let subject = self.campana("sqlite");
            let rig = self.rig(&subject, &others).await?;
            let load = Load { clients: 8, rate: Some(200.0), time: self.probe };
            rig.run(load, &subject).await?;
            load::drained(&rig.ledger, Duration::from_secs(30)).await;
            let beside = if others.is_empty() { "alone" } else { "beside one that hangs" };
            print_latencies(&format!("a healthy destination {beside}"), &rig.ledger, 0);
        }
        Ok(())
    }

    /// What a change costs when there are more and more runs: each of these numbers in one database.
    async fn growth(&self, sizes: &[usize]) -> Outcome<()> {
        let home = tempfile::tempdir()?;
        let subject = in_home(&self.campana("sqlite"), home.path());
        let process = subject.start(home.path(), receiver::start(Manner::Hangs).await?)?;
        let addresses = [process.address];
        let mut made = 0;
        for &size in sizes {
            fill(process.address, size - made).await?;
            made = size;
            for (clients, rate) in [(32, Some(200.0)), (16, None)] {
                let ledger = Arc::new(Ledger::new(CAPACITY));
                let receiver = receiver::start(Manner::Accepts(ledger.clone())).await?;
                let runs = Arc::new(subject.prepare(process.address, RUNS, &[receiver]).await?);
                let load = Load { clients, rate, time: self.probe };
                let outcome = load::run(load, &subject, &addresses, &runs, &ledger).await?;
                load::drained(&ledger, Duration::from_secs(30)).await;
                print_latencies(
                    &format!("{size} runs, {clients} clients, {:.0}/s", outcome.rate()),
                    &ledger,
                    0,
                );
            }
        }
        Ok(())
    }

    /// From the start of a killed server to its first delivery, with 10,000 pending.
    async fn after_a_kill(&self) -> Outcome<()> {
        let home = tempfile::tempdir()?;
        let subject = in_home(&self.campana("sqlite"), home.path());
        let ledger = Arc::new(Ledger::new(CAPACITY));
        let answering = Arc::new(OnceLock::new());
        let hanging = receiver::start(Manner::HangsUntil(answering.clone())).await?;
        let process = subject.start(home.path(), hanging)?;
        let runs = Arc::new(subject.prepare(process.address, RUNS, &[hanging]).await?);
        // Fewer seconds than an attempt may take, so that nothing has failed yet when the server is killed.
        let load = Load { clients: 16, rate: Some(10_000.0), time: Duration::from_secs(1) };
        let outcome = load::run(load, &subject, &[process.address], &runs, &ledger).await?;
        process.kill()?;
        // The same address, now with somebody who answers: what was leased and what was not arrives.
        let answers = answering.get_or_init(|| Arc::new(Ledger::new(CAPACITY))).clone();
        let begin = Instant::now();
        let process = subject.start(home.path(), hanging)?;
        while answers.arrived_count() == 0 && begin.elapsed() < Duration::from_secs(30) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        println!(
            "after SIGKILL with {} pending: first delivery {:.0?} after the start",
            outcome.accepted,
            begin.elapsed()
        );
        drop(process);
        Ok(())
    }
}

/// Makes runs that nobody is told of.
async fn fill(address: SocketAddr, count: usize) -> Outcome<()> {
    let mut makers = tokio::task::JoinSet::new();
    for _ in 0..MAKERS {
        makers.spawn(async move {
            let mut api = Api(Connection::open(address).await?);
            let flow = api.make_flow().await?;
            api.make_runs(&flow, count.div_ceil(MAKERS)).await
        });
    }
    while let Some(made) = makers.join_next().await {
        made??;
    }
    Ok(())
}

fn in_home(subject: &Subject, home: &Path) -> Subject {
    match subject {
        Subject::Campana { program, database_url } if database_url == "sqlite" => Subject::Campana {
            program: program.clone(),
            database_url: format!("sqlite://{}", home.join("campana.db").display()),
        },
        other => other.clone(),
    }
}

fn print_latencies(what: &str, ledger: &Ledger, first: usize) {
    let all = ledger.latencies(first);
    println!(
        "{what}: p50 {:.2?}, p99 {:.2?}, max {:.2?} of {}",
        percentile(&all, 0.5),
        percentile(&all, 0.99),
        percentile(&all, 1.0),
        all.len()
    );
}
