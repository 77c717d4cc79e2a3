//! Whom the client trusts.

use std::sync::{Arc, LazyLock};

use rustls::client::WantsClientCert;
use rustls::crypto::ring;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt;

/// TLS that trusts whom the machine trusts. On a machine without any certificates it trusts nobody, which
/// still serves for http on loopback. It is made once in a process: reading the certificates takes longer
/// than sending a message.
pub(super) fn of_this_machine() -> ClientConfig {
    static CONFIG: LazyLock<ClientConfig> = LazyLock::new(|| {
        let verified: ConfigBuilder<ClientConfig, WantsClientCert> = match builder().with_platform_verifier()
        {
            Ok(verified) => verified,
            Err(_) => builder().with_root_certificates(RootCertStore::empty()),
        };
        verified.with_no_client_auth()
    });
    CONFIG.clone()
}

/// TLS that trusts this certificate, and no other.
#[cfg(test)]
pub(super) fn trusting(certificate: rustls::pki_types::CertificateDer<'static>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    builder().with_root_certificates(roots).with_no_client_auth()
}

fn builder() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use campana_model::Secret;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};

    use super::*;
    use crate::http::client::Surroundings;
    use crate::{Http, HttpOptions, Networks, Payload, SendError, SendErrorKind};

    /// Posts to a server with a certificate for `name`, which the client trusts or does not.
    async fn post(name: &str, trusted: bool) -> Result<u16, SendError> {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], signing_key.into())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Secret::new(format!("https://localhost:{}/", listener.local_addr().unwrap().port()));
        std::thread::spawn(move || {
            let (stream, _) = listener.accept()?;
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(server)).unwrap(), stream);
            let mut seen = Vec::new();
            while !seen.ends_with(b"hello") {
                let mut byte = [0];
                stream.read_exact(&mut byte)?;
                seen.extend(byte);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        });
        let mut surroundings = Surroundings::default();
        if trusted {
            surroundings.tls = trusting(cert.der().clone());
        }
        let options = HttpOptions { networks: Networks::any(), ..HttpOptions::default() };
        let http = Http::in_surroundings(options, surroundings).unwrap();
        let endpoint = http.endpoint("url", &url).unwrap();
        endpoint.post(&Payload::new("text/plain", "hello"), &[]).await.map(|answer| answer.status)
    }

    #[tokio::test]
    async fn a_trusted_certificate_for_the_host_is_needed() {
        assert_eq!(post("localhost", true).await, Ok(200));
        for (name, trusted) in [("localhost", false), ("elsewhere.example", true)] {
            let error = post(name, trusted).await.unwrap_err();
            assert_eq!(error.kind, SendErrorKind::Unreachable, "{error}");
            assert!(error.message.contains("invalid peer certificate"), "{error}");
        }
    }
}
