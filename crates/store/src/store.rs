//! The handle through which everything else uses the database.

use std::convert::Infallible;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use campana_model::id::ServerId;
use tokio::sync::{Mutex, mpsc, oneshot};
use uuid::Uuid;

use crate::changes::{Changes, Watch};
use crate::delivery::Claimed;
use crate::hints::{self, Hints};
use crate::sql::{Connection, Leasing, PostgresConnection, SqliteConnection, lock};
use crate::worker::{self, Job, QUEUE, Queue, ReadJob, Reading, WriteJob, Writer, Writing};
use crate::{DatabaseUrl, Error, OpenError, Slots, schema};

/// A change of the database, as data: a struct in the module of its noun.
pub trait Write: sealed::ApplyWrite {}
impl<T: sealed::ApplyWrite> Write for T {}

/// A question to the database, as data.
pub trait Read: sealed::RunRead {}
impl<T: sealed::RunRead> Read for T {}

pub(crate) mod sealed {
    use uuid::Uuid;

    use crate::Error;
    use crate::sql::Tx;

    pub trait ApplyWrite: Send + 'static {
        /// What is told when it is on disk.
        type Applied: Send + 'static;

        /// Writes with the same route are applied in the order in which they were sent.
        fn route(&self) -> Uuid {
            Uuid::nil()
        }

        /// Applies it; may be called again after a rollback. Refuses, if it does, before it writes.
        fn apply(&self, tx: &mut Tx<'_>) -> Result<Self::Applied, Error>;
    }

    pub trait RunRead: Send + 'static {
        /// The answer.
        type Found: Send + 'static;

        fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Found, Error>;
    }
}

/// How a store works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose leases it takes.
    pub server: ServerId,
    /// How long a delivery stays leased; longer than any attempt takes.
    pub lease: Duration,
    /// Threads that write, on Postgres; SQLite has one.
    pub writers: usize,
    /// Threads that read.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { server: ServerId::new(), lease: Duration::from_secs(60), writers: 4, readers: 3 }
    }
}

/// An open database. Cheap to clone; the database closes when the last clone is gone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    writers: Vec<mpsc::Sender<Job<dyn WriteJob>>>,
    reads: mpsc::Sender<Job<dyn ReadJob>>,
    leasing: Arc<Leasing>,
    due: Arc<Hints>,
    changes: Arc<Changes>,
    births: Mutex<mpsc::UnboundedReceiver<Claimed>>,
    /// Comes to its end when every thread has.
    ended: Mutex<mpsc::Receiver<Infallible>>,
    is_exclusive: bool,
    /// That no other process has the file of SQLite.
    lock: std::sync::Mutex<Option<File>>,
}

impl Store {
    /// Opens the database, making it if it is not there, and brings its tables to the form of this version.
    /// Blocks.
    ///
    /// # Errors
    /// If it cannot be reached, is in use by another server (SQLite), or was written by a newer version.
    pub fn open(url: &DatabaseUrl, options: &Options) -> Result<Self, OpenError> {
        let lock = match url {
            DatabaseUrl::Sqlite(path) => {
                make_folder(path)?;
                Some(lock(path)?)
            }
            DatabaseUrl::Postgres(_) => None,
        };
        let mut first = connect(url, true)?;
        schema::migrate(&mut first)?;
        let leasing =
            Arc::new(Leasing { server: options.server, lease: options.lease, slots: Slots::default() });
        let (alive, ended) = mpsc::channel(1);
        let (due, changes) = (Arc::new(Hints::default()), Arc::new(Changes::default()));
        if let DatabaseUrl::Postgres(url) = url {
            hints::between_servers(url, options.server, &due, &changes, &alive)?;
        }
        let (births, births_receiver) = mpsc::unbounded_channel();
        let mut writers = Vec::new();
        let count = if lock.is_some() { 1 } else { options.writers.max(1) };
        let mut first = Some(first);
        for number in 0..count {
            let connection = match first.take() {
                Some(connection) => connection,
                None => connect(url, true)?,
            };
            let (sender, queue) = mpsc::channel(QUEUE);
            let writer = Writer {
                connection,
                leasing: leasing.clone(),
                births: births.clone(),
                due: due.clone(),
                changes: changes.clone(),
            };
            spawn(format!("store-write-{number}"), &alive, move || writer.run(queue))?;
            writers.push(sender);
        }
        let (reads, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(std::sync::Mutex::new(Queue::new(queue)));
        for number in 0..options.readers.max(1) {
            let (connection, leasing, queue) = (connect(url, false)?, leasing.clone(), queue.clone());
            let run = move || worker::read(connection, &leasing, &queue);
            spawn(format!("store-read-{number}"), &alive, run)?;
        }
        Ok(Self(Arc::new(Inner {
            writers,
            reads,
            leasing,
            due,
            changes,
            births: Mutex::new(births_receiver),
            ended: Mutex::new(ended),
            is_exclusive: lock.is_some(),
            lock: std::sync::Mutex::new(lock),
        })))
    }

    /// Applies a change; when this answers, it is on disk. It is applied even if the future is dropped.
    ///
    /// # Errors
    /// If the change is refused, or the database is not well; nothing of it is there then, but for
    /// [`Error::Unavailable`], after which it may be.
    pub async fn write<W: Write>(&self, write: W) -> Result<W::Applied, Error> {
        let (reply, answer) = oneshot::channel();
        let writer = &self.0.writers[self.writer_of(write.route())];
        writer.send(Job::Do(Box::new(Writing::new(write, reply)))).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Answers a question, in a snapshot that has every change that was answered before.
    ///
    /// # Errors
    /// If the database is not well, or what is asked for is not there.
    pub async fn read<R: Read>(&self, read: R) -> Result<R::Found, Error> {
        let (reply, answer) = oneshot::channel();
        self.0.reads.send(Job::Do(Box::new(Reading { read, reply }))).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Whose leases this store takes.
    pub fn server(&self) -> ServerId {
        self.0.leasing.server
    }

    /// Whether no other server can have the database open: on SQLite, which admits one.
    pub fn is_exclusive(&self) -> bool {
        self.0.is_exclusive
    }

    /// How long it leases.
    pub fn lease(&self) -> Duration {
        self.0.leasing.lease
    }

    /// The places of the dispatcher; a delivery that is born while one is free is leased and comes out of
    /// [`birth`](Self::birth).
    pub fn slots(&self) -> &Slots {
        &self.0.leasing.slots
    }

    /// Waits for the next delivery that was born leased; its change is on disk. Whoever takes it owns its slot.
    pub async fn birth(&self) -> Option<Claimed> {
        self.0.births.lock().await.recv().await
    }

    /// Waits until something has become due that nobody has in hand. A hint: there may be something
    /// without it, and nothing with it.
    pub async fn due(&self) {
        self.0.due.wait().await;
    }

    /// Watches what is changed from now on, by this server or another.
    pub fn watch(&self) -> Watch {
        self.0.changes.watch()
    }

    /// Closes the database: what was asked for before is done and answered, what comes after is refused with
    /// [`Error::Closed`]. When this returns, all is in the file, no other file is needed beside it, and another process
    /// may open it.
    pub async fn close(&self) {
        for writer in &self.0.writers {
            // Where nobody listens any more it is closed already.
            let _ = writer.send(Job::Stop).await;
        }
        let _ = self.0.reads.send(Job::Stop).await;
        self.0.due.stop();
        let _ = self.0.ended.lock().await.recv().await;
        *self.0.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn writer_of(&self, route: Uuid) -> usize {
        match self.0.writers.len() {
            1 => 0,
            writers => {
                let mut hasher = DefaultHasher::new();
                route.hash(&mut hasher);
                (hasher.finish() % writers as u64) as usize
            }
        }
    }
}

fn make_folder(database: &Path) -> Result<(), OpenError> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    let path = || folder.unwrap_or(database).to_owned();
    made.map_err(|source| OpenError::Folder { path: path(), source })
}

fn connect(url: &DatabaseUrl, writes: bool) -> Result<Connection, Error> {
    Ok(match url {
        DatabaseUrl::Sqlite(path) => Connection::Sqlite(SqliteConnection::open(path, writes)?),
        DatabaseUrl::Postgres(url) => Connection::Postgres(Box::new(PostgresConnection::open(url)?)),
    })
}

/// Starts a thread, which is alive as long as it holds `alive`.
pub(crate) fn spawn(
    name: String,
    alive: &mpsc::Sender<Infallible>,
    run: impl FnOnce() + Send + 'static,
) -> Result<(), OpenError> {
    let alive = alive.clone();
    let run = move || {
        run();
        drop(alive);
    };
    thread::Builder::new().name(name).spawn(run).map(drop).map_err(OpenError::Thread)
}
