use proptest::prelude::*;

use super::*;

/// What templates are made of, mostly not in an order that makes sense.
fn piece() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{{ v }}",
        "{{ flow.name }}",
        "{% if v %}",
        "{% else %}",
        "{% elif v %}",
        "{% endif %}",
        "{% for x in logs %}",
        "{% for a, b in v %}",
        "{% endfor %}",
        "{% set a = v %}",
        "{% set a %}",
        "{% with a = v %}",
        "{% endwith %}",
        "{% raw %}",
        "{% endraw %}",
        "v",
        "logs",
        "loop",
        "self",
        "a",
        "b.c",
        " ~ ",
        " + ",
        " - ",
        "**",
        "*",
        "//",
        "%",
        "|",
        "|upper",
        "|tojson",
        "|join(',')",
        "|replace('a','aa')",
        "|map(attribute='message')",
        "|duration",
        "|time",
        "|truncate(3)",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "[0:2]",
        "'",
        "\"",
        "\\",
        ",",
        ":",
        "=",
        "not ",
        " in ",
        " is ",
        " if ",
        " else ",
        "1",
        "9999999999999999999",
        "1e309",
        "-",
        "-%}",
        "{%-",
        "\n",
        "<b>",
        "# ",
        "€",
        "\u{0}",
        "{\"a\": ",
        "}",
    ]);
    prop_oneof![4 => words.prop_map(ToOwned::to_owned), 1 => any::<String>()]
}

fn template() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(piece(), 0..30).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(any::<u8>(), 0..300)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn hook_type() -> impl Strategy<Value = HookType> {
    prop::sample::select(HookType::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_template_is_refused_or_yields_a_bounded_text(
        source in template(), hook_type in hook_type(), value in any::<String>(),
    ) {
        let _ = check(hook_type, &source);
        let line = json!({ "message": value, "level": "INFO" });
        let context = json!({ "v": value, "logs": [line.clone(), line], "flow": { "name": value } });
        if let Ok(text) = rendered(hook_type, &source, context) {
            prop_assert!(text.len() <= MAX_OUTPUT_BYTES);
            if hook_type == HookType::Webhook {
                prop_assert!(serde_json::from_str::<Json>(&text).is_ok());
            }
        }
    }

    #[test]
    fn no_value_breaks_out_of_where_it_stands(value in any::<String>()) {
        let context = json!({ "v": value });
        let shown = |hook_type, source: &str| rendered(hook_type, source, context.clone()).unwrap();
        let body = shown(HookType::Webhook, r#"{"a": "x{{ v }}y", "b": {{ v }}, "c": [{{ v }}, "{{ v }}{{ v }}"]}"#);
        let wanted = json!({
            "a": format!("x{value}y"), "b": value, "c": [value, format!("{value}{value}")],
        });
        prop_assert_eq!(serde_json::from_str::<Json>(&body).unwrap(), wanted);
        let html = shown(HookType::Email, "<p>{{ v }}</p>");
        prop_assert_eq!((html.matches('<').count(), html.matches('"').count()), (2, 0));
        let slack = shown(HookType::SlackWebhook, "<x>{{ v }}");
        prop_assert_eq!((slack.matches('<').count(), slack.matches('>').count()), (1, 1));
    }
}
