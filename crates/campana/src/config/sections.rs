//! The sections: what belongs there, checked.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Once;

use campana_client::Endpoint;
use campana_model::Secret;
use campana_notify::channels::email::Security;
use ipnet::IpNet;
use url::Url;

use super::file::{ConfigFile, Exposed};
use super::operation::log_format;
use super::reader::{Reader, Section};
use super::{ConfigError, Hooks, LogFormat, Origin, Retention, Setting, Shown};

/// The configuration: what the file says, overridden by what the environment says.
///
/// ```no_run
/// use campana::Config;
///
/// let config = Config::load()?;
/// let host = config.smtp.host.as_deref().unwrap_or("smtp.gmail.com");
/// # Ok::<(), campana::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Config {
    /// `[context.secrets]`: secrets by name.
    pub secrets: BTreeMap<String, Secret>,
    /// `[network]`.
    pub network: Network,
    /// `[smtp]`.
    pub smtp: Smtp,
    /// `[channels]`.
    pub channels: Channels,
    /// `[server]`.
    pub server: Server,
    /// `[hooks]`.
    pub hooks: Hooks,
    /// `[retention]`.
    pub retention: Retention,
    settings: Vec<Setting>,
    exposed: Option<Exposed>,
}

/// How other machines are reached.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Network {
    /// The URL of an HTTP proxy; it may hold a user and a password.
    pub proxy: Option<Secret>,
    /// The networks that a server may send to though they are not public.
    pub allow: Vec<IpNet>,
}

/// The server that takes e-mails.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Smtp {
    /// Its name or address.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// How the connection is kept private.
    pub security: Option<Security>,
    /// Who logs in.
    pub username: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// Whom e-mails are from: `Name <user@host>` or `user@host`.
    pub from: Option<String>,
}

/// The services that have an API of their own.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Channels {
    /// `[channels.twilio]`.
    pub twilio: Api,
    /// `[channels.pagerduty]`.
    pub pagerduty: Api,
    /// `[channels.pushbullet]`.
    pub pushbullet: Api,
}

/// Where a service is reached.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Api {
    /// The URL of its API, if not the usual one.
    pub api_url: Option<Secret>,
}

/// The server, and where it is found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Server {
    /// The address to listen at.
    pub host: Option<IpAddr>,
    /// The port to listen at; 0 takes a free one.
    pub port: Option<u16>,
    /// Where people reach it, without a slash at the end: links in messages begin with this.
    pub public_url: Option<String>,
    /// Where it keeps everything; may hold a password.
    pub database_url: Option<Secret>,
    /// The key by which it encrypts secrets, if that is not in a file.
    pub encryption_key: Option<Secret>,
    /// The form of its log.
    pub log: Option<LogFormat>,
    /// Where flows reach it, if not on this machine.
    pub endpoint: Option<Endpoint>,
    /// What opens it.
    pub api_key: Option<Secret>,
}

impl Config {
    /// The configuration of this user and this process; empty where nothing is set.
    ///
    /// # Errors
    /// If the file cannot be read, or a key or a value in it or in the environment is wrong.
    pub fn load() -> Result<Self, ConfigError> {
        Self::of(ConfigFile::read()?.as_ref(), env::vars_os())
    }

    /// The same with another file, which has to be there.
    ///
    /// # Errors
    /// If the file cannot be read, or a key or a value in it or in the environment is wrong.
    pub fn load_from(path: &Path) -> Result<Self, ConfigError> {
        let file = ConfigFile::read_from(path.to_owned())?;
        if !file.exists() {
            let source = std::io::ErrorKind::NotFound.into();
            return Err(ConfigError::Read { path: path.to_owned(), source });
        }
        Self::of(Some(&file), env::vars_os())
    }

    pub(crate) fn of(
        file: Option<&ConfigFile>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(file, variables)?;
        let secrets = reader.section("context.secrets").all_secrets()?;
        let network = Network::read(reader.section("network"))?;
        let smtp = Smtp::read(reader.section("smtp"))?;
        let channels = Channels {
            twilio: Api::read(reader.section("channels.twilio"))?,
            pagerduty: Api::read(reader.section("channels.pagerduty"))?,
            pushbullet: Api::read(reader.section("channels.pushbullet"))?,
        };
        let server = Server::read(reader.section("server"))?;
        let hooks = Hooks::read(reader.section("hooks"))?;
        let retention = Retention::read(reader.section("retention"))?;
        let settings = reader.finish()?;
        let in_file = |setting: &Setting| matches!(setting.origin, Origin::File { .. });
        let holds_secrets = settings.iter().any(|set| set.value == Shown::Secret && in_file(set));
        let exposed = file.filter(|_| holds_secrets).and_then(ConfigFile::exposed);
        exposed.iter().for_each(warn_once);
        Ok(Self { secrets, network, smtp, channels, server, hooks, retention, settings, exposed })
    }

    /// Every key that is set, section by section.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// A warning, if the file holds secrets and others can read it. It is in the log as well.
    pub fn exposed(&self) -> Option<&Exposed> {
        self.exposed.as_ref()
    }
}

fn warn_once(exposed: &Exposed) {
    static WARNING: Once = Once::new();
    WARNING.call_once(|| tracing::warn!("{exposed}"));
}

impl Network {
    fn read(mut section: Section<'_, '_>) -> Result<Self, ConfigError> {
        let networks = "a list of networks, such as [\"10.1.0.0/16\"]";
        Ok(Self {
            proxy: section.url("proxy")?,
            allow: section.list("allow", networks, |text| text.parse().ok())?,
        })
    }
}

impl Smtp {
    fn read(mut section: Section<'_, '_>) -> Result<Self, ConfigError> {
        Ok(Self {
            host: section.text("host")?,
            port: section.port("port")?,
            security: section.parsed("security", "ssl, starttls or insecure", security)?,
            username: section.text("username")?,
            password: section.secret("password")?,
            from: section.text("from")?,
        })
    }
}

fn security(text: &str) -> Option<Security> {
    match text.to_lowercase().as_str() {
        "ssl" => Some(Security::Ssl),
        "starttls" => Some(Security::Starttls),
        "insecure" => Some(Security::Insecure),
        _ => None,
    }
}

impl Api {
    fn read(mut section: Section<'_, '_>) -> Result<Self, ConfigError> {
        Ok(Self { api_url: section.url("api_url")? })
    }
}

impl Server {
    fn read(mut section: Section<'_, '_>) -> Result<Self, ConfigError> {
        let address = "an address in quotes, such as 127.0.0.1";
        let url = "a URL in quotes, such as https://campana.example.com";
        Ok(Self {
            host: section.parsed("host", address, |text| text.parse().ok())?,
            port: section.port("port")?,
            public_url: section.parsed("public_url", url, web_page)?,
            database_url: section.url("database_url")?,
            encryption_key: section.secret("encryption_key")?,
            log: section.parsed("log", "text or json", log_format)?,
            endpoint: section.parsed("endpoint", url, |text| text.parse().ok())?,
            api_key: section.secret("api_key")?,
        })
    }
}

/// The URL of a page, without a slash at the end. One with a password would be in every message.
fn web_page(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let usable = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    usable.then(|| text.trim_end_matches('/').to_owned())
}
