//! Keys that open the API. The store has their hashes, and no key.

use campana_model::Timestamp;
use campana_model::id::{ApiKeyId, TenantId};

use crate::audit::Deed;
use crate::sql::{Row, Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};
use crate::{Error, Scope, session};

/// A key, as far as the server knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiKey {
    /// The key.
    pub id: ApiKeyId,
    /// What it opens.
    pub tenant_id: TenantId,
    /// The name that people read, also in the audit.
    pub name: String,
    /// By what it is recognized.
    pub hash: Vec<u8>,
    /// What may be done with it.
    pub role: String,
    /// When it was made.
    pub created: Timestamp,
    /// From when it opens nothing.
    pub expires_at: Option<Timestamp>,
    /// Since when it opens nothing.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it opens the API.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

const COLUMNS: &str = "id, tenant_id, name, hash, role, created, expires_at, revoked_at";

fn api_key(row: &Row) -> Result<ApiKey, Error> {
    Ok(ApiKey {
        id: row.get(0)?,
        tenant_id: row.get(1)?,
        name: row.get(2)?,
        hash: row.get(3)?,
        role: row.get(4)?,
        created: row.get(5)?,
        expires_at: row.get(6)?,
        revoked_at: row.get(7)?,
    })
}

/// Makes a key.
#[derive(Clone, Debug)]
pub struct Create {
    /// Its id.
    pub id: ApiKeyId,
    /// What it opens.
    pub tenant_id: TenantId,
    /// The name that people read.
    pub name: String,
    /// Its hash.
    pub hash: Vec<u8>,
    /// What may be done with it.
    pub role: String,
    /// From when it opens nothing.
    pub expires_at: Option<Timestamp>,
    /// Who makes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Create {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        crate::tenant::check(tx, self.tenant_id)?;
        tx.execute(
            "INSERT INTO api_key (id, tenant_id, name, hash, role, created, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![self.id, self.tenant_id, self.name, self.hash, self.role, self.now, self.expires_at],
        )?;
        let detail = Some(serde_json::json!({ "name": self.name, "role": self.role }));
        note(tx, self.tenant_id, self.id, &self.actor, "create", detail, self.now)
    }
}

/// Takes a key out of use, and ends the sessions that it has opened; says whether it was in use.
#[derive(Clone, Debug)]
pub struct Revoke {
    /// Which.
    pub id: ApiKeyId,
    /// Whose it may be.
    pub scope: Scope,
    /// Who revokes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Revoke {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let sql =
            format!("SELECT {COLUMNS} FROM api_key WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)");
        let Some(row) = tx.query_opt(&sql, params![self.id, self.scope])? else {
            return Err(Error::NotFound { what: "API key", id: self.id.to_string() });
        };
        let key = api_key(&row)?;
        if key.revoked_at.is_some() {
            return Ok(false);
        }
        tx.execute("UPDATE api_key SET revoked_at = $2 WHERE id = $1", params![self.id, self.now])?;
        session::end_all(tx, self.id)?;
        note(tx, key.tenant_id, self.id, &self.actor, "revoke", None, self.now)?;
        Ok(true)
    }
}

/// All keys, also those that open nothing any more, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// Whose.
    pub scope: Scope,
}

impl RunRead for List {
    type Found = Vec<ApiKey>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<ApiKey>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM api_key WHERE tenant_id = COALESCE($1, tenant_id) ORDER BY created, id"
        );
        tx.query(&sql, params![self.scope])?.iter().map(api_key).collect()
    }
}

/// The key with this hash, if it opens the API.
#[derive(Clone, Debug)]
pub struct Check {
    /// The hash.
    pub hash: Vec<u8>,
    /// The time.
    pub now: Timestamp,
}

impl RunRead for Check {
    type Found = Option<ApiKey>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Option<ApiKey>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM api_key WHERE hash = $1");
        let key = tx.query_opt(&sql, params![self.hash])?.map(|row| api_key(&row)).transpose()?;
        Ok(key.filter(|key| key.is_valid(self.now)))
    }
}

/// How many keys open the API.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// The time.
    pub now: Timestamp,
}

impl RunRead for Count {
    type Found = usize;

    fn run(&self, tx: &mut Tx<'_>) -> Result<usize, Error> {
        let sql = "SELECT count(*) FROM api_key WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)";
        tx.query_opt(sql, params![self.now])?.map_or(Ok(0), |row| row.get(0))
    }
}

/// The key of this id, whether it opens anything or not.
pub(crate) fn find(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<Option<ApiKey>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM api_key WHERE id = $1");
    tx.query_opt(&sql, params![id])?.map(|row| api_key(&row)).transpose()
}

fn note(
    tx: &mut Tx<'_>,
    tenant_id: TenantId,
    id: ApiKeyId,
    actor: &str,
    action: &str,
    detail: Option<serde_json::Value>,
    at: Timestamp,
) -> Result<(), Error> {
    Deed { tenant_id, at, actor, action, subject: "api_key", subject_id: id.to_string(), detail }.note(tx)
}
