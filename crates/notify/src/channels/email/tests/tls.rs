//! Real TLS handshakes on loopback, with a certificate of our own.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;

use super::sending::{config, options, send};
use super::server::{Act, At, Server, Tls};
use crate::channels::email::{Email, Security};
use crate::{Http, HttpOptions, Networks, Scope, SendError, SendErrorKind};

fn options_for_tests() -> HttpOptions {
    options(Networks::any(), Duration::from_secs(60))
}

/// A server's TLS for `name`, and the certificate to be trusted.
fn tls(name: &str) -> (Arc<ServerConfig>, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], signing_key.into())
        .unwrap();
    (Arc::new(config), cert.der().clone())
}

fn channel(server: &Server, security: Security, http: &Http) -> Email {
    config("localhost", server.port(), security).build(http).unwrap()
}

fn is_unreachable(error: &SendError, words: &str) {
    assert_eq!((error.kind, error.scope), (SendErrorKind::Unreachable, Scope::Destination), "{error}");
    assert!(error.is_retryable() && error.message.contains(words), "{error}");
}

fn modes(config: &Arc<ServerConfig>) -> [(Security, Tls); 2] {
    let config = Arc::clone(config);
    [(Security::Ssl, Tls::Implicit(Arc::clone(&config))), (Security::Starttls, Tls::Upgrade(config))]
}

#[tokio::test]
async fn a_mail_goes_through_tls_from_the_start_or_after_the_greeting() {
    let (server_tls, certificate) = tls("localhost");
    let http = Http::trusting(options_for_tests(), certificate);
    for (security, tls) in modes(&server_tls) {
        let server = Server::start(tls, &["STARTTLS", "AUTH PLAIN"], &[]);
        assert_eq!(send(&channel(&server, security, &http)).await.unwrap().status, 250);
        let commands = server.sessions().remove(0).commands;
        let verbs: Vec<_> = commands.iter().map(|command| command.split(' ').next().unwrap()).collect();
        let upgrade: &[_] = if security == Security::Starttls { &["EHLO", "STARTTLS"] } else { &[] };
        let rest = ["EHLO", "AUTH", "MAIL", "RCPT", "RCPT", "DATA"];
        assert_eq!(verbs[..upgrade.len() + rest.len()], [upgrade, &rest].concat());
    }
}

#[tokio::test]
async fn a_trusted_certificate_for_the_host_is_needed() {
    let (server_tls, _) = tls("localhost");
    let (_, strange) = tls("localhost");
    let (other_tls, other) = tls("elsewhere.example");
    for (server_tls, trusted) in [(server_tls, strange), (other_tls, other)] {
        let http = Http::trusting(options_for_tests(), trusted);
        for (security, tls) in modes(&server_tls) {
            let server = Server::start(tls, &["STARTTLS", "AUTH PLAIN"], &[]);
            let error = send(&channel(&server, security, &http)).await.unwrap_err();
            is_unreachable(&error, "invalid peer certificate");
            let commands = server.sessions().remove(0).commands;
            assert!(!commands.iter().any(|command| command.starts_with("AUTH")), "{commands:?}");
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing() {
    let http = Http::new(options_for_tests()).unwrap();
    let server = Server::start(Tls::None, &["AUTH PLAIN"], &[]);
    let error = send(&channel(&server, Security::Starttls, &http)).await.unwrap_err();
    is_unreachable(&error, "offers no STARTTLS");
    assert_eq!(server.sessions()[0].commands, ["EHLO [127.0.0.1]"]);
    let error = send(&channel(&server, Security::Ssl, &http)).await.unwrap_err();
    is_unreachable(&error, "could not connect");
}

#[tokio::test]
async fn what_is_slipped_in_before_the_handshake_is_refused() {
    let (server_tls, certificate) = tls("localhost");
    let http = Http::trusting(options_for_tests(), certificate);
    let slipped = Act::Say("220 go ahead\r\n250-smtp.example.com\r\n250 AUTH PLAIN\r\n".to_owned());
    let server = Server::start(Tls::Upgrade(server_tls), &["STARTTLS"], &[(At::StartTls, slipped)]);
    let error = send(&channel(&server, Security::Starttls, &http)).await.unwrap_err();
    is_unreachable(&error, "before the TLS handshake");
}

#[tokio::test]
async fn starttls_may_be_refused_and_a_handshake_may_break() {
    let (server_tls, certificate) = tls("localhost");
    let http = Http::trusting(options_for_tests(), certificate);
    let acts = [Act::Say("454 4.7.0 TLS not available\r\n".to_owned()), Act::Close, Act::Reset];
    for (index, act) in acts.into_iter().enumerate() {
        let tls = Tls::Upgrade(Arc::clone(&server_tls));
        let server = Server::start(tls, &["STARTTLS", "AUTH PLAIN"], &[(At::StartTls, act)]);
        let error = send(&channel(&server, Security::Starttls, &http)).await.unwrap_err();
        let wanted = if index == 0 { SendErrorKind::ServerFault } else { SendErrorKind::Unreachable };
        assert_eq!((error.kind, error.scope, error.is_retryable()), (wanted, Scope::Destination, true));
    }
    let server = Server::start(Tls::Implicit(server_tls), &["AUTH PLAIN"], &[(At::End, Act::Reset)]);
    let error = send(&channel(&server, Security::Ssl, &http)).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Ambiguous, "{error}");
}
