//! Cloud Hooks: standing orders to notify.

use campana_model::id::{EventId, HookId, ProjectId, TenantId};
use campana_model::{FlowRunId, HookType, StateKind, Subject, TaskRunId, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::document::literal;
use crate::project::{Id, Success};
use crate::transport::Repeat;
use crate::{Client, Error, Row};

/// A hook.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Hook {
    /// The id.
    pub id: HookId,
    /// The name.
    pub name: String,
    /// By what it notifies: `SLACK_WEBHOOK`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it notifies.
    pub active: bool,
    /// The states that it watches for, in upper case.
    pub states: Vec<String>,
    /// Its configuration, with its secrets masked.
    pub config: Json,
    /// The flow that it watches; `None`: every flow.
    pub version_group_id: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

impl Row for Hook {
    const TABLE: &str = "cloud_hook";
    const FIELDS: &str = "id name type active states config version_group_id created";
}

/// A hook to be made, tested or previewed.
#[derive(Clone, Debug, Serialize)]
pub struct CreateHook {
    /// By what it notifies.
    #[serde(rename = "type", serialize_with = "name_of")]
    pub kind: HookType,
    /// The states that it watches for.
    pub states: Vec<String>,
    /// Its configuration.
    pub config: Map<String, Json>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The flow that it watches; `None`: every flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_group_id: Option<String>,
    /// The project whose flows it watches; `None`: every project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The tenant; `None`: that of the key, or the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
    /// Whose changes it watches; `None`: those of flow runs.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "name_of_some")]
    pub subject: Option<Subject>,
    /// What else it watches for: `DELIVERY_DEAD`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// The text that it sends, if not the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Whether it tells the parameters of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_parameters: Option<bool>,
    /// How many messages it sends in a minute before it puts several into one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_minute: Option<u32>,
    /// Whether it begins at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

impl CreateHook {
    /// A hook of this type with this configuration, for these states of every flow.
    pub fn new(kind: HookType, config: Map<String, Json>, states: Vec<String>) -> Self {
        Self {
            kind,
            states,
            config,
            name: None,
            version_group_id: None,
            project_id: None,
            tenant_id: None,
            subject: None,
            events: Vec::new(),
            template: None,
            include_parameters: None,
            max_per_minute: None,
            active: None,
        }
    }
}

fn name_of<S: Serializer>(kind: &HookType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

fn name_of_some<S: Serializer>(subject: &Option<Subject>, serializer: S) -> Result<S::Ok, S::Error> {
    subject.map(Subject::name).serialize(serializer)
}

/// Which hook is to be tried.
#[derive(Clone, Debug)]
pub enum TriedHook {
    /// One that is there.
    Saved(HookId),
    /// One that is not yet.
    New(Box<CreateHook>),
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HookTest {
    /// Whether the provider took the message.
    pub success: bool,
    /// What the provider answered instead, or why nothing was sent.
    pub error: Option<String>,
    /// What an attempt would be noted down as: `accepted`, `retry` (another one may help), `rejected` (for good) or
    /// `ambiguous` (sent, but not answered); `None`: nothing could be sent.
    pub outcome: Option<String>,
    /// The status that the provider answered with, if it did.
    pub status: Option<u16>,
    /// The beginning of its answer, if it took the message.
    pub answer: Option<String>,
}

/// What a hook would send.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Preview {
    /// The media type of the body.
    pub content_type: String,
    /// The body.
    pub body: String,
}

/// What a hook would have told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Matches {
    /// How many events.
    pub count: u64,
    /// How many of each kind, the most frequent first.
    pub counts: Vec<MatchCount>,
    /// The latest of them, newest first.
    pub latest: Vec<Match>,
}

/// How many events of a kind a hook would have told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MatchCount {
    /// The state, or what else happened.
    pub kind: String,
    /// How many.
    pub count: u64,
}

/// An event that a hook would have told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Match {
    /// The event.
    pub event_id: EventId,
    /// What happened: `STATE_CHANGE`, or what else.
    pub kind: String,
    /// The state that was taken.
    pub state: Option<String>,
    /// The flow run.
    pub flow_run_id: Option<FlowRunId>,
    /// The task run, if it happened to one.
    pub task_run_id: Option<TaskRunId>,
    /// When it happened.
    pub occurred_at: Timestamp,
}

impl Client {
    /// Makes a hook.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses (a state or a key of the configuration that there is not), or answers
    /// something else.
    pub async fn create_hook(&self, create: &CreateHook) -> Result<HookId, Error> {
        let hook: Id<_> = self.mutate("create_cloud_hook", create, "id", Repeat::IfUnseen).await?;
        Ok(hook.id)
    }

    /// Deletes a hook, and cancels what it still has to deliver.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn delete_hook(&self, hook: HookId) -> Result<(), Error> {
        self.change("delete_cloud_hook", hook).await
    }

    /// Lets a hook notify, or not.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn set_hook_active(&self, hook: HookId, active: bool) -> Result<(), Error> {
        let mutation = if active { "set_cloud_hook_active" } else { "set_cloud_hook_inactive" };
        self.change(mutation, hook).await
    }

    async fn change(&self, mutation: &str, hook: HookId) -> Result<(), Error> {
        let input = json!({ "cloud_hook_id": hook });
        self.mutate::<Success>(mutation, &input, "success", Repeat::Freely).await?.check(mutation)
    }

    /// Sends one message as a hook would, about this run or a made-up one, in this state.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else; that the message was not taken is none.
    pub async fn test_hook(
        &self,
        hook: &TriedHook,
        run: Option<FlowRunId>,
        state: Option<StateKind>,
    ) -> Result<HookTest, Error> {
        let mut input = match hook {
            TriedHook::Saved(id) => json!({ "cloud_hook_id": id }),
            TriedHook::New(hook) => json!({ "input": hook }),
        };
        if let Some(run) = run {
            input["flow_run_id"] = json!(run);
        }
        if let Some(state) = state {
            input["state_type"] = json!(state.name().to_uppercase());
        }
        self.mutate("test_cloud_hook", &input, "success error outcome status answer", Repeat::IfUnseen).await
    }

    /// What a hook would send about this run, or a made-up one, in this state. Nothing is sent.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn preview_hook(
        &self,
        hook: &TriedHook,
        run: Option<FlowRunId>,
        state: Option<StateKind>,
    ) -> Result<Preview, Error> {
        let run = run.map(|run| format!("flow_run_id: {}", literal(&json!(run))));
        let state =
            state.map(|state| format!("state_type: {}", literal(&json!(state.name().to_uppercase()))));
        let arguments = run.into_iter().chain(state).collect();
        self.try_hook("preview_cloud_hook", hook, arguments, "content_type body").await
    }

    /// What a hook would have told in the last days, had it been there.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn hook_matches(&self, hook: &TriedHook, days: u32) -> Result<Matches, Error> {
        let fields =
            "count counts { kind count } latest { event_id kind state flow_run_id task_run_id occurred_at }";
        self.try_hook("cloud_hook_matches", hook, vec![format!("days: {days}")], fields).await
    }

    async fn try_hook<T: DeserializeOwned>(
        &self,
        field: &str,
        hook: &TriedHook,
        mut arguments: Vec<String>,
        fields: &str,
    ) -> Result<T, Error> {
        let (declared, variables) = match hook {
            TriedHook::Saved(id) => {
                arguments.push(format!("cloud_hook_id: {}", literal(&json!(id))));
                ("", Json::Null)
            }
            TriedHook::New(hook) => {
                arguments.push("input: $input".to_owned());
                ("($input: create_cloud_hook_input!)", json!({ "input": hook }))
            }
        };
        let arguments = arguments.join(", ");
        let document = format!("query{declared} {{ {field}({arguments}) {{ {fields} }} }}");
        self.query_with(&document, variables, field).await
    }
}
