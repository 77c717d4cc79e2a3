//! A hook as the arguments describe it. What is secret of its configuration is never an argument: it is asked for,
//! read from stdin, or in a file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use campana_client::{Client, CreateHook, Flow, Select};
use campana_model::{EventKind, HookType, Subject};
use clap::Args;
use serde_json::{Map, Value as Json, json};

use crate::remote::found;
use crate::terminal;

/// The longest configuration.
const MAX_CONFIG_BYTES: u64 = 64 * 1024;

/// What the hook is to be.
#[derive(Debug, Args)]
pub(super) struct Draft {
    /// By what it notifies: EMAIL, SLACK_WEBHOOK, TWILIO, PAGERDUTY, WEBHOOK, TEAMS or PREFECT_MESSAGE
    #[arg(long = "type", value_name = "TYPE", value_parser = hook_type)]
    kind: HookType,

    /// A name to know it by
    #[arg(long)]
    name: Option<String>,

    /// The states to tell of, such as FAILED,TIMEDOUT, or ALL
    #[arg(long, value_name = "STATE", value_delimiter = ',', required_unless_present = "events")]
    states: Vec<String>,

    /// What else to tell of: LATE, STUCK, HEARTBEAT_LOST, AGENT_UNHEALTHY or DELIVERY_DEAD
    #[arg(long, value_name = "EVENT", value_delimiter = ',')]
    events: Vec<EventKind>,

    /// Whose states: FLOW_RUN (unless given), TASK_RUN or ANY
    #[arg(long, value_parser = subject)]
    subject: Option<Subject>,

    /// Only what concerns this flow, which is registered
    #[arg(long, value_name = "NAME", conflicts_with = "version_group")]
    flow: Option<String>,

    /// Only what concerns the flow with this version group; it may come later
    #[arg(long, value_name = "ID")]
    version_group: Option<String>,

    /// Only what concerns the flows of this project
    #[arg(long, value_name = "NAME")]
    project: Option<String>,

    /// The words of its messages, as a Jinja template in a file
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,

    /// Let its messages tell the parameters of the run
    #[arg(long)]
    include_parameters: bool,

    /// How many messages it may send in a minute; what exceeds this comes as a digest
    #[arg(long, value_name = "N")]
    max_per_minute: Option<u32>,

    /// EMAIL, TWILIO: whom to write to; may be given several times
    #[arg(long, value_name = "ADDRESS|NUMBER")]
    to: Vec<String>,

    /// PAGERDUTY: info, warning, error or critical
    #[arg(long)]
    severity: Option<String>,

    /// TWILIO: the account
    #[arg(long, value_name = "SID")]
    account_sid: Option<String>,

    /// TWILIO: the messaging service to send from
    #[arg(long, value_name = "SID")]
    messaging_service_sid: Option<String>,

    /// Take the rest of the configuration from this file, or from stdin by -: a JSON object
    ///
    /// Without it the one secret of the type (the URL, the token or the routing key) is asked for, or read from stdin.
    #[arg(long, value_name = "FILE")]
    config_file: Option<PathBuf>,
}

impl Draft {
    /// The configuration: what the file holds or the terminal is asked for, and the arguments.
    pub(super) fn config(&self) -> anyhow::Result<Map<String, Json>> {
        let mut config = match (&self.config_file, secret_of(self.kind)) {
            (Some(file), _) => read(file)?,
            (None, Some(name)) => {
                Map::from_iter([(name.to_owned(), terminal::read_secret(name)?.expose().into())])
            }
            (None, None) => Map::new(),
        };
        let to = match self.kind {
            _ if self.to.is_empty() => None,
            HookType::Email => Some(self.to.join(", ").into()),
            _ => Some(json!(self.to)),
        };
        let text = |text: &Option<String>| text.clone().map(Json::from);
        let given = [
            ("to", to),
            ("severity", text(&self.severity)),
            ("account_sid", text(&self.account_sid)),
            ("messaging_service_sid", text(&self.messaging_service_sid)),
        ];
        config.extend(given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        Ok(config)
    }

    /// The hook with this configuration, its flow and project looked up.
    pub(super) async fn hook(self, config: Map<String, Json>, client: &Client) -> anyhow::Result<CreateHook> {
        let project = match &self.project {
            Some(name) => Some(found(client.project_by_name(name).await?, "project", name)?.id),
            None => None,
        };
        let flow = match &self.flow {
            Some(name) => Some(version_group(client, name, self.project.as_deref()).await?),
            None => self.version_group,
        };
        let template = self.template.as_deref().map(|file| {
            std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))
        });
        Ok(CreateHook {
            name: self.name,
            version_group_id: flow,
            project_id: project,
            subject: self.subject,
            events: self.events.iter().map(|event| event.name().to_owned()).collect(),
            template: template.transpose()?,
            include_parameters: self.include_parameters.then_some(true),
            max_per_minute: self.max_per_minute,
            ..CreateHook::new(self.kind, config, self.states)
        })
    }
}

/// What a hook of this type cannot do without, and nobody else may know.
fn secret_of(kind: HookType) -> Option<&'static str> {
    match kind {
        HookType::SlackWebhook | HookType::Webhook | HookType::Teams => Some("url"),
        HookType::Twilio => Some("auth_token"),
        HookType::PagerDuty => Some("routing_key"),
        HookType::Email | HookType::PrefectMessage => None,
    }
}

/// The object that a file holds. No error shows what stands in it.
fn read(file: &Path) -> anyhow::Result<Map<String, Json>> {
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().take(MAX_CONFIG_BYTES).read_to_string(&mut text),
        _ => std::fs::File::open(file).and_then(|file| file.take(MAX_CONFIG_BYTES).read_to_string(&mut text)),
    };
    read.with_context(|| format!("could not read {}", file.display()))?;
    match serde_json::from_str(&text) {
        Ok(Json::Object(config)) => Ok(config),
        Ok(_) => bail!("{} must hold a JSON object", file.display()),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            bail!("{} is no JSON: line {line}, column {column}", file.display())
        }
    }
}

/// The version group of the flow of this name.
async fn version_group(client: &Client, name: &str, project: Option<&str>) -> anyhow::Result<String> {
    let mut filter = json!({ "name": { "_eq": name }, "archived": { "_eq": false } });
    if let Some(project) = project {
        filter["project"] = json!({ "name": { "_eq": project } });
    }
    let mut flows: Vec<Flow> = client.rows(&Select::where_(filter).limit(2)).await?;
    if flows.len() > 1 {
        bail!("several projects have a flow {name:?}; say which by --project");
    }
    let flow = found(flows.pop(), "flow", format!("{name:?}"))?;
    found(flow.version_group_id, "version group of flow", format!("{name:?}"))
}

fn hook_type(text: &str) -> Result<HookType, String> {
    text.to_uppercase()
        .replace('-', "_")
        .parse()
        .map_err(|error: campana_model::hook::UnknownHookType| error.to_string())
}

fn subject(text: &str) -> Result<Subject, String> {
    text.to_uppercase()
        .replace('-', "_")
        .parse()
        .map_err(|error: campana_model::hook::UnknownSubject| error.to_string())
}
