//! Whatever is asked of whatever rows: each database answers what the rows in memory say.

use campana_model::id::TenantId;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use tokio::runtime::Runtime;

use super::naive::{Naive, tree};
use super::source::Source;
use super::world::{TABLES, World};
use crate::Scope;
use crate::query::tables::TENANT;
use crate::query::{Count, Find, Value};
use crate::trial::{self, Trial};

/// Bytes enough for the rows, and for the questions about them.
const BYTES: usize = 3_000;

/// How many questions are asked of the same rows.
const QUESTIONS: usize = 12;

#[test]
fn the_answers_are_those_of_the_rows_in_memory_on_sqlite() {
    trial::with_sqlite(|runtime, trial| try_questions(96, runtime, &trial));
}

#[test]
fn the_answers_are_those_of_the_rows_in_memory_on_postgres() {
    trial::with_postgres(|runtime, trial| try_questions(24, runtime, &trial));
}

fn try_questions(cases: u32, runtime: &Runtime, trial: &Trial) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let bytes = prop::collection::vec(any::<u8>(), BYTES);
    let tried = TestRunner::new(config)
        .run(&(bytes.clone(), bytes), |(rows, questions)| runtime.block_on(ask(trial, &rows, &questions)));
    match tried {
        Ok(()) => {}
        // The bytes would say nothing to whoever reads it.
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(other) => panic!("{other}"),
    }
}

async fn ask(trial: &Trial, rows: &[u8], questions: &[u8]) -> Result<(), TestCaseError> {
    let world = World::new(&mut Source::new(rows));
    trial.store.write(world.clone()).await.unwrap();
    let mut scopes = vec![Scope::All];
    scopes.extend(world.of(&TENANT).iter().map(|tenant| match tenant["id"] {
        Value::Uuid(id) => Scope::Tenant(TenantId::from_uuid(id)),
        _ => unreachable!("an id is one"),
    }));
    let mut source = Source::new(questions);
    for _ in 0..QUESTIONS {
        let scope = *source.pick(&scopes);
        let table = *source.pick(&TABLES);
        let select = source.select(table, &world, 2);
        let naive = Naive { world: &world, scope };
        let found = trial.store.read(Find { scope, select: select.clone() }).await.unwrap();
        prop_assert_eq!(tree(&found), naive.find(&select), "{:?} {:?}", scope, select);
        let count = Count { scope, table, part: select.part.clone() };
        let counted = trial.store.read(count).await.unwrap();
        prop_assert_eq!(counted, naive.count(table, &select.part), "{:?} {:?}", scope, select.part);
    }
    Ok(())
}
