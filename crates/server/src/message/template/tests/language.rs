use super::*;

#[test]
fn an_example_of_each_type_is_accepted() {
    let table = [
        (HookType::Email, "# {{ flow.name }}: {{ state.type }}\n<h1>{{ title }}</h1><pre>{{ text }}</pre>"),
        (
            HookType::SlackWebhook,
            "<{{ links.flow_run }}|{{ flow_run.name }}>: *{{ state.type }}* {{ state.message }}",
        ),
        (HookType::Teams, "**{{ flow.name }}** {% if task %}{{ task.full_name }}{% endif %}"),
        (HookType::Twilio, "{{ title }}{% if will_retry %} (try {{ run_count + 1 }} follows){% endif %}"),
        (
            HookType::PagerDuty,
            "# {{ title|upper }}\n{% for line in logs %}{{ line.level }} {{ line.message }}\n{% endfor %}",
        ),
        (
            HookType::PrefectMessage,
            "{{ event.timestamp|time('%H:%M', 'Europe/Prague') }} {{ duration|duration }}",
        ),
        (
            HookType::Webhook,
            r#"{"text": "{{ title }}\n{{ text }}", "state": {{ state.type }}, "all": {{ logs }}}"#,
        ),
        (
            HookType::Webhook,
            r#"{"day": "{{ parameters.day }}", "agent": {{ agent }}, "x": {{ delivery.reason|tojson|string }}}"#,
        ),
        (
            HookType::Twilio,
            "{{ logs|selectattr('level', 'eq', 'ERROR')|map(attribute='message')|join('; ') }}!",
        ),
        (HookType::Twilio, "{% if state.type in ['Failed', 'TimedOut'] %}bad{% else %}good{% endif %}"),
        (
            HookType::Twilio,
            "{% set name = flow.name|default('none') %}{{ name }}{% raw %}{{ x }}{% endraw %}{# no #}",
        ),
    ];
    for (hook_type, source) in table {
        check(hook_type, source).unwrap_or_else(|error| panic!("{source}: {error}"));
    }
}

#[test]
fn what_is_wrong_is_found_when_it_is_saved() {
    let table = [
        ("{{ flow.name", "line 1: syntax error"),
        ("a\n{% if flow %}", "line 2: syntax error"),
        ("{{ flow.nam }}", "unknown variable flow.nam; known are id, name, version_group_id, project"),
        (
            "{% if false %}{{ flwo.name }}{% endif %}",
            "unknown variable flwo.name; known are title, text, event",
        ),
        ("{{ flow.name.x }}", "unknown variable flow.name.x; known are no parts of it"),
        ("{{ flow.name|shout }}", "line 1: unknown filter"),
        ("{% if flow is odd %}{% endif %}", "line 1: unknown test"),
        ("a\n\n{{ flow.name|time }}", "line 3: invalid operation: time is for a timestamp"),
        ("{{ event.timestamp|time('%!', 'UTC') }}", "is not a format of a time"),
        ("{{ event.timestamp|time('%F', 'Mars') }}", "there is no time zone"),
        ("{% for i in range(3) %}x{% endfor %}", "unknown variable range"),
        ("{{ namespace(a=1) }}", "unknown variable namespace"),
        ("{% macro x() %}{% endmacro %}", "line 1: syntax error"),
        ("{% include 'x' %}", "line 1: syntax error"),
        ("{% filter upper %}x{% endfilter %}", "there is no {% filter %}"),
        ("{% autoescape false %}x{% endautoescape %}", "there is no {% autoescape %}"),
        ("{% set x %}{{ text }}{% endset %}", "a block cannot be captured"),
        ("{% for x in logs recursive %}{{ loop(logs) }}{% endfor %}", "a loop cannot be recursive"),
        ("{{ text * 3 }}", "there is no * in a template"),
        ("{{ [text, text] }}", "a list may have texts and numbers"),
        ("{{ [[1]] }}", "a list in a list"),
        ("{{ {'a': text} }}", "a template makes no maps"),
        (
            "{{ 'a' ~ 'a' ~ 'a' ~ 'a' ~ 'a' ~ 'a' ~ 'a' ~ 'a' ~ 'a' ~ 'a' }}",
            "~ and + may stand there 8 times",
        ),
        ("  \n", "it yields nothing"),
    ];
    for (source, wanted) in table {
        let error = check(HookType::Twilio, source).unwrap_err().to_string();
        assert!(error.contains(wanted), "{source}: {error}");
    }
    let error = check(HookType::Webhook, r#"{"a": {{ flow.name }} {{ flow.name }}}"#).unwrap_err();
    assert!(matches!(error, TemplateError::NotJson { line: 1, column: 16 }), "{error}");
}

#[test]
fn what_there_is_nothing_of_is_empty() {
    let context = json!({ "task": null, "flow": { "name": "orders" } });
    assert_eq!(text("[{{ task.name }}{{ task }}{{ nothing.at.all }}]", context.clone()), "[]");
    let body =
        rendered(HookType::Webhook, r#"[{{ task.name }}, {{ task }}, "{{ task }}"]"#, context).unwrap();
    assert_eq!(body, r#"[null, null, ""]"#);
}

#[test]
fn values_are_escaped_as_the_channel_needs_it() {
    let hostile = json!({ "v": "<!channel> [x](https://evil.example) \"'\\ &\n" });
    let shown = |hook_type, source: &str| rendered(hook_type, source, hostile.clone()).unwrap();
    assert_eq!(
        shown(HookType::SlackWebhook, "<{{ v }}>"),
        "<&lt;!channel&gt; [x](https://evil.example) \"'\\ &amp;\n>"
    );
    assert_eq!(
        shown(HookType::Email, "<b>{{ v }}"),
        "<b>&lt;!channel&gt; [x](https://evil.example) &quot;&#39;\\ &amp;\n"
    );
    assert_eq!(shown(HookType::Email, "{{ v }}"), hostile["v"], "a plain mail is plain");
    assert_eq!(
        shown(HookType::Teams, "[{{ v }}](https://e.com)"),
        "[<!channel> [x] (https://evil.example) \"'\\ &\n](https://e.com)"
    );
    assert_eq!(shown(HookType::Twilio, "{{ v }}"), hostile["v"]);
}

#[test]
fn a_value_in_json_stays_a_value() {
    let context =
        json!({ "v": "a \"quoted\" \\ \n </script>", "n": 1.5, "list": ["x", { "y": null }], "t": true });
    let source = r#"{"whole": {{ v }}, "part": "\" {{ v }} \\", "n": {{ n }}, "in": "{{ list }} {{ n }}", "list": {{ list }}, "t": {{ t }}, {{ v }}: 1}"#;
    let body: Json =
        serde_json::from_str(&rendered(HookType::Webhook, source, context.clone()).unwrap()).unwrap();
    assert_eq!(body["whole"], context["v"]);
    assert_eq!(body["part"], format!("\" {} \\", context["v"].as_str().unwrap()));
    assert_eq!((&body["n"], &body["list"], &body["t"]), (&context["n"], &context["list"], &context["t"]));
    assert_eq!(body["in"], r#"["x",{"y":null}] 1.5"#);
    assert_eq!(body[context["v"].as_str().unwrap()], 1);
}

#[test]
fn the_first_line_may_be_a_title() {
    let titled = |hook_type, source: &str| {
        let Rendered { title, text, .. } =
            Template::stored(hook_type, source).render(&Value::UNDEFINED).unwrap();
        (title, text)
    };
    let title = |text: &str| Some(text.to_owned());
    assert_eq!(titled(HookType::Email, "# A\nb\nc"), (title("A"), "b\nc".to_owned()));
    assert_eq!(titled(HookType::SlackWebhook, "#A\nb"), (None, "#A\nb".to_owned()));
    assert_eq!(titled(HookType::Email, "# A & <b>B</b>\nb"), (title("A & <b>B</b>"), "b".to_owned()));
    assert_eq!(titled(HookType::Twilio, "# \nb"), (None, "# \nb".to_owned()));
    let long = format!("# {}", "x".repeat(501));
    assert_eq!(titled(HookType::Teams, &long), (None, long.clone()));
}

#[test]
fn times_and_durations_read_well() {
    let context =
        json!({ "t": "2026-11-20T21:58:17.094046Z", "short": 2.5, "long": 3_723.4, "s": "a-b-c", "n": null });
    assert_eq!(text("{{ t|time }}", context.clone()), "2026-11-20 21:58:17 UTC");
    assert_eq!(text("{{ t|time('%H:%M', 'Europe/Prague') }}", context.clone()), "22:58");
    assert_eq!(text("[{{ n|time }}{{ n|duration }}]", context.clone()), "[]");
    assert_eq!(text("{{ short|duration }} {{ long|duration }}", context.clone()), "2s 500ms 1h 2m 3s");
    assert_eq!(
        text("{{ s|replace('-', '+') }} {{ s|truncate(3) }} {{ s|upper }}", context.clone()),
        "a+b+c a-… A-B-C"
    );
    assert_eq!(
        text("{{ s|replace('', 'x') }}{{ [1, 'b']|join }}{{ s|truncate(5) }}", context),
        "a-b-c1ba-b-c"
    );
}
