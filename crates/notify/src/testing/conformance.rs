//! What every channel over HTTP does, whatever its provider: [`channel_conformance!`] makes the tests.

use std::sync::Arc;
use std::time::Duration;

use campana_model::Secret;
use reqwest::header::HeaderMap;

use super::{Reply, Request, Server, Step, logs, samples};
use crate::{
    Answer, Channel, ChannelConfig, ConfigError, Http, HttpOptions, Networks, Payload, Receipt, Scope,
    SendError, SendErrorKind, Verdict,
};

/// The tests of a channel over HTTP, as a module `conformance`.
///
/// ```ignore
/// channel_conformance!(Subject::new(
///     |url, proxy| ChannelConfig::Slack(SlackConfig { proxy, ..SlackConfig::new(url) }),
///     || Reply::new(200).body("ok"),
/// ));
/// ```
macro_rules! channel_conformance {
    ($subject:expr) => {
        mod conformance {
            use super::*;
            use $crate::testing::conformance::Subject;

            channel_conformance!(@tests $subject;
                what_is_accepted_has_a_receipt,
                every_status_has_its_meaning,
                an_answer_cannot_leak_or_flood,
                the_wait_asked_for_is_honoured_and_clamped,
                a_redirect_is_not_followed,
                what_was_sent_and_not_answered_is_ambiguous,
                no_connection_is_unreachable,
                a_private_address_is_refused_unless_allowed,
                a_proxy_is_used_and_its_password_kept,
                nothing_secret_is_shown,
            );
        }
    };
    (@tests $subject:expr; $($test:ident),* $(,)?) => {
        $(#[tokio::test]
        async fn $test() {
            $crate::testing::conformance::$test($subject).await;
            $crate::testing::conformance::keeps_secrets(&$crate::testing::logs::text());
        })*
    };
}

pub(crate) use channel_conformance;

/// A channel to be tested.
pub(crate) struct Subject {
    /// Configures the channel to this URL, through this proxy; other credentials are [`SIGNING_SECRET`] or
    /// [`TOKEN`].
    pub(crate) config: fn(Secret, Option<Secret>) -> ChannelConfig,
    /// What its provider answers when it accepts a message.
    pub(crate) accepted: fn() -> Reply,
    /// What the channel adds to the URL's path.
    pub(crate) added_path: &'static str,
    /// The body that the channel sends for a payload.
    pub(crate) body: fn(&Payload) -> String,
}

impl Subject {
    /// A channel that posts each payload as it is to the URL as it is.
    pub(crate) fn new(config: fn(Secret, Option<Secret>) -> ChannelConfig, accepted: fn() -> Reply) -> Self {
        Self { config, accepted, added_path: "", body: |payload| payload.body().to_owned() }
    }
}

const PATH_TOKEN: &str = "pAtHtOkEn0123456789";
const PATH: &str = "/services/T0/pAtHtOkEn0123456789";
const QUERY: &str = "?sig=qUeRyToKeN0123";
const PROXY_PASSWORD: &str = "pRoXyPaSsWoRd";
/// What no text may hold.
const SECRETS: [&str; 5] =
    [PATH_TOKEN, "qUeRyToKeN0123", PROXY_PASSWORD, TOKEN, "pNZktROXI4R0tZcXJUd2pVUEQ4SUxQWklvMkxhTGFTdw"];
/// A token or password of a provider; the secrets hold it in base64 too, as the password of basic auth.
pub(crate) const TOKEN: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// A secret to sign with.
pub(crate) const SIGNING_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// As many bytes of an answer as the tests' client reads.
const MAX_ANSWER_BYTES: usize = 4_096;

/// An answer of a provider, for a channel's table of answers.
pub(crate) fn answer(status: u16, body: &str, whole: bool) -> Answer {
    Answer { status, headers: HeaderMap::new(), body: body.to_owned(), whole }
}

/// Longer than anything takes that is to succeed.
const PATIENT: Duration = Duration::from_secs(60);
/// For what never ends by itself.
const HURRIED: Duration = Duration::from_secs(2);

fn client(networks: Networks, total_timeout: Duration) -> Http {
    logs::listen();
    let options = HttpOptions {
        connect_timeout: total_timeout,
        total_timeout,
        max_answer_bytes: MAX_ANSWER_BYTES,
        networks,
        ..HttpOptions::default()
    };
    Http::new(options).unwrap()
}

impl Subject {
    fn build(
        &self,
        url: impl Into<Secret>,
        proxy: Option<Secret>,
        http: &Http,
    ) -> Result<Arc<dyn Channel>, ConfigError> {
        (self.config)(url.into(), proxy).build(http)
    }

    /// A channel to the server, and the server.
    fn serve<S: Into<Step>>(
        &self,
        steps: impl IntoIterator<Item = S>,
        limit: Duration,
    ) -> (Arc<dyn Channel>, Server) {
        let server = Server::start(steps);
        let channel = self.build(server.url(&url_path()), None, &client(Networks::any(), limit)).unwrap();
        (channel, server)
    }
}

fn url_path() -> String {
    format!("{PATH}{QUERY}")
}

async fn send(channel: &dyn Channel) -> Result<Receipt, SendError> {
    let outcome = channel.send(&channel.render(&samples::task_failed()), &samples::context()).await;
    keeps_secrets(&format!("{outcome:?}"));
    if let Err(error) = &outcome {
        keeps_secrets(&error.to_string());
    }
    outcome
}

/// Fails if a secret of the tests is in `text`.
pub(crate) fn keeps_secrets(text: &str) {
    // Parts of a URL come back in lower case.
    let lower = text.to_lowercase();
    for secret in SECRETS {
        assert!(!lower.contains(&secret.to_lowercase()), "a secret is in {text}");
    }
}

pub(crate) async fn what_is_accepted_has_a_receipt(subject: Subject) {
    let (channel, server) = subject.serve([(subject.accepted)()], PATIENT);
    let notifications =
        [samples::flow_succeeded(), samples::task_failed(), samples::flow_failed(), samples::hostile()];
    let mut payloads: Vec<_> = notifications.iter().map(|sample| channel.render(sample)).collect();
    payloads.push(channel.render_message(&"a line\r\nand \"another\" č 🔔".into()));
    for (sent, payload) in payloads.iter().enumerate() {
        keeps_secrets(&format!("{payload:?}"));
        let receipt = channel.send(payload, &samples::context()).await.unwrap();
        assert!((200..300).contains(&receipt.status));
        let requests = server.requests();
        assert_eq!(requests.len(), sent + 1, "one attempt is one request");
        let request = requests.last().unwrap();
        assert_eq!(request.line, format!("POST {PATH}{}{QUERY} HTTP/1.1", subject.added_path));
        assert_eq!(request.header("content-type"), Some(payload.content_type()));
        assert!(request.header("user-agent").unwrap().starts_with("campana/"));
        assert_eq!(request.body, (subject.body)(payload));
    }
}

pub(crate) async fn every_status_has_its_meaning(subject: Subject) {
    let statuses = 200..=599;
    let (channel, server) = subject.serve(statuses.clone().map(Reply::new), PATIENT);
    for status in statuses.clone() {
        let error = match send(&*channel).await {
            Ok(receipt) => {
                assert!((200..300).contains(&receipt.status), "{status} is no success");
                continue;
            }
            Err(error) => error,
        };
        assert!(error.message.contains(&status.to_string()), "{error}");
        assert_eq!(error.is_gone(), status == 410, "{status}");
        match status {
            401 | 403 => assert_eq!(error.kind, SendErrorKind::Auth),
            410 => assert_eq!((error.verdict, error.scope), (Verdict::Permanent, Scope::Destination)),
            429 => {
                let wanted = (SendErrorKind::RateLimited, Verdict::Retry { after: None }, Scope::Destination);
                assert_eq!((error.kind, error.verdict, error.scope), wanted);
            }
            500.. => {
                assert_eq!(
                    (error.kind, error.is_retryable()),
                    (SendErrorKind::ServerFault, true),
                    "{status}"
                );
            }
            _ => {}
        }
    }
    assert_eq!(server.requests().len(), statuses.count(), "one attempt is one request");
}

pub(crate) async fn an_answer_cannot_leak_or_flood(subject: Subject) {
    let echo = format!("no hook {PATH}{QUERY} {PATH_TOKEN}\r\n\u{1b}[31m");
    let endless = "x".repeat(MAX_ANSWER_BYTES * 20);
    let steps = [
        Step::Answer(Reply::new(404).body(echo)),
        Step::Answer(Reply::new(500).body(endless)),
        Step::Stall(Reply::new(500).body("never to be completed")),
        Step::Stall((subject.accepted)().body("never to be completed")),
    ];
    let (channel, _server) = subject.serve(steps, HURRIED);
    let echoed = send(&*channel).await.unwrap_err();
    assert!(echoed.message.contains("[secret]") && !echoed.message.contains(char::is_control), "{echoed}");
    for _ in 0..2 {
        let error = send(&*channel).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::ServerFault, "the status says enough");
        assert!(error.message.chars().count() < 300, "{error}");
    }
    // Accepted by its status, or not known: never refused.
    if let Err(error) = send(&*channel).await {
        assert_eq!((error.kind, error.is_retryable()), (SendErrorKind::Ambiguous, true));
    }
}

pub(crate) async fn the_wait_asked_for_is_honoured_and_clamped(subject: Subject) {
    let table = [
        ("7", Some(7)),
        (" 0 ", Some(0)),
        ("99999", Some(3_600)),
        ("99999999999999999999999999", Some(3_600)),
        ("Fri, 20 Nov 2026 21:58:47 GMT", Some(29)),
        ("Fri, 20 Nov 2026 21:00:00 GMT", Some(0)),
        ("Fri, 20 Nov 2099 21:00:00 GMT", Some(3_600)),
        ("soon", None),
        ("-1", None),
        ("", None),
    ];
    for status in [429, 503] {
        let replies = table.iter().map(|(value, _)| Reply::new(status).header("retry-after", value));
        let (channel, _server) = subject.serve(replies, PATIENT);
        for (value, seconds) in table {
            let Verdict::Retry { after } = send(&*channel).await.unwrap_err().verdict else {
                panic!("{status} is to be tried again");
            };
            assert_eq!(after.map(|after| after.as_secs()), seconds, "{value:?}");
        }
    }
}

pub(crate) async fn a_redirect_is_not_followed(subject: Subject) {
    let target = Server::start([(subject.accepted)()]);
    for status in [301, 302, 303, 307, 308] {
        let redirect = Reply::new(status).header("location", &target.url(&url_path()));
        let (channel, _server) = subject.serve([redirect], PATIENT);
        let error = send(&*channel).await.unwrap_err();
        assert!(error.message.contains("redirect"), "{error}");
    }
    assert_eq!(target.requests().len(), 0);
}

pub(crate) async fn what_was_sent_and_not_answered_is_ambiguous(subject: Subject) {
    let steps = [
        Step::Hang,
        Step::ResetBeforeBody,
        Step::ResetAfterBody,
        Step::Raw(Vec::new()),
        Step::Raw(b"220 smtp.example.com ESMTP\r\n".to_vec()),
        Step::Raw(b"HTTP/1.1 200".to_vec()),
    ];
    for step in steps {
        let (channel, server) = subject.serve([step.clone()], HURRIED);
        let error = send(&*channel).await.unwrap_err();
        let wanted = (SendErrorKind::Ambiguous, true);
        assert_eq!((error.kind, error.is_retryable()), wanted, "{step:?}: {error}");
        assert_eq!(server.requests().len(), 1, "{step:?}: one attempt is one request");
    }
}

pub(crate) async fn no_connection_is_unreachable(subject: Subject) {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // A port that speaks no TLS cannot be connected to, either: nothing of the message was sent.
    let plain = Server::start([Reply::new(200)]);
    let urls = [
        format!("http://{closed}{PATH}{QUERY}"),
        format!("https://{}{PATH}{QUERY}", plain.address()),
        format!("https://does-not-exist.invalid{PATH}{QUERY}"),
    ];
    for url in urls {
        let channel = subject.build(url, None, &client(Networks::any(), HURRIED)).unwrap();
        let error = send(&*channel).await.unwrap_err();
        let wanted = (SendErrorKind::Unreachable, Verdict::Retry { after: None }, Scope::Destination);
        assert_eq!((error.kind, error.verdict, error.scope), wanted, "{error}");
    }
}

pub(crate) async fn a_private_address_is_refused_unless_allowed(subject: Subject) {
    let server = Server::start([(subject.accepted)()]);
    let port = server.address().port();
    let hosts = [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "127.0.0.1.",
    ];
    for host in hosts {
        let url = Secret::new(format!("http://{host}:{port}{PATH}{QUERY}"));
        let error = subject.build(url, None, &client(Networks::public(), PATIENT)).unwrap_err();
        assert!(matches!(error, ConfigError::Address { .. }), "{host}: {error}");
        keeps_secrets(&format!("{error} {error:?}"));
    }
    let named = Secret::new(format!("http://localhost:{port}{PATH}{QUERY}"));
    let channel = subject.build(named.clone(), None, &client(Networks::public(), PATIENT)).unwrap();
    let error = send(&*channel).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Unreachable);
    assert!(error.message.contains("allow its network"), "{error}");
    assert_eq!(server.requests().len(), 0);

    let allowed = client(Networks::public().allow("127.0.0.0/8".parse().unwrap()), PATIENT);
    let channel = subject.build(named, None, &allowed).unwrap();
    send(&*channel).await.unwrap();
}

pub(crate) async fn a_proxy_is_used_and_its_password_kept(subject: Subject) {
    let refusal = Reply::new(502).body(format!("bad password {PROXY_PASSWORD}"));
    let proxy = Server::start([(subject.accepted)(), refusal]);
    let target = Server::start([(subject.accepted)()]);
    let through = Secret::new(format!("http://user:{PROXY_PASSWORD}@{}", proxy.address()));
    let channel = subject
        .build(Secret::new(target.url(&url_path())), Some(through), &client(Networks::any(), PATIENT))
        .unwrap();
    keeps_secrets(&format!("{channel:?}"));
    send(&*channel).await.unwrap();
    let error = send(&*channel).await.unwrap_err();
    assert!(error.message.contains("bad password [secret]"), "{error}");
    let requests: Vec<Request> = proxy.requests();
    assert!(requests.iter().all(|request| request.header("proxy-authorization").is_some()));
    assert_eq!((requests.len(), target.requests().len()), (2, 0));
}

pub(crate) async fn nothing_secret_is_shown(subject: Subject) {
    let http = client(Networks::public(), PATIENT);
    let bad = [
        format!("hooks.example.com{PATH}{QUERY}"),
        format!("http://hooks.example.com{PATH}{QUERY}"),
        format!("ftp://hooks.example.com{PATH}{QUERY}"),
        format!("https://[{PATH_TOKEN}"),
        format!("{PATH_TOKEN}:{PATH_TOKEN}"),
    ];
    for url in bad {
        let error = subject.build(Secret::new(url.clone()), None, &http).unwrap_err();
        keeps_secrets(&format!("{error} {error:?}"));
        let good = Secret::new("https://hooks.example.com/");
        if !url.starts_with("http:") {
            let error = subject.build(good, Some(Secret::new(url)), &http).unwrap_err();
            assert!(error.to_string().contains("proxy"), "{error}");
            keeps_secrets(&format!("{error} {error:?}"));
        }
    }
    let (channel, _server) = subject.serve([(subject.accepted)()], PATIENT);
    keeps_secrets(&format!("{channel:?} {channel:#?}"));
    send(&*channel).await.unwrap();
    assert!(logs::text().contains("starting new connection"), "the log is listened to");
}
