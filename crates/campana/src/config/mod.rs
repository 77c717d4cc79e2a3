//! What a person has set for all flows on a machine: the file `~/.campana/config.toml` (or the one that
//! `CAMPANA__USER_CONFIG_PATH` names), each key of which an environment variable `CAMPANA__SECTION__KEY`
//! overrides.
//!
//! ```toml
//! [context.secrets]
//! SLACK_WEBHOOK_URL = "https://hooks.slack.com/services/..."
//!
//! [network]
//! proxy = "http://proxy.example.com:3128"     # for everything that is sent
//! allow = ["10.1.0.0/16"]                     # networks that a server may send to though they are private
//!
//! [smtp]
//! host = "smtp.example.com"
//! port = 587
//! security = "starttls"                       # ssl, starttls or insecure
//! username = "bell@example.com"
//! password = "..."
//! from = "Campana <bell@example.com>"
//!
//! [channels.twilio]                           # the same for pagerduty and pushbullet
//! api_url = "https://api.twilio.com"
//!
//! [server]
//! host = "127.0.0.1"
//! port = 4200
//! database_url = "postgres://..."             # or sqlite:///var/lib/campana/campana.db
//! encryption_key = "..."                      # 32 bytes in base64, if not in a file beside the database
//! log = "text"                                # or json
//! public_url = "https://campana.example.com"  # where links in messages lead
//! endpoint = "https://campana.example.com"    # where flows report to, if not on this machine
//! api_key = "..."                             # the key that flows and `campana` show it
//!
//! [hooks]
//! backoff = ["5s", "30s", "2m"]               # the waits after attempts that failed
//! timeout = "20s"                             # how long one attempt may take
//! lease = "60s"                               # how long a delivery is a server's that may have crashed
//! slots = 256                                 # how many deliveries are sent at once
//! per_destination = 16                        # how many of them to one destination
//! give_up_after = "78h"                       # how long one waits for a destination that does not answer at all
//!
//! [retention]
//! deliveries = "90d"                          # how long finished deliveries are kept, or forever
//! logs = "90d"                                # how long the logs of runs are
//! ```
//!
//! The way of a value:
//!
//! ```text
//! ConfigFile, environment -> Reader    what is written, each value with the line or variable where it stands
//! Reader -> Section -> Config          what belongs there: each type checked, nothing left over
//! ```
//!
//! A variable holds the bare value: `CAMPANA__SMTP__PORT=587`, `CAMPANA__SMTP__USERNAME=1234` (a text, since a
//! user name is one), `CAMPANA__NETWORK__ALLOW=10.1.0.0/16,10.2.0.0/16`. After `CAMPANA__CONTEXT__SECRETS__` all
//! is the name of the secret, in its own case.
//!
//! Guaranteed: nothing is kept between two looks, so a change counts at once; a key that does not exist and a
//! value of the wrong type are errors that name the line or the variable, the key and the remedy, and never
//! repeat the value, since that may be a secret; a file with secrets that others on the machine can read is a
//! warning in the log, once in a process.

mod error;
mod file;
mod operation;
mod reader;
mod sections;
mod setting;
#[cfg(test)]
mod tests;

pub use error::ConfigError;
pub(crate) use file::{ConfigFile, from_environment, variable};
pub use file::{Exposed, path};
pub use operation::{Hooks, Keep, LogFormat, Retention};
pub use sections::{Api, Channels, Config, Network, Server, Smtp};
pub use setting::{Origin, Setting, Shown};
