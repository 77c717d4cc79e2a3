//! The main questions are answered by an index.

use uuid::Uuid;

use crate::query::statement::{Builder, Read};
use crate::query::tables::{CLOUD_HOOK, DELIVERY, EVENT, FLOW, FLOW_RUN, LOG, TASK_RUN};
use crate::query::{Direction, Filter, OrderBy, Part, Table, Test, Value};
use crate::sql::Dialect;
use crate::trial::{self, Trial};

/// The steps of SQLite's plan for a part of a table.
async fn plan(trial: &Trial, table: &'static Table, part: &Part) -> String {
    let mut builder = Builder::new(Dialect::Sqlite, trial.scope());
    let reads = [Read::Column(&table.columns[0])];
    let statement = builder.rows(table, part, &reads, None, 100).unwrap();
    let sql = format!("EXPLAIN QUERY PLAN {}", builder.text(&statement).0);
    let rows = trial.rows(&sql, Uuid::nil()).await;
    rows.iter().map(|row| row.get(3).unwrap()).collect::<Vec<String>>().join("; ")
}

fn equal(table: &'static Table, columns: &[&str]) -> Filter {
    let equal = |name: &&str| {
        let column = table.column(name).unwrap();
        let value = match column.kind {
            crate::query::Type::Uuid => Value::Uuid(Uuid::nil()),
            crate::query::Type::Int => Value::Int(-1),
            crate::query::Type::State => Value::Text("Cached".into()),
            crate::query::Type::Status => Value::Text("dead".into()),
            crate::query::Type::Time => return Filter::Column(column, Test::IsNull(Some(true))),
            _ => Value::Text("x".into()),
        };
        Filter::Column(column, Test::Eq(Some(value)))
    };
    Filter::And(columns.iter().map(equal).collect())
}

fn latest(table: &'static Table, column: &str, filter: Filter) -> Part {
    let column = table.column(column).unwrap();
    let order_by = vec![OrderBy { column, direction: Direction::Desc, nulls_first: true }];
    Part { filter, order_by, limit: Some(10), ..Part::all() }
}

/// A question: the table and the part; the index that finds the rows; whether they are sorted then.
type Case = (&'static Table, Part, &'static str, bool);

fn cases() -> Vec<Case> {
    let all = |table, columns: &[&str]| Part { filter: equal(table, columns), ..Part::all() };
    let last = |table, column, columns: &[&str]| latest(table, column, equal(table, columns));
    vec![
        (&FLOW_RUN, all(&FLOW_RUN, &["id"]), "sqlite_autoindex_flow_run_1 (id=?)", false),
        (&FLOW_RUN, last(&FLOW_RUN, "created", &[]), "flow_run_by_tenant (tenant_id=?)", false),
        (&FLOW_RUN, last(&FLOW_RUN, "created", &["flow_id"]), "flow_run_by_flow (flow_id=?)", false),
        (
            &TASK_RUN,
            all(&TASK_RUN, &["flow_run_id", "map_index"]),
            "sqlite_autoindex_task_run_2 (flow_run_id=?)",
            true,
        ),
        (
            &TASK_RUN,
            last(&TASK_RUN, "state_timestamp", &["state", "cache_key"]),
            "task_run_cached (cache_key=?)",
            false,
        ),
        (
            &TASK_RUN,
            last(&TASK_RUN, "state_timestamp", &["state", "task_id"]),
            "task_run_by_task (task_id=?)",
            true,
        ),
        (&LOG, last(&LOG, "timestamp", &["flow_run_id"]), "log_by_run (flow_run_id=?)", false),
        (
            &FLOW,
            last(&FLOW, "version", &["project_id", "name"]),
            "flow_by_project (project_id=? AND name=?)",
            true,
        ),
        (
            &FLOW_RUN,
            last(&FLOW_RUN, "start_time", &["end_time"]),
            "flow_run_ended (tenant_id=? AND end_time=?)",
            true,
        ),
        (&DELIVERY, last(&DELIVERY, "created", &[]), "delivery_by_tenant (tenant_id=?)", false),
        (
            &DELIVERY,
            last(&DELIVERY, "created", &["cloud_hook_id"]),
            "delivery_by_hook (cloud_hook_id=?)",
            false,
        ),
        (&DELIVERY, last(&DELIVERY, "created", &["status"]), "delivery_dead (tenant_id=?)", false),
        (
            &DELIVERY,
            last(&DELIVERY, "created", &["cloud_hook_id", "status"]),
            "delivery_dead_of_hook (cloud_hook_id=?)",
            false,
        ),
        (
            &EVENT,
            last(&EVENT, "recorded_at", &["version_group_id"]),
            "event_by_group (version_group_id=?)",
            false,
        ),
        (
            &CLOUD_HOOK,
            all(&CLOUD_HOOK, &["version_group_id"]),
            "cloud_hook_live (tenant_id=? AND version_group_id=?)",
            true,
        ),
    ]
}

#[test]
fn the_main_questions_are_answered_by_an_index() {
    trial::on_sqlite(async |trial| {
        for (table, part, index, sorts) in cases() {
            let plan = plan(&trial, table, &part).await;
            assert!(plan.contains(index), "{table:?} wants {index}: {plan}");
            // Sorting those that are equal in the order is cheap; sorting all of them is not.
            assert_eq!(plan.contains("B-TREE FOR ORDER BY"), sorts, "{table:?}: {plan}");
        }
    });
}

#[test]
fn what_a_filter_says_of_other_rows_is_looked_up() {
    trial::on_sqlite(async |trial| {
        let task = TASK_RUN.relation("task").unwrap();
        let by_slug = Filter::Related(task, Box::new(equal(task.to, &["slug"])));
        let filter = Filter::And(vec![equal(&TASK_RUN, &["flow_run_id"]), by_slug]);
        let found = plan(&trial, &TASK_RUN, &Part { filter, ..Part::all() }).await;
        assert!(found.contains("(flow_run_id=?)") && !found.contains("SCAN"), "{found}");

        let flow = FLOW_RUN.relation("flow").unwrap();
        let filter = Filter::Related(flow, Box::new(equal(flow.to, &["name"])));
        let found = plan(&trial, &FLOW_RUN, &latest(&FLOW_RUN, "created", filter)).await;
        assert!(found.contains("(flow_id=?)"), "{found}");
    });
}
