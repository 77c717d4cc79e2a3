use super::*;

fn context() -> Json {
    let line = json!({ "message": "x".repeat(4_000) });
    json!({ "v": "x".repeat(4_000), "logs": vec![line; 100], "s": "\"".repeat(4_000) })
}

fn error(source: &str) -> TemplateError {
    rendered(HookType::Twilio, source, context()).unwrap_err()
}

#[test]
fn steps_are_counted() {
    let nested =
        "{% for a in logs %}{% for b in logs %}{% for c in logs %}{% endfor %}{% endfor %}{% endfor %}";
    assert_eq!(error(nested), TemplateError::TooManySteps);
}

#[test]
fn what_is_yielded_is_bounded() {
    assert_eq!(error("{% for line in logs %}{{ line.message }}{% endfor %}"), TemplateError::TooMuch);
    let fits = "{% for line in logs %}{{ line.message|truncate(100) }}{% endfor %}";
    assert_eq!(text(fits, context()).chars().count(), 10_000);
}

#[test]
fn values_cannot_be_made_large_on_the_way() {
    let doubling =
        "{% set a = v ~ v %}{% set a = a ~ a %}{% set a = a ~ a %}{% set a = a ~ a %}{{ a|length }}";
    assert_eq!(text(doubling, context()), "64000", "the few joins that there may be");
    let chain = |filter: &str| format!("{{{{ s{} }}}}", filter.repeat(20));
    for filter in ["|tojson", "|replace('\"', '\"\"\"\"')", "|replace('\\\\', '\\\\\\\\')|tojson"] {
        assert!(matches!(error(&chain(filter)), TemplateError::Rendering { .. }), "{filter}");
    }
    assert_eq!(text("{{ v|replace('x', 'xxxx')|length }}", context()), "16000");
    assert!(error("{{ v|replace('x', 'xxxxx')|length }}").to_string().contains("too large"));
    let joined = error("{{ logs|map(attribute='message')|join('-') }}");
    assert!(joined.to_string().contains("too large"), "{joined}");
    let doubled =
        "{% set a = logs + logs %}{% set a = a + a %}{% set a = a + a %}{{ a|tojson|length }}{{ a }}";
    assert!(error(doubled).to_string().contains("too large"));
}

#[test]
fn a_template_that_is_long_or_deep_is_refused() {
    let long = "x".repeat(MAX_TEMPLATE_BYTES + 1);
    assert_eq!(error(&long), TemplateError::TooLong { bytes: long.len() });
    for source in [
        format!("{{{{ {}v{} }}}}", "(".repeat(2_000), ")".repeat(2_000)),
        format!("{{{{ v{} }}}}", ".a".repeat(8_000)),
        format!("{{{{ v{} }}}}", "|upper".repeat(2_500)),
        format!("{{{{ {}v }}}}", "not ".repeat(4_000)),
        format!("{{{{ {}1 }}}}", "-".repeat(16_000)),
        format!("{{{{ v{} }}}}", "[0]".repeat(5_000)),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(1_300)),
        format!("{}{}", "{% if v %}".repeat(700), "{% endif %}".repeat(700)),
        format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(1_300)),
        "{% for a in logs %}".repeat(800),
    ] {
        assert!(matches!(error(&source), TemplateError::Syntax { .. }), "{}", &source[..40]);
    }
}

#[test]
fn what_is_just_short_enough_is_read() {
    for source in [
        format!("{{{{ v{} }}}}", ".a".repeat(98)),
        format!("{{{{ v{}|length }}}}", "|upper".repeat(90)),
        format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(190)),
        format!("{{{{ {}v{} }}}}", "(".repeat(70), ")".repeat(70)),
        format!("{}x{}", "{% if v %}".repeat(70), "{% endif %}".repeat(70)),
    ] {
        let outcome = rendered(HookType::Twilio, &source, context());
        assert!(matches!(outcome, Ok(_) | Err(TemplateError::Empty)), "{outcome:?}");
    }
}
