//! The web UI, which is in the program itself.
//!
//! * A file of the UI is answered as it is. What is under `/assets/` has its hash in its name and is kept for ever; the
//!   rest is asked for again each time, and mostly answered with 304.
//! * Every other path is a page of the UI, which finds out by itself which: so the answer is its index page. A nonce is
//!   put into that, so it is never kept.
//! * The files are compressed as they are sent, by the layer that compresses all answers: each browser fetches them once,
//!   and a second form of them would have to be kept in the program.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rust_embed::{Embed, EmbeddedFile};

use super::{headers, refuse};

/// The UI as it was when the server was built; nothing, if it was not built before.
#[derive(Embed)]
#[folder = "../../ui/dist"]
#[exclude = "*.map"]
#[allow_missing = true]
struct Built;

/// The page by which every page begins.
const INDEX: &str = "index.html";

/// What stands in its place if there is none.
const UNBUILT: &str = include_str!("ui/unbuilt.html");

/// Where files have the hash of what is in them in their name.
const HASHED: &str = "assets/";

/// What the index page has where its nonce belongs.
const NONCE: &str = "__CSP_NONCE__";

/// Answers a `GET` of anything that is not the API's.
pub(super) async fn page(request: Request) -> Response {
    answer::<Built>(request.uri().path(), request.headers())
}

fn answer<Ui: Embed>(path: &str, headers: &HeaderMap) -> Response {
    let name = path.trim_start_matches('/');
    match Ui::get(name).filter(|_| name != INDEX) {
        Some(file) => asset(name, &file, headers),
        None if !name.starts_with(HASHED) && accepts_html(headers) => index(Ui::get(INDEX)),
        None => refuse(StatusCode::NOT_FOUND, "there is no page here; the API takes POST"),
    }
}

fn asset(name: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = BASE64_STANDARD.encode(file.metadata.sha256_hash());
    // Weak, since it is sent compressed or not.
    let tag = format!("W/\"{hash}\"");
    let kept = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let about = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, kept.to_owned())];
    if known.is_some_and(|known| known == "*" || known.split(',').any(|known| known.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let media_type = match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    // A worker goes by the policy that its own file came with.
    let policy = headers::policy(None);
    let media = [(header::CONTENT_TYPE, media_type), (header::CONTENT_SECURITY_POLICY, policy)];
    (about, media, file.data.to_vec()).into_response()
}

fn index(built: Option<EmbeddedFile>) -> Response {
    let mut bytes = [0; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(error = &error as &dyn std::error::Error, "could not make a nonce");
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "the server failed to answer; its log says more");
    }
    let nonce = BASE64_STANDARD.encode(bytes);
    let page = match &built {
        Some(file) => String::from_utf8_lossy(&file.data).replace(NONCE, &nonce),
        None => UNBUILT.replace(NONCE, &nonce),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_SECURITY_POLICY, headers::policy(Some(&nonce))),
    ];
    (headers, page).into_response()
}

/// Whether whoever asks can do with a page. A browser that looks for an image or a script says so.
fn accepts_html(headers: &HeaderMap) -> bool {
    let accepts = |value: &HeaderValue| {
        let value = value.to_str().unwrap_or_default();
        let mut types = value.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        types.any(|media| matches!(media, "text/html" | "text/*"))
            || value.split(',').next().is_some_and(|first| first.trim().starts_with("*/*"))
    };
    headers.get(header::ACCEPT).is_none_or(accepts)
}

#[cfg(test)]
mod tests;
