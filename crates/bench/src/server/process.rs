//! A server under measurement: a process of its own.

use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::wire::Connection;

/// A running server, which ends with this.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to the line that says so.
    pub started_in: Duration,
}

impl Process {
    /// Starts a server whose first line on stdout ends with its address.
    ///
    /// # Errors
    /// If it does not start, or says something else.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let begin = Instant::now();
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let started_in = begin.elapsed();
        // What else it says must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let address = first.rsplit(['/', ' ']).find_map(|word| word.parse().ok());
        match address {
            Some(address) => Ok(Self { child, address, started_in }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                Err(io::Error::other(format!("the server said {first:?}, which has no address")))
            }
        }
    }

    /// Memory in use now and at its peak, in kilobytes.
    ///
    /// # Errors
    /// If the system does not tell (it is read from /proc).
    pub fn memory_kb(&self) -> io::Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        match (field("VmRSS:"), field("VmHWM:")) {
            (Some(now), Some(peak)) => Ok((now, peak)),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Waits for the first 200 of `/health`; gives the time since `begin`.
    ///
    /// # Errors
    /// If it takes longer than half a minute.
    pub async fn healthy_since(&self, begin: Instant) -> io::Result<Duration> {
        while begin.elapsed() < Duration::from_secs(30) {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(200) = connection.get("/health").await
            {
                return Ok(begin.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    /// Ends it as a crash would: SIGKILL.
    ///
    /// # Errors
    /// If it has ended already.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
