//! What becomes of writes when something fails beneath them.

use campana_model::Timestamp;
use campana_model::id::TenantId;
use tokio::runtime::{Builder, Runtime};

use crate::sql::{Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};
use crate::{DatabaseUrl, Error, Options, Store, tenant};

fn with_store(case: impl AsyncFnOnce(Store)) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("worker.db"));
    let store = Store::open(&url, &Options::default()).unwrap();
    let runtime: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(case(store));
}

/// How many pages the file may have: what a disk that is full is to SQLite.
struct Room(i64);

impl ApplyWrite for Room {
    type Applied = i64;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        let rows = tx.query(&format!("PRAGMA max_page_count = {}", self.0), params![])?;
        rows[0].get(0)
    }
}

fn create(slug: &str, name: String) -> tenant::Create {
    tenant::Create { id: TenantId::new(), name, slug: slug.to_owned(), now: Timestamp::UNIX_EPOCH }
}

/// Writes twice, and then fails in the way of a broken statement.
struct Half;

impl ApplyWrite for Half {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        create("half", "Half".to_owned()).apply(tx)?;
        tx.execute("INSERT INTO tenant (id) VALUES (NULL)", params![]).map(drop)
    }
}

/// Writes, and then panics.
struct Panics;

impl ApplyWrite for Panics {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        create("panics", "Panics".to_owned()).apply(tx)?;
        panic!("as a bug would")
    }
}

impl RunRead for Panics {
    type Found = ();

    fn run(&self, _: &mut Tx<'_>) -> Result<(), Error> {
        panic!("as a bug would")
    }
}

struct Slugs;

impl RunRead for Slugs {
    type Found = Vec<String>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
        let rows = tx.query("SELECT slug FROM tenant ORDER BY slug", params![])?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_done() {
    with_store(async |store| {
        store.write(create("before", String::new())).await.unwrap();
        // There are more pages already, so this means: no more than there are.
        store.write(Room(1)).await.unwrap();
        let large = "x".repeat(1_000_000);
        let error = store.write(create("large", large.clone())).await.unwrap_err();
        assert!(matches!(error, Error::Full), "{error}");
        assert_eq!(store.read(Slugs).await.unwrap(), ["before"]);
        let together = (0..4).map(|n| create(&format!("large-{n}"), large.clone()));
        let writes: Vec<_> = together
            .map(|write| {
                tokio::spawn({
                    let store = store.clone();
                    async move { store.write(write).await }
                })
            })
            .collect();
        for write in writes {
            assert!(matches!(write.await.unwrap(), Err(Error::Full)));
        }
        store.write(Room(1_000_000)).await.unwrap();
        store.write(create("large", large)).await.unwrap();
        assert_eq!(store.read(Slugs).await.unwrap(), ["before", "large"]);
    });
}

#[test]
fn a_write_that_fails_takes_none_of_its_group_with_it() {
    with_store(async |store| {
        let (first, half, last) = tokio::join!(
            store.write(create("a", String::new())),
            store.write(Half),
            store.write(create("b", String::new())),
        );
        assert!(first.is_ok() && last.is_ok());
        assert!(matches!(half, Err(Error::Database(_))), "{half:?}");
        assert_eq!(store.read(Slugs).await.unwrap(), ["a", "b"]);
    });
}

#[test]
fn a_panic_ends_neither_the_others_nor_the_store() {
    with_store(async |store| {
        let (one, panics, two) = tokio::join!(
            store.write(create("one", "One".to_owned())),
            store.write(Panics),
            store.write(create("two", "Two".to_owned())),
        );
        one.unwrap();
        two.unwrap();
        assert!(matches!(panics, Err(Error::Panicked)));
        for _ in 0..2 * Options::default().readers {
            assert!(matches!(store.read(Panics).await, Err(Error::Panicked)));
        }
        assert_eq!(store.read(Slugs).await.unwrap(), ["one", "two"]);
    });
}
