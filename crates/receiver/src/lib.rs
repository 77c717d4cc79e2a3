//! Loopback stand-ins for the services that Campana notifies.
//!
//! A [`Receiver`] is a real HTTP server on a loopback address, and an SMTP server beside it. It answers a sender as the service
//! itself would, keeps what arrived, and can [draw](draw()) each message as a person would see it. It serves
//! `campana receive`, the demo and the tests.
//!
//! * **sender**: whoever posts or mails: a notifier, a task, `curl`.
//! * **[`Kind`]**: which service is stood in for; one file each under `kind`, mails under `smtp`. It decides the answer and
//!   reads the message, without IO.
//! * **[`Receiver`]**: listens, asks the kind, writes down, and only then answers.
//! * **[`Fault`]**: what to do to the next requests instead, so that senders can be seen to cope.
//! * **reader**: takes what arrived, by [`Receiver::messages`] as it comes or by [`Receiver::received`].
//!
//! Guaranteed: a sender that got an answer finds its request in `received()`; requests are numbered in the
//! order in which they were answered. Not guaranteed: anything after the process ends, since nothing is
//! stored, and more than the newest [`Options::keep`] requests.
//!
//! ```
//! # use campana_receiver::{Kind, Options, Receiver};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), campana_receiver::StartError> {
//! let receiver = Receiver::start(Options::default()).await?;
//! assert!(receiver.url(Kind::Slack).starts_with("http://127.0.0.1:"));
//! receiver.stop().await;
//! # Ok(())
//! # }
//! ```

mod draw;
mod fault;
mod http;
mod kind;
mod listen;
mod log;
mod message;
mod mrkdwn;
mod received;
mod receiver;
mod smtp;

pub use draw::draw;
pub use fault::Fault;
pub use kind::Kind;
pub use log::{Messages, TooFew};
pub use message::{Card, Field, Link, Part, ReceivedMessage, Signature, Text};
pub use received::{Outcome, Received, Request};
pub use receiver::{Options, Receiver, StartError};
