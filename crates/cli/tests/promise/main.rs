//! The promise, as a test: whatever crashes, every matching change arrives or is dead, in order, under one key.
//!
//! State changes pour into a server with a hook for each manner of receiver, while the server is killed: by SIGKILL at random,
//! and at each of its fail points. `CAMPANA_KILLS` says how often; `cargo xtask soak` says 1,000.
//! `CAMPANA_SEED` repeats a run, as far as processes can be repeated. Two servers on one Postgres are frozen in turn for longer
//! than their leases hold, so that each comes back to work that is the other's by then.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, whose helpers fail it and say what they saw"
)]

mod receiver;
mod server;
mod truth;
mod writers;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use campana_store::DatabaseUrl;
use campana_store::testing::Postgres;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use receiver::{MANNERS, Receiver};
use server::Server;
use tokio::runtime::{Builder, Runtime};

/// Where a server can be told to end itself: before and after each commit, between claim and send, and between
/// send and record.
const FAIL_POINTS: [&str; 4] = ["before-commit", "after-commit", "before-send", "after-send"];

const RUNS: usize = 12;

/// How often a server is frozen, and for how long: a second longer than its leases hold.
const FREEZES: usize = 2;
const FROZEN: Duration = Duration::from_secs(3);

#[test]
fn every_change_arrives_whatever_crashes_on_sqlite() {
    let home = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", home.path().join("campana.db").display());
    runtime().block_on(promise(home, url));
}

#[test]
fn every_change_arrives_whatever_crashes_on_postgres() {
    let home = tempfile::tempdir().unwrap();
    let postgres = Postgres::start().unwrap();
    let DatabaseUrl::Postgres(url) = postgres.url() else { unreachable!("it is a Postgres") };
    runtime().block_on(promise(home, url));
}

#[test]
fn a_server_that_is_frozen_past_its_lease_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let postgres = Postgres::start().unwrap();
    let DatabaseUrl::Postgres(url) = postgres.url() else { unreachable!("it is a Postgres") };
    runtime().block_on(frozen(home, url));
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn promise(home: tempfile::TempDir, database_url: String) {
    let kills: usize = std::env::var("CAMPANA_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let seed: u64 =
        std::env::var("CAMPANA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    println!("CAMPANA_SEED={seed} CAMPANA_KILLS={kills}");
    let mut random = StdRng::seed_from_u64(seed);
    let (receiver, receives_at) = Receiver::start().await.unwrap();
    let server = Server::new(home.path(), &database_url);

    let running = server.start(None).await;
    let mut api = server.api().await;
    let runs = api.make_runs(RUNS).await.unwrap();
    for manner in MANNERS {
        api.make_hook(manner, &format!("http://{receives_at}/{manner}")).await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writers = writers::start(&server, runs, stop.clone());

    let mut running = Some(running);
    for kill in 0..kills {
        if let Some(running) = running.take() {
            tokio::time::sleep(Duration::from_millis(random.random_range(50..700))).await;
            running.kill();
        }
        // Every other time the server ends itself, at a place of its own choice.
        let order = (kill % 2 == 1).then(|| {
            let name = FAIL_POINTS[random.random_range(0..FAIL_POINTS.len())];
            format!("{name}:{}", random.random_range(1..60))
        });
        let mut next = server.start(order.as_deref()).await;
        if order.is_some() {
            next.wait_for_end(Duration::from_secs(10)).await;
        } else {
            running = Some(next);
        }
    }
    if running.is_none() {
        running = Some(server.start(None).await);
    }
    stop.store(true, Ordering::Relaxed);
    let sent = writers.join().await;
    assert!(sent > 0, "no change was accepted");

    truth::settled(&server, Duration::from_secs(180)).await;
    let receipts = receiver.receipts();
    truth::check(&server, &MANNERS, &receipts).await;
    truth::order_was_held(&receipts);
    drop(running);
}

async fn frozen(home: tempfile::TempDir, database_url: String) {
    let (receiver, receives_at) = Receiver::start().await.unwrap();
    let servers = [(); 2].map(|()| Server::new(home.path(), &database_url));
    let mut running = Vec::new();
    for server in &servers {
        running.push(server.start(None).await);
    }
    let mut api = servers[0].api().await;
    let runs = api.make_runs(RUNS).await.unwrap();
    // Those that are paused would only make it last.
    let manners = ["ok", "resets", "garbage"];
    for manner in manners {
        api.make_hook(manner, &format!("http://{receives_at}/{manner}")).await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let halves = servers.iter().zip(runs.chunks(RUNS / 2));
    let writers: Vec<_> =
        halves.map(|(server, runs)| writers::start(server, runs.to_vec(), stop.clone())).collect();
    for freeze in 0..FREEZES {
        // Some work comes to both before one is frozen in the middle of it.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let server = &running[freeze % 2];
        server.freeze();
        tokio::time::sleep(FROZEN).await;
        server.thaw();
    }
    stop.store(true, Ordering::Relaxed);
    for writers in writers {
        assert!(writers.join().await > 0, "no change was accepted");
    }
    truth::settled(&servers[0], Duration::from_secs(180)).await;
    let receipts = receiver.receipts();
    truth::check(&servers[1], &manners, &receipts).await;
    // What a server was about to send when it was frozen comes again when it is not; nothing else does.
    truth::order_was_held(&truth::first_of_each(&receipts));
}
