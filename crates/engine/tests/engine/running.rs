//! Runs: attempts, signals, caches, inputs, mapping, branches, resources, waiting, cancelling, backends, places.

mod attempts;
mod backends;
mod branches;
mod caching;
mod cancelling;
mod inputs;
mod mapping;
mod outcome;
mod places;
mod resources;
mod signals;
mod waiting;
