//! What of a secret may be shown, and how an update says that a secret stays.

use std::borrow::Cow;

use campana_model::Secret;
use serde_json::{Map, Value as Json, json};
use url::Url;

use super::error::Problem;

/// What stands for the hidden part of a secret.
pub(super) const MASK: &str = "****";
/// How much of a secret's end is shown.
const SHOWN_CHARS: usize = 4;
/// A secret that is shorter is hidden as a whole, or too little of it would be.
const MIN_CHARS: usize = 12;

/// Whether secrets are written out.
#[derive(Clone, Copy)]
pub(super) enum Show {
    /// For the vault.
    Plain,
    /// For people.
    Masked,
}

impl Show {
    pub(super) fn secret(self, secret: &Secret) -> Json {
        match self {
            Self::Plain => json!(secret.expose()),
            Self::Masked => json!(mask(secret.expose())),
        }
    }

    /// A URL that is a secret itself, but for its host.
    pub(super) fn url(self, url: &Secret) -> Json {
        match (self, Url::parse(url.expose())) {
            (Self::Masked, Ok(parsed)) if parsed.has_host() => json!(mask_url(&parsed)),
            _ => self.secret(url),
        }
    }

    /// A proxy's URL, of which only the password is secret.
    pub(super) fn proxy(self, proxy: Option<&Secret>) -> Json {
        let Some(proxy) = proxy else { return Json::Null };
        match (self, Url::parse(proxy.expose())) {
            (Self::Masked, Ok(mut url)) => {
                let hidden = url.password().is_none() || url.set_password(Some(MASK)).is_ok();
                if hidden { json!(url.as_str()) } else { json!(MASK) }
            }
            _ => self.secret(proxy),
        }
    }
}

fn mask(secret: &str) -> String {
    let count = secret.chars().count();
    let shown = if count < MIN_CHARS { "" } else { end(secret) };
    format!("{MASK}{shown}")
}

/// The last few characters.
fn end(text: &str) -> &str {
    text.char_indices().nth_back(SHOWN_CHARS - 1).map_or(text, |(at, _)| &text[at..])
}

/// `https://hooks.example.com/****XXXX`.
fn mask_url(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let rest = &url[url::Position::BeforePath..];
    let user = !url.username().is_empty() || url.password().is_some();
    if rest == "/" && !user {
        return url.as_str().to_owned();
    }
    format!("{}://{host}{port}/{}", url.scheme(), mask(rest))
}

/// The new object with the secrets of the old one in place of what is masked.
pub(super) fn unmask(
    new: Cow<'_, Map<String, Json>>,
    masked: &Map<String, Json>,
    plain: &Map<String, Json>,
) -> Result<Map<String, Json>, Problem> {
    let mut new = new.into_owned();
    for (key, value) in &mut new {
        if let (Some(masked), Some(plain)) = (masked.get(key), plain.get(key)) {
            restore(value, masked, plain);
        }
        if still_masked(value) {
            return Err(Problem::Masked { key: key.clone() });
        }
    }
    Ok(new)
}

fn restore(value: &mut Json, masked: &Json, plain: &Json) {
    match (value, masked, plain) {
        (Json::Array(values), Json::Array(masked), Json::Array(plain)) => {
            for (at, value) in values.iter_mut().enumerate() {
                // Of secrets that look the same, the one in the same place.
                let same = if masked.get(at) == Some(value) { Some(at) } else { position(masked, value) };
                if let Some(plain) = same.and_then(|at| plain.get(at)) {
                    *value = plain.clone();
                }
            }
        }
        (value, masked, plain) if *value == *masked => *value = plain.clone(),
        _ => {}
    }
}

fn position(masked: &[Json], value: &Json) -> Option<usize> {
    masked.iter().position(|masked| masked == value)
}

fn still_masked(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains(MASK),
        Json::Array(items) => items.iter().any(still_masked),
        _ => false,
    }
}
