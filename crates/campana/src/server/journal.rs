//! What is owed to a server that is away: a file of JSON lines for each run, in the folder of journals.
//!
//! The first line says whose it is; each further one is a report. Whoever writes the file or sends what is in it holds
//! its lock, which the operating system gives back when the process ends, however it ends. The file holds no key; only
//! its owner may read it, since messages and logs stand in it.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use campana_model::FlowRunId;
use serde::{Deserialize, Serialize};

use super::envoy::{Envoy, Reply};
use super::owed::{Owed, Run};

/// The format of the file.
const VERSION: u32 = 1;

/// How many reports are read and sent at a time.
const CHUNK: usize = 200;

/// How many are kept in memory where there is no file.
const MAX_IN_MEMORY: usize = 100_000;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    version: u32,
    server: String,
    run: Run,
}

/// The journal of a run. It has no file until something is put in.
#[derive(Debug)]
pub(super) struct Journal {
    folder: Option<PathBuf>,
    header: Header,
    file: Option<Locked>,
    /// What could not be written, after what is in the file.
    memory: VecDeque<Owed>,
}

/// A file that is ours.
#[derive(Debug)]
struct Locked {
    path: PathBuf,
    file: File,
    /// Up to where it has been sent.
    sent: u64,
}

impl Journal {
    /// The journal of a run that reports to this server.
    pub(super) fn new(folder: Option<PathBuf>, server: String, run: Run) -> Self {
        let header = Header { version: VERSION, server, run };
        Self { folder, header, file: None, memory: VecDeque::new() }
    }

    /// The journal in this file, if it is one for this server that nobody holds, with the run that it is of.
    pub(super) fn left_behind(path: &Path, server: &str) -> io::Result<Option<(Self, Run)>> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let mut first = String::new();
        let length = BufReader::new(&file).read_line(&mut first)?;
        // One that was not even begun, or is of another version, is not ours to judge.
        let Ok(header) = serde_json::from_str::<Header>(&first) else { return Ok(None) };
        if header.version != VERSION || header.server != server {
            return Ok(None);
        }
        let run = header.run.clone();
        let locked = Locked { path: path.to_owned(), file, sent: length as u64 };
        Ok(Some((Self { folder: None, header, file: Some(locked), memory: VecDeque::new() }, run)))
    }

    /// Where it is; `None`: nothing had to be kept, or nothing could be.
    pub(super) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|locked| &*locked.path)
    }

    /// How many reports only memory has.
    pub(super) fn in_memory(&self) -> usize {
        self.memory.len()
    }

    /// Keeps reports, behind those that are there.
    pub(super) fn keep(&mut self, owed: Vec<Owed>) {
        if owed.is_empty() {
            return;
        }
        if self.memory.is_empty() {
            match self.append(&owed) {
                Ok(()) => return,
                Err(error) => {
                    let folder = self.folder.as_deref().unwrap_or(Path::new("~"));
                    tracing::warn!(%error, folder = %folder.display(), "journal cannot be written; reports are kept in memory");
                }
            }
        }
        // Of a flood, states are what counts, and there are not many.
        let (states, logs): (Vec<_>, Vec<_>) = owed.into_iter().partition(|owed| !owed.is_log());
        let room = MAX_IN_MEMORY.saturating_sub(self.memory.len() + states.len());
        self.memory.extend(states);
        self.memory.extend(logs.into_iter().take(room));
    }

    /// All or nothing.
    fn append(&mut self, owed: &[Owed]) -> io::Result<()> {
        let mut lines = Vec::new();
        let locked = match &mut self.file {
            Some(locked) => locked,
            None => {
                let locked = create(self.folder.as_deref(), self.header.run.id)?;
                self.file.insert(locked)
            }
        };
        let end = locked.file.seek(SeekFrom::End(0))?;
        if end == 0 {
            write_line(&mut lines, &self.header)?;
            locked.sent = lines.len() as u64;
        }
        owed.iter().try_for_each(|owed| write_line(&mut lines, owed))?;
        locked.file.write_all(&lines).inspect_err(|_| {
            // Half a line would spoil the next one. If this fails, too, the reader leaves that line out.
            let _ = locked.file.set_len(end);
        })
    }

    /// Sends the next reports, without those that the server has already; `false`, if there are no more. What the
    /// server refuses for good is left out, and said.
    pub(super) async fn send_some(&mut self, envoy: &mut Envoy) -> Result<bool, campana_client::Error> {
        let (owed, read) = match self.next() {
            Ok(next) => next,
            Err(error) => {
                let path = self.path().unwrap_or(Path::new("journal")).display().to_string();
                tracing::error!(%error, path, "journal cannot be read; what is in it is lost to this run");
                self.file = None;
                (Vec::new(), 0)
            }
        };
        if owed.is_empty() && read == 0 {
            return Ok(false);
        }
        let owed = envoy.not_arrived(owed).await?;
        let replies = envoy.report(&owed).await?;
        for (owed, reply) in owed.iter().zip(replies) {
            if let Reply::Refused(reason) = reply {
                tracing::warn!(flow_run_id = %self.header.run.id, ?owed, reason, "the server refuses a report of the journal");
            }
        }
        match &mut self.file {
            Some(locked) if read > 0 => locked.sent += read,
            _ => self.memory.clear(),
        }
        Ok(true)
    }

    /// The next reports, and how many bytes of the file they are; none of the file's bytes: they are all that memory
    /// has.
    fn next(&mut self) -> io::Result<(Vec<Owed>, u64)> {
        let mut owed = Vec::new();
        let mut read = 0;
        if let Some(locked) = &mut self.file {
            locked.file.seek(SeekFrom::Start(locked.sent))?;
            let mut lines = BufReader::new(&locked.file);
            let mut line = Vec::new();
            while owed.len() < CHUNK {
                line.clear();
                match lines.read_until(b'\n', &mut line)? {
                    0 => break,
                    length => read += length as u64,
                }
                match serde_json::from_slice(&line) {
                    Ok(report) => owed.push(report),
                    Err(error) => tracing::warn!(%error, "a line of a journal is left out"),
                }
            }
        }
        if read == 0 {
            owed.extend(self.memory.iter().cloned());
        }
        Ok((owed, read))
    }

    /// Removes the file: all of it has arrived.
    pub(super) fn clear(&mut self) {
        if let Some(Locked { path, file, .. }) = self.file.take() {
            let removed = file.set_len(0).and_then(|()| fs::remove_file(&path));
            if let Err(error) = removed {
                tracing::warn!(%error, path = %path.display(), "journal that has been sent cannot be removed");
            }
        }
    }
}

fn create(folder: Option<&Path>, run: FlowRunId) -> io::Result<Locked> {
    let folder = folder.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the user has no home"))?;
    private_folder(folder)?;
    let path = folder.join(format!("{run}.jsonl"));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    private(&mut options);
    let file = options.open(&path)?;
    file.try_lock()?;
    Ok(Locked { path, file, sent: 0 })
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

fn write_line(lines: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, value)?;
    lines.push(b'\n');
    Ok(())
}
