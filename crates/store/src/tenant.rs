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
        if let Some(row) = tx.query_opt("SELECT id FROM tenant WHERE slug = $1", params![self.slug])? {
            return row.get(0);
        }
        tx.execute(
            "INSERT INTO tenant (id, name, slug, created) VALUES ($1, $2, $3, $4)",
            params![self.id, self.name, self.slug, self.now],
        )?;
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

/// Refuses what is for a tenant that is not there.
pub(crate) fn check(tx: &mut Tx<'_>, id: TenantId) -> Result<(), Error> {
    match tx.query_opt("SELECT 1 FROM tenant WHERE id = $1", params![id])? {
        Some(_) => Ok(()),
        None => Err(Error::NotFound { what: "tenant", id: id.to_string() }),
    }
}
