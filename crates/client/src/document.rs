//! The text of operations.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// The mutation `name` with its one input.
pub(crate) fn mutation(name: &str, selection: &str) -> String {
    format!("mutation($input: {name}_input!) {{ {name}(input: $input) {{ {selection} }} }}")
}

/// A value as GraphQL writes it within a document: keys without quotes.
pub(crate) fn literal(json: &Json) -> String {
    let mut text = String::new();
    write(json, &mut text);
    text
}

fn write(json: &Json, text: &mut String) {
    match json {
        Json::Array(list) => {
            text.push('[');
            for (at, value) in list.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { ", " });
                write(value, text);
            }
            text.push(']');
        }
        Json::Object(object) => {
            text.push('{');
            for (at, (key, value)) in object.iter().enumerate() {
                // Writing to a string does not fail.
                let _ = write!(text, "{}{key}: ", if at == 0 { "" } else { ", " });
                write(value, text);
            }
            text.push('}');
        }
        // GraphQL escapes as JSON does.
        scalar => {
            let _ = write!(text, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_literal_has_bare_keys_and_escaped_texts() {
        let value = json!({"name": {"_eq": "a \"b\"\n"}, "_or": [{}, {"limit": 3, "x": null, "y": true}]});
        let wanted = r#"{name: {_eq: "a \"b\"\n"}, _or: [{}, {limit: 3, x: null, y: true}]}"#;
        assert_eq!(literal(&value), wanted);
    }
}
