//! Secrets that the server keeps.

use campana_model::Secret;
use serde_json::{Value as Json, json};

use crate::document::literal;
use crate::{Client, Error};

impl Client {
    /// The secret of this name, if the server knows it. One that is not a text comes as the JSON that it is.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses for another reason, or answers something else.
    pub async fn secret_value(&self, name: &str) -> Result<Option<Secret>, Error> {
        let document = format!("query {{ secret_value(name: {}) }}", literal(&json!(name)));
        match self.query::<Json>(document, "secret_value").await {
            Ok(Json::Null) => Ok(None),
            Ok(Json::String(text)) => Ok(Some(Secret::new(text))),
            Ok(other) => Ok(Some(Secret::new(other.to_string()))),
            // This text is how the API says so, to every client.
            Err(Error::Refused { errors })
                if errors
                    .iter()
                    .any(|error| error.message.contains("No value found for the requested key")) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
