//! A message as it would be sent, to look at.

use campana_notify::Payload;
use serde_json::{Value as Json, json};

/// The payload as `{content_type, body}`, where a body that is JSON stands as such.
pub fn preview(payload: &Payload) -> Json {
    let is_json = payload.content_type().ends_with("json");
    let body = serde_json::from_str(payload.body()).ok().filter(|_| is_json);
    json!({
        "content_type": payload.content_type(),
        "body": body.unwrap_or_else(|| Json::from(payload.body())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_what_it_is() {
        let shown = |content_type: &'static str, body: &str| preview(&Payload::new(content_type, body));
        let form = json!({ "content_type": "application/x-www-form-urlencoded", "body": "Body=7" });
        assert_eq!(shown("application/x-www-form-urlencoded", "Body=7"), form);
        assert_eq!(shown("application/json", r#"{"a":1}"#)["body"], json!({ "a": 1 }));
        assert_eq!(shown("application/vnd.campana.email+json", "{}")["body"], json!({}));
        assert_eq!(shown("application/json", "{")["body"], json!("{"));
        assert_eq!(shown("text/plain", "7")["body"], json!("7"));
    }
}
