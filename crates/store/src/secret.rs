//! Secrets of a tenant, sealed by the server: the store sees bytes.

use std::fmt;

use campana_model::Timestamp;
use campana_model::id::TenantId;

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
    /// The time.
    pub now: Timestamp,
}

/// Without the value, sealed though it is.
impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tenant_id, name, value: _, now } = self;
        f.debug_struct("Set")
            .field("tenant_id", tenant_id)
            .field("name", name)
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
        Ok(())
    }
}

/// Deletes a secret; tells whether there was one.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The name.
    pub name: String,
}

impl ApplyWrite for Delete {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let deleted = tx.execute(
            "DELETE FROM secret WHERE tenant_id = $1 AND name = $2",
            params![self.tenant_id, self.name],
        )?;
        Ok(deleted > 0)
    }
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
    use crate::trial::{Trial, at, on_both};

    on_both!(a_secret_is_set_read_and_deleted);

    async fn a_secret_is_set_read_and_deleted(trial: Trial) {
        let tenant_id = trial.tenant;
        let set = |name: &str, value: &[u8]| Set {
            tenant_id,
            name: name.into(),
            value: value.to_vec(),
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
        let delete = Delete { tenant_id, name: "s".into() };
        assert!(trial.store.write(delete.clone()).await.unwrap());
        assert!(!trial.store.write(delete).await.unwrap());
        assert_eq!(get(tenant_id, "s").await, None);
    }
}
