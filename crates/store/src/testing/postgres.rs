//! A Postgres of the tests' own, so that nobody has to set one up.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use uuid::Uuid;

use crate::DatabaseUrl;

/// Names a server that tests are to use instead of starting their own: a URL whose role may create databases.
pub const VARIABLE: &str = "CAMPANA_TEST_POSTGRES";

/// How long a server may take until it answers: generous, as a machine may have much else to do.
const START: Duration = Duration::from_secs(60);

/// A Postgres cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its programs are not installed.
    #[error(
        "no Postgres found: install it (on Debian the package `postgresql`), or name a server in {VARIABLE}"
    )]
    NotInstalled,
    /// It does not run as root, and there is no other user.
    #[error("Postgres does not run as root, and there is no user `postgres` or `nobody` to run it as")]
    NoUser,
    /// A file or a process.
    #[error("cannot {doing}")]
    Io {
        /// What failed.
        doing: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder of the data could not be made.
    #[error("initdb failed with {status}: {said}")]
    InitDb {
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// It does not come up.
    #[error("Postgres does not answer; its log says: {log}")]
    Silent {
        /// The end of its log.
        log: String,
    },
    /// It refuses.
    #[error("Postgres refuses")]
    Refused(#[from] postgres::Error),
}

fn io_error(doing: &'static str) -> impl Fn(io::Error) -> StartError {
    move |source| StartError::Io { doing, source }
}

/// An empty database for one test; gone when dropped.
#[derive(Debug)]
pub struct Postgres {
    server: String,
    name: String,
}

impl Postgres {
    /// Makes a database on the server that `CAMPANA_TEST_POSTGRES` names, or else on one that this process starts for
    /// all its tests. Blocks; not for a thread of an async runtime.
    ///
    /// # Errors
    /// If there is no Postgres.
    pub fn start() -> Result<Self, StartError> {
        static OWN: OnceLock<PostgresServer> = OnceLock::new();
        let server = match (std::env::var(VARIABLE), OWN.get()) {
            (Ok(url), _) => url,
            (Err(_), Some(own)) => own.url(),
            (Err(_), None) => {
                let started = PostgresServer::start()?;
                // Another test may have been quicker; then this one ends here.
                OWN.get_or_init(|| started).url()
            }
        };
        let name = format!("campana_{}", Uuid::now_v7().simple());
        Client::connect(&server, NoTls)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        Ok(Self { server, name })
    }

    /// Where it is.
    pub fn url(&self) -> DatabaseUrl {
        DatabaseUrl::Postgres(self.connection())
    }

    /// Ends every connection to it, as a restart of Postgres does.
    ///
    /// # Errors
    /// If Postgres does not answer.
    pub fn terminate_connections(&self) -> Result<(), StartError> {
        let mut client = Client::connect(&self.server, NoTls)?;
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        client.query(sql, &[&self.name])?;
        Ok(())
    }

    /// Runs SQL in it.
    ///
    /// # Errors
    /// If Postgres refuses it.
    pub fn execute(&self, sql: &str) -> Result<(), StartError> {
        Ok(Client::connect(&self.connection(), NoTls)?.batch_execute(sql)?)
    }

    fn connection(&self) -> String {
        let (server, options) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let place = server.rsplit_once('/').map_or(server, |(place, _)| place);
        match options {
            "" => format!("{place}/{}", self.name),
            options => format!("{place}/{}?{options}", self.name),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // What a test leaves behind goes with the server at the latest.
        if let Ok(mut client) = Client::connect(&self.server, NoTls) {
            let _ = client.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// A server process. It ends when this is dropped, and also when the process that started it is killed, and takes
/// its data with it: a shell waits for the end of a pipe that only this process holds.
#[derive(Debug)]
pub struct PostgresServer {
    keeper: Child,
    folder: PathBuf,
    /// It is in the name of the socket, too.
    port: String,
}

/// Started with the folder and then the command of the server.
const KEEPER: &str = r#"folder=$1; shift
"$@" >"$folder/log" 2>&1 &
pid=$!
cat >/dev/null
kill -QUIT "$pid"
wait "$pid"
rm -rf "$folder""#;

impl PostgresServer {
    /// Starts one that listens on a Unix socket in a folder of its own. Blocks until it answers.
    ///
    /// It does not wait for the disk (`fsync` is off): its data lives no longer than it does.
    ///
    /// # Errors
    /// If Postgres is not installed, or does not come up.
    pub fn start() -> Result<Self, StartError> {
        Self::start_with(&[], &[])
    }

    /// Starts one with settings, each `name=value`, and with files, by name and text, in the folder above its data.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_with(settings: &[&str], files: &[(&str, &str)]) -> Result<Self, StartError> {
        let programs = programs()?;
        let user = user()?;
        let folder = std::env::temp_dir().join(format!("campana-pg-{}", Uuid::now_v7().simple()));
        fs::create_dir(&folder).map_err(io_error("make a folder for Postgres"))?;
        let give = |path: &Path| match user {
            Some((uid, gid)) => {
                chown(path, Some(uid), Some(gid)).map_err(io_error("give a file to Postgres"))
            }
            None => Ok(()),
        };
        give(&folder)?;
        for (name, text) in files {
            let path = folder.join(name);
            fs::write(&path, text).map_err(io_error("write a file for Postgres"))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(io_error("hide a file"))?;
            give(&path)?;
        }
        let data = folder.join("data");
        let made = as_user(Command::new(programs.join("initdb")), user)
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&data)
            .current_dir(&folder)
            .output()
            .map_err(io_error("run initdb"))?;
        if !made.status.success() {
            let said = String::from_utf8_lossy(&made.stderr).into_owned();
            let _ = fs::remove_dir_all(&folder);
            return Err(StartError::InitDb { status: made.status, said });
        }
        let mut keeper = as_user(Command::new("sh"), user);
        keeper.args(["-c", KEEPER, "sh"]).arg(&folder).arg(programs.join("postgres")).arg("-D").arg(&data);
        let socket = format!("unix_socket_directories={}", folder.display());
        let own = [socket.as_str(), "listen_addresses=", "fsync=off", "max_connections=300"];
        for setting in own.iter().chain(settings) {
            keeper.args(["-c", setting]);
        }
        let keeper = keeper
            .current_dir(&folder)
            // What ends the tests by their group, such as Ctrl-C, leaves it to tidy up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(io_error("start Postgres"))?;
        let port = settings.iter().find_map(|setting| setting.strip_prefix("port=")).unwrap_or("5432");
        let server = Self { keeper, folder, port: port.to_owned() };
        server.wait_until_it_answers()?;
        Ok(server)
    }

    /// Where it is: the database `postgres` of its superuser.
    pub fn url(&self) -> String {
        let host = self.folder.display().to_string().replace('%', "%25").replace('/', "%2F");
        format!("postgres://postgres@{host}:{}/postgres", self.port)
    }

    fn wait_until_it_answers(&self) -> Result<(), StartError> {
        let begun = Instant::now();
        while Client::connect(&self.url(), NoTls).is_err() {
            if begun.elapsed() > START {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let end = log.len().saturating_sub(2_000);
                return Err(StartError::Silent { log: log.get(end..).unwrap_or(&log).to_owned() });
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of Postgres' programs: the newest that Debian has, or what `pg_config` says.
fn programs() -> Result<PathBuf, StartError> {
    let version = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let newest = debian.max_by_key(version).map(|path| path.join("bin"));
    let said = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok();
    let said = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let found = newest.into_iter().chain(said).find(|folder| is_whole(folder));
    found.ok_or(StartError::NotInstalled)
}

fn is_whole(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

/// Whom to run it as: nobody else, unless this is root, which Postgres does not run as.
fn user() -> Result<Option<(u32, u32)>, StartError> {
    let own = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = own.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1));
    if uid != Some("0") {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(io_error("read the users"))?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).map(Some).ok_or(StartError::NoUser)
}

fn as_user(mut command: Command, user: Option<(u32, u32)>) -> Command {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
