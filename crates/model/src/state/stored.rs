//! Where a result is stored: the `_result` of a state's JSON. The value itself is never in there.

use serde_json::{Map, Value as Json, json};

use super::json::{JsonError, text};

/// The place of a stored result, in the terms of Prefect's result classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum StoredResult {
    /// Nothing is stored (`NoResultType`).
    #[default]
    None,
    /// `Result`, and every class that only its author knows.
    Plain(Option<String>),
    /// `ConstantResult`.
    Constant(Option<String>),
    /// `PrefectResult`: the location is the value, as JSON text.
    Inline(Option<String>),
    /// `LocalResult`.
    Local {
        /// The folder.
        dir: Option<String>,
        /// The path in it.
        location: Option<String>,
    },
    /// `S3Result`.
    S3 {
        /// The bucket.
        bucket: Option<String>,
        /// The key in it.
        location: Option<String>,
    },
    /// `GCSResult`.
    Gcs {
        /// The bucket.
        bucket: Option<String>,
        /// The key in it.
        location: Option<String>,
    },
    /// `AzureResult`.
    Azure {
        /// The container.
        container: Option<String>,
        /// The blob in it.
        location: Option<String>,
    },
    /// `SecretResult`: the secret's name, never its value.
    Secret {
        /// The name.
        location: Option<String>,
        /// The class of the secret.
        secret_type: Option<String>,
    },
}

impl StoredResult {
    /// The JSON form.
    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::None => object("NoResultType", &[]),
            Self::Plain(location) => object("Result", &[("location", location)]),
            Self::Constant(location) => object("ConstantResult", &[("location", location)]),
            Self::Inline(location) => object("PrefectResult", &[("location", location)]),
            Self::Local { dir, location } => object("LocalResult", &[("dir", dir), ("location", location)]),
            Self::S3 { bucket, location } => {
                object("S3Result", &[("bucket", bucket), ("location", location)])
            }
            Self::Gcs { bucket, location } => {
                object("GCSResult", &[("bucket", bucket), ("location", location)])
            }
            Self::Azure { container, location } => {
                object("AzureResult", &[("container", container), ("location", location)])
            }
            Self::Secret { location, secret_type } => {
                object("SecretResult", &[("location", location), ("secret_type", secret_type)])
            }
        }
    }

    /// Reads the JSON form; a class that is not known comes back as [`Plain`](Self::Plain).
    pub(super) fn from_json(json: &Json) -> Result<Self, JsonError> {
        let object = match json {
            Json::Null => return Ok(Self::None),
            Json::Object(object) => object,
            other => return Err(JsonError::not_an_object(other)),
        };
        let field = |key: &str| text(object, key);
        let location = || field("location");
        Ok(match field("type")?.as_deref() {
            None => return Err(JsonError::Missing { key: "type".to_owned() }),
            Some("NoResultType") => Self::None,
            Some("ConstantResult") => Self::Constant(location()?),
            Some("PrefectResult") => Self::Inline(location()?),
            Some("LocalResult") => Self::Local { dir: field("dir")?, location: location()? },
            Some("S3Result") => Self::S3 { bucket: field("bucket")?, location: location()? },
            Some("GCSResult") => Self::Gcs { bucket: field("bucket")?, location: location()? },
            Some("AzureResult") => Self::Azure { container: field("container")?, location: location()? },
            Some("SecretResult") => {
                Self::Secret { location: location()?, secret_type: field("secret_type")? }
            }
            Some(_) => Self::Plain(location()?),
        })
    }
}

fn object(class: &str, fields: &[(&str, &Option<String>)]) -> Json {
    let mut object = Map::new();
    object.insert("type".to_owned(), json!(class));
    object.insert("__version__".to_owned(), json!(super::json::VERSION));
    for &(key, value) in fields {
        // Every location may be null; of the other keys Prefect takes only a text.
        if value.is_some() || key == "location" {
            object.insert(key.to_owned(), json!(value));
        }
    }
    Json::Object(object)
}
