//! Sessions: people who are signed in to the web UI, by a key.
//!
//! Whoever signs in shows a key once, and gets a token in a cookie: 32 random bytes, of which the store has the SHA-256. The
//! cookie is out of reach of scripts (`HttpOnly`), and a browser sends it with nothing that another site has it ask for
//! (`SameSite=Strict`); the guard sees to what is left of that. A session opens what its key opens. It is looked up for each
//! request, so it ends at once with its key, or when its owner signs out.
//!
//! It ends [`IDLE`] after it was used for the last time, and [`LONGEST`] after it began at the latest.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use campana_model::id::RowId;
use campana_model::{Secret, Timestamp};
use campana_store::session::{Begin, End, Find, Prolong, Session};

use super::App;
use super::key::{Unauthenticated, hash};

/// How long a session lasts that nobody uses.
const IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// By how much later a session has to end for that to be written down.
const WORTH_WRITING: Duration = Duration::from_secs(60 * 60);

/// How long a session lasts.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often somebody may fail to sign in within [`FORGIVEN`].
const MAX_FAILURES: u32 = 10;

/// After which time failures are forgotten.
const FORGIVEN: Duration = Duration::from_secs(60);

/// How many addresses that fail are remembered; more would be an attack, on which those that have done nothing lately
/// are forgotten.
const MAX_ADDRESSES: usize = 10_000;

/// What is known of sessions beside what is in the store.
pub(crate) struct Sessions {
    is_secure: bool,
    failures: Mutex<HashMap<IpAddr, Failures>>,
}

/// How often somebody at an address failed to sign in, since when.
struct Failures {
    since: Instant,
    count: u32,
}

/// Nobody is signed in by this.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// The key opens nothing.
    #[error(transparent)]
    Key(#[from] Unauthenticated),
    /// There were too many that opened nothing.
    #[error("too many keys that open nothing; wait for {} s", FORGIVEN.as_secs())]
    TooOften,
    /// The machine gives no random bytes.
    #[error("cannot get random bytes")]
    Random(#[from] getrandom::Error),
    /// The session cannot be stored.
    #[error("API_ERROR: {0}")]
    Store(#[from] campana_store::Error),
}

impl Sessions {
    /// For a server that people reach at this URL.
    pub(crate) fn new(public_url: Option<&str>) -> Self {
        let is_secure = public_url.is_some_and(|url| url.starts_with("https://"));
        Self { is_secure, failures: Mutex::default() }
    }

    /// The name of the cookie. By the prefix a browser knows that no other host may set it.
    fn cookie(&self) -> &'static str {
        if self.is_secure { "__Host-campana_session" } else { "campana_session" }
    }

    /// The token in a request.
    pub(crate) fn token<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| name.trim() == self.cookie()).map(|(_, token)| token.trim())
    }

    /// The `Set-Cookie` that gives a browser a token, or takes it away.
    pub(crate) fn set_cookie(&self, token: Option<&Secret>) -> String {
        let (value, age) = token.map_or(("", 0), |token| (token.expose(), LONGEST.as_secs()));
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}", self.cookie())
    }

    fn may_try(&self, from: IpAddr) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known = failures.get(&from).filter(|failures| failures.since.elapsed() < FORGIVEN);
        known.is_none_or(|failures| failures.count < MAX_FAILURES)
    }

    fn failed(&self, from: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_ADDRESSES {
            failures.retain(|_, failures| failures.since.elapsed() < FORGIVEN);
        }
        let known = failures.entry(from).or_insert_with(|| Failures { since: Instant::now(), count: 0 });
        if known.since.elapsed() >= FORGIVEN {
            *known = Failures { since: Instant::now(), count: 0 };
        }
        known.count += 1;
    }
}

impl App {
    /// Signs somebody in by a key; gives the token.
    pub(crate) async fn sign_in(&self, key: &Secret, from: IpAddr) -> Result<Secret, SignInError> {
        if !self.sessions.may_try(from) {
            return Err(SignInError::TooOften);
        }
        let key = match self.keys.find(self, key.expose()).await {
            Err(error @ Unauthenticated::Unknown) => {
                self.sessions.failed(from);
                tracing::warn!(address = %from, "somebody tried to sign in by a key that opens nothing");
                return Err(error.into());
            }
            found => found?,
        };
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        let token = Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let (now, id) = (self.now(), RowId::new());
        let expires_at = now.saturating_add(IDLE).unwrap_or(Timestamp::MAX);
        let hash = hash(token.expose()).to_vec();
        self.store.write(Begin { id, hash, api_key_id: key.id, expires_at, now }).await?;
        Ok(token)
    }

    /// The session of a token, which by this is used.
    pub(super) async fn session(&self, token: &str) -> Result<Session, Unauthenticated> {
        let now = self.now();
        let found = self.store.read(Find { hash: hash(token).to_vec(), now }).await?;
        let session = found.ok_or(Unauthenticated::SignedOut)?;
        if let Some(expires_at) = prolonged(&session, now) {
            self.store.write(Prolong { id: session.id, expires_at }).await?;
        }
        Ok(session)
    }

    /// Ends the session of a token, if there is one.
    pub(crate) async fn sign_out(&self, token: &str) -> Result<(), campana_store::Error> {
        self.store.write(End { hash: hash(token).to_vec(), now: self.now() }).await.map(drop)
    }
}

/// When a session ends that is used now, if that is worth writing down: not each time, as that would be a write for
/// each read.
fn prolonged(session: &Session, now: Timestamp) -> Option<Timestamp> {
    let longest = session.created.saturating_add(LONGEST).ok()?;
    let expires_at = now.saturating_add(IDLE).ok()?.min(longest);
    let gained = Duration::try_from(expires_at.duration_since(session.expires_at)).ok()?;
    (gained >= WORTH_WRITING).then_some(expires_at)
}

/// Never who failed from where.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("is_secure", &self.is_secure).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use campana_model::id::{ApiKeyId, TenantId};
    use campana_store::api_key::ApiKey;

    #[test]
    fn the_cookie_is_out_of_reach_and_secure_where_the_url_is() {
        let token = Secret::new("abc");
        let open = Sessions::new(Some("http://127.0.0.1:4200")).set_cookie(Some(&token));
        assert_eq!(open, "campana_session=abc; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict");
        let secure = Sessions::new(Some("https://bell.example"));
        assert_eq!(
            secure.set_cookie(None),
            "__Host-campana_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure"
        );
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let sessions = Sessions::new(None);
        let token = |cookies: &str| {
            let headers = HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())]);
            sessions.token(&headers).map(str::to_owned)
        };
        assert_eq!(token("a=1; campana_session=t0k; b=2").as_deref(), Some("t0k"));
        assert_eq!(token("xcampana_session=t0k; __Host-campana_session=u"), None);
        assert_eq!(token(""), None);
    }

    #[test]
    fn a_session_that_is_used_lasts_but_not_for_ever() {
        let at = |hours: i64| Timestamp::from_second(hours * 60 * 60).unwrap();
        let key = ApiKey {
            id: ApiKeyId::new(),
            tenant_id: TenantId::new(),
            name: "ops".into(),
            hash: Vec::new(),
            role: "admin".into(),
            created: at(0),
            expires_at: None,
            revoked_at: None,
        };
        let until =
            |hours| Session { id: RowId::new(), key: key.clone(), created: at(0), expires_at: at(hours) };
        assert_eq!(prolonged(&until(12), at(0)), None);
        assert_eq!(prolonged(&until(12), at(1)), Some(at(13)));
        assert_eq!(prolonged(&until(13), at(1)), None);
        assert_eq!(prolonged(&until(165), at(164)), Some(at(168)));
        assert_eq!(prolonged(&until(168), at(167)), None, "a week is enough");
    }

    #[test]
    fn whoever_fails_too_often_waits_and_nobody_else() {
        let sessions = Sessions::new(None);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for _ in 0..MAX_FAILURES {
            assert!(sessions.may_try(one));
            sessions.failed(one);
        }
        assert!(!sessions.may_try(one));
        assert!(sessions.may_try(other));
    }
}
