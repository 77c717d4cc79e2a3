//! Where the server is.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The URL that requests are posted to. It holds nothing secret, and is shown as it is.
///
/// ```
/// # use campana_client::Endpoint;
/// let endpoint: Endpoint = "http://127.0.0.1:4200/".parse()?;
/// assert_eq!(endpoint.to_string(), "http://127.0.0.1:4200");
/// assert!("http://user:password@127.0.0.1".parse::<Endpoint>().is_err());
/// # Ok::<_, campana_client::NotAnEndpoint>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint(Url);

/// A text is not the URL of a server. The text is not repeated, since it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the URL of a server; write it as http://host:port, without user, password, query and fragment (the key is a setting of its own)"
)]
pub struct NotAnEndpoint;

impl Endpoint {
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for Endpoint {
    type Err = NotAnEndpoint;

    fn from_str(text: &str) -> Result<Self, NotAnEndpoint> {
        let url = Url::parse(text).map_err(|_| NotAnEndpoint)?;
        let usable = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if usable { Ok(Self(url)) } else { Err(NotAnEndpoint) }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
