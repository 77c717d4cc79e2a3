//! Who may use a field: `#[graphql(guard = "Role::Admin")]`.

use async_graphql::{Context, Error, ErrorExtensions, Guard, Result};

use crate::scope::{Role, Scope};

/// A field is for this role and those that may do more.
impl Guard for Role {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        let scope: &Scope = ctx.data()?;
        if scope.role >= *self {
            return Ok(());
        }
        let message = format!("FORBIDDEN: this needs a key of the role {self}, and yours has {}", scope.role);
        Err(Error::new(message).extend_with(|_, extensions| extensions.set("code", "FORBIDDEN")))
    }
}
