//! How a connection to Postgres is made, and whom it trusts.
//!
//! `sslmode` means what it means to Postgres' own programs: `prefer`, the default, and `require` encrypt and do not
//! ask who is there; `verify-full` does, by the machine's certificates or those in the file `sslrootcert`.
//! `verify-ca` is taken for `verify-full`, and so is `require` with a file. Client certificates are not supported.

use std::fs;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Error;

/// How long a connection may take to be made, unless the URL says otherwise.
const CONNECT: Duration = Duration::from_secs(5);

static RING: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(ring::default_provider()));

/// Connects.
///
/// # Errors
/// If the URL cannot be read, the server does not answer, or is not who it is to be.
pub(crate) fn postgres_client(url: &str) -> Result<Client, Error> {
    let (url, tls) = Tls::of(url)?;
    let mut config: Config = url.parse().map_err(super::postgres::error)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_application_name().is_none() {
        config.application_name("campana");
    }
    let client = match tls {
        Tls::None => config.ssl_mode(SslMode::Disable).connect(NoTls),
        Tls::IfOffered => config.ssl_mode(SslMode::Prefer).connect(MakeRustlsConnect::new(anybody()?)),
        Tls::Always(client) => config.ssl_mode(SslMode::Require).connect(MakeRustlsConnect::new(*client)),
    };
    client.map_err(super::postgres::error)
}

enum Tls {
    None,
    IfOffered,
    Always(Box<ClientConfig>),
}

impl Tls {
    /// What the URL wants, and the URL without it: the driver knows fewer modes.
    fn of(url: &str) -> Result<(String, Self), Error> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots, mut rest) = ("prefer", None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = value,
                Some(("sslrootcert", value)) => roots = Some(value.replace("%2F", "/")),
                _ => rest.push(pair),
            }
        }
        let tls = match (mode, roots) {
            ("disable", _) => Self::None,
            ("prefer" | "allow", _) => Self::IfOffered,
            ("require", None) => Self::Always(Box::new(anybody()?)),
            ("require" | "verify-ca" | "verify-full", Some(file)) => {
                Self::Always(Box::new(signed_by(&file)?))
            }
            ("verify-ca" | "verify-full", None) => Self::Always(Box::new(known_here()?)),
            (other, _) => {
                let problem = format!(
                    "sslmode is {other:?}; known are disable, prefer, require, verify-ca and verify-full"
                );
                return Err(Error::Invalid { field: "database URL", problem });
            }
        };
        let url = if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
        Ok((url, tls))
    }
}

type Builder = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

fn builder() -> Result<Builder, Error> {
    ClientConfig::builder_with_provider(RING.clone()).with_safe_default_protocol_versions().map_err(no_tls)
}

fn no_tls(error: rustls::Error) -> Error {
    Error::Unavailable(Box::new(error))
}

fn known_here() -> Result<ClientConfig, Error> {
    Ok(builder()?.with_platform_verifier().map_err(no_tls)?.with_no_client_auth())
}

fn signed_by(file: &str) -> Result<ClientConfig, Error> {
    let invalid = |problem: String| Error::Invalid { field: "sslrootcert", problem };
    let pem = fs::read(file).map_err(|error| invalid(format!("cannot read {file}: {error}")))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| invalid(format!("{file} is no PEM: {error}")))?;
        roots.add(certificate).map_err(|error| invalid(format!("{file}: {error}")))?;
    }
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

fn anybody() -> Result<ClientConfig, Error> {
    let anybody = builder()?.dangerous().with_custom_certificate_verifier(Arc::new(Anybody));
    Ok(anybody.with_no_client_auth())
}

/// Takes whoever answers; what is sent is still hidden from those who only listen.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &RING.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &RING.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        RING.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::testing::PostgresServer;

    fn is_encrypted(url: &str) -> Result<bool, Error> {
        let mut client = postgres_client(url)?;
        let row = client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).unwrap();
        Ok(row.get(0))
    }

    #[test]
    fn the_mode_says_whether_it_is_encrypted_and_whom_it_trusts() {
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let port_setting = format!("port={port}");
        let settings = [
            "listen_addresses=127.0.0.1",
            &port_setting,
            "ssl=on",
            "ssl_cert_file=../crt",
            "ssl_key_file=../key",
        ];
        let (certificate, key) = (own.cert.pem(), own.signing_key.serialize_pem());
        let _server = PostgresServer::start_with(&settings, &[("crt", &certificate), ("key", &key)]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, pem: &str| {
            let path = folder.path().join(name);
            fs::write(&path, pem).unwrap();
            path.display().to_string()
        };
        let (right, wrong) = (file("right", &certificate), file("wrong", &other.cert.pem()));
        let url = |query: &str| format!("postgres://postgres@127.0.0.1:{port}/postgres?{query}");

        assert!(!is_encrypted(&url("sslmode=disable")).unwrap());
        assert!(is_encrypted(&url("")).unwrap());
        assert!(is_encrypted(&url("sslmode=require&application_name=x")).unwrap());
        assert!(is_encrypted(&url(&format!("sslmode=verify-full&sslrootcert={right}"))).unwrap());
        for query in ["sslmode=verify-full", &format!("sslmode=require&sslrootcert={wrong}")] {
            let error = is_encrypted(&url(query)).unwrap_err();
            assert!(matches!(error, Error::Unavailable(_)), "{query}: {error}");
        }
        for query in ["sslmode=maybe", "sslmode=verify-full&sslrootcert=/nowhere"] {
            let error = is_encrypted(&url(query)).unwrap_err();
            assert!(error.is_refusal(), "{query}: {error}");
        }
    }

    #[test]
    fn a_server_that_does_not_encrypt_is_spoken_to_all_the_same() {
        let server = PostgresServer::start().unwrap();
        assert!(!is_encrypted(&server.url()).unwrap());
    }
}
