//! A database for a unit test, on either of the two, with a flow in it to try things on.

use campana_model::id::{FlowId, FlowRunId, ProjectId, TaskRunId, TenantId};
use campana_model::{State, StateKind, Timestamp};
use serde_json::{Map, Value as Json, json};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::flow_run::{self, Changed, Target};
use crate::sql::{Param, Row, Tx};
use crate::store::sealed::RunRead;
use crate::testing::Postgres;
use crate::{DatabaseUrl, Error, Options, Scope, Store, flow, project, task_run, tenant};

/// Runs each of these cases (async functions of a [`Trial`]) on SQLite and on Postgres. The latter are one
/// test: each test is a process, and would start a Postgres.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $case() { $crate::trial::on_sqlite(super::$case); })*
        }

        #[test]
        fn on_postgres() {
            $($crate::trial::on_postgres($case);)*
        }
    };
}
pub(crate) use on_both;

pub(crate) fn on_sqlite(case: impl AsyncFnOnce(Trial)) {
    with_sqlite(|runtime, trial| runtime.block_on(case(trial)));
}

pub(crate) fn on_postgres(case: impl AsyncFnOnce(Trial)) {
    with_postgres(|runtime, trial| runtime.block_on(case(trial)));
}

pub(crate) fn with_sqlite(case: impl FnOnce(&Runtime, Trial)) {
    let folder = tempfile::tempdir().unwrap();
    with(&DatabaseUrl::Sqlite(folder.path().join("trial.db")), case);
}

pub(crate) fn with_postgres(case: impl FnOnce(&Runtime, Trial)) {
    let database = Postgres::start().unwrap();
    with(&database.url(), case);
}

fn with(url: &DatabaseUrl, case: impl FnOnce(&Runtime, Trial)) {
    let store = Store::open(url, &Options::default()).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let trial = runtime.block_on(Trial::new(store, url.clone()));
    case(&runtime, trial);
}

/// The time at so many seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

/// A serialised task.
pub(crate) fn task(slug: &str) -> Json {
    json!({
        "slug": slug, "name": slug, "type": "FunctionTask", "tags": ["t"], "max_retries": 2, "retry_delay": 0.5,
        "cache_key": null, "trigger": {"fn": "prefect.triggers.all_successful", "kwargs": {}},
        "auto_generated": false,
    })
}

/// A serialised edge.
pub(crate) fn edge(up: &str, down: &str, mapped: bool) -> Json {
    json!({
        "upstream_task": {"slug": up}, "downstream_task": {"slug": down}, "key": "x", "mapped": mapped,
        "flattened": false,
    })
}

/// A store with a tenant, a project, and a flow `f` of two tasks, `a` and then `b`.
pub(crate) struct Trial {
    pub(crate) store: Store,
    pub(crate) url: DatabaseUrl,
    pub(crate) tenant: TenantId,
    pub(crate) project: ProjectId,
    pub(crate) flow: FlowId,
}

impl Trial {
    async fn new(store: Store, url: DatabaseUrl) -> Self {
        let (tenant, project, flow) = (TenantId::new(), ProjectId::new(), FlowId::new());
        let create =
            tenant::Create { id: tenant, name: "Default".into(), slug: "default".into(), now: at(0) };
        store.write(create).await.unwrap();
        let create = project::Create {
            id: project,
            tenant_id: tenant,
            name: "p".into(),
            description: None,
            now: at(0),
        };
        store.write(create).await.unwrap();
        let trial = Self { store, url, tenant, project, flow };
        let tasks = [task("a"), task("b")];
        trial
            .store
            .write(
                trial.register(flow, json!({"name": "f", "tasks": tasks, "edges": [edge("a", "b", false)]})),
            )
            .await
            .unwrap();
        trial
    }

    pub(crate) fn scope(&self) -> Scope {
        self.tenant.into()
    }

    pub(crate) fn register(&self, id: FlowId, serialized_flow: Json) -> flow::Register {
        flow::Register {
            scope: self.scope(),
            id,
            project_id: self.project,
            serialized_flow,
            version_group_id: None,
            idempotency_key: None,
            set_schedule_active: false,
            now: at(0),
        }
    }

    /// What makes a run of the flow.
    pub(crate) fn create(&self, id: FlowRunId) -> flow_run::Create {
        flow_run::Create {
            scope: self.scope(),
            id,
            target: Target::Flow(self.flow),
            name: "a run".into(),
            scheduled_start_time: None,
            parameters: Map::new(),
            run_config: None,
            labels: None,
            context: None,
            idempotency_key: None,
            auto_scheduled: false,
            created_by: None,
            now: at(0),
        }
    }

    /// A run of the flow, Scheduled.
    pub(crate) async fn flow_run(&self) -> FlowRunId {
        let id = FlowRunId::new();
        assert!(self.store.write(self.create(id)).await.unwrap().is_new);
        id
    }

    /// The run of a task in a flow run.
    pub(crate) async fn task_run(&self, run: FlowRunId, slug: &'static str) -> TaskRunId {
        let sql = format!(
            "SELECT r.id FROM task_run r JOIN task t ON t.id = r.task_id
             WHERE r.flow_run_id = $1 AND t.slug = '{slug}' AND r.map_index = -1"
        );
        self.rows(&sql, run.uuid()).await[0].get(0).unwrap()
    }

    pub(crate) fn to(&self, id: FlowRunId, state: State, now: i64) -> flow_run::SetState {
        flow_run::SetState {
            scope: self.scope(),
            flow_run_id: id,
            version: None,
            epoch: None,
            agent_id: None,
            state,
            now: at(now),
        }
    }

    pub(crate) async fn set(
        &self,
        id: FlowRunId,
        kind: StateKind,
        now: i64,
    ) -> Result<Changed<FlowRunId>, Error> {
        self.store.write(self.to(id, State::new(kind), now)).await
    }

    pub(crate) fn task_to(&self, id: TaskRunId, state: State, now: i64) -> task_run::SetState {
        task_run::SetState {
            scope: self.scope(),
            task_run_id: id,
            version: None,
            epoch: None,
            state,
            now: at(now),
        }
    }

    pub(crate) async fn set_task(
        &self,
        id: TaskRunId,
        kind: StateKind,
        now: i64,
    ) -> Result<Changed<TaskRunId>, Error> {
        self.store.write(self.task_to(id, State::new(kind), now)).await
    }

    /// The rows of a query whose one parameter is an id.
    pub(crate) async fn rows(&self, sql: &str, id: Uuid) -> Vec<Row> {
        self.store.read(Sql { sql: sql.to_owned(), id }).await.unwrap()
    }

    /// The texts of a query of one column, separated by spaces.
    pub(crate) async fn texts(&self, sql: &str, id: Uuid) -> String {
        let rows = self.rows(sql, id).await;
        rows.iter().map(|row| row.get(0).unwrap()).collect::<Vec<String>>().join(" ")
    }

    /// The one number of a query.
    pub(crate) async fn number(&self, sql: &str, id: Uuid) -> i64 {
        self.rows(sql, id).await[0].get(0).unwrap()
    }
}

struct Sql {
    sql: String,
    id: Uuid,
}

impl RunRead for Sql {
    type Found = Vec<Row>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Row>, Error> {
        tx.query(&self.sql, &[Param::Uuid(self.id)])
    }
}
