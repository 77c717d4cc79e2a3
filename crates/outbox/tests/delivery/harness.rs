//! A store in a folder of its own, hooks that post to receivers, and a clock that stands until it is moved.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use campana_model::id::{DeliveryId, EventId, HookId, TenantId};
use campana_model::{EventKind, FlowRunId, HookType, Secret, StateKind, StateSet, Subject, Timestamp};
use campana_notify::channels::webhook::WebhookConfig;
use campana_notify::testing::{Request, Server};
use campana_notify::{BoxFuture, Channel, Http, HttpOptions, Networks, Payload};
use campana_outbox::{Clock, Options, Outbox, Prepare, Prepared, Unprepared, UnpreparedKind};
use campana_store::delivery::{Attempt, Attempts, Claimed, Delivery, Fetch, Status};
use campana_store::{DatabaseUrl, Scope, Store, event, hook, tenant};
use tempfile::TempDir;
use tokio::sync::{Semaphore, watch};

/// A clock that stands.
pub(crate) struct ManualClock(watch::Sender<Timestamp>);

impl ManualClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.send_modify(|now| *now = now.checked_add(Duration::from_secs(seconds)).unwrap());
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep_until(&self, time: Timestamp) -> BoxFuture<'_, ()> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            now.wait_for(|now| *now >= time).await.unwrap();
        })
    }
}

/// Prepares what is posted to receivers, and remembers each delivery that it saw.
#[derive(Default)]
pub(crate) struct Hooks {
    channels: Mutex<HashMap<HookId, Arc<dyn Channel>>>,
    seen: Mutex<BTreeSet<DeliveryId>>,
    /// Lets so many attempts begin; without it, all.
    pub(crate) gate: Option<Semaphore>,
}

impl Hooks {
    /// The same channels; an attempt begins only when the gate has a permit for it.
    pub(crate) fn gated(&self) -> Arc<Self> {
        let channels = Mutex::new(self.channels.lock().unwrap().clone());
        Arc::new(Self { channels, gate: Some(Semaphore::new(0)), ..Self::default() })
    }

    /// How many deliveries were taken in hand.
    pub(crate) fn seen(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl Prepare for Hooks {
    fn prepare<'a>(&'a self, delivery: &'a Claimed) -> BoxFuture<'a, Result<Prepared, Unprepared>> {
        Box::pin(async move {
            self.seen.lock().unwrap().insert(delivery.id);
            if let Some(gate) = &self.gate {
                gate.acquire().await.unwrap().forget();
            }
            let channel = self.channels.lock().unwrap().get(&delivery.hook_id).cloned();
            let channel = channel.ok_or_else(|| Unprepared {
                reason: "the hook was deleted".to_owned(),
                kind: UnpreparedKind::Cancelled,
            })?;
            let payload = match &delivery.payload {
                Some(stored) => serde_json::from_str(stored).unwrap(),
                // Another body each time, so that a test sees whether the stored one is sent.
                None => Payload::json(&serde_json::json!({
                    "event": delivery.event_id.map(|id| id.to_string()),
                    "rendered_at_attempt": delivery.attempt,
                })),
            };
            Ok(Prepared { channel, payload, event_id: delivery.event_id.unwrap() })
        })
    }
}

pub(crate) struct Trial {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) folder: TempDir,
    tenant: TenantId,
}

impl Trial {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = open(&folder);
        let start = "2026-11-20T12:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock(watch::Sender::new(start)));
        let (name, slug) = ("Default".to_owned(), "default".to_owned());
        let create = tenant::Create { id: TenantId::new(), name, slug, now: start };
        let tenant = store.write(create).await.unwrap();
        Self { store, clock, hooks: Arc::default(), folder, tenant }
    }

    /// The same after its process was killed: the database is opened anew.
    pub(crate) async fn reopen(self) -> Self {
        let Self { store, clock, hooks, folder, tenant } = self;
        store.close().await;
        drop(store);
        Self { store: open(&folder), clock, hooks, folder, tenant }
    }

    /// Starts an outbox with few places and short waits.
    pub(crate) fn start(&self) -> Outbox {
        self.start_with(&self.hooks, options())
    }

    pub(crate) fn start_with(&self, hooks: &Arc<Hooks>, options: Options) -> Outbox {
        Outbox::start(self.store.clone(), hooks.clone(), self.clock.clone(), options).unwrap()
    }

    /// A hook on every state that posts to this receiver, which is a destination of its own.
    pub(crate) async fn hook(&self, receiver: &Server) -> HookId {
        let options = HttpOptions {
            networks: Networks::any(),
            total_timeout: Duration::from_secs(600),
            ..HttpOptions::default()
        };
        let http = Http::new(options).unwrap();
        let channel = WebhookConfig::new(Secret::new(receiver.url("/"))).build(&http).unwrap();
        let id = HookId::new();
        self.hooks.channels.lock().unwrap().insert(id, Arc::new(channel));
        let settings = hook::Settings {
            project_id: None,
            version_group_id: None,
            name: "Custom".to_owned(),
            subject: Subject::Any,
            states: StateKind::ALL.iter().copied().collect::<StateSet>(),
            events: Vec::new(),
            config: Vec::new(),
            masked_config: serde_json::json!({}),
            destination: receiver.address().to_string(),
            template: None,
            include_parameters: false,
            max_per_minute: None,
            active: true,
        };
        let create = hook::Create {
            id,
            tenant_id: self.tenant,
            hook_type: HookType::Webhook,
            settings,
            actor: "test".to_owned(),
            now: self.clock.now(),
        };
        self.store.write(create).await.unwrap();
        id
    }

    pub(crate) fn forget(&self, hook: HookId) {
        self.hooks.channels.lock().unwrap().remove(&hook);
    }

    /// A run takes a state.
    pub(crate) async fn change(&self, run: FlowRunId, state: StateKind) -> EventId {
        let (id, now) = (EventId::new(), self.clock.now());
        let event = event::Event {
            id,
            tenant_id: self.tenant,
            kind: EventKind::StateChange,
            project_id: None,
            flow_id: None,
            version_group_id: None,
            flow_run_id: Some(run),
            task_run_id: None,
            agent_id: None,
            delivery_id: None,
            state: Some(state),
            version: None,
            message: None,
            occurred_at: now,
            recorded_at: now,
        };
        assert!(self.store.write(event::Record { event }).await.unwrap());
        id
    }

    /// So many runs succeed.
    pub(crate) async fn changes(&self, count: usize) {
        for _ in 0..count {
            self.change(FlowRunId::new(), StateKind::Success).await;
        }
    }

    /// The deliveries that were taken in hand, in the order in which they were owed.
    pub(crate) async fn deliveries(&self) -> Vec<Delivery> {
        let seen = self.hooks.seen.lock().unwrap().clone();
        let mut deliveries = Vec::new();
        for id in seen {
            deliveries.push(self.delivery(id).await);
        }
        deliveries
    }

    pub(crate) async fn delivery(&self, id: DeliveryId) -> Delivery {
        self.store.read(Fetch { id, scope: Scope::All }).await.unwrap()
    }

    pub(crate) async fn statuses(&self) -> Vec<Status> {
        self.deliveries().await.into_iter().map(|delivery| delivery.status).collect()
    }

    pub(crate) async fn attempts(&self, id: DeliveryId) -> Vec<Attempt> {
        self.store.read(Attempts { id, scope: Scope::All }).await.unwrap()
    }

    pub(crate) async fn outcomes(&self, id: DeliveryId) -> Vec<String> {
        self.attempts(id).await.into_iter().map(|attempt| attempt.outcome).collect()
    }
}

fn open(folder: &TempDir) -> Store {
    let url = DatabaseUrl::Sqlite(folder.path().join("campana.db"));
    Store::open(&url, &campana_store::Options::default()).unwrap()
}

pub(crate) fn options() -> Options {
    Options { slots: 8, per_destination: 2, ..Options::default() }
}

/// Waits for a condition, for 30 seconds at most.
pub(crate) async fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(30), waiting).await.is_ok(), "never: {what}");
}

/// Waits for so many requests.
pub(crate) async fn received(server: &Server, count: usize) -> Vec<Request> {
    wait_until(&format!("{count} requests"), || server.requests().len() >= count).await;
    server.requests()
}

/// The delivery that a request is an attempt of.
pub(crate) fn key(request: &Request) -> DeliveryId {
    request.header("webhook-id").unwrap().parse().unwrap()
}
