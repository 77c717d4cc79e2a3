//! How SQLite finds what the statements of deliveries ask for: each by an index that has just that, so that
//! what was delivered long ago costs nothing. It has no statistics to go by, so a plan is the same on every machine.

use super::{claim, digest, finish, lease, owe, take_over};
use crate::sql::{SqliteConnection, params};
use crate::{hook, schema};

/// The tables that a plan goes through, and how: `d delivery_due (destination=? AND due_at<?)`.
fn plan(sql: &str) -> Vec<String> {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(&schema::sqlite_tables()).unwrap();
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

#[track_caller]
fn uses(sql: &str, wanted: &[&str]) {
    let plan = plan(sql);
    let full: Vec<_> = plan.iter().filter(|step| reads_a_whole_table(step)).collect();
    assert!(full.is_empty(), "{full:?} in {plan:#?}");
    for step in wanted {
        assert!(plan.iter().any(|found| found.contains(step)), "{step} is not in {plan:#?}");
    }
}

/// The tables that grow are known by these names.
fn reads_a_whole_table(step: &str) -> bool {
    let all = ["SCAN delivery", "SCAN d", "SCAN e", "SCAN n", "SCAN event"];
    let by_rowid = step.contains("INTEGER PRIMARY KEY (rowid>?)") || step.ends_with("SEARCH d");
    all.iter().any(|name| step == *name || (step.starts_with(&format!("{name} ")) && !step.contains("USING")))
        || by_rowid
}

#[test]
fn matching_looks_only_at_what_is_pending() {
    for sql in [owe::BY_STATE, owe::BY_KIND] {
        uses(sql, &["cloud_hook_live (tenant_id=?", "delivery_order (cloud_hook_id=? AND order_key=?)"]);
    }
}

#[test]
fn claims_step_from_destination_to_destination() {
    uses(claim::PLACES, &["delivery_due (destination>?)", "delivery_due (destination=?)"]);
    let due = "delivery_due (destination=? AND due_at<?)";
    let earlier = "delivery_order (cloud_hook_id=? AND order_key=? AND seq<?)";
    uses(claim::TAKE, &[due, earlier]);
    uses(claim::OLDEST, &[due, earlier]);
    uses(digest::HOOKS, &["delivery_limited (cloud_hook_id>?)"]);
    uses(digest::DUE, &["delivery_limited (cloud_hook_id=? AND due_at<?)", earlier]);
}

#[test]
fn the_end_of_an_attempt_finds_its_row_and_the_next_of_the_line() {
    for sql in [finish::SUCCEED, finish::FAIL, finish::AGAIN] {
        uses(sql, &["INTEGER PRIMARY KEY (rowid=?)"]);
    }
    let line = "delivery_order (cloud_hook_id=? AND order_key=?)";
    uses(lease::LEASE_FIRST, &["INTEGER PRIMARY KEY (rowid=?)", line]);
    uses(lease::ANY_IN_LINE, &[line]);
}

#[test]
fn what_is_leased_or_owed_is_found_without_what_is_done() {
    uses(take_over::RAN_OUT, &["delivery_leased (leased_until<?)"]);
    uses(take_over::ALL, &["delivery_leased (leased_until>?)"]);
    uses(hook::MOVE, &["delivery_order (cloud_hook_id=?)"]);
    uses(hook::CANCEL, &["delivery_order (cloud_hook_id=?)"]);
}

#[test]
fn a_statement_is_prepared_once_whatever_its_values_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut db = SqliteConnection::open(&folder.path().join("plans.db"), true).unwrap();
    db.batch(&schema::sqlite_tables()).unwrap();
    for sql in [owe::BY_STATE, claim::PLACES, claim::TAKE, finish::SUCCEED, finish::AGAIN, lease::LEASE_FIRST]
    {
        for value in 0..3_i64 {
            db.query(sql, params![value, value, value, value, value, value, value, value]).unwrap();
        }
        assert_eq!(db.prepared_again(sql), 0, "{sql}");
    }
}
