//! What most mutations answer.

use async_graphql::SimpleObject;

use crate::graphql::scalars::Uuid;

/// What was made, or what was there already.
#[derive(SimpleObject)]
#[graphql(name = "id_payload", rename_fields = "snake_case")]
pub(crate) struct IdPayload {
    /// Its id.
    pub(crate) id: Uuid,
}

impl IdPayload {
    pub(crate) fn of(id: uuid::Uuid) -> Self {
        Self { id: Uuid(id) }
    }
}

/// That something was done. What could not be done is an error of the request.
#[derive(SimpleObject)]
#[graphql(name = "success_payload", rename_fields = "snake_case")]
pub(crate) struct SuccessPayload {
    /// Whether it was done.
    pub(crate) success: bool,
    /// Why not.
    pub(crate) error: Option<String>,
}

impl SuccessPayload {
    pub(crate) const DONE: Self = Self { success: true, error: None };

    /// Done, unless it was in vain for this reason.
    pub(crate) fn unless(in_vain: bool, reason: &str) -> Self {
        if in_vain { Self { success: false, error: Some(reason.to_owned()) } } else { Self::DONE }
    }
}
