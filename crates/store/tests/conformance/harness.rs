//! A database of its own for each case, and a world in it.

use std::sync::Arc;
use std::time::Duration;

use campana_model::id::{EventId, FlowId, FlowRunId, HookId, ProjectId, ServerId, TenantId};
use campana_model::{EventKind, HookType, State, StateKind, StateSet, Subject, Timestamp};
use campana_store::delivery::{self, Claim, Claimed, ClaimedBatch, Finish, Finished, Outcome};
use campana_store::event::{self, Event};
use campana_store::testing::Postgres;
use campana_store::{DatabaseUrl, Options, Scope, Store, flow, flow_run, hook, project, tenant};
use serde_json::json;
use tempfile::TempDir;

/// Makes a test of each case for each database.
macro_rules! on_both {
    ($($(#[$meta:meta])* $case:ident),* $(,)?) => {
        mod sqlite {
            $( $(#[$meta])* #[test] fn $case() { crate::harness::run(crate::harness::Db::sqlite(), super::$case); } )*
        }
        mod postgres {
            $( $(#[$meta])* #[test] fn $case() { crate::harness::run(crate::harness::Db::postgres(), super::$case); } )*
        }
    };
}
pub(crate) use on_both;

pub(crate) enum Db {
    Sqlite(TempDir),
    Postgres(Postgres),
}

/// Runs a case; the database goes after all that uses it.
pub(crate) fn run(db: Db, case: impl AsyncFnOnce(Arc<Db>)) {
    let db = Arc::new(db);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    runtime.block_on(case(db.clone()));
    drop(runtime);
}

impl Db {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) fn postgres() -> Self {
        Self::Postgres(Postgres::start().unwrap())
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        match self {
            Self::Sqlite(folder) => DatabaseUrl::Sqlite(folder.path().join("campana.db")),
            Self::Postgres(postgres) => postgres.url(),
        }
    }

    pub(crate) async fn open(&self) -> Store {
        let url = self.url();
        let options = Options { server: ServerId::new(), lease: LEASE, writers: 2, readers: 2 };
        tokio::task::spawn_blocking(move || Store::open(&url, &options).unwrap()).await.unwrap()
    }

    /// A server with a tenant, and a clock that stands.
    pub(crate) async fn world(&self) -> World {
        let store = self.open().await;
        let tenant = tenant::Create {
            id: TenantId::new(),
            name: "Default".to_owned(),
            slug: "default".to_owned(),
            now: at(0),
        };
        let tenant = store.write(tenant).await.unwrap();
        World { store, tenant }
    }
}

pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// This many seconds after the cases begin.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
}

pub(crate) fn settings() -> hook::Settings {
    hook::Settings {
        project_id: None,
        version_group_id: None,
        name: "Custom".to_owned(),
        subject: Subject::FlowRun,
        states: StateSet::all(),
        events: Vec::new(),
        config: b"sealed".to_vec(),
        masked_config: json!({ "url": "https://hooks.example/****" }),
        destination: "place".to_owned(),
        template: None,
        include_parameters: false,
        max_per_minute: None,
        active: true,
    }
}

impl World {
    /// Gives the dispatcher places: so many in all, and for each destination.
    pub(crate) fn slots(&self, all: usize, each: usize) {
        self.store.slots().set_share(each);
        self.store.slots().give(all);
    }

    pub(crate) async fn hook(&self, hook_type: HookType, settings: hook::Settings) -> HookId {
        let id = HookId::new();
        let create = hook::Create {
            id,
            tenant_id: self.tenant,
            hook_type,
            settings,
            actor: "ada".to_owned(),
            now: at(0),
        };
        self.store.write(create).await.unwrap();
        id
    }

    /// A project without flows.
    pub(crate) async fn project(&self, name: &str) -> ProjectId {
        let (id, name) = (ProjectId::new(), name.to_owned());
        let create = project::Create { id, tenant_id: self.tenant, name, description: None, now: at(0) };
        self.store.write(create).await.unwrap();
        id
    }

    pub(crate) async fn webhook(&self) -> HookId {
        self.hook(HookType::Webhook, settings()).await
    }

    pub(crate) fn change(&self, run: FlowRunId, state: StateKind, now: Timestamp) -> Event {
        Event {
            id: EventId::new(),
            tenant_id: self.tenant,
            kind: EventKind::StateChange,
            project_id: None,
            flow_id: None,
            version_group_id: Some("group".to_owned()),
            flow_run_id: Some(run),
            task_run_id: None,
            agent_id: None,
            delivery_id: None,
            state: Some(state),
            version: Some(1),
            message: None,
            occurred_at: now,
            recorded_at: now,
        }
    }

    pub(crate) async fn record(&self, event: Event) -> EventId {
        let id = event.id;
        assert!(self.store.write(event::Record { event }).await.unwrap());
        id
    }

    /// A change of a run of its own.
    pub(crate) async fn happens(&self, state: StateKind, now: Timestamp) -> EventId {
        self.record(self.change(FlowRunId::new(), state, now)).await
    }

    pub(crate) async fn claim(&self, now: Timestamp) -> ClaimedBatch {
        let claim = Claim { now, limit: 100, per_destination: 100, busy: Vec::new() };
        self.store.write(claim).await.unwrap()
    }

    /// What was born leased so far.
    pub(crate) async fn births(&self) -> Vec<Claimed> {
        let mut births = Vec::new();
        while let Ok(Some(birth)) = tokio::time::timeout(Duration::ZERO, self.store.birth()).await {
            births.push(birth);
        }
        births
    }

    pub(crate) async fn finish(&self, claimed: &Claimed, outcome: Outcome, now: Timestamp) -> Finished {
        self.store.write(finish(claimed, outcome, now)).await.unwrap()
    }

    pub(crate) async fn accept(&self, claimed: &Claimed, now: Timestamp) {
        assert_eq!(self.finish(claimed, accepted(), now).await, Finished::Applied);
    }

    pub(crate) async fn status(&self, claimed: &Claimed) -> delivery::Delivery {
        let fetch = delivery::Fetch { id: claimed.id, scope: Scope::Tenant(self.tenant) };
        self.store.read(fetch).await.unwrap()
    }
}

/// A flow, and runs of it.
pub(crate) struct Flow<'w> {
    world: &'w World,
    id: FlowId,
}

impl World {
    /// Registers a flow of two tasks, `a` and then `b`; its version group is that of [`change`](Self::change).
    pub(crate) async fn flow(&self) -> Flow<'_> {
        let scope = Scope::Tenant(self.tenant);
        let project_id = self.project("p").await;
        let task =
            |slug: &str| json!({ "slug": slug, "name": slug, "type": "FunctionTask", "max_retries": 2 });
        let edge = json!({
            "upstream_task": { "slug": "a" }, "downstream_task": { "slug": "b" }, "key": null, "mapped": false,
            "flattened": false,
        });
        let register = flow::Register {
            scope,
            id: FlowId::new(),
            project_id,
            serialized_flow: json!({ "name": "f", "tasks": [task("a"), task("b")], "edges": [edge] }),
            version_group_id: Some("group".to_owned()),
            idempotency_key: None,
            set_schedule_active: false,
            now: at(0),
        };
        let id = register.id;
        self.store.write(register).await.unwrap();
        Flow { world: self, id }
    }
}

impl Flow<'_> {
    pub(crate) async fn run(&self, now: Timestamp) -> FlowRunId {
        let create = flow_run::Create {
            scope: Scope::Tenant(self.world.tenant),
            id: FlowRunId::new(),
            target: flow_run::Target::Flow(self.id),
            name: "brave-bell".to_owned(),
            scheduled_start_time: None,
            parameters: serde_json::Map::from_iter([("x".to_owned(), json!(3))]),
            run_config: None,
            labels: None,
            context: None,
            idempotency_key: None,
            auto_scheduled: false,
            created_by: None,
            now,
        };
        let id = create.id;
        self.world.store.write(create).await.unwrap();
        id
    }

    pub(crate) async fn set(&self, flow_run_id: FlowRunId, state: State, now: Timestamp) {
        let scope = Scope::Tenant(self.world.tenant);
        let (version, epoch, agent_id) = (None, None, None);
        let set = flow_run::SetState { scope, flow_run_id, version, epoch, agent_id, state, now };
        self.world.store.write(set).await.unwrap();
    }

    /// A run that starts at `from` and ends with this state at `until`.
    pub(crate) async fn ran(&self, from: Timestamp, until: Timestamp, kind: StateKind) -> FlowRunId {
        let run = self.run(from).await;
        self.set(run, State::new(StateKind::Running), from).await;
        self.set(run, State::new(kind), until).await;
        run
    }
}

pub(crate) fn finish(claimed: &Claimed, outcome: Outcome, now: Timestamp) -> Finish {
    Finish {
        id: claimed.id,
        seq: claimed.seq,
        attempt: claimed.attempt,
        now,
        started_at: claimed.started_at,
        latency: Duration::from_millis(3),
        payload: Some("{\"text\":\"stored\"}".to_owned()),
        outcome,
        destination: None,
        route: claimed.route,
    }
}

pub(crate) fn accepted() -> Outcome {
    Outcome::Accepted { status: 202, answer: "ok".to_owned() }
}

pub(crate) fn failed(due_at: Timestamp) -> Outcome {
    Outcome::Retry {
        kind: "server_fault".to_owned(),
        status: Some(500),
        reason: "500 Internal Server Error".to_owned(),
        due_at: Some(due_at),
        spends: true,
    }
}

pub(crate) fn rejected() -> Outcome {
    Outcome::Rejected { kind: "rejected".to_owned(), status: Some(410), reason: "410 Gone".to_owned() }
}
