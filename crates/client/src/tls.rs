//! Whom the client trusts: whom the machine trusts.

use std::sync::{Arc, LazyLock};

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// The machine's certificates, read once in a process. On a machine without any, nobody is trusted, which still
/// serves for http.
pub(crate) fn of_this_machine() -> ClientConfig {
    static CONFIG: LazyLock<ClientConfig> = LazyLock::new(|| {
        let builder = || {
            ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("ring speaks TLS 1.2 and 1.3")
        };
        let verified = match builder().with_platform_verifier() {
            Ok(verified) => verified,
            Err(_) => builder().with_root_certificates(RootCertStore::empty()),
        };
        verified.with_no_client_auth()
    });
    CONFIG.clone()
}
