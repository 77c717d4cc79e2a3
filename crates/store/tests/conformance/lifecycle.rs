//! From the first opening to the closing, and what comes between against its will.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use campana_model::id::TenantId;
use campana_store::{DatabaseUrl, Error, OpenError, Options, Store, meta, tenant};
use tokio::task::unconstrained;

use crate::harness::{Db, World, at, on_both};

on_both!(
    closing_finishes_what_was_asked_for,
    a_newer_database_is_refused,
    what_is_there_stays_when_it_is_opened_again,
    the_first_of_two_values_is_kept,
);

fn tenant(name: &str) -> tenant::Create {
    tenant::Create { id: TenantId::new(), name: name.to_owned(), slug: name.to_owned(), now: at(0) }
}

async fn open(db: &Db) -> Result<Store, OpenError> {
    let url = db.url();
    tokio::task::spawn_blocking(move || Store::open(&url, &Options::default())).await.unwrap()
}

async fn closing_finishes_what_was_asked_for(db: Arc<Db>) {
    let World { store, .. } = db.world().await;
    let mut writes = Vec::new();
    for number in 0..500 {
        let store = store.clone();
        let write = async move { store.write(tenant(&format!("t{number}"))).await };
        let mut write = Box::pin(unconstrained(write));
        // From its first poll on it is in the queue, or done.
        let done = poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx))).await;
        match done {
            Poll::Ready(done) => drop(done.unwrap()),
            Poll::Pending => writes.push(write),
        }
    }
    store.close().await;
    for write in writes {
        write.await.unwrap();
    }
    assert!(matches!(store.write(tenant("late")).await, Err(Error::Closed)));
    assert!(matches!(store.read(tenant::First).await, Err(Error::Closed)));
    assert_eq!(store.birth().await, None);
    store.close().await;
    if let DatabaseUrl::Sqlite(path) = db.url() {
        assert!(!path.with_extension("db-wal").exists(), "all is in the file");
        let file = rusqlite::Connection::open(&path).unwrap();
        let count: i64 = file.query_row("SELECT count(*) FROM tenant", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 501);
    }
    let again = open(&db).await.unwrap();
    assert!(again.read(tenant::First).await.unwrap().is_some());
}

async fn a_newer_database_is_refused(db: Arc<Db>) {
    db.world().await.store.close().await;
    let sql = "UPDATE meta SET value = '4711' WHERE key = 'schema_version'";
    let tampered = db.clone();
    tokio::task::spawn_blocking(move || match &*tampered {
        Db::Sqlite(_) => {
            let DatabaseUrl::Sqlite(path) = tampered.url() else { unreachable!() };
            rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
        }
        Db::Postgres(postgres) => postgres.execute(sql).unwrap(),
    })
    .await
    .unwrap();
    let error = open(&db).await.map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 4711, .. }), "{error}");
}

async fn what_is_there_stays_when_it_is_opened_again(db: Arc<Db>) {
    let world = db.world().await;
    world.store.close().await;
    let again = open(&db).await.unwrap();
    assert_eq!(again.read(tenant::First).await.unwrap(), Some(world.tenant));
}

async fn the_first_of_two_values_is_kept(db: Arc<Db>) {
    let world = db.world().await;
    let keep = |value: &str| meta::Keep { key: "key_check".to_owned(), value: value.to_owned() };
    assert_eq!(world.store.write(keep("one")).await.unwrap(), "one");
    assert_eq!(world.store.write(keep("two")).await.unwrap(), "one");
    let fetch = |key: &str| meta::Fetch { key: key.to_owned() };
    assert_eq!(world.store.read(fetch("key_check")).await.unwrap().as_deref(), Some("one"));
    assert_eq!(world.store.read(fetch("other")).await.unwrap(), None);
}

#[test]
fn a_second_server_on_one_file_is_refused() {
    let db = Db::sqlite();
    let first = Store::open(&db.url(), &Options::default()).unwrap();
    let error = Store::open(&db.url(), &Options::default()).map(drop).unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    drop(first);
}

#[test]
fn a_connection_that_was_lost_is_made_anew() {
    crate::harness::run(Db::postgres(), async |db| {
        let World { store, .. } = db.world().await;
        for round in 0..3 {
            let lost = db.clone();
            tokio::task::spawn_blocking(move || {
                let Db::Postgres(postgres) = &*lost else { unreachable!() };
                postgres.terminate_connections().unwrap();
            })
            .await
            .unwrap();
            for number in 0..4 {
                store.write(tenant(&format!("t{round}-{number}"))).await.unwrap();
                store.read(tenant::First).await.unwrap();
            }
        }
    });
}
