//! What is declared is what the database has.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::query::{Source, Table, Type, tables};
use crate::trial::{self, Trial};

/// The columns of a table of SQLite: of each the type, and whether it may be null.
async fn columns(trial: &Trial, table: &Table) -> HashMap<String, (String, bool)> {
    let sql = format!(
        "SELECT name, type, \"notnull\" OR pk > 0 FROM pragma_table_info('{}') WHERE $1 = $1",
        table.sql
    );
    let rows = trial.rows(&sql, Uuid::nil()).await;
    let column = |row: &crate::sql::Row| {
        let is_required: bool = row.get(2).unwrap();
        (row.get(0).unwrap(), (row.get(1).unwrap(), !is_required))
    };
    rows.iter().map(column).collect()
}

/// The columns with which an index over all rows, or over some, begins.
async fn indexed(trial: &Trial, table: &Table) -> HashSet<String> {
    let sql = format!(
        "SELECT (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0)
         FROM pragma_index_list('{0}') i WHERE $1 = $1
         UNION SELECT name FROM pragma_table_info('{0}') WHERE pk = 1",
        table.sql
    );
    trial.rows(&sql, Uuid::nil()).await.iter().map(|row| row.get(0).unwrap()).collect()
}

#[test]
fn each_column_is_there_and_holds_what_is_declared() {
    trial::on_sqlite(async |trial| {
        for table in tables::ALL {
            let there = columns(&trial, table).await;
            for column in table.columns {
                let Source::Own(name) = column.source else { continue };
                let at = format!("{}.{}", table.name, column.name);
                let (kind, nullable) = there.get(name).unwrap_or_else(|| panic!("{at}"));
                let wanted = match column.kind {
                    Type::Uuid => "BLOB",
                    Type::Text | Type::State | Type::Status | Type::Json => "TEXT",
                    Type::Int | Type::States | Type::Events | Type::Subject => "BIGINT or INTEGER",
                    Type::Bool | Type::Time => "INTEGER",
                };
                assert!(wanted.contains(kind.as_str()), "{at} is {kind}");
                assert_eq!(column.nullable, *nullable, "{at}");
            }
        }
    });
}

#[test]
fn each_relation_leads_by_an_index_to_a_column_that_is_there() {
    trial::on_sqlite(async |trial| {
        for table in tables::ALL {
            let from = columns(&trial, table).await;
            for relation in table.relations {
                let at = format!("{}.{}", table.name, relation.name);
                let to = columns(&trial, relation.to).await;
                assert_eq!(from[relation.from].0, to[relation.on].0, "{at}");
                assert!(relation.to.few || relation.to.is_indexed(relation.on), "{at} has no index");
                // Whatever leads to one row that must be there starts at a column that must be.
                assert!(relation.many || relation.nullable || !from[relation.from].1, "{at}");
            }
        }
    });
}

#[test]
fn the_columns_that_are_said_to_begin_an_index_do() {
    trial::on_sqlite(async |trial| {
        for table in tables::ALL {
            let begins = indexed(&trial, table).await;
            for column in table.indexed {
                assert!(begins.contains(*column), "{}.{column}: {begins:?}", table.name);
            }
        }
    });
}

#[test]
fn names_are_told_apart_and_what_is_secret_has_none() {
    for table in tables::ALL {
        let columns = table.columns.iter().map(|column| column.name);
        let relations = table.relations.iter().map(|relation| relation.name);
        let mut seen = HashSet::new();
        assert!(columns.chain(relations).all(|name| seen.insert(name)), "{}", table.name);
    }
    let sources = |name| {
        let table = tables::ALL.iter().find(|table| table.sql == name);
        table.into_iter().flat_map(|table| table.columns).map(|column| column.source)
    };
    assert!(!sources("cloud_hook").any(|source| source == Source::Own("config")));
    assert!(!sources("api_key").any(|source| source == Source::Own("hash")));
    assert_eq!(sources("secret").count(), 0);
}
