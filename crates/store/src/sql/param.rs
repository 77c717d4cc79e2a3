//! Values on their way into a statement.

use std::borrow::Cow;

use campana_model::id::{
    AgentId, ApiKeyId, DeliveryId, EventId, FlowGroupId, FlowId, FlowRunId, HookId, ProjectId, RowId,
    ServerId, TaskId, TaskRunId, TenantId,
};
use campana_model::{StateKind, Timestamp};
use serde_json::Value as Json;
use uuid::Uuid;

/// A value for a statement.
#[derive(Clone, Debug)]
pub(crate) enum Param<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
    Uuid(Uuid),
}

/// What can be a parameter.
pub(crate) trait ToParam {
    fn to_param(&self) -> Param<'_>;
}

impl<T: ToParam + ?Sized> ToParam for &T {
    fn to_param(&self) -> Param<'_> {
        (**self).to_param()
    }
}

impl<T: ToParam> ToParam for Option<T> {
    fn to_param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, ToParam::to_param)
    }
}

impl ToParam for bool {
    fn to_param(&self) -> Param<'_> {
        Param::Bool(*self)
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl ToParam for $type {
            fn to_param(&self) -> Param<'_> {
                Param::Int(i64::from(*self))
            }
        }
    )*};
}
integers!(i64, i32, u32, u16, u8);

impl ToParam for str {
    fn to_param(&self) -> Param<'_> {
        Param::Text(Cow::Borrowed(self))
    }
}

impl ToParam for String {
    fn to_param(&self) -> Param<'_> {
        self.as_str().to_param()
    }
}

impl ToParam for [u8] {
    fn to_param(&self) -> Param<'_> {
        Param::Bytes(self)
    }
}

impl ToParam for Vec<u8> {
    fn to_param(&self) -> Param<'_> {
        Param::Bytes(self)
    }
}

/// Whole microseconds; what is finer is cut off.
impl ToParam for Timestamp {
    fn to_param(&self) -> Param<'_> {
        Param::Int(self.as_microsecond())
    }
}

impl ToParam for StateKind {
    fn to_param(&self) -> Param<'_> {
        self.name().to_param()
    }
}

impl ToParam for Json {
    fn to_param(&self) -> Param<'_> {
        Param::Text(Cow::Owned(self.to_string()))
    }
}

impl ToParam for Uuid {
    fn to_param(&self) -> Param<'_> {
        Param::Uuid(*self)
    }
}

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl ToParam for $id {
            fn to_param(&self) -> Param<'_> {
                Param::Uuid(self.uuid())
            }
        }
    )*};
}
ids!(
    AgentId,
    ApiKeyId,
    DeliveryId,
    EventId,
    FlowGroupId,
    FlowId,
    FlowRunId,
    HookId,
    ProjectId,
    RowId,
    ServerId,
    TaskId,
    TaskRunId,
    TenantId
);
