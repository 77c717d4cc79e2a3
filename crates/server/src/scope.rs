//! Who asks, and what that one may see and do.

use std::fmt;
use std::str::FromStr;

use campana_model::id::TenantId;
use campana_store as store;

/// What a request may do. Later roles may do what earlier ones may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// May read, but no secrets.
    Viewer,
    /// May also run flows, report on them and read secrets: a flow's author, an agent.
    Member,
    /// May also manage the tenant's hooks, secrets and keys.
    Admin,
    /// Whoever reaches a server that has no keys: may do everything, for every tenant.
    Operator,
}

impl Role {
    /// Those that a key can have.
    pub const OF_KEYS: &[Self] = &[Self::Viewer, Self::Member, Self::Admin];

    /// The name, as stored with a key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No key can have a role of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}; known are viewer, member, admin")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        let known = Self::OF_KEYS.iter().copied().find(|role| role.name() == name);
        known.ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

/// On whose behalf a request acts. Each request has one, given by its key; resolvers find it in their context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Scope {
    /// The tenant: of the key, or the one that a request without a key names, or else the first.
    pub(crate) tenant_id: TenantId,
    /// What it may do.
    pub(crate) role: Role,
}

impl Scope {
    /// Whose rows it finds in the store. An operator is not bound to a tenant.
    pub(crate) fn rows(&self) -> store::Scope {
        match self.role {
            Role::Operator => store::Scope::All,
            Role::Viewer | Role::Member | Role::Admin => store::Scope::Tenant(self.tenant_id),
        }
    }
}
