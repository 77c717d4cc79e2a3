//! A server from its start to its end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use campana_model::id::TenantId;
use campana_model::{Secret, Timestamp};
use campana_notify::{HttpOptions, Networks};
use campana_outbox::{Clock, OptionsError, Outbox, Prepare, SystemClock};
use campana_store::{self as store, DatabaseUrl, OpenError, Store, api_key, meta, tenant};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::{App, Counters, Keys, Messages, NewKey, NewKeyError, Sessions};
use crate::background::Jobs;
use crate::config::{Channels, Config};
use crate::graphql::build_schema;
use crate::hook_config::Senders;
use crate::http::{self, Guard, Http, Sockets};
use crate::message::{NotAPublicUrl, Pages};
use crate::scope::Role;
use crate::vault::{KeyCheck, KeySource, Vault, VaultError};

/// The name and slug of the tenant that the first start makes.
const DEFAULT_TENANT: &str = "default";

/// Where the database remembers by which key it was made.
const KEY_CHECK: &str = "encryption_key_check";

/// A server that is listening. It answers while it [runs](Self::run_until).
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    sockets: Sockets,
    outbox: Arc<Outbox>,
    jobs: Jobs,
    grace: Duration,
}

/// A server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something about sending cannot be used.
    #[error("cannot send with this configuration")]
    Channel(#[from] campana_notify::ConfigError),
    /// Links cannot begin with the public URL.
    #[error(transparent)]
    PublicUrl(#[from] NotAPublicUrl),
    /// There is no key to encrypt by, or the database was made with another.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The outbox cannot work so.
    #[error("cannot deliver with this configuration")]
    Outbox(#[from] OptionsError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database does not answer.
    #[error("cannot use the database")]
    Store(#[from] store::Error),
    /// The machine gives no random bytes.
    #[error("cannot get random bytes")]
    Random(#[source] getrandom::Error),
    /// Everybody who reaches the address could do everything.
    #[error(
        "{host} can be reached by other machines, and no API key exists: make one with `campana server create-key`, or listen at 127.0.0.1"
    )]
    NoKeys {
        /// The address.
        host: IpAddr,
    },
    /// The address cannot be listened at.
    #[error("cannot listen at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl Server {
    /// Opens the database, makes in it what the first start makes, listens, and begins to deliver what is owed.
    ///
    /// # Errors
    /// If something of it cannot be had; the error says what, and the remedy.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        config.outbox.check(config.lease)?;
        let store = open(&config).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        if !config.is_local() && store.read(api_key::Count { now: clock.now() }).await? == 0 {
            return Err(StartError::NoKeys { host: config.host });
        }
        let vault = open_vault(&store, &config.key).await?;
        let default_tenant = first_tenant(&store).await?;
        let senders = senders(&config, &store)?;
        let (listener, address) = listen(&config).await?;
        let app = Arc::new(App {
            store: store.clone(),
            clock: Arc::clone(&clock),
            default_tenant,
            database_folder: folder(&config.database),
            is_local: config.is_local(),
            keys: Keys::default(),
            sessions: Sessions::new(config.public_url.as_deref()),
            vault,
            senders,
            pages: Pages::new(&config.public_url(address))?,
            send_timeout: config.outbox.send_timeout,
            counters: Counters::default(),
        });
        let prepare = Arc::clone(&app) as Arc<dyn Prepare>;
        let outbox = Arc::new(Outbox::start(store.clone(), prepare, clock, config.outbox)?);
        let jobs = Jobs::start(&app, config.retention);
        let schema = build_schema().data(store).data(Arc::clone(&app)).finish();
        let guard = Arc::new(Guard::new(app.is_local, config.public_url.as_deref()));
        let sockets = Sockets::default();
        let http = Http {
            app: Arc::clone(&app),
            outbox: Arc::clone(&outbox),
            schema,
            guard,
            sockets: sockets.clone(),
        };
        let router = http::router(http);
        Ok(Self { app, listener, address, router, sockets, outbox, jobs, grace: config.grace })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is done; then takes no more requests, finishes those that it has, and what is
    /// being sent, and closes the database.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn run_until(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let Self { app, listener, address, router, sockets, outbox, jobs, grace } = self;
        tracing::info!(%address, server = %app.store.server(), "listening");
        let served = serve(listener, router, sockets, grace, shutdown).await;
        tracing::info!("stopping");
        jobs.stop().await;
        outbox.stop(grace).await;
        app.store.close().await;
        tracing::info!("stopped");
        served
    }
}

/// Answers requests until `shutdown` is done and those that are there have ended, or the grace is over.
async fn serve(
    listener: TcpListener,
    router: Router,
    sockets: Sockets,
    grace: Duration,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let stopping = CancellationToken::new();
    let (asked, open) = (stopping.clone(), sockets.clone());
    let shutdown = async move {
        shutdown.await;
        open.stop();
        asked.cancel();
    };
    // An answer is one small packet, which somebody waits for.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = async {
        let served = axum::serve(listener, router).with_graceful_shutdown(shutdown).await;
        sockets.ended().await;
        served
    };
    let given_up = async {
        stopping.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        served = serving => served,
        () = given_up => {
            tracing::warn!("gave up requests that did not end");
            Ok(())
        }
    }
}

async fn listen(config: &Config) -> Result<(TcpListener, SocketAddr), StartError> {
    let address = SocketAddr::new(config.host, config.port);
    let error = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok((listener, address))
}

fn folder(database: &DatabaseUrl) -> Option<PathBuf> {
    match database {
        DatabaseUrl::Sqlite(path) => match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => Some(folder.to_owned()),
            _ => Some(PathBuf::from(".")),
        },
        DatabaseUrl::Postgres(_) => None,
    }
}

/// Makes an API key of the tenant that is there from the first start on, in a database that no server has open if it is
/// SQLite. What it answers is the key, which is stored nowhere.
///
/// # Errors
/// If the database cannot be used.
pub async fn create_key(config: &Config, name: String, role: Role) -> Result<Secret, StartError> {
    let store = open(config).await?;
    let tenant_id = first_tenant(&store).await?;
    let (actor, now) = ("local".to_owned(), Timestamp::now());
    let new = NewKey { tenant_id, name, role, expires_at: None, actor, now };
    match new.create(&store).await {
        Ok((_, key)) => Ok(key),
        Err(NewKeyError::Store(error)) => Err(error.into()),
        Err(NewKeyError::Random(error)) => Err(StartError::Random(error)),
    }
}

async fn open(config: &Config) -> Result<Store, StartError> {
    let (url, options) =
        (config.database.clone(), store::Options { lease: config.lease, ..store::Options::default() });
    let opened = tokio::task::spawn_blocking(move || Store::open(&url, &options)).await;
    Ok(opened.map_err(io::Error::from).map_err(OpenError::Thread)??)
}

/// Opens the vault, by the key that the database was made with; a new one remembers this key.
async fn open_vault(store: &Store, source: &KeySource) -> Result<Vault, StartError> {
    let known = store.read(meta::Fetch { key: KEY_CHECK.to_owned() }).await?.map(KeyCheck::from);
    let vault = Vault::open(source, known.as_ref())?;
    let keep = meta::Keep { key: KEY_CHECK.to_owned(), value: vault.key_check().as_str().to_owned() };
    // Two servers may start at once on a new database; the first one's key is that of both.
    match vault.matches(&KeyCheck::from(store.write(keep).await?)) {
        true => Ok(vault),
        false => Err(VaultError::OtherDatabase { source_name: source.to_string() }.into()),
    }
}

/// What hooks send by.
fn senders(config: &Config, store: &Store) -> Result<Senders, StartError> {
    let networks = config.network.allow.iter().fold(Networks::public(), |all, one| all.allow(*one));
    let proxy = config.network.proxy.clone();
    let client = campana_notify::Http::new(HttpOptions { networks, proxy, ..HttpOptions::default() })?;
    let Channels { twilio_api_url, pagerduty_api_url } = config.channels.clone();
    let senders = Senders::new(client)
        .inbox(Arc::new(Messages(store.clone())))
        .twilio_api_url(twilio_api_url)
        .pagerduty_api_url(pagerduty_api_url);
    match config.smtp.clone() {
        Some(smtp) => Ok(senders.smtp(smtp)?),
        None => Ok(senders),
    }
}

/// The tenant that is there from the first start on.
async fn first_tenant(store: &Store) -> Result<TenantId, StartError> {
    if let Some(first) = store.read(tenant::First).await? {
        return Ok(first);
    }
    let (name, slug) = (DEFAULT_TENANT.to_owned(), DEFAULT_TENANT.to_owned());
    Ok(store.write(tenant::Create { id: TenantId::new(), name, slug, now: Timestamp::now() }).await?)
}
