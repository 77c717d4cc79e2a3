//! A server from its start to its end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::serve::ListenerExt as _;
use campana_model::Timestamp;
use campana_model::id::TenantId;
use campana_store::{self as store, OpenError, Store, tenant};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::app::{App, Counters, Keys};
use crate::config::Config;
use crate::graphql::build_schema;
use crate::http::{self, Guard};

/// The name and slug of the tenant that the first start makes.
const DEFAULT_TENANT: &str = "default";

/// A server that is listening. It answers while it [runs](Self::run_until).
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    router: axum::Router,
    grace: std::time::Duration,
}

/// A server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something about sending cannot be used.
    #[error("cannot send with this configuration")]
    Channel(#[from] campana_notify::ConfigError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database does not answer.
    #[error("cannot use the database")]
    Store(#[from] store::Error),
    /// Everybody who reaches the address could do everything.
    #[error(
        "{host} can be reached by other machines, and no API key exists: make one with `campana server create-key`, or listen at 127.0.0.1"
    )]
    NoKeys {
        /// The address.
        host: std::net::IpAddr,
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
    /// Opens the database, makes in it what the first start makes, and listens.
    ///
    /// # Errors
    /// If something of it cannot be had; the error says what, and the remedy.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let store = open(&config).await?;
        let default_tenant = first_tenant(&store).await?;
        let app = Arc::new(App {
            store: store.clone(),
            default_tenant,
            is_local: config.is_local(),
            keys: Keys::default(),
            counters: Counters::default(),
        });
        let wanted = SocketAddr::new(config.host, config.port);
        let listen = |source| StartError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let schema = build_schema().data(store).data(Arc::clone(&app)).finish();
        let guard = Arc::new(Guard::new(config.is_local(), config.public_url.as_deref()));
        let router = http::router(http::Http { app: Arc::clone(&app), schema, guard });
        Ok(Self { app, listener, address, router, grace: config.grace })
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
        let Self { app, listener, address, router, grace } = self;
        let (asked, stopping) = oneshot::channel();
        let shutdown = async move {
            shutdown.await;
            let _ = asked.send(());
        };
        // An answer is small and waited for.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let serving = axum::serve(listener, router).with_graceful_shutdown(shutdown).into_future();
        let stopping = async {
            // Dropped without a word when serving has failed.
            let _ = stopping.await;
            tracing::info!(%address, "stopping");
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            served = serving => served?,
            () = stopping => tracing::warn!("gave up requests that did not end"),
        }
        drop(app);
        Ok(())
    }
}

async fn open(config: &Config) -> Result<Store, StartError> {
    let (url, options) =
        (config.database.clone(), store::Options { lease: config.lease, ..store::Options::default() });
    let opened = tokio::task::spawn_blocking(move || Store::open(&url, &options)).await;
    Ok(opened.map_err(io::Error::from).map_err(OpenError::Thread)??)
}

/// The tenant that is there from the first start on.
async fn first_tenant(store: &Store) -> Result<TenantId, StartError> {
    if let Some(first) = store.read(tenant::First).await? {
        return Ok(first);
    }
    let (name, slug) = (DEFAULT_TENANT.to_owned(), DEFAULT_TENANT.to_owned());
    Ok(store.write(tenant::Create { id: TenantId::new(), name, slug, now: Timestamp::now() }).await?)
}
