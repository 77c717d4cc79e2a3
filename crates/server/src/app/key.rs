//! API keys: who may ask.
//!
//! A key is 32 random bytes behind a prefix by which scanners of leaked secrets can know it. The store has its SHA-256 and no
//! more: the bytes are random, so nothing slower is needed, and a slow hash would let anybody keep the server busy.
//!
//! As long as there never was a key, whoever reaches the server may do everything, so only this machine may reach it. From the
//! first key on, each request needs one, or a session that one has opened. What is known of the keys is read again after [`FRESH`], so a key that another
//! server revoked opens this one for no longer than that.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use campana_model::id::{ApiKeyId, TenantId};
use campana_model::{Secret, Timestamp};
use campana_store::Store;
use campana_store::api_key::{self, ApiKey};
use sha2::{Digest, Sha256};

use super::{App, Caller};
use crate::scope::{Role, Scope};

/// How long what is known of the keys is taken for true.
const FRESH: Duration = Duration::from_secs(2);

/// What every key begins with.
const PREFIX: &str = "campana_";

/// The header in which Prefect's client names a tenant.
const TENANT: &str = "x-prefect-tenant-id";

/// The header in which an agent says who it is.
const AGENT: &str = "x-prefect-agent-id";

/// The header in which Prefect's client says its version.
const CORE_VERSION: &str = "x-prefect-core-version";

/// The hash of a key, by which it is known.
type Hash = [u8; 32];

/// A key to be made.
pub(crate) struct NewKey {
    pub(crate) tenant_id: TenantId,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) actor: String,
    pub(crate) now: Timestamp,
}

/// A key could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NewKeyError {
    /// The machine gives no random bytes.
    #[error("cannot get random bytes")]
    Random(#[from] getrandom::Error),
    /// The database does not take it.
    #[error(transparent)]
    Store(#[from] campana_store::Error),
}

impl NewKey {
    /// Makes the key; this is the one time that anybody sees it.
    pub(crate) async fn create(self, store: &Store) -> Result<(ApiKeyId, Secret), NewKeyError> {
        let Self { tenant_id, name, role, expires_at, actor, now } = self;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        let key = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let (id, hash, role) = (ApiKeyId::new(), hash(&key).to_vec(), role.name().to_owned());
        let create = api_key::Create { id, tenant_id, name, hash, role, expires_at, actor, now };
        store.write(create).await?;
        Ok((id, Secret::new(key)))
    }
}

/// The hash of what opens something.
pub(super) fn hash(key: &str) -> Hash {
    Sha256::digest(key.as_bytes()).into()
}

/// What is known of the keys.
#[derive(Default)]
pub(crate) struct Keys {
    known: RwLock<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    at: Instant,
    keys: Arc<HashMap<Hash, ApiKey>>,
}

/// A key, by its hash. What cannot be read opens nothing.
fn entry(key: ApiKey) -> Option<(Hash, ApiKey)> {
    let hash = key.hash.as_slice().try_into().ok();
    if hash.is_none() {
        tracing::error!(key = %key.id, "the hash of a key cannot be read");
    }
    Some((hash?, key))
}

impl App {
    /// Whether requests need a key. If nobody can tell, they do.
    pub(crate) async fn needs_keys(&self) -> bool {
        !self.is_local || self.keys.known(self).await.map_or(true, |keys| !keys.is_empty())
    }
}

impl Keys {
    /// Who asks, by what the request's headers say.
    ///
    /// # Errors
    /// If the server has keys, and the request none that opens it; or if nobody can tell.
    pub(crate) async fn caller(&self, app: &App, headers: &HeaderMap) -> Result<Caller, Unauthenticated> {
        let keys = self.known(app).await?;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let named = text(TENANT).and_then(|id| id.parse().ok());
        let agent_id = text(AGENT).and_then(|id| id.parse().ok());
        let core_version = text(CORE_VERSION).map(str::to_owned);
        if keys.is_empty() {
            if !app.is_local {
                return Err(Unauthenticated::NoKeys);
            }
            let scope = Scope { tenant_id: named.unwrap_or(app.default_tenant), role: Role::Operator };
            return Ok(Caller { scope, actor: "local".to_owned(), agent_id, core_version });
        }
        let key = match (text(header::AUTHORIZATION.as_str()), app.sessions.token(headers)) {
            (Some(given), _) => {
                let (scheme, given) = given.split_once(' ').ok_or(Unauthenticated::Malformed)?;
                if !scheme.eq_ignore_ascii_case("bearer") {
                    return Err(Unauthenticated::Malformed);
                }
                self.find(app, given).await?
            }
            (None, Some(token)) => app.session(token).await?.key,
            (None, None) => return Err(Unauthenticated::Missing),
        };
        let role = key.role.parse().map_err(|_| Unauthenticated::Unknown)?;
        if named.is_some_and(|tenant| tenant != key.tenant_id) {
            return Err(Unauthenticated::OtherTenant);
        }
        let scope = Scope { tenant_id: key.tenant_id, role };
        Ok(Caller { scope, actor: key.name, agent_id, core_version })
    }

    /// The key that this is, if it opens the server.
    ///
    /// # Errors
    /// If it does not; or if nobody can tell.
    pub(super) async fn find(&self, app: &App, given: &str) -> Result<ApiKey, Unauthenticated> {
        let keys = self.known(app).await?;
        let key = keys.get(&hash(given.trim())).filter(|key| key.is_valid(app.now()));
        key.cloned().ok_or(Unauthenticated::Unknown)
    }

    /// Forgets what is known, since it has changed.
    pub(crate) fn forget(&self) {
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    async fn known(&self, app: &App) -> Result<Arc<HashMap<Hash, ApiKey>>, Unauthenticated> {
        let known = self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.at.elapsed() < FRESH) {
            return Ok(known.keys);
        }
        let at = Instant::now();
        let found = app.store.read(api_key::List { scope: campana_store::Scope::All }).await?;
        let keys = Arc::new(found.into_iter().filter_map(entry).collect());
        let known = Known { at, keys: Arc::clone(&keys) };
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(known);
        Ok(keys)
    }
}

/// A request does not say who asks, or says it wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unauthenticated {
    /// It has no key.
    #[error("UNAUTHENTICATED: this server needs an API key; send it as `Authorization: Bearer KEY`")]
    Missing,
    /// It has something else in the place of the key.
    #[error("Malformed Authorization header: write `Authorization: Bearer KEY` (UNAUTHENTICATED)")]
    Malformed,
    /// The key is none of ours, was revoked, or has expired.
    #[error("UNAUTHENTICATED: the API key is unknown, revoked or expired")]
    Unknown,
    /// The key is that of another tenant than the one that the request names.
    #[error("UNAUTHENTICATED: the API key opens another tenant than the one in {TENANT}")]
    OtherTenant,
    /// The session is over.
    #[error("UNAUTHENTICATED: nobody is signed in, or no longer; sign in by an API key")]
    SignedOut,
    /// All keys are gone, and other machines reach the server.
    #[error("UNAUTHENTICATED: this server has no API key; make one with `campana server create-key`")]
    NoKeys,
    /// Nobody can tell.
    #[error("API_ERROR: {0}")]
    Store(#[from] campana_store::Error),
}

impl Unauthenticated {
    /// The code in the extensions of the error.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "API_ERROR",
            _ => "UNAUTHENTICATED",
        }
    }
}

/// Never the keys, though these are but hashes.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}
