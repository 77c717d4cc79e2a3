//! One URL that was checked, and the one request there is: a POST to it.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;

use campana_model::Secret;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::{Host, Url};

use super::answer::Answer;
use super::client::HttpOptions;
use super::config::ConfigError;
use super::resolver::Refused;
use crate::{Payload, SendError, SendErrorKind};

/// A part of a URL that is longer than this may be a token; a shorter one is a word.
const MAX_WORD_CHARS: usize = 8;

/// A URL that may be sent to. Its `Debug` shows nothing of the URL.
#[derive(Clone)]
pub struct Endpoint {
    client: reqwest::Client,
    url: Url,
    max_answer_bytes: usize,
    hidden: Vec<Secret>,
}

impl Endpoint {
    pub(super) fn new(
        client: reqwest::Client,
        options: &HttpOptions,
        field: &'static str,
        url: &Secret,
    ) -> Result<Self, ConfigError> {
        let url = Url::parse(url.expose()).map_err(|_| ConfigError::NotAUrl { field })?;
        let address = address(&url);
        let local = match address {
            Some(address) => address.to_canonical().is_loopback(),
            None => url.host_str().ok_or(ConfigError::NotAUrl { field })? == "localhost",
        };
        if !(url.scheme() == "https" || url.scheme() == "http" && local) {
            let wanted = "an https URL (http is for a host on this machine)";
            return Err(ConfigError::Scheme { field, wanted });
        }
        if let Some(address) = address.filter(|address| !options.networks.permit(*address)) {
            return Err(ConfigError::Address { field, address });
        }
        let hidden = secret_parts(&url);
        Ok(Self { client, url, max_answer_bytes: options.max_answer_bytes, hidden })
    }

    /// The same with these segments after the URL's path, before its query.
    #[must_use]
    pub fn join<'s>(mut self, segments: impl IntoIterator<Item = &'s str>) -> Self {
        // Only a URL without a host has no path to add to, and such a one is no endpoint.
        if let Ok(mut path) = self.url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        self
    }

    /// The same; `secret` is taken out of what comes back.
    #[must_use]
    pub fn hiding(mut self, secret: &Secret) -> Self {
        self.hidden.push(secret.clone());
        self
    }

    /// The same; another URL's secret parts are taken out of what comes back.
    pub(super) fn hiding_url(mut self, url: &Secret) -> Self {
        self.hidden.extend(Url::parse(url.expose()).iter().flat_map(secret_parts));
        self
    }

    /// Posts the payload with these headers added, once.
    ///
    /// # Errors
    /// `Unreachable` if there was no connection; `Ambiguous` if there was one and no answer came back;
    /// `Internal` if a header cannot be sent. An answer of any status is not an error here.
    pub async fn post(
        &self,
        payload: &Payload,
        headers: &[(&'static str, String)],
    ) -> Result<Answer, SendError> {
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, payload.content_type())
            .body(payload.body().to_owned());
        for (name, value) in headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| {
                SendError::permanent(SendErrorKind::Internal, format!("header {name} cannot be sent"))
            })?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let response = request.send().await.map_err(|error| self.failure(error))?;
        Ok(Answer::read(response, self.max_answer_bytes, |text| self.redact(text)).await)
    }

    fn failure(&self, error: reqwest::Error) -> SendError {
        let error = error.without_url();
        let causes = causes(&error);
        let said = |what: &str| match causes.last() {
            Some(cause) => self.redact(&format!("{what}: {cause}")),
            None => what.to_owned(),
        };
        if error.is_builder() {
            SendError::permanent(SendErrorKind::Internal, said("could not make the request"))
        } else if error.is_connect() {
            let refused = causes.iter().any(|cause| cause.is::<Refused>());
            let what = if refused { "not connected" } else { "could not connect" };
            SendError::retry(SendErrorKind::Unreachable, said(what)).of_destination()
        } else if error.is_timeout() {
            SendError::retry(SendErrorKind::Ambiguous, "sent, but not answered in time")
        } else {
            SendError::retry(SendErrorKind::Ambiguous, said("sent, but not answered"))
        }
    }

    fn redact(&self, text: &str) -> String {
        self.hidden.iter().fold(text.to_owned(), |text, secret| secret.redact(&text))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint([secret])")
    }
}

/// The address that stands in a URL in place of a name. The client would not ask the resolver about it, so it is to be
/// vetted before; the URL's parser has read the likes of `2130706433`, `0x7f.1` and `[::ffff:7f00:1]` as what they are.
pub(super) fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(four) => Some(IpAddr::V4(four)),
        Host::Ipv6(six) => Some(IpAddr::V6(six)),
        Host::Domain(_) => None,
    }
}

/// What of a URL is not for others: the whole, the password, and every part of the path, the query and the
/// user that may be a token. The longest come first, so that no rest of one stays.
fn secret_parts(url: &Url) -> Vec<Secret> {
    let path = url.path().split('/');
    let query = url.query().unwrap_or_default().split(['&', '=']);
    let parts_of_all = path.chain(query).chain([url.username()]);
    let tokens = parts_of_all.filter(|part| part.chars().count() > MAX_WORD_CHARS);
    let mut parts = vec![url.as_str()];
    parts.extend(url.password());
    parts.extend(tokens);
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.into_iter().map(Secret::new).collect()
}

/// The causes of an error, the innermost last.
fn causes(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source()).collect()
}
