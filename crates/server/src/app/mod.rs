//! What the server does that is not GraphQL's concern: one file for each noun.
//!
//! An [`App`] is what all requests and background jobs share. It asks the store and the clock, and knows neither
//! HTTP nor GraphQL.

mod counters;
mod facts;
mod health;
mod hook;
mod inbox;
mod key;
pub(crate) mod name;
mod prepare;
mod secret;
mod session;
mod trial;
mod watching;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::{AgentId, TenantId};
use campana_outbox::Clock;
use campana_store::Store;

pub(crate) use self::counters::Counters;
pub(crate) use self::hook::{HookError, NewHook, TrialError, Wish, Wishes};
pub(crate) use self::inbox::Messages;
pub(crate) use self::key::{Keys, NewKey, NewKeyError, Unauthenticated};
pub(crate) use self::secret::SecretError;
pub(crate) use self::session::{Sessions, SignInError};
pub(crate) use self::trial::Trial;
pub(crate) use self::watching::{News, Watching};
use crate::hook_config::Senders;
use crate::message::Pages;
use crate::scope::Scope;
use crate::vault::Vault;

/// What all requests share.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    /// The tenant that the first start made: whose requests without a key are that name none.
    pub(crate) default_tenant: TenantId,
    /// The folder of the database, if it is a file.
    pub(crate) database_folder: Option<PathBuf>,
    /// Whether only this machine reaches the server.
    pub(crate) is_local: bool,
    pub(crate) keys: Keys,
    pub(crate) sessions: Sessions,
    pub(crate) vault: Vault,
    pub(crate) senders: Senders,
    /// Where links in messages lead.
    pub(crate) pages: Pages,
    /// How long an attempt to send may take.
    pub(crate) send_timeout: Duration,
    pub(crate) counters: Counters,
}

impl App {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// On whose behalf, and what it may do.
    pub(crate) scope: Scope,
    /// The name in the audit: of the key, or `local`.
    pub(crate) actor: String,
    /// The agent that it is, if it is one.
    pub(crate) agent_id: Option<AgentId>,
    /// The version of what it is built on, if it says so.
    pub(crate) core_version: Option<String>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("server", &self.store.server()).finish_non_exhaustive()
    }
}
