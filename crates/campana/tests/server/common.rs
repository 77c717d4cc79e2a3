//! Flows, and how they report here: impatiently.

use std::path::Path;

use campana::prelude::*;
use campana::server::{Pace, Registered};

use crate::stub::Stub;

/// Short waits, so that a test that needs one need not wait long. What must not happen by itself is far away.
pub(crate) fn pace() -> Pace {
    let mut pace = Pace::default();
    pace.request = Duration::from_secs(2);
    pace.patience = Duration::from_secs(30);
    pace.heartbeat = Duration::from_secs(3600);
    pace.look = Duration::from_secs(3600);
    pace.logs = Duration::from_secs(3600);
    pace.retry = Duration::from_millis(20);
    pace.wait_at_end = Duration::from_secs(60);
    pace
}

pub(crate) fn server(stub: &Stub, journal: &Path) -> Server {
    Server::at(&stub.url()).unwrap().api_key("hunter2").journal(journal).pace(pace())
}

pub(crate) fn registered(flow: &Flow, server: &Server) -> Registered {
    flow.register("shop").at(server).blocking().unwrap()
}

#[task]
pub(crate) fn one() -> i64 {
    1
}

#[task]
pub(crate) fn add_one(x: i64) -> i64 {
    x + 1
}

/// Files in the folder of journals.
pub(crate) fn journals(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
