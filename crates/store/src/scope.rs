//! Whose rows a request may see.

use campana_model::id::TenantId;

use crate::sql::{Param, ToParam};

/// Whose rows a read or write finds; those of others are not there for it.
///
/// In SQL it is a parameter, for which `tenant_id = COALESCE($1, tenant_id)` is the condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Those of every tenant: of background jobs, and of requests to a server that has no keys.
    All,
    /// Those of one tenant.
    Tenant(TenantId),
}

impl Scope {
    /// The tenant, if it is but one.
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::All => None,
            Self::Tenant(tenant) => Some(tenant),
        }
    }

    /// Whether rows of this tenant are in it.
    pub fn sees(self, tenant: TenantId) -> bool {
        self.tenant().is_none_or(|own| own == tenant)
    }
}

impl From<TenantId> for Scope {
    fn from(tenant: TenantId) -> Self {
        Self::Tenant(tenant)
    }
}

impl ToParam for Scope {
    fn to_param(&self) -> Param<'_> {
        self.tenant().map_or(Param::Null, |tenant| Param::Uuid(tenant.uuid()))
    }
}
