//! What one request may cost: a statement for each relation, and no filter that a database does not take.

use campana_model::id::TenantId;

use crate::query::statement::Builder;
use crate::query::{Filter, Part, Related, Select, Table, Test, Value, find, tables};
use crate::sql::{Connection, Dialect, Leasing, SqliteConnection, Tx};
use crate::{Scope, Slots, schema};

/// Runs a select on a database of its own; says how many tables its statements name.
fn named(select: &Select, rows: usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let mut db = SqliteConnection::open(&folder.path().join("plans.db"), true).unwrap();
    db.batch(&schema::sqlite_tables()).unwrap();
    db.batch("PRAGMA foreign_keys = OFF").unwrap();
    for row in 0..rows {
        let id = format!("X'{row:032x}'");
        db.batch(&format!(
            "INSERT INTO attempt (id, tenant_id, delivery_id, number, server_id, started, finished, outcome)
             VALUES ({id}, X'00', {id}, 1, {id}, 0, 0, 'accepted');
             INSERT INTO delivery (id, tenant_id, cloud_hook_id, digest_count, action, destination, limited, status,
                 attempts, spent, due_at, give_up_at, created)
             VALUES ({id}, X'00', {id}, 0, 'notify', '', 0, 'pending', 0, 0, 0, 0, 0)"
        ))
        .unwrap();
    }
    let leasing = Leasing {
        server: campana_model::id::ServerId::new(),
        lease: std::time::Duration::ZERO,
        slots: Slots::default(),
    };
    let mut connection = Connection::Sqlite(db);
    let mut builder = Builder::new(Dialect::Sqlite, Scope::All);
    let (found, _) = find::find(&mut Tx::new(&mut connection, &leasing), &mut builder, select, None).unwrap();
    assert_eq!(found.rows.len(), rows);
    builder.named()
}

#[test]
fn a_relation_costs_one_statement_however_many_rows_are_above_it() {
    let below = |table: &'static Table, name: &str, related| {
        let relation = table.relation(name).unwrap();
        let mut select = Select::new(relation.to);
        select.columns = vec![&relation.to.columns[0]];
        select.related = related;
        Related::Rows(relation, select)
    };
    let delivery = &tables::DELIVERY;
    let attempts = below(delivery, "attempt_log", vec![below(&tables::ATTEMPT, "delivery", Vec::new())]);
    let members = Related::Count(delivery.relation("members").unwrap(), Part::all());
    let mut select = Select::new(delivery);
    select.related = vec![attempts, members];
    // The deliveries, their attempts, the deliveries of those, and how many each stands for.
    assert_eq!([1, 40].map(|rows| named(&select, rows)), [4, 4]);
}

fn is(table: &'static Table, name: &str, value: &str) -> Filter {
    Filter::Column(table.column(name).unwrap(), Test::Eq(Some(Value::Text(value.to_owned()))))
}

/// A filter with so many relations one in another, in each of which so many are negated, and so many values at the end.
fn large(relations: usize, negations: usize, conditions: usize) -> Filter {
    let (tasks, runs) = (&tables::TASK_RUN, &tables::FLOW_RUN);
    let steps = [(runs, runs.relation("task_runs").unwrap()), (tasks, tasks.relation("flow_run").unwrap())];
    let end = if relations.is_multiple_of(2) { runs } else { tasks };
    let mut filter = Filter::Or((0..conditions).map(|_| is(end, "name", "a")).collect());
    for relation in 0..relations {
        for _ in 0..negations {
            filter = Filter::Not(Box::new(filter));
        }
        filter = Filter::Related(steps[(relations - 1 - relation) % 2].1, Box::new(filter));
    }
    filter
}

#[test]
fn the_largest_filter_is_understood_and_no_larger_one_is_taken() {
    let part = |filter| Part { filter, ..Part::all() };
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(&schema::sqlite_tables()).unwrap();
    for (relations, negations, conditions) in
        [(0, 0, 498), (1, 0, 247), (1, 60, 187), (4, 0, 94), (6, 9, 10), (8, 0, 46), (20, 0, 1), (20, 0, 2)]
    {
        let part = find::checked(&part(large(relations, negations, conditions))).unwrap();
        let mut builder = Builder::new(Dialect::Sqlite, Scope::Tenant(TenantId::new()));
        let statement = builder.rows(&tables::FLOW_RUN, &part, &[], None, 100).unwrap();
        db.prepare(&builder.text(&statement).0).unwrap();
    }
    for (filter, most) in [
        (large(0, 0, 501), "500 conditions"),
        (large(1, 0, 250), "250 conditions"),
        (large(22, 0, 1), "21 conditions"),
        (large(1, 63, 1), "64 conditions deep"),
    ] {
        let error = find::checked(&part(filter)).unwrap_err();
        assert!(error.to_string().contains(most), "{error}");
    }
}
