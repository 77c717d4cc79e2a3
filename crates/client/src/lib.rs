//! A typed client of the GraphQL API of Campana's server, which speaks the dialect of Prefect 1.
//!
//! The way of a request:
//!
//! ```text
//! Client::create_flow_run, rows::<FlowRun>, ...   one method for each operation: typed input, typed answer
//! document                                        the GraphQL text: one mutation with one `$input`, or a selection
//! transport                                       POST, time limits, tries again, HTTP errors
//! ```
//!
//! Reads are generic: a [`Row`] says which table it is of and which fields it wants, [`Select`] which rows.
//!
//! Guaranteed: no method waits longer than its time limit and its tries allow; the key is in no error and no
//! `Debug`; what was done twice because an answer was lost is done only by operations that the server takes twice
//! without harm ([`Client`] says which do not). Not guaranteed: that a request that failed was not carried out,
//! see [`Error::is_unsure`].

mod client;
mod delivery;
mod document;
mod endpoint;
mod error;
mod flow;
mod flow_run;
mod hook;
mod log;
mod project;
mod row;
mod secret;
mod task_run;
mod tls;
mod transport;

pub use client::{Client, Options};
pub use delivery::{Attempt, Delivery, Event, HookOfDelivery, Replay};
pub use endpoint::{Endpoint, NotAnEndpoint};
pub use error::{Error, GraphQlError};
pub use flow::{CreateFlow, Flow, FlowGroup, NamedProject};
pub use flow_run::{
    CreateFlowRun, FlowOfRun, FlowRun, FlowRunTask, FlowRunTasks, SetFlowRunState, TaskOfRun,
};
pub use hook::{CreateHook, Hook, HookTest, Match, MatchCount, Matches, Preview, TriedHook};
pub use log::{LogLine, WriteLog};
pub use project::{Project, Tenant};
pub use row::{Order, Row, Select};
pub use task_run::{GetOrCreateTaskRun, SetTaskRunState, StateReply, TaskNames, TaskRun, TaskRunInfo};
