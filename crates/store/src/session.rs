//! Sessions: who is signed in to the web UI, by an API key. The store has the hash of a session's token, and no token.
//!
//! A session opens what its key opens, for as long as the key does: both are looked at together, and a key that is revoked
//! takes its sessions with it.

use campana_model::Timestamp;
use campana_model::id::{ApiKeyId, RowId, TenantId};

use crate::Error;
use crate::api_key::{self, ApiKey};
use crate::audit::Deed;
use crate::sql::{Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};

/// A session that lasts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// The session.
    pub id: RowId,
    /// The key by which somebody signed in.
    pub key: ApiKey,
    /// When.
    pub created: Timestamp,
    /// When it ends, unless it is prolonged.
    pub expires_at: Timestamp,
}

/// Begins a session, and forgets those that are over.
#[derive(Clone, Debug)]
pub struct Begin {
    /// Its id.
    pub id: RowId,
    /// The hash of its token.
    pub hash: Vec<u8>,
    /// The key that opens it.
    pub api_key_id: ApiKeyId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Begin {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let key = api_key::find(tx, self.api_key_id)?.filter(|key| key.is_valid(self.now));
        let missing = || Error::NotFound { what: "API key", id: self.api_key_id.to_string() };
        let key = key.ok_or_else(missing)?;
        tx.execute("DELETE FROM session WHERE expires_at <= $1", params![self.now])?;
        tx.execute(
            "INSERT INTO session (id, hash, api_key_id, created, expires_at) VALUES ($1, $2, $3, $4, $5)",
            params![self.id, self.hash, self.api_key_id, self.now, self.expires_at],
        )?;
        note(tx, key.tenant_id, self.id, &key.name, "sign_in", self.now)
    }
}

/// The session with this hash, if it lasts and its key opens the API.
#[derive(Clone, Debug)]
pub struct Find {
    /// The hash of its token.
    pub hash: Vec<u8>,
    /// The time.
    pub now: Timestamp,
}

impl RunRead for Find {
    type Found = Option<Session>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Session>, Error> {
        find(tx, &self.hash, self.now)
    }
}

fn find(tx: &mut Tx<'_>, hash: &[u8], now: Timestamp) -> Result<Option<Session>, Error> {
    let sql = "SELECT id, api_key_id, created, expires_at FROM session WHERE hash = $1 AND expires_at > $2";
    let Some(row) = tx.query_opt(sql, params![hash, now])? else { return Ok(None) };
    let key = api_key::find(tx, row.get(1)?)?.filter(|key| key.is_valid(now));
    let Some(key) = key else { return Ok(None) };
    Ok(Some(Session { id: row.get(0)?, key, created: row.get(2)?, expires_at: row.get(3)? }))
}

/// Lets a session last longer.
#[derive(Clone, Copy, Debug)]
pub struct Prolong {
    /// Which.
    pub id: RowId,
    /// When it ends now.
    pub expires_at: Timestamp,
}

impl ApplyWrite for Prolong {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let sql = "UPDATE session SET expires_at = $2 WHERE id = $1 AND expires_at < $2";
        tx.execute(sql, params![self.id, self.expires_at]).map(drop)
    }
}

/// Ends a session; says whether it lasted.
#[derive(Clone, Debug)]
pub struct End {
    /// The hash of its token.
    pub hash: Vec<u8>,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for End {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let Some(session) = find(tx, &self.hash, self.now)? else { return Ok(false) };
        tx.execute("DELETE FROM session WHERE id = $1", params![session.id])?;
        note(tx, session.key.tenant_id, session.id, &session.key.name, "sign_out", self.now)?;
        Ok(true)
    }
}

/// Ends what a key has opened.
pub(crate) fn end_all(tx: &mut Tx<'_>, key: ApiKeyId) -> Result<(), Error> {
    tx.execute("DELETE FROM session WHERE api_key_id = $1", params![key]).map(drop)
}

fn note(
    tx: &mut Tx<'_>,
    tenant_id: TenantId,
    id: RowId,
    actor: &str,
    action: &str,
    at: Timestamp,
) -> Result<(), Error> {
    Deed { tenant_id, at, actor, action, subject: "session", subject_id: id.to_string(), detail: None }
        .note(tx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit;
    use crate::trial::{Trial, at, on_both};

    on_both!(a_session_lasts_until_its_end_and_no_longer_than_its_key);

    async fn begin(trial: &Trial, key: ApiKeyId, hash: u8, end: i64) -> RowId {
        let id = RowId::new();
        let begin = Begin { id, hash: vec![hash], api_key_id: key, expires_at: at(end), now: at(1) };
        trial.store.write(begin).await.unwrap();
        id
    }

    async fn a_session_lasts_until_its_end_and_no_longer_than_its_key(trial: Trial) {
        let key = ApiKeyId::new();
        let create = api_key::Create {
            id: key,
            tenant_id: trial.tenant,
            name: "ops".into(),
            hash: vec![0],
            role: "admin".into(),
            expires_at: Some(at(100)),
            actor: "local".into(),
            now: at(0),
        };
        trial.store.write(create).await.unwrap();
        let find =
            async |hash: u8, now| trial.store.read(Find { hash: vec![hash], now: at(now) }).await.unwrap();
        let id = begin(&trial, key, 1, 10).await;
        begin(&trial, key, 2, 500).await;
        let found = find(1, 9).await.unwrap();
        assert_eq!((found.id, found.key.id, found.expires_at), (id, key, at(10)));
        assert_eq!(find(1, 10).await, None);
        assert_eq!(find(3, 9).await, None);
        trial.store.write(Prolong { id, expires_at: at(20) }).await.unwrap();
        assert!(find(1, 19).await.is_some());
        assert!(find(2, 99).await.is_some());
        assert_eq!(find(2, 100).await, None, "its key is over");

        let end = |hash: u8| End { hash: vec![hash], now: at(5) };
        assert!(trial.store.write(end(1)).await.unwrap());
        assert!(!trial.store.write(end(1)).await.unwrap());
        assert_eq!(find(1, 6).await, None);
        let revoke = api_key::Revoke { id: key, scope: trial.scope(), actor: "ada".into(), now: at(6) };
        trial.store.write(revoke).await.unwrap();
        assert_eq!(find(2, 6).await, None);
        let sessions = trial.number("SELECT count(*) FROM session WHERE api_key_id = $1", key.uuid()).await;
        assert_eq!(sessions, 0);
        let noted = trial.store.read(audit::List { scope: trial.scope(), limit: 9 }).await.unwrap();
        let noted: Vec<_> = noted.iter().filter(|deed| deed.subject == "session").collect();
        assert_eq!(noted.iter().filter(|deed| deed.action == "sign_in" && deed.actor == "ops").count(), 2);
        assert!(noted.iter().any(|deed| deed.action == "sign_out" && deed.subject_id == id.to_string()));

        let begin =
            Begin { id: RowId::new(), hash: vec![4], api_key_id: key, expires_at: at(90), now: at(7) };
        assert!(trial.store.write(begin).await.unwrap_err().is_refusal(), "a revoked key opens nothing");
    }
}
