//! Rows of some tables, in memory and in a database.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::source::Source;
use crate::Error;
use crate::query::tables::{FLOW, FLOW_GROUP, FLOW_RUN, FLOW_RUN_STATE, PROJECT, TASK, TASK_RUN, TENANT};
use crate::query::{Source as From, Table, Type, Value};
use crate::sql::{Param, ToParam as _, Tx};
use crate::store::sealed::ApplyWrite;

/// The tables that there are rows of; what a row refers to comes before it.
pub(super) static TABLES: [&Table; 8] =
    [&TENANT, &PROJECT, &FLOW_GROUP, &FLOW, &TASK, &FLOW_RUN, &TASK_RUN, &FLOW_RUN_STATE];

/// How many rows are made of each.
const ROWS: [usize; 8] = [2, 3, 3, 5, 5, 6, 9, 6];

/// What no two rows may share, which the database would refuse.
const UNIQUE: [(&str, &[&str]); 6] = [
    ("tenant", &["slug"]),
    ("project", &["tenant_id", "name"]),
    ("flow_group", &["tenant_id", "version_group_id"]),
    ("flow", &["flow_group_id", "version"]),
    ("task", &["flow_id", "slug"]),
    ("task_run", &["flow_run_id", "task_id", "map_index"]),
];

/// A row, by the names that its columns have in the database.
pub(super) type Row = HashMap<&'static str, Value>;

#[derive(Clone, Debug)]
pub(super) struct World {
    rows: HashMap<&'static str, Vec<Row>>,
    /// All ids that there are.
    pub(super) ids: Vec<Uuid>,
}

impl World {
    pub(super) fn new(source: &mut Source<'_>) -> Self {
        let mut world = Self { rows: HashMap::new(), ids: vec![Uuid::nil()] };
        for (table, rows) in TABLES.iter().zip(ROWS) {
            for _ in 0..rows {
                world.add(table, source);
            }
        }
        world
    }

    pub(super) fn of(&self, table: &Table) -> &[Row] {
        self.rows.get(table.sql).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, table: &'static Table, source: &mut Source<'_>) {
        let mut row = Row::new();
        let id = source.id();
        let tenant = match table.sql {
            "tenant" => Value::Uuid(id),
            _ => source.pick(self.of(&TENANT))["id"].clone(),
        };
        for column in table.columns {
            let From::Own(name) = column.source else { continue };
            let to = table.relations.iter().find(|relation| !relation.many && relation.from == name);
            let value = if name == "id" {
                Value::Uuid(id)
            } else if name == "tenant_id" {
                tenant.clone()
            } else if column.nullable && source.one_in(3) {
                Value::Null
            } else if let Some(relation) = to {
                // What a row refers to is of its tenant.
                let there: Vec<_> =
                    self.of(relation.to).iter().filter(|row| row.get("tenant_id") == Some(&tenant)).collect();
                match &there[..] {
                    [] if column.nullable => Value::Null,
                    [] => return,
                    there => source.pick(there)[relation.on].clone(),
                }
            } else if column.kind == Type::Uuid {
                // A reference without a relation, or a key of the database that is none here.
                match self.of(&FLOW_RUN).first().filter(|_| name == "flow_run_id") {
                    Some(run) => run["id"].clone(),
                    None => Value::Null,
                }
            } else {
                source.value(column.kind)
            };
            row.insert(name, value);
        }
        // Two runs with one key would be one run.
        row.entry("idempotency_key").and_modify(|key| *key = Value::Null);
        let rows = self.rows.entry(table.sql).or_default();
        let unique =
            UNIQUE.iter().find(|(name, _)| *name == table.sql).map_or(&[][..], |(_, columns)| columns);
        let same = |other: &Row| !unique.is_empty() && unique.iter().all(|name| other[name] == row[name]);
        if !rows.iter().any(same) {
            rows.push(row);
            self.ids.push(id);
        }
    }
}

/// Puts these rows in the place of all others.
impl ApplyWrite for World {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let others = ["edge", "task_run_state"].into_iter();
        for table in others.chain(TABLES.iter().rev().map(|table| table.sql)) {
            tx.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        for table in TABLES {
            for row in self.of(table) {
                let mut names: Vec<_> = row.keys().copied().collect();
                names.sort_unstable();
                let places: Vec<_> = (1..=names.len()).map(|place| format!("${place}")).collect();
                let sql = format!(
                    "INSERT INTO {} ({}) VALUES ({})",
                    table.sql,
                    names.join(", "),
                    places.join(", ")
                );
                let params: Vec<_> = names.iter().map(|name| param(&row[name])).collect();
                tx.execute(&sql, &params)?;
            }
        }
        Ok(())
    }
}

fn param(value: &Value) -> Param<'_> {
    match value {
        Value::Null => Param::Null,
        Value::Bool(value) => value.to_param(),
        Value::Int(value) => value.to_param(),
        Value::Text(text) | Value::Json(text) => text.to_param(),
        Value::Uuid(uuid) => uuid.to_param(),
        Value::Time(time) => time.to_param(),
    }
}

#[test]
fn bytes_make_rows_of_every_table() {
    let bytes: Vec<u8> = (0..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let world = World::new(&mut Source::new(&bytes));
    let made: HashSet<_> =
        world.rows.iter().filter(|(_, rows)| !rows.is_empty()).map(|(name, _)| *name).collect();
    assert_eq!(made.len(), TABLES.len(), "{made:?}");
}
