//! Tenants: the parties that share a server and see nothing of each other.

use campana_model::Timestamp;
use campana_model::id::TenantId;

use crate::Error;
use crate::sql::{Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};

/// Makes a tenant, or finds the one that has the slug; gives its id.
#[derive(Clone, Debug)]
pub struct Create {
    /// The id that a new one gets.
    pub id: TenantId,
    /// The name that people read.
    pub name: String,
    /// The name in links; unique.
    pub slug: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Create {
    type Applied = TenantId;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<TenantId, Error> {
        let same = "SELECT id FROM tenant WHERE slug = $1";
        if let Some(row) = tx.query_opt(same, params![self.slug])? {
            return row.get(0);
        }
        let made = tx.execute(
            "INSERT INTO tenant (id, name, slug, created) VALUES ($1, $2, $3, $4) ON CONFLICT (slug) DO NOTHING",
            params![self.id, self.name, self.slug, self.now],
        )?;
        if made == 0 {
            // Another server, which started at the same time, has made it just now.
            let row = tx.query_opt(same, params![self.slug])?;
            return row.map_or(Ok(self.id), |row| row.get(0));
        }
        Ok(self.id)
    }
}

/// The tenant that was made first: the one that is meant where none is named.
#[derive(Clone, Copy, Debug)]
pub struct First;

impl RunRead for First {
    type Found = Option<TenantId>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Option<TenantId>, Error> {
        let row = tx.query_opt("SELECT id FROM tenant ORDER BY created, id LIMIT 1", params![])?;
        row.map(|row| row.get(0)).transpose()
    }
}

/// A tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tenant {
    /// The tenant.
    pub id: TenantId,
    /// The name that people read.
    pub name: String,
    /// The name in links.
    pub slug: String,
}

/// One tenant.
#[derive(Clone, Copy, Debug)]
pub struct Fetch {
    /// Which.
    pub id: TenantId,
}

impl RunRead for Fetch {
    type Found = Option<Tenant>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Tenant>, Error> {
        let row = tx.query_opt("SELECT id, name, slug FROM tenant WHERE id = $1", params![self.id])?;
        row.map(|row| Ok(Tenant { id: row.get(0)?, name: row.get(1)?, slug: row.get(2)? })).transpose()
    }
}

/// Refuses what is for a tenant that is not there.
pub(crate) fn check(tx: &mut Tx<'_>, id: TenantId) -> Result<(), Error> {
    match tx.query_opt("SELECT 1 FROM tenant WHERE id = $1", params![id])? {
        Some(_) => Ok(()),
        None => Err(Error::NotFound { what: "tenant", id: id.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{Trial, at, on_both};

    on_both!(the_first_tenant_is_meant_and_a_slug_is_one_tenant);

    async fn the_first_tenant_is_meant_and_a_slug_is_one_tenant(trial: Trial) {
        let create = |slug: &str, now| Create {
            id: TenantId::new(),
            name: slug.into(),
            slug: slug.into(),
            now: at(now),
        };
        let second = trial.store.write(create("second", 1)).await.unwrap();
        assert_ne!(second, trial.tenant);
        assert_eq!(trial.store.write(create("second", 2)).await.unwrap(), second);
        assert_eq!(trial.store.write(create("default", 2)).await.unwrap(), trial.tenant);
        assert_eq!(trial.store.read(First).await.unwrap(), Some(trial.tenant));
    }
}
