//! Tests of what is asked and answered; the databases must agree with a reading of the filters in memory.

mod limits;
mod naive;
mod plans;
mod props;
mod scopes;
mod source;
mod tables;
mod world;
