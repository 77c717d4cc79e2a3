//! A text that must never be seen.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A password, token or URL that holds one. Its `Debug` and `Display` show `[secret]`; it cannot be
/// serialised; the memory is wiped when the last copy is dropped.
///
/// ```
/// # use campana_model::Secret;
/// let url = Secret::new("https://hooks.example.com/T000/B000/XXXX");
/// assert_eq!(format!("{url} {url:?}"), "[secret] [secret]");
/// assert!(url.expose().ends_with("XXXX"));
/// ```
///
/// ```compile_fail,E0277
/// # use campana_model::Secret;
/// serde_json::to_string(&Secret::new("hunter2"));
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes `text` as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// `text` with every occurrence of this secret replaced by `[secret]`: for words that come from
    /// elsewhere, such as a provider's answer, and may repeat it. An empty secret changes nothing.
    pub fn redact(&self, text: &str) -> String {
        if self.expose().is_empty() { text.to_owned() } else { text.replace(self.expose(), "[secret]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for a text, a format may answer with an error of its own that repeats what stands there.
        deserializer.deserialize_any(SecretVisitor)
    }
}

/// Takes a text. Serde's own error about anything else would repeat it: a password in digits, for one.
struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret as a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        not_a_text()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        not_a_text()
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        not_a_text()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        not_a_text()
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        not_a_text()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        not_a_text()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Secret, A::Error> {
        not_a_text()
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Secret, A::Error> {
        not_a_text()
    }
}

fn not_a_text<E: Error>() -> Result<Secret, E> {
    Err(E::custom("a secret must be a text"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Config {
        #[expect(dead_code, reason = "only its Debug is looked at")]
        password: Secret,
    }

    #[test]
    fn no_format_shows_it() {
        let secret = Secret::new("hunter2");
        for shown in [
            format!("{secret}"),
            format!("{secret:?}"),
            format!("{secret:#?}"),
            format!("{secret:>20}"),
            format!("{:?}", Some(&secret)),
            format!("{:?}", serde_json::from_value::<Config>(json!({"password": "hunter2"})).unwrap()),
        ] {
            assert!(shown.contains("[secret]") && !shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn an_error_of_reading_does_not_repeat_it() {
        for value in [
            json!(8_642_097),
            json!(-8_642_097),
            json!(8_642_097.5),
            json!(["8642097"]),
            json!({"8642097": 1}),
        ] {
            let error =
                serde_json::from_value::<Config>(json!({ "password": value })).unwrap_err().to_string();
            assert!(error.contains("a secret must be a text") && !error.contains("8642097"), "{error}");
        }
    }

    #[test]
    fn one_that_is_missing_is_named() {
        let error = serde_json::from_value::<Config>(json!({})).unwrap_err().to_string();
        assert_eq!(error, "missing field `password`");
    }

    #[test]
    fn it_is_taken_out_of_the_words_of_others() {
        let secret = Secret::new("T0/B0/XXXX");
        let answer = "no webhook /services/T0/B0/XXXX (T0/B0/XXXX)";
        assert_eq!(secret.redact(answer), "no webhook /services/[secret] ([secret])");
        assert_eq!(Secret::new("").redact("as it was"), "as it was");
    }
}
