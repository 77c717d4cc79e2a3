//! The promise, as a test: whatever crashes, every matching change arrives or is dead, in order, under one key.
//!
//! State changes pour into a server with a hook for each manner of receiver, while the server is killed: by SIGKILL at random,
//! and at each of its fail points. `CAMPANA_KILLS` says how often; `cargo xtask soak` says 1,000.
//! `CAMPANA_SEED` repeats a run, as far as processes can be repeated.

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
    truth::check(&server, &receiver.receipts()).await;
    drop(running);
}
