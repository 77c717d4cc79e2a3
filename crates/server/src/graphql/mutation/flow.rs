//! Flows: registration, version by version, and what becomes of a version.

use std::io::Read as _;

use async_graphql::{Context, InputObject, Object, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use campana_model::id::{FlowId, ProjectId};
use campana_store::flow;
use flate2::read::GzDecoder;
use serde_json::Value as Json;

use super::input::{app, invalid, json_or_text, scope, write};
use super::payload::{IdPayload, SuccessPayload};
use crate::graphql::scalars::Uuid;
use crate::scope::Role;

/// How large a flow may be when it is unpacked.
const MAX_FLOW_BYTES: u64 = 50 * 1024 * 1024;

/// A flow to be registered.
#[derive(InputObject)]
#[graphql(name = "create_flow_input", rename_fields = "snake_case")]
pub(crate) struct CreateFlow {
    /// The project.
    project_id: Uuid,
    /// The flow, as Prefect 1.4.1 writes it.
    serialized_flow: Json,
    /// Whether its schedule, if it has one, makes runs from now on; it does, unless said otherwise.
    set_schedule_active: Option<bool>,
    /// What all versions of the flow share; that of the flow of this name in the project, unless given.
    version_group_id: Option<String>,
    /// What is the same as long as the flow is: with the key of the last version, that version is the answer.
    idempotency_key: Option<String>,
    /// What it is for.
    description: Option<String>,
}

/// A flow to be registered, packed.
#[derive(InputObject)]
#[graphql(name = "create_flow_from_compressed_string_input", rename_fields = "snake_case")]
pub(crate) struct CreateFlowFromCompressedString {
    /// The project.
    project_id: Uuid,
    /// The flow, as Prefect 1.4.1 writes it: base64 of gzip of JSON.
    serialized_flow: String,
    /// Whether its schedule, if it has one, makes runs from now on; it does, unless said otherwise.
    set_schedule_active: Option<bool>,
    /// What all versions of the flow share; that of the flow of this name in the project, unless given.
    version_group_id: Option<String>,
    /// What is the same as long as the flow is: with the key of the last version, that version is the answer.
    idempotency_key: Option<String>,
    /// What it is for.
    description: Option<String>,
}

/// Tasks of a flow that was registered without them.
#[derive(InputObject)]
#[graphql(name = "register_tasks_input", rename_fields = "snake_case")]
pub(crate) struct RegisterTasks {
    /// The flow.
    flow_id: Uuid,
    /// The tasks, as they stand in a serialised flow.
    serialized_tasks: Vec<Json>,
}

/// Edges of a flow that was registered without them.
#[derive(InputObject)]
#[graphql(name = "register_edges_input", rename_fields = "snake_case")]
pub(crate) struct RegisterEdges {
    /// The flow.
    flow_id: Uuid,
    /// The edges, as they stand in a serialised flow.
    serialized_edges: Vec<Json>,
}

macro_rules! flow_inputs {
    ($($(#[$doc:meta])* $name:ident = $input:literal;)*) => {$(
        $(#[$doc])*
        #[derive(InputObject)]
        #[graphql(name = $input, rename_fields = "snake_case")]
        pub(crate) struct $name {
            /// The version of a flow.
            flow_id: Uuid,
        }

        impl $name {
            fn id(&self) -> FlowId {
                FlowId::from_uuid(self.flow_id.0)
            }
        }
    )*};
}
flow_inputs! {
    /// A flow whose schedule is to make runs.
    SetScheduleActive = "set_schedule_active_input";
    /// A flow whose schedule is to make no runs.
    SetScheduleInactive = "set_schedule_inactive_input";
    /// A flow to be put away.
    ArchiveFlow = "archive_flow_input";
    /// A flow to be deleted.
    DeleteFlow = "delete_flow_input";
}

/// What can be done to flows.
#[derive(Default)]
pub(crate) struct Flows;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Flows {
    /// Registers a flow: a new version, which takes the place of the one before.
    #[graphql(guard = "Role::Member")]
    async fn create_flow(&self, ctx: &Context<'_>, input: CreateFlow) -> Result<IdPayload> {
        let input =
            CreateFlow { serialized_flow: json_or_text("serialized_flow", input.serialized_flow)?, ..input };
        register(ctx, input).await
    }

    /// Registers a flow: a new version, which takes the place of the one before.
    #[graphql(guard = "Role::Member")]
    async fn create_flow_from_compressed_string(
        &self,
        ctx: &Context<'_>,
        input: CreateFlowFromCompressedString,
    ) -> Result<IdPayload> {
        let CreateFlowFromCompressedString {
            project_id,
            serialized_flow,
            set_schedule_active,
            version_group_id,
            idempotency_key,
            description,
        } = input;
        let serialized_flow = unpack(&serialized_flow)?;
        let input = CreateFlow {
            project_id,
            serialized_flow,
            set_schedule_active,
            version_group_id,
            idempotency_key,
            description,
        };
        register(ctx, input).await
    }

    /// Adds tasks to a flow; those that it has already stay as they are.
    #[graphql(guard = "Role::Member")]
    async fn register_tasks(&self, ctx: &Context<'_>, input: RegisterTasks) -> Result<SuccessPayload> {
        let RegisterTasks { flow_id, serialized_tasks } = input;
        let (scope, flow_id, now) = (scope(ctx)?.rows(), FlowId::from_uuid(flow_id.0), app(ctx)?.now());
        write(ctx, flow::RegisterTasks { scope, flow_id, serialized_tasks, now }).await?;
        Ok(SuccessPayload::DONE)
    }

    /// Adds edges to a flow; those that it has already stay as they are.
    #[graphql(guard = "Role::Member")]
    async fn register_edges(&self, ctx: &Context<'_>, input: RegisterEdges) -> Result<SuccessPayload> {
        let RegisterEdges { flow_id, serialized_edges } = input;
        let (scope, flow_id, now) = (scope(ctx)?.rows(), FlowId::from_uuid(flow_id.0), app(ctx)?.now());
        write(ctx, flow::RegisterEdges { scope, flow_id, serialized_edges, now }).await?;
        Ok(SuccessPayload::DONE)
    }

    /// Lets the schedule of a flow make runs. A flow without one stays as it is.
    #[graphql(guard = "Role::Member")]
    async fn set_schedule_active(
        &self,
        ctx: &Context<'_>,
        input: SetScheduleActive,
    ) -> Result<SuccessPayload> {
        set_schedule(ctx, input.id(), true).await
    }

    /// Lets the schedule of a flow make no more runs, and deletes those that it has made ahead.
    #[graphql(guard = "Role::Member")]
    async fn set_schedule_inactive(
        &self,
        ctx: &Context<'_>,
        input: SetScheduleInactive,
    ) -> Result<SuccessPayload> {
        set_schedule(ctx, input.id(), false).await
    }

    /// Puts a version of a flow away: its schedule stops, and runs of it that have not begun do not.
    #[graphql(guard = "Role::Member")]
    async fn archive_flow(&self, ctx: &Context<'_>, input: ArchiveFlow) -> Result<SuccessPayload> {
        let (scope, now) = (scope(ctx)?.rows(), app(ctx)?.now());
        write(ctx, flow::Archive { scope, flow_id: input.id(), now }).await?;
        Ok(SuccessPayload::DONE)
    }

    /// Deletes a version of a flow with its runs. What is owed because of them is delivered.
    #[graphql(guard = "Role::Member")]
    async fn delete_flow(&self, ctx: &Context<'_>, input: DeleteFlow) -> Result<SuccessPayload> {
        write(ctx, flow::Delete { scope: scope(ctx)?.rows(), flow_id: input.id() }).await?;
        Ok(SuccessPayload::DONE)
    }
}

async fn register(ctx: &Context<'_>, input: CreateFlow) -> Result<IdPayload> {
    let CreateFlow {
        project_id,
        mut serialized_flow,
        set_schedule_active,
        version_group_id,
        idempotency_key,
        description,
    } = input;
    if let (Some(flow), Some(description)) = (serialized_flow.as_object_mut(), description) {
        flow.insert("description".to_owned(), description.into());
    }
    let register = flow::Register {
        scope: scope(ctx)?.rows(),
        id: FlowId::new(),
        project_id: ProjectId::from_uuid(project_id.0),
        serialized_flow,
        version_group_id,
        idempotency_key,
        set_schedule_active: set_schedule_active.unwrap_or(true),
        now: app(ctx)?.now(),
    };
    Ok(IdPayload::of(write(ctx, register).await?.id.uuid()))
}

async fn set_schedule(ctx: &Context<'_>, flow_id: FlowId, active: bool) -> Result<SuccessPayload> {
    write(ctx, flow::SetScheduleActive { scope: scope(ctx)?.rows(), flow_id, active }).await?;
    Ok(SuccessPayload::DONE)
}

/// Reads what `create_flow_from_compressed_string` takes. The size is bounded, since little can unpack to much.
fn unpack(packed: &str) -> Result<Json> {
    let wrong = |problem: &str| invalid(format!("serialized_flow: {problem}"));
    let packed =
        BASE64_STANDARD.decode(packed.trim()).map_err(|error| wrong(&format!("not base64: {error}")))?;
    let mut json = Vec::new();
    let read = GzDecoder::new(&packed[..]).take(MAX_FLOW_BYTES + 1).read_to_end(&mut json);
    read.map_err(|error| wrong(&format!("not gzip: {error}")))?;
    if json.len() as u64 > MAX_FLOW_BYTES {
        return Err(wrong(&format!("larger than {MAX_FLOW_BYTES} bytes when unpacked")));
    }
    serde_json::from_slice(&json).map_err(|error| wrong(&format!("not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> String {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        BASE64_STANDARD.encode(encoder.finish().unwrap())
    }

    #[test]
    fn a_flow_is_unpacked() {
        let flow = serde_json::json!({ "name": "bell" });
        assert_eq!(unpack(&packed(flow.to_string().as_bytes())).unwrap(), flow);
    }

    #[test]
    fn what_cannot_be_unpacked_says_why() {
        for (packed, part) in [
            ("%%%".to_owned(), "not base64"),
            (BASE64_STANDARD.encode("plain"), "not gzip"),
            (packed(b"{"), "not JSON"),
            (packed(&vec![b' '; MAX_FLOW_BYTES as usize + 1]), "larger than"),
        ] {
            let error = unpack(&packed).unwrap_err().message;
            assert!(error.contains(part), "{error}");
        }
    }
}
