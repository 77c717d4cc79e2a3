//! The threads of the store: writers that commit in groups, and readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::changes::Changes;
use crate::delivery::Claimed;
use crate::hints::Hints;
use crate::sql::{Connection, Leasing, Tx};
use crate::store::sealed::{ApplyWrite, RunRead};
use crate::{Error, fail_point};

/// How many writes share a commit at most: enough that the disk is not what limits, few enough that the
/// first of them does not wait long.
const GROUP: usize = 256;

/// How many writes may wait for a writer before their senders do: some groups, so that a writer is never
/// idle while there is work, and memory is bounded.
pub(crate) const QUEUE: usize = 4 * GROUP;

/// How often a write is done again that another transaction was in the way of.
const CONFLICTS: usize = 5;

/// What comes to a thread: something to do, or that nothing more is to come.
pub(crate) enum Job<T: ?Sized> {
    Do(Box<T>),
    /// Do what has come so far, and end.
    Stop,
}

/// A write on its way: what to do, and whom to tell.
pub(crate) trait WriteJob: Send {
    /// Applies it, keeping the outcome for [`answer`](Self::answer).
    fn apply(&mut self, tx: &mut Tx<'_>) -> Result<(), Failed>;
    /// Tells the outcome, which is on disk now.
    fn answer(self: Box<Self>);
    /// Tells that nothing of it is.
    fn refuse(self: Box<Self>, error: Error);
}

/// A write failed; the outcome is kept in the job.
pub(crate) struct Failed {
    is_refusal: bool,
    is_conflict: bool,
}

pub(crate) struct Writing<W: ApplyWrite> {
    write: W,
    outcome: Option<Result<W::Applied, Error>>,
    reply: oneshot::Sender<Result<W::Applied, Error>>,
}

impl<W: ApplyWrite> Writing<W> {
    pub(crate) fn new(write: W, reply: oneshot::Sender<Result<W::Applied, Error>>) -> Self {
        Self { write, outcome: None, reply }
    }
}

impl<W: ApplyWrite> WriteJob for Writing<W> {
    fn apply(&mut self, tx: &mut Tx<'_>) -> Result<(), Failed> {
        // What a write that panics has done is rolled back, and the thread goes on with the others.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.write.apply(tx))).unwrap_or(Err(Error::Panicked));
        let failed = outcome
            .as_ref()
            .err()
            .map(|error| Failed { is_refusal: error.is_refusal(), is_conflict: error.is_conflict() });
        self.outcome = Some(outcome);
        failed.map_or(Ok(()), Err)
    }

    fn answer(self: Box<Self>) {
        // Whoever asked may have gone; the write counts all the same.
        let _ = self.reply.send(self.outcome.unwrap_or(Err(Error::Closed)));
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(error));
    }
}

/// What a writer thread has.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) leasing: Arc<Leasing>,
    pub(crate) births: mpsc::UnboundedSender<Claimed>,
    pub(crate) due: Arc<Hints>,
    pub(crate) changes: Arc<Changes>,
}

impl Writer {
    /// Serves the queue until it is told to stop, or nobody can send any more.
    pub(crate) fn run(mut self, queue: mpsc::Receiver<Job<dyn WriteJob>>) {
        let mut queue = Queue::new(queue);
        while let Some(first) = queue.next() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Some(next) = queue.next_of_those_here()
            {
                group.push(next);
            }
            self.commit(group);
        }
    }

    /// Applies a group in one transaction. If one of it fails after it has written, each is applied alone.
    fn commit(&mut self, mut group: Vec<Box<dyn WriteJob>>) {
        if let [_] = group[..] {
            return group.into_iter().for_each(|job| self.commit_alone(job));
        }
        match self.transaction(&mut group) {
            Outcome::Committed => group.into_iter().for_each(WriteJob::answer),
            Outcome::NotBegun(error) => refuse(group, &error),
            Outcome::Spoiled(_) => group.into_iter().for_each(|job| self.commit_alone(job)),
            Outcome::Lost(error) => refuse(group, &error),
        }
    }

    fn commit_alone(&mut self, job: Box<dyn WriteJob>) {
        let mut alone = [job];
        for _ in 0..CONFLICTS {
            match self.transaction(&mut alone) {
                Outcome::Spoiled(Failed { is_conflict: true, .. }) => continue,
                Outcome::Committed | Outcome::Spoiled(_) => break,
                Outcome::NotBegun(error) | Outcome::Lost(error) => {
                    let [job] = alone;
                    return job.refuse(error);
                }
            }
        }
        let [job] = alone;
        job.answer();
    }

    fn transaction(&mut self, group: &mut [Box<dyn WriteJob>]) -> Outcome {
        if let Err(error) = self.connection.begin_write() {
            return Outcome::NotBegun(error);
        }
        let mut tx = Tx::new(&mut self.connection, &self.leasing);
        for job in group {
            tx.next_write();
            match job.apply(&mut tx) {
                // A refusal before anything was written leaves the transaction as it was.
                Err(failed) if !failed.is_refusal || tx.wrote() => {
                    let births = std::mem::take(&mut tx.births);
                    self.connection.rollback();
                    self.unlease(&births);
                    return Outcome::Spoiled(failed);
                }
                Ok(()) | Err(_) => {}
            }
        }
        let (births, changes) = (std::mem::take(&mut tx.births), std::mem::take(&mut tx.changes));
        let leaves_due = tx.leaves_due;
        fail_point::reached("before-commit");
        if let Err(error) = self.connection.commit() {
            self.connection.rollback();
            self.unlease(&births);
            return Outcome::Lost(error);
        }
        fail_point::reached("after-commit");
        for birth in births {
            // Without a dispatcher there are no slots, so nothing is born leased.
            let _ = self.births.send(birth);
        }
        self.changes.tell(changes);
        if leaves_due {
            self.due.tell();
        }
        Outcome::Committed
    }

    /// Gives back the places of what was not born after all.
    fn unlease(&self, births: &[Claimed]) {
        births.iter().for_each(|birth| self.leasing.slots.give_back(&birth.destination));
    }
}

enum Outcome {
    Committed,
    /// Nothing was applied.
    NotBegun(Error),
    /// A write failed; all was rolled back.
    Spoiled(Failed),
    /// The commit failed; whether it got through is not known.
    Lost(Error),
}

fn refuse(group: Vec<Box<dyn WriteJob>>, error: &Error) {
    for job in group {
        job.refuse(match error {
            Error::Full => Error::Full,
            other => Error::Unavailable(other.to_string().into()),
        });
    }
}

/// A read on its way.
pub(crate) trait ReadJob: Send {
    fn run(self: Box<Self>, begun: Result<&mut Tx<'_>, Error>);
}

pub(crate) struct Reading<R: RunRead> {
    pub(crate) read: R,
    pub(crate) reply: oneshot::Sender<Result<R::Found, Error>>,
}

impl<R: RunRead> ReadJob for Reading<R> {
    fn run(self: Box<Self>, begun: Result<&mut Tx<'_>, Error>) {
        if self.reply.is_closed() {
            return;
        }
        let run = |tx| catch_unwind(AssertUnwindSafe(|| self.read.run(tx))).unwrap_or(Err(Error::Panicked));
        let found = begun.and_then(run);
        let _ = self.reply.send(found);
    }
}

/// Serves the queue that all readers share until one of them is told to stop, or nobody can send any more.
pub(crate) fn read(mut connection: Connection, leasing: &Leasing, queue: &Mutex<Queue<dyn ReadJob>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some(job) = next else { return };
        match connection.begin_read() {
            Ok(()) => {
                job.run(Ok(&mut Tx::new(&mut connection, leasing)));
                connection.rollback();
            }
            Err(error) => job.run(Err(error)),
        }
    }
}

/// The receiving end of a queue.
pub(crate) struct Queue<T: ?Sized> {
    jobs: mpsc::Receiver<Job<T>>,
    /// Nothing more is to come, so nothing is waited for, not even for somebody who has begun to send.
    stopped: bool,
}

impl<T: ?Sized> Queue<T> {
    pub(crate) fn new(jobs: mpsc::Receiver<Job<T>>) -> Self {
        Self { jobs, stopped: false }
    }

    /// Waits for the next; none: it was the last.
    fn next(&mut self) -> Option<Box<T>> {
        while !self.stopped {
            match self.jobs.blocking_recv()? {
                Job::Do(job) => return Some(job),
                Job::Stop => self.stop(),
            }
        }
        self.next_of_those_here()
    }

    fn next_of_those_here(&mut self) -> Option<Box<T>> {
        loop {
            match self.jobs.try_recv().ok()? {
                Job::Do(job) => return Some(job),
                Job::Stop => self.stop(),
            }
        }
    }

    fn stop(&mut self) {
        self.jobs.close();
        self.stopped = true;
    }
}

#[cfg(test)]
mod tests;
