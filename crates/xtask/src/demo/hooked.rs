//! The stand-in for every service that hooks send to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::receiver::Process;
use super::server::PATIENCE;

/// `campana receive --json`, which says where to send, and a line for each message.
pub(super) struct Hooked {
    _process: Process,
    greeting: Greeting,
    messages: Receiver<()>,
}

#[derive(Deserialize)]
struct Greeting {
    urls: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

impl Hooked {
    pub(super) fn start(campana: &Path) -> Result<Self> {
        let mut receive = Command::new(campana);
        receive.args(["receive", "--port", "0", "--json"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Process::start(&mut receive)?;
        let stdout = process.0.stdout.take().context("the receiver has no stdout")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next().context("the receiver ended at once")??;
        let greeting = serde_json::from_str(&first).context("the receiver does not say where it is")?;
        let (message, messages) = mpsc::channel();
        std::thread::spawn(move || {
            for _ in lines.map_while(Result::ok) {
                // Whoever no longer asks has seen enough; what is written has to be read all the same.
                let _ = message.send(());
            }
        });
        Ok(Self { _process: process, greeting, messages })
    }

    /// Where this kind of message goes.
    pub(super) fn url(&self, kind: &str) -> &str {
        self.greeting.urls.get(kind).map_or("", String::as_str)
    }

    /// What a server has to know to send here: its SMTP server, and where services have their API.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_server = |name: &str| {
            name.starts_with("CAMPANA__CHANNELS__")
                || ["HOST", "PORT", "SECURITY"].iter().any(|key| name == format!("CAMPANA__SMTP__{key}"))
        };
        let all = self.greeting.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(move |(name, _)| of_server(name))
    }

    /// Forgets the messages that have arrived.
    pub(super) fn forget(&self) {
        self.messages.try_iter().for_each(drop);
    }

    /// Waits for the next message.
    pub(super) fn next(&self) -> Result<()> {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(()) => Ok(()),
            Err(RecvTimeoutError::Timeout) => bail!("no hook has sent anything for {} s", PATIENCE.as_secs()),
            Err(RecvTimeoutError::Disconnected) => bail!("the receiver has ended"),
        }
    }
}
