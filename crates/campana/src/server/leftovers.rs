//! Journals that other processes have left behind.

use std::path::{Path, PathBuf};

use campana_client::Client;

use super::envoy::Envoy;
use super::journal::Journal;
use super::owed::TaskRunIds;
use super::{Server, ServerError, background};

/// What has become of journals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// How many have been sent, and are gone.
    pub sent: usize,
    /// Those that are still there: the server cannot be reached.
    pub left: Vec<PathBuf>,
}

impl Server {
    /// Sends what is in the journals for this server, but for those of runs that are still going on. Each run that
    /// reports to the server does so at its beginning, without being asked.
    ///
    /// # Errors
    /// If the folder of journals cannot be read, or there can be no client of the server. That a journal could not be
    /// sent is no error; it is still there.
    pub async fn report_journals(&self) -> Result<Sent, ServerError> {
        let runtime = background::runtime()
            .map_err(|source| ServerError::Machine { wanted: "start a thread", source })?;
        let server = self.clone();
        match runtime.spawn(async move { send(&server).await }).await {
            Ok(sent) => sent,
            Err(error) => Err(ServerError::Machine { wanted: "send journals", source: error.into() }),
        }
    }
}

pub(super) async fn send(server: &Server) -> Result<Sent, ServerError> {
    let mut all = Sent::default();
    let client = server.impatient_client()?;
    let mut paths = journals(server)?.into_iter();
    for path in paths.by_ref() {
        match send_one(server, &path, &client).await {
            Ok(true) => all.sent += 1,
            Ok(false) => {}
            Err(problem) => {
                tracing::debug!(path = %path.display(), %problem, "journal stays");
                let is_away = matches!(problem, Problem::Server(_));
                all.left.push(path);
                if is_away {
                    break;
                }
            }
        }
    }
    all.left.extend(paths);
    if all.sent > 0 {
        let journals = all.sent;
        tracing::info!(journals, server = %server.endpoint(), "sent what earlier runs had to report");
    }
    Ok(all)
}

fn journals(server: &Server) -> Result<Vec<PathBuf>, ServerError> {
    let Some(folder) = server.journals() else { return Ok(Vec::new()) };
    let unreadable = |source| ServerError::Machine { wanted: "read the folder of journals", source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(unreadable)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    // Runs have ids that sort by their age.
    paths.sort();
    Ok(paths)
}

/// Why a journal stays.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("the journal cannot be read")]
    File(#[from] std::io::Error),
    #[error("the server cannot be told")]
    Server(#[from] campana_client::Error),
}

/// Whether it was sent; not, if it is somebody else's, or for somebody else.
async fn send_one(server: &Server, path: &Path, client: &Client) -> Result<bool, Problem> {
    let found = Journal::left_behind(path, &server.endpoint().to_string())?;
    let Some((mut journal, run)) = found else { return Ok(false) };
    let mut envoy = Envoy::new(client.clone(), run, TaskRunIds::default());
    while journal.send_some(&mut envoy).await? {}
    journal.clear();
    Ok(true)
}
