//! Hooks: what a person asks for, checked and sealed; and trying one out.
//!
//! ```text
//! NewHook (as it was sent) -> Settings (checked, its configuration sealed for its row) -> store
//! Trial (a hook, saved or not, and what to tell) -> the same way as a delivery: facts, message, channel -> provider
//! ```

use std::time::Duration;

use campana_model::event::UnknownEvent;
use campana_model::hook::UnknownState;
use campana_model::id::{DeliveryId, HookId, ProjectId, TenantId};
use campana_model::{EventKind, HookType, StateSet, Subject};
use campana_notify::{Channel, Payload, Receipt, SendContext, SendErrorKind};
use campana_store::hook::{self, Hook, Settings};
use campana_store::{self as store, dry_run};
use serde_json::Value as Json;

use super::{App, Caller};
use crate::hook_config::{ChannelError, ConfigError, HookConfig, Purpose};
use crate::message::{self, Facts, Template, TemplateError, Wording};
use crate::vault::VaultError;

/// The name of a hook that nobody has named.
const DEFAULT_NAME: &str = "Custom";

/// How many of the events that a hook would have told a dry run shows.
const SHOWN: u32 = 50;

/// A hook as somebody wants it.
#[derive(Clone, Debug)]
pub(crate) struct NewHook {
    pub(crate) tenant_id: TenantId,
    pub(crate) hook_type: HookType,
    pub(crate) config: Json,
    pub(crate) wishes: Wishes,
}

/// What can be said of a hook beside its type and configuration. What is not said is as usual, or stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) name: Option<String>,
    pub(crate) states: Option<Vec<String>>,
    pub(crate) events: Option<Vec<String>>,
    pub(crate) subject: Option<Subject>,
    pub(crate) project_id: Wish<ProjectId>,
    pub(crate) version_group_id: Wish<String>,
    pub(crate) template: Wish<String>,
    pub(crate) include_parameters: Option<bool>,
    pub(crate) max_per_minute: Wish<u32>,
    pub(crate) active: Option<bool>,
}

/// What is said of something that a hook need not have.
#[derive(Clone, Debug, Default)]
pub(crate) enum Wish<T> {
    /// Nothing: it stays as it is.
    #[default]
    Stays,
    /// The hook is to have none.
    None,
    /// The hook is to have this.
    Some(T),
}

impl<T> Wish<T> {
    fn or(self, now: Option<T>) -> Option<T> {
        match self {
            Self::Stays => now,
            Self::None => None,
            Self::Some(wished) => Some(wished),
        }
    }
}

impl<T> From<Option<T>> for Wish<T> {
    /// Of a hook that is new: what is not said stays as usual.
    fn from(said: Option<T>) -> Self {
        said.map_or(Self::Stays, Self::Some)
    }
}

/// A hook cannot be made, changed or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HookError {
    #[error("states: {0}")]
    State(#[from] UnknownState),
    #[error("events: {0}")]
    Event(#[from] UnknownEvent),
    #[error("states: none is given; list some, or events, or the hook would never tell anything")]
    Nothing,
    #[error("max_per_minute: 0 would never tell anything; write a number from 1, or leave it out")]
    NoBudget,
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("template: {0}")]
    Template(#[from] TemplateError),
    #[error("could not use the vault")]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl App {
    /// Makes a hook.
    pub(crate) async fn hook_create(&self, caller: &Caller, new: NewHook) -> Result<HookId, HookError> {
        let NewHook { tenant_id, hook_type, config, wishes } = new;
        let id = HookId::new();
        let config = HookConfig::parse(hook_type, &config, &self.senders)?;
        let settings = wishes.applied_to(self.usual(id, &config)?, hook_type)?;
        let (actor, now) = (caller.actor.clone(), self.now());
        self.store.write(hook::Create { id, tenant_id, hook_type, settings, actor, now }).await?;
        Ok(id)
    }

    /// Changes what is said of a hook; the rest stays. A secret that comes back masked stays, too.
    pub(crate) async fn hook_update(
        &self,
        caller: &Caller,
        id: HookId,
        config: Option<Json>,
        wishes: Wishes,
    ) -> Result<(), HookError> {
        let scope = caller.scope.rows();
        let Hook { hook_type, mut settings, .. } = self.hook(scope, id).await?;
        if let Some(config) = config {
            let before = self.opened(id, hook_type, &settings)?;
            let config = before.merge(&config, &self.senders)?;
            let Settings { config, masked_config, destination, .. } = self.usual(id, &config)?;
            settings = Settings { config, masked_config, destination, ..settings };
        }
        let settings = wishes.applied_to(settings, hook_type)?;
        let (actor, now) = (caller.actor.clone(), self.now());
        Ok(self.store.write(hook::Update { id, scope, settings, actor, now }).await?)
    }

    /// A hook that is there.
    pub(crate) async fn hook(&self, scope: store::Scope, id: HookId) -> Result<Hook, HookError> {
        Ok(self.store.read(hook::Fetch { id, scope }).await?)
    }

    /// The configuration of a hook, unsealed.
    pub(crate) fn hook_config(&self, hook: &Hook) -> Result<HookConfig, HookError> {
        self.opened(hook.id, hook.hook_type, &hook.settings)
    }

    fn opened(&self, id: HookId, hook_type: HookType, settings: &Settings) -> Result<HookConfig, HookError> {
        let stored = self.vault.unseal(id.uuid(), &settings.config)?;
        Ok(HookConfig::from_stored(hook_type, &stored)?)
    }

    /// A hook that was not saved, to be tried.
    pub(crate) fn hook_unsaved(&self, new: NewHook) -> Result<Hook, HookError> {
        let NewHook { tenant_id, hook_type, config, wishes } = new;
        let (id, now) = (HookId::new(), self.now());
        let config = HookConfig::parse(hook_type, &config, &self.senders)?;
        let settings = wishes.applied_to(self.usual(id, &config)?, hook_type)?;
        Ok(Hook { id, tenant_id, hook_type, settings, created: now, updated: now, deleted_at: None })
    }

    /// A hook of which nothing is said but its configuration.
    fn usual(&self, id: HookId, config: &HookConfig) -> Result<Settings, HookError> {
        Ok(Settings {
            project_id: None,
            version_group_id: None,
            name: DEFAULT_NAME.to_owned(),
            subject: Subject::default(),
            states: StateSet::EMPTY,
            events: Vec::new(),
            config: self.vault.seal(id.uuid(), config.to_stored().expose().as_bytes())?,
            masked_config: config.masked(),
            destination: self.vault.destination_key(config.hook_type(), config.endpoint().expose()),
            template: None,
            include_parameters: false,
            max_per_minute: None,
            active: true,
        })
    }

    /// What the hook says of these facts.
    pub(crate) fn compose(&self, channel: &dyn Channel, hook: &Hook, facts: &Facts) -> Payload {
        let template = hook.settings.template.as_deref();
        let template = template.map(|source| Template::stored(hook.hook_type, source));
        let include_parameters = hook.settings.include_parameters;
        let wording = Wording { hook_type: hook.hook_type, template: template.as_ref(), include_parameters };
        let composed = message::compose(channel, wording, facts, &self.pages);
        if let Some(error) = composed.fallback {
            tracing::warn!(hook = %hook.id, error = &error as &dyn std::error::Error, "a template failed");
        }
        composed.payload
    }

    /// What a hook would send about these facts. Nothing is sent.
    pub(crate) fn hook_preview(&self, hook: &Hook, facts: &Facts) -> Result<Payload, TrialError> {
        let channel = self.hook_config(hook)?.channel(&self.senders, &trial(hook, facts))?;
        Ok(self.compose(&*channel, hook, facts))
    }

    /// Sends a message as the hook would, once, and says what the provider answered.
    pub(crate) async fn hook_test(&self, hook: &Hook, facts: &Facts) -> Result<Receipt, TrialError> {
        let channel = self.hook_config(hook)?.channel(&self.senders, &trial(hook, facts))?;
        let payload = self.compose(&*channel, hook, facts);
        let (delivery_id, event_id, now) = (DeliveryId::new(), facts.event_id, self.now());
        let context = SendContext { delivery_id, event_id, now };
        match tokio::time::timeout(self.send_timeout, channel.send(&payload, &context)).await {
            Ok(sent) => Ok(sent?),
            Err(_) => Err(TrialError::Timeout(self.send_timeout)),
        }
    }

    /// What a hook would have told in this time up to now.
    pub(crate) async fn hook_matches(
        &self,
        hook: &Hook,
        period: Duration,
    ) -> Result<dry_run::Matched, store::Error> {
        let Settings { project_id, version_group_id, subject, states, events, .. } = hook.settings.clone();
        let since = self.now().checked_sub(period).unwrap_or(campana_model::Timestamp::MIN);
        let tenant_id = hook.tenant_id;
        let matches = dry_run::Matches {
            tenant_id,
            project_id,
            version_group_id,
            subject,
            states,
            events,
            since,
            limit: SHOWN,
        };
        self.store.read(matches).await
    }
}

/// A hook that was tried did not send.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrialError {
    #[error(transparent)]
    Hook(#[from] HookError),
    #[error(transparent)]
    Channel(#[from] ChannelError),
    #[error(transparent)]
    Send(#[from] campana_notify::SendError),
    #[error("no answer within {0:?}")]
    Timeout(Duration),
}

impl TrialError {
    /// What an attempt that ends so is noted down as; `None`: nothing could be sent.
    pub(crate) fn outcome(&self) -> Option<&'static str> {
        match self {
            Self::Hook(_) | Self::Channel(_) => None,
            Self::Timeout(_) => Some("ambiguous"),
            Self::Send(error) if error.kind == SendErrorKind::Ambiguous => Some("ambiguous"),
            Self::Send(error) if error.is_retryable() => Some("retry"),
            Self::Send(_) => Some("rejected"),
        }
    }

    /// The status that the provider answered with, if it did.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Send(error) => error.status,
            _ => None,
        }
    }
}

fn trial(hook: &Hook, facts: &Facts) -> Purpose {
    Purpose {
        hook_id: hook.id,
        tenant_id: hook.tenant_id,
        version_group_id: hook.settings.version_group_id.clone(),
        event: facts.kind,
        resolves: false,
        include_parameters: hook.settings.include_parameters,
        is_test: true,
    }
}

impl Wishes {
    /// These settings, with what is wished; or what is wrong with the wishes.
    fn applied_to(self, settings: Settings, hook_type: HookType) -> Result<Settings, HookError> {
        let Self {
            name,
            states,
            events,
            subject,
            project_id,
            version_group_id,
            template,
            include_parameters,
            max_per_minute,
            active,
        } = self;
        let events: Option<Vec<EventKind>> =
            events.map(|names| names.iter().map(|name| event(name)).collect()).transpose()?;
        let settings = Settings {
            name: name.filter(|name| !name.is_empty()).unwrap_or(settings.name),
            states: states.map_or(Ok(settings.states), StateSet::from_names)?,
            events: events.unwrap_or(settings.events),
            subject: subject.unwrap_or(settings.subject),
            project_id: project_id.or(settings.project_id),
            version_group_id: version_group_id.or(settings.version_group_id),
            template: template.or(settings.template).filter(|template| !template.is_empty()),
            include_parameters: include_parameters.unwrap_or(settings.include_parameters),
            max_per_minute: max_per_minute.or(settings.max_per_minute),
            active: active.unwrap_or(settings.active),
            ..settings
        };
        if settings.states.is_empty() && settings.events.is_empty() {
            return Err(HookError::Nothing);
        }
        if settings.max_per_minute == Some(0) {
            return Err(HookError::NoBudget);
        }
        if let Some(template) = &settings.template {
            Template::check(hook_type, template)?;
        }
        Ok(settings)
    }
}

/// A kind of event that a hook can list; a change of state is listed by its states.
fn event(name: &str) -> Result<EventKind, UnknownEvent> {
    name.parse().and_then(|kind| match kind {
        EventKind::StateChange => Err(UnknownEvent(name.to_owned())),
        kind => Ok(kind),
    })
}
