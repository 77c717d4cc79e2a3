//! A scope sees its own rows, also where something refers to another's.

use campana_model::id::{HookId, TenantId};
use campana_model::{HookType, StateSet, Subject};
use serde_json::json;
use uuid::Uuid;

use crate::query::tables::{CLOUD_HOOK, DELIVERY, FLOW, FLOW_RUN, PROJECT};
use crate::query::{Count, Filter, Find, Found, Joined, Part, Related, Select, Test, Value};
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::trial::{Trial, at, on_both};
use crate::{Error, Scope, hook, tenant};

on_both!(
    what_is_not_in_the_scope_is_not_there,
    relations_do_not_lead_out_of_the_scope,
    a_filter_has_no_more_conditions_than_a_database_takes,
    what_is_gone_is_known_to_what_belongs_to_it,
    what_is_gone_belongs_to_nothing,
);

fn scope_of_another() -> Scope {
    Scope::Tenant(TenantId::new())
}

async fn what_is_not_in_the_scope_is_not_there(trial: Trial) {
    let run = trial.flow_run().await;
    let by_id = |scope| {
        let mut select = Select::new(&FLOW_RUN);
        let id = Test::Eq(Some(Value::Uuid(run.uuid())));
        select.part.filter = Filter::Column(FLOW_RUN.id().unwrap(), id);
        (Find { scope, select: select.clone() }, Count { scope, table: &FLOW_RUN, part: select.part })
    };
    for (scope, there) in [(trial.scope(), 1), (Scope::All, 1), (scope_of_another(), 0)] {
        let (find, count) = by_id(scope);
        assert_eq!(trial.store.read(find).await.unwrap().rows.len(), there, "{scope:?}");
        assert_eq!(trial.store.read(count).await.unwrap(), there as u64, "{scope:?}");
    }
}

/// Nothing makes such rows; if something did, nobody would see through them.
async fn relations_do_not_lead_out_of_the_scope(trial: Trial) {
    trial.flow_run().await;
    let other = TenantId::new();
    let create = tenant::Create { id: other, name: "Other".into(), slug: "other".into(), now: at(0) };
    trial.store.write(create).await.unwrap();
    trial.store.write(Give { table: "flow_run", to: other.uuid() }).await.unwrap();

    let mut select = Select::new(&FLOW_RUN);
    select.related.push(Related::Rows(FLOW_RUN.relation("flow").unwrap(), Select::new(&FLOW)));
    let found = trial.store.read(Find { scope: other.into(), select: select.clone() }).await.unwrap();
    assert_eq!(found.related, [Joined::Rows { found: Found::default(), of: vec![vec![]] }]);

    let named = Filter::Column(FLOW.column("name").unwrap(), Test::Neq(Some(Value::Text(String::new()))));
    select.part.filter = Filter::Related(FLOW_RUN.relation("flow").unwrap(), Box::new(named));
    let found = trial.store.read(Find { scope: other.into(), select }).await.unwrap();
    assert_eq!(found.rows.len(), 0);

    let mut select = Select::new(&FLOW);
    select.related.push(Related::Count(FLOW.relation("flow_runs").unwrap(), Part::all()));
    let found = trial.store.read(Find { scope: trial.scope(), select }).await.unwrap();
    assert_eq!(found.related, [Joined::Count(vec![0])]);
}

async fn a_filter_has_no_more_conditions_than_a_database_takes(trial: Trial) {
    let select = |parts: usize| {
        let mut select = Select::new(&PROJECT);
        select.part.filter = Filter::Or(vec![Filter::Not(Box::new(Filter::all())); parts]);
        Find { scope: trial.scope(), select }
    };
    assert!(trial.store.read(select(200)).await.is_ok());
    let error = trial.store.read(select(2_000)).await.unwrap_err();
    assert!(error.is_refusal(), "{error}");
}

/// A hook of the project.
async fn hook(trial: &Trial) -> HookId {
    let id = HookId::new();
    let settings = hook::Settings {
        project_id: Some(trial.project),
        version_group_id: None,
        name: "Custom".into(),
        subject: Subject::FlowRun,
        states: StateSet::all(),
        events: Vec::new(),
        config: vec![1],
        masked_config: json!({}),
        destination: "d".into(),
        template: None,
        include_parameters: false,
        max_per_minute: None,
        active: true,
    };
    let (tenant_id, actor, now) = (trial.tenant, "local".to_owned(), at(0));
    let create = hook::Create { id, tenant_id, hook_type: HookType::Webhook, settings, actor, now };
    trial.store.write(create).await.unwrap();
    id
}

async fn delete(trial: &Trial, id: HookId) {
    let delete = hook::Delete { scope: trial.scope(), id, actor: "local".to_owned(), now: at(0) };
    trial.store.write(delete).await.unwrap();
}

async fn what_is_gone_belongs_to_nothing(trial: Trial) {
    let id = hook(&trial).await;
    let hooks = PROJECT.relation("cloud_hooks").unwrap();
    let mut select = Select::new(&PROJECT);
    select.related.push(Related::Rows(hooks, Select::new(&CLOUD_HOOK)));
    select.related.push(Related::Count(hooks, Part::all()));
    let find = Find { scope: trial.scope(), select };
    let mut having = find.clone();
    having.select.part.filter = Filter::Related(hooks, Box::new(Filter::all()));
    let found = trial.store.read(find.clone()).await.unwrap();
    let Joined::Rows { of, .. } = &found.related[0] else { panic!("{found:?}") };
    assert_eq!((of, &found.related[1]), (&vec![vec![0]], &Joined::Count(vec![1])));
    assert_eq!(trial.store.read(having.clone()).await.unwrap().rows.len(), 1);
    delete(&trial, id).await;
    let found = trial.store.read(find).await.unwrap();
    let Joined::Rows { of, .. } = &found.related[0] else { panic!("{found:?}") };
    assert_eq!((of, &found.related[1]), (&vec![vec![]], &Joined::Count(vec![0])));
    assert_eq!(trial.store.read(having).await.unwrap().rows.len(), 0);
}

async fn what_is_gone_is_known_to_what_belongs_to_it(trial: Trial) {
    let id = hook(&trial).await;
    trial.flow_run().await;
    delete(&trial, id).await;
    let hooks = Find { scope: trial.scope(), select: Select::new(&CLOUD_HOOK) };
    assert_eq!(trial.store.read(hooks).await.unwrap().rows.len(), 0);
    let mut select = Select::new(&DELIVERY);
    select.related.push(Related::Rows(DELIVERY.relation("cloud_hook").unwrap(), Select::new(&CLOUD_HOOK)));
    let found = trial.store.read(Find { scope: trial.scope(), select }).await.unwrap();
    assert!(!found.rows.is_empty());
    let Joined::Rows { of, .. } = &found.related[0] else { panic!("{found:?}") };
    assert!(of.iter().all(|hooks| hooks.len() == 1), "{of:?}");
}

/// Gives all rows of a table to another tenant.
struct Give {
    table: &'static str,
    to: Uuid,
}

impl ApplyWrite for Give {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let sql = format!("UPDATE {} SET tenant_id = $1", self.table);
        tx.execute(&sql, params![self.to]).map(drop)
    }
}
