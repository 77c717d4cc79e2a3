//! What every answer tells a browser not to do.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

const EVERYWHERE: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// The policy of what is no page: it loads nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Puts them on an answer.
pub(super) async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.extend(EVERYWHERE);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    response
}

/// The policy of the UI: it loads what this server has, and runs no script and no style that is written into a page,
/// but for styles with the nonce.
pub(super) fn policy(nonce: Option<&str>) -> String {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}
