//! The channels: each turns a notification into a message and sends it, once.
//!
//! Actors and flow:
//!
//! ```text
//! Config::build(http) -> Channel          checked whole, before the first message
//! Channel::render(notification) -> Payload    pure, holds no credentials, may be stored
//! Channel::send(payload, context) -> Receipt or SendError    adds credentials and signature; one attempt
//! ```
//!
//! ```
//! use campana_notify::channels::slack::SlackConfig;
//! use campana_notify::{Channel, Http, HttpOptions};
//!
//! let http = Http::new(HttpOptions::default())?;
//! let slack = SlackConfig::new("https://hooks.slack.com/services/T000/B000/XXXX").build(&http)?;
//! let payload = slack.render_message(&"three new orders".into());
//! assert_eq!(payload.body(), r#"{"text":"three new orders"}"#);
//! # Ok::<(), campana_notify::ConfigError>(())
//! ```
//!
//! Whoever calls `send` decides about trying again: a [`SendError`] says what happened, whether and when
//! another try makes sense, and whether only this message or the whole destination is concerned. All HTTP
//! goes through the one guarded client, [`Http`].
//!
//! Guaranteed: no URL, password or signing secret is in a payload, an error, a receipt or a `Debug` output;
//! every attempt of a delivery carries the same body and the same idempotency key; no address is connected
//! to that [`Networks`] does not permit. Not guaranteed: that a message arrives once only. A provider that
//! took the message and did not answer makes an [`Ambiguous`](SendErrorKind::Ambiguous) error, and whether
//! to risk a duplicate is the caller's choice.

mod channel;
pub mod channels;
mod http;
mod networks;
mod outcome;
mod payload;
mod text;
mod words;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use channel::{BoxFuture, Channel, SendContext};
pub use channels::ChannelConfig;
pub use http::{Answer, ConfigError, Endpoint, Http, HttpOptions};
pub use networks::Networks;
pub use outcome::{Receipt, Scope, SendError, SendErrorKind, Verdict};
pub use payload::{Payload, UnknownFormat};
pub use words::plain;
