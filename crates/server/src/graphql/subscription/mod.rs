//! Everything that can be watched: one file for each noun.
//!
//! A subscription says that something has changed and where to look, and only lines of logs are told as they are. It begins with
//! an event that says to look at everything, and says so again whenever changes were lost sight of; so whoever looks each
//! time that it tells something has seen all. Where nothing changes it tells nothing.

mod activity;
mod delivery;
mod log;
mod run;

use async_graphql::MergedSubscription;

/// All that can be watched.
#[derive(MergedSubscription, Default)]
pub struct Subscription(activity::ActivityFeed, run::RunFeed, log::LogFeed, delivery::DeliveryFeed);

/// How many ids an event has at most; what concerns more is told as everything.
const MAX_IDS: usize = 500;
