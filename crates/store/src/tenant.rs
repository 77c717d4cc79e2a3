//! Tenants: the parties that share a server and see nothing of each other.

use campana_model::Timestamp;
use campana_model::id::TenantId;

use crate::Error;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;

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
