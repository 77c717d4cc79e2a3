//! Mails over a real socket, to a server that does what it should and what it should not.

use std::net::TcpListener;
use std::time::Duration;

use campana_model::Secret;

use super::server::{Act, At, STEPS, Server, Session, Tls};
use crate::channels::email::{Email, EmailConfig, EmailMessage, Security};
use crate::testing::{logs, samples};
use crate::{
    Channel, ConfigError, Http, HttpOptions, Networks, Receipt, Scope, SendError, SendErrorKind, Verdict,
};

const PASSWORD: &str = "hUnTeR2-pAsSwOrD";
/// `\0user@example.com\0` and the password, and the password alone, in base64.
const ENCODED: [&str; 2] = ["AHVzZXJAZXhhbXBsZS5jb20AaFVuVGVSMi1wQXNTd09yRA==", "aFVuVGVSMi1wQXNTd09yRA=="];

const OFFERS: &[&str] = &["SIZE 1000000", "8BITMIME", "AUTH PLAIN LOGIN"];

/// Longer than anything takes that is to succeed.
const PATIENT: Duration = Duration::from_secs(60);
/// For what never ends by itself.
const HURRIED: Duration = Duration::from_secs(2);

pub(super) fn options(networks: Networks, limit: Duration) -> HttpOptions {
    HttpOptions { connect_timeout: limit, total_timeout: limit, networks, ..HttpOptions::default() }
}

fn http(networks: Networks, limit: Duration) -> Http {
    logs::listen();
    Http::new(options(networks, limit)).unwrap()
}

/// To two, of whom one is a blind copy.
pub(super) fn config(host: &str, port: u16, security: Security) -> EmailConfig {
    EmailConfig {
        port: Some(port),
        security,
        username: Some("user@example.com".to_owned()),
        password: Some(Secret::new(PASSWORD)),
        to: vec!["Anna <anna@example.com>".to_owned()],
        bcc: vec!["ben@example.com".to_owned()],
        ..EmailConfig::new(host)
    }
}

fn channel(server: &Server, limit: Duration) -> Email {
    config("127.0.0.1", server.port(), Security::Insecure).build(&http(Networks::any(), limit)).unwrap()
}

pub(super) async fn send(channel: &Email) -> Result<Receipt, SendError> {
    let payload = channel.render(&samples::task_failed());
    let outcome = channel.send(&payload, &samples::context()).await;
    keeps_secrets(&format!("{outcome:?} {payload:?} {channel:?} {channel:#?}"));
    keeps_secrets(&logs::text());
    outcome
}

fn keeps_secrets(text: &str) {
    for secret in [PASSWORD].into_iter().chain(ENCODED) {
        assert!(!text.contains(secret), "a secret is in {text}");
    }
}

fn mail(session: &Session) -> String {
    String::from_utf8(session.mail.clone().unwrap()).unwrap()
}

#[tokio::test]
async fn a_mail_goes_to_all_and_has_a_receipt() {
    let server = Server::start(Tls::None, OFFERS, &[]);
    let receipt = send(&channel(&server, PATIENT)).await.unwrap();
    assert_eq!(receipt, Receipt { status: 250, answer: "2.0.0 queued as 4711".to_owned() });
    let session = server.sessions().remove(0);
    let size = mail(&session).len();
    let wanted = [
        "EHLO [127.0.0.1]".to_owned(),
        format!("AUTH PLAIN {}", ENCODED[0]),
        format!("MAIL FROM:<user@example.com> SIZE={size}"),
        "RCPT TO:<anna@example.com>".to_owned(),
        "RCPT TO:<ben@example.com>".to_owned(),
        "DATA".to_owned(),
    ];
    assert_eq!(session.commands[..6], wanted);
    assert!(
        mail(&session).contains("To: \"Anna\" <anna@example.com>\r\n")
            || mail(&session).contains("To: Anna <anna@example.com>\r\n")
    );
    assert!(!mail(&session).contains("ben@example.com"), "a blind copy is seen by nobody");
}

#[tokio::test]
async fn every_attempt_sends_the_same_bytes() {
    let server = Server::start(Tls::None, OFFERS, &[]);
    let channel = channel(&server, PATIENT);
    let notification = samples::flow_failed();
    let first = samples::context();
    let later = crate::SendContext { now: "2026-11-21T07:00:00Z".parse().unwrap(), ..first };
    let other = crate::SendContext { delivery_id: campana_model::id::DeliveryId::new(), ..first };
    for context in [first, later, other] {
        channel.send(&channel.render(&notification), &context).await.unwrap();
    }
    let mails: Vec<_> = server.sessions().iter().map(mail).collect();
    assert_eq!(mails[0], mails[1]);
    assert!(mails[0].contains(&format!("Message-ID: <{}@example.com>\r\n", first.delivery_id)));
    assert_ne!(mails[0], mails[2]);
}

#[tokio::test]
async fn login_serves_where_plain_is_not_offered() {
    let server = Server::start(Tls::None, &["AUTH=LOGIN"], &[]);
    send(&channel(&server, PATIENT)).await.unwrap();
    let commands = server.sessions().remove(0).commands;
    assert_eq!(commands[1..4], ["AUTH LOGIN", "dXNlckBleGFtcGxlLmNvbQ==", ENCODED[1]]);

    let server = Server::start(Tls::None, &["AUTH CRAM-MD5"], &[]);
    let error = send(&channel(&server, PATIENT)).await.unwrap_err();
    let wanted = (SendErrorKind::Auth, Verdict::Permanent, Scope::Destination);
    assert_eq!((error.kind, error.verdict, error.scope), wanted, "{error}");
}

#[tokio::test]
async fn every_reply_has_its_meaning_at_every_step() {
    use SendErrorKind::{Auth, Rejected, ServerFault};
    let again = Verdict::Retry { after: None };
    for at in STEPS {
        let early = matches!(at, At::Greeting | At::Ehlo | At::Auth);
        let scope = if early { Scope::Destination } else { Scope::ThisMessage };
        let refused = if at == At::Auth { Auth } else { Rejected };
        let scope_of_refusal = scope;
        let table = [
            ("421 4.7.0 try again later", ServerFault, again, Scope::Destination),
            ("451 4.3.0 local trouble", ServerFault, again, scope),
            ("452-4.2.2 full\r\n452 4.2.2 very full", ServerFault, again, scope),
            ("530 5.7.0 log in first", Auth, Verdict::Permanent, Scope::Destination),
            ("535 5.7.8 bad credentials", Auth, Verdict::Permanent, Scope::Destination),
            ("550 5.1.1 no such user", refused, Verdict::Permanent, scope_of_refusal),
            ("552 5.3.4 too big", refused, Verdict::Permanent, scope_of_refusal),
            ("554", refused, Verdict::Permanent, scope_of_refusal),
        ];
        for (said, kind, verdict, scope) in table {
            // The one recipient that is left, so that refusing one is refusing all.
            let script =
                [(at, Act::Say(format!("{said}\r\n"))), (At::Rcpt(1), Act::Say("550 no\r\n".to_owned()))];
            let server = Server::start(Tls::None, OFFERS, &script[..1 + usize::from(at == At::Rcpt(0))]);
            let error = send(&channel(&server, PATIENT)).await.unwrap_err();
            if at == At::Rcpt(0) && verdict == Verdict::Permanent {
                assert_eq!((error.kind, error.verdict), (Rejected, Verdict::Permanent), "{at:?} {error}");
            } else {
                let wanted = (kind, verdict, scope);
                assert_eq!((error.kind, error.verdict, error.scope), wanted, "{at:?} {said}: {error}");
                assert!(error.message.contains(&said[..3]), "{error}");
            }
            assert_eq!(server.sessions().len(), 1, "one attempt is one connection");
        }
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_mail_sent_nothing_and_one_lost_after_it_is_ambiguous() {
    for at in STEPS {
        for act in [Act::Close, Act::Reset, Act::Say("\u{1b}[31m nonsense\r\n".to_owned())] {
            let server = Server::start(Tls::None, OFFERS, &[(at, act.clone())]);
            let error = send(&channel(&server, PATIENT)).await.unwrap_err();
            let wanted = if at == At::End { SendErrorKind::Ambiguous } else { SendErrorKind::Unreachable };
            assert_eq!((error.kind, error.is_retryable()), (wanted, true), "{at:?} {act:?}: {error}");
            assert!(!error.message.contains(char::is_control), "{error}");
            assert_eq!(server.sessions().len(), 1, "one attempt is one connection");
        }
    }
}

#[tokio::test]
async fn whoever_says_nothing_is_not_waited_for_for_ever() {
    let waits = STEPS.map(|at| {
        tokio::spawn(async move {
            let server = Server::start(Tls::None, OFFERS, &[(at, Act::Hang)]);
            let error = send(&channel(&server, HURRIED)).await.unwrap_err();
            let wanted = if at == At::End { SendErrorKind::Ambiguous } else { SendErrorKind::Unreachable };
            assert_eq!((error.kind, error.is_retryable()), (wanted, true), "{at:?}: {error}");
            assert!(error.message.contains("not in time"), "{error}");
        })
    });
    for wait in waits {
        wait.await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_cannot_leak_or_flood() {
    let echo = format!("535 bad password {PASSWORD} ({} {})\r\n", ENCODED[0], ENCODED[1]);
    let server = Server::start(Tls::None, OFFERS, &[(At::Auth, Act::Say(echo))]);
    let error = send(&channel(&server, PATIENT)).await.unwrap_err();
    assert!(error.message.contains("bad password [secret] ([secret] [secret])"), "{error}");

    let long = format!("550 {}\r\n", "x".repeat(50_000));
    let server = Server::start(Tls::None, OFFERS, &[(At::Mail, Act::Say(long))]);
    let error = send(&channel(&server, PATIENT)).await.unwrap_err();
    assert!(error.kind == SendErrorKind::Rejected && error.message.chars().count() < 300, "{error}");

    for flood in ["250 x".repeat(100_000), "250-x\r\n".repeat(100_000)] {
        let server = Server::start(Tls::None, OFFERS, &[(At::Mail, Act::Say(flood))]);
        let error = send(&channel(&server, PATIENT)).await.unwrap_err();
        assert!(error.message.contains("too long"), "{error}");
    }
}

#[tokio::test]
async fn a_recipient_refused_for_good_does_not_keep_the_mail_from_the_others() {
    for refused in [At::Rcpt(0), At::Rcpt(1)] {
        let no = Act::Say("550 5.1.1 no such user\r\n".to_owned());
        let server = Server::start(Tls::None, OFFERS, &[(refused, no)]);
        let receipt = send(&channel(&server, PATIENT)).await.unwrap();
        assert_eq!(receipt.answer, "2.0.0 queued as 4711; not for all recipients: 550 5.1.1 no such user");
        let later = Act::Say("450 4.2.0 come again\r\n".to_owned());
        let server = Server::start(Tls::None, OFFERS, &[(refused, later)]);
        let error = send(&channel(&server, PATIENT)).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(server.sessions()[0].mail, None, "the others would get it twice");
    }
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_not_sent() {
    let server = Server::start(Tls::None, &["SIZE 1000", "AUTH PLAIN"], &[]);
    let error = send(&channel(&server, PATIENT)).await.unwrap_err();
    assert_eq!((error.kind, error.verdict), (SendErrorKind::Rejected, Verdict::Permanent));
    assert!(error.message.contains("1000 bytes"), "{error}");
    assert!(!server.sessions()[0].commands.iter().any(|command| command == "DATA"));
    for no_limit in ["SIZE", "SIZE 0"] {
        let server = Server::start(Tls::None, &[no_limit, "AUTH PLAIN"], &[]);
        send(&channel(&server, PATIENT)).await.unwrap();
    }
}

#[tokio::test]
async fn dots_arrive_as_they_were() {
    let server = Server::start(Tls::None, OFFERS, &[]);
    let channel = channel(&server, PATIENT);
    let text = "a\n.\n..b\nRSET\nend";
    channel
        .send(&channel.render_email(&EmailMessage::new("dots").text(text)), &samples::context())
        .await
        .unwrap();
    let session = server.sessions().remove(0);
    assert!(mail(&session).ends_with("\r\n\r\na\r\n.\r\n..b\r\nRSET\r\nend\r\n"), "{}", mail(&session));
    assert!(!session.commands.iter().any(|command| command == "RSET"));
}

#[tokio::test]
async fn a_private_address_is_refused_unless_allowed() {
    let server = Server::start(Tls::None, OFFERS, &[]);
    let public = http(Networks::public(), PATIENT);
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "::1", "[::1]", "::ffff:127.0.0.1", "127.0.0.1."] {
        let error = config(host, server.port(), Security::Ssl).build(&public).unwrap_err();
        assert!(matches!(error, ConfigError::Address { field: "host", .. }), "{host}: {error}");
    }
    let named = config("localhost", server.port(), Security::Insecure);
    let error = send(&named.clone().build(&public).unwrap()).await.unwrap_err();
    assert_eq!((error.kind, error.scope), (SendErrorKind::Unreachable, Scope::Destination));
    assert!(error.message.contains("allow its network"), "{error}");
    assert_eq!(server.sessions().len(), 0);
    let allowed = http(Networks::public().allow("127.0.0.0/8".parse().unwrap()), PATIENT);
    send(&named.build(&allowed).unwrap()).await.unwrap();
}

#[tokio::test]
async fn no_connection_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (host, port) in [("127.0.0.1", closed), ("localhost", closed), ("does-not-exist.invalid", 25)] {
        let config = EmailConfig {
            username: None,
            password: None,
            from: Some("a@b.cz".to_owned()),
            ..config(host, port, Security::Insecure)
        };
        let channel = config.build(&http(Networks::any(), PATIENT)).unwrap();
        let error = send(&channel).await.unwrap_err();
        let wanted = (SendErrorKind::Unreachable, Verdict::Retry { after: None }, Scope::Destination);
        assert_eq!((error.kind, error.verdict, error.scope), wanted, "{error}");
    }
}

#[tokio::test]
async fn a_payload_of_another_channel_is_our_own_fault() {
    let server = Server::start(Tls::None, OFFERS, &[]);
    let channel = channel(&server, PATIENT);
    for payload in [
        crate::Payload::json(&serde_json::json!({ "subject": "a" })),
        crate::Payload::new(super::super::CONTENT_TYPE, "[]"),
    ] {
        let error = channel.send(&payload, &samples::context()).await.unwrap_err();
        assert_eq!((error.kind, error.is_retryable()), (SendErrorKind::Internal, false), "{error}");
    }
    assert_eq!(server.sessions().len(), 0);
}
