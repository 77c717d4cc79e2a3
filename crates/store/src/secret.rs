//! Secrets of a tenant, sealed by the server: the store sees bytes.

use std::fmt;

use campana_model::Timestamp;
use campana_model::id::TenantId;

use crate::audit::Deed;
use crate::sql::{Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};
use crate::{Error, tenant};

/// Sets a secret, anew or in place of the one of this name.
#[derive(Clone)]
pub struct Set {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The name.
    pub name: String,
    /// The sealed value.
    pub value: Vec<u8>,
    /// Who sets it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

/// Without the value, sealed though it is.
impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tenant_id, name, value: _, actor, now } = self;
        f.debug_struct("Set")
            .field("tenant_id", tenant_id)
            .field("name", name)
            .field("actor", actor)
            .field("now", now)
            .finish_non_exhaustive()
    }
}

impl ApplyWrite for Set {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tenant::check(tx, self.tenant_id)?;
        tx.execute(
            "INSERT INTO secret (tenant_id, name, value, created, updated) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value, updated = excluded.updated",
            params![self.tenant_id, self.name, self.value, self.now],
        )?;
        note(tx, self.tenant_id, &self.name, &self.actor, "set", self.now)
    }
}

/// Deletes a secret; tells whether there was one.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The name.
    pub name: String,
    /// Who deletes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Delete {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let deleted = tx.execute(
            "DELETE FROM secret WHERE tenant_id = $1 AND name = $2",
            params![self.tenant_id, self.name],
        )?;
        if deleted > 0 {
            note(tx, self.tenant_id, &self.name, &self.actor, "delete", self.now)?;
        }
        Ok(deleted > 0)
    }
}

/// Notes in the audit what was done to a secret; never its value.
fn note(
    tx: &mut Tx<'_>,
    tenant_id: TenantId,
    name: &str,
    actor: &str,
    action: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let subject_id = name.to_owned();
    Deed { tenant_id, at, actor, action, subject: "secret", subject_id, detail: None }.note(tx)
}

/// The sealed value of a secret, if there is one of this name.
#[derive(Clone, Debug)]
pub struct Get {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The name.
    pub name: String,
}

impl RunRead for Get {
    type Found = Option<Vec<u8>>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Vec<u8>>, Error> {
        let row = tx.query_opt(
            "SELECT value FROM secret WHERE tenant_id = $1 AND name = $2",
            params![self.tenant_id, self.name],
        )?;
        row.map(|row| row.get(0)).transpose()
    }
}

/// The names of a tenant's secrets, in order.
#[derive(Clone, Debug)]
pub struct Names {
    /// Whose.
    pub tenant_id: TenantId,
}

impl RunRead for Names {
    type Found = Vec<String>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
        let rows =
            tx.query("SELECT name FROM secret WHERE tenant_id = $1 ORDER BY name", params![self.tenant_id])?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit;
    use crate::trial::{Trial, at, on_both};

    on_both!(a_secret_is_set_read_and_deleted);

    async fn a_secret_is_set_read_and_deleted(trial: Trial) {
        let tenant_id = trial.tenant;
        let set = |name: &str, value: &[u8]| Set {
            tenant_id,
            name: name.into(),
            value: value.to_vec(),
            actor: "ada".into(),
            now: at(0),
        };
        let get = async |tenant_id, name: &str| {
            trial.store.read(Get { tenant_id, name: name.into() }).await.unwrap()
        };
        assert!(!format!("{:?}", set("s", b"hunter2")).contains(&format!("{:?}", b"hunter2")));
        trial.store.write(set("s", b"one")).await.unwrap();
        trial.store.write(set("r", b"\0\xff")).await.unwrap();
        trial.store.write(set("s", b"two")).await.unwrap();
        assert_eq!(get(tenant_id, "s").await.as_deref(), Some(&b"two"[..]));
        assert_eq!(get(tenant_id, "r").await.as_deref(), Some(&b"\0\xff"[..]));
        assert_eq!(get(TenantId::new(), "s").await, None);
        assert_eq!(trial.store.read(Names { tenant_id }).await.unwrap(), ["r", "s"]);
        let delete = Delete { tenant_id, name: "s".into(), actor: "bob".into(), now: at(1) };
        assert!(trial.store.write(delete.clone()).await.unwrap());
        assert!(!trial.store.write(delete).await.unwrap());
        assert_eq!(get(tenant_id, "s").await, None);
        let noted = trial.store.read(audit::List { scope: tenant_id.into(), limit: 9 }).await.unwrap();
        let noted = noted.iter().map(|deed| (&*deed.actor, &*deed.action, &*deed.subject, &*deed.subject_id));
        let mut noted: Vec<_> = noted.collect();
        noted.sort_unstable();
        let set = |name| ("ada", "set", "secret", name);
        assert_eq!(noted, [set("r"), set("s"), set("s"), ("bob", "delete", "secret", "s")]);
    }
}
