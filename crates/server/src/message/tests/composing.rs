use std::sync::Arc;

use campana_notify::{Http, HttpOptions};
use serde_json::Value as Json;

use super::*;
use crate::hook_config::{HookConfig, Purpose, Senders};

fn channel(hook_type: HookType) -> Arc<dyn Channel> {
    let senders = Senders::new(Http::new(HttpOptions::default()).unwrap());
    let from = Some("bell@example.com".to_owned());
    let smtp = campana_notify::channels::email::EmailConfig {
        from,
        ..campana_notify::channels::email::EmailConfig::new("smtp.example.com")
    };
    let senders = senders.smtp(smtp).unwrap();
    let url = "https://example.com/hook";
    let config = match hook_type {
        HookType::Email => json!({ "to": "me@example.com" }),
        HookType::SlackWebhook | HookType::Webhook | HookType::Teams => json!({ "url": url }),
        HookType::Twilio => json!({
            "account_sid": "AC00000000000000000000000000000000", "auth_token": "t",
            "messaging_service_sid": "MG00000000000000000000000000000000", "to": ["+15005550006"],
        }),
        HookType::PagerDuty => {
            json!({ "routing_key": "0123456789abcdefghijklmnopqrstuv", "severity": "error" })
        }
        HookType::PrefectMessage => return inbox(),
    };
    let config = HookConfig::parse(hook_type, &config, &senders).unwrap();
    config.channel(&senders, &purpose()).unwrap()
}

fn purpose() -> Purpose {
    Purpose {
        hook_id: HookId::from_uuid(id(9)),
        tenant_id: campana_model::id::TenantId::from_uuid(id(6)),
        version_group_id: Some("orders-group".to_owned()),
        event: EventKind::StateChange,
        resolves: false,
        include_parameters: false,
        is_test: false,
    }
}

fn inbox() -> Arc<dyn Channel> {
    #[derive(Debug)]
    struct Nowhere;
    impl crate::hook_config::Inbox for Nowhere {
        fn put(
            &self,
            _: crate::hook_config::InboxEntry,
        ) -> campana_notify::BoxFuture<'_, Result<(), Box<dyn std::error::Error + Send + Sync>>> {
            Box::pin(async { Ok(()) })
        }
    }
    let senders = Senders::new(Http::new(HttpOptions::default()).unwrap()).inbox(Arc::new(Nowhere));
    let config = HookConfig::parse(HookType::PrefectMessage, &Json::Null, &senders).unwrap();
    config.channel(&senders, &purpose()).unwrap()
}

fn composed(hook_type: HookType, template: Option<&str>, facts: &Facts) -> (Json, Option<TemplateError>) {
    let template = template.map(|source| Template::stored(hook_type, source));
    let wording = Wording { hook_type, template: template.as_ref(), include_parameters: true };
    let Composed { payload, fallback } = compose(&*channel(hook_type), wording, facts, &pages());
    (preview(&payload)["body"].clone(), fallback)
}

fn worded(hook_type: HookType, template: &str) -> Json {
    let (body, fallback) = composed(hook_type, Some(template), &facts(EventKind::StateChange));
    assert_eq!(fallback, None);
    body
}

#[test]
fn without_a_template_the_channel_has_its_own_form() {
    let (body, _) = composed(HookType::Webhook, None, &facts(EventKind::StateChange));
    assert_eq!(body["type"], "flow_run.state_changed");
    assert_eq!(body["data"]["logs"][0]["message"], "line 7: 'n/a' is not a number");
    let (body, _) = composed(HookType::SlackWebhook, None, &facts(EventKind::StateChange));
    let text = body.to_string();
    assert!(text.contains("*Log*") && text.contains("/acme/flow-run/"), "{text}");
}

#[test]
fn what_is_about_no_run_is_told_to_people_and_to_programs() {
    let (body, _) = composed(HookType::Webhook, None, &agent_is_gone());
    assert_eq!(
        (&body["type"], &body["event"]["type"]),
        (&json!("agent.unhealthy"), &json!("AgentUnhealthy"))
    );
    assert_eq!(body["data"]["about"]["name"], "builder");
    let (body, _) = composed(HookType::Webhook, None, &dead(None));
    assert_eq!((&body["type"], &body["data"]["about"]["attempts"]), (&json!("delivery.dead"), &json!(12)));
    let (body, _) = composed(HookType::SlackWebhook, None, &agent_is_gone());
    assert!(body["text"].as_str().unwrap().starts_with("*Agent builder does not ask"), "{body}");
}

#[test]
fn each_channel_takes_the_words_of_a_template() {
    let template = "# {{ flow.name }} is {{ state.type }}\n{{ failed_task.name }}: {{ failed_task.reason }}";
    let text = "convert[3]: line 7: 'n/a' is not a number";
    let email = worded(HookType::Email, template);
    assert_eq!(email, json!({ "subject": "orders is Failed", "text": text }));
    let slack = worded(HookType::SlackWebhook, template);
    assert_eq!(slack, json!({ "text": format!("*orders is Failed*\n{text}") }));
    assert_eq!(worded(HookType::SlackWebhook, "{{ flow.name }}!"), json!({ "text": "orders!" }));
    let sms = worded(HookType::Twilio, "{{ flow.name }}!");
    assert_eq!(sms, json!("Body=orders%21"));
    let incident = worded(HookType::PagerDuty, template);
    assert_eq!(incident["payload"]["summary"], "orders is Failed");
    assert_eq!(incident["payload"]["custom_details"]["message"], text);
    assert_eq!(incident["dedup_key"], format!("{}/orders-group", id(9)));
    let inbox = worded(HookType::PrefectMessage, "{{ flow.name }}!");
    assert_eq!(
        (&inbox["title"], &inbox["text"]),
        (&json!("Run brave-bell of flow orders is now Failed"), &json!("orders!"))
    );
    let card = worded(HookType::Teams, template).to_string();
    assert!(card.contains("orders is Failed") && card.contains(text), "{card}");
    let body = worded(HookType::Webhook, r#"{"text": "{{ title }}", "day": {{ parameters.day }}}"#);
    assert_eq!(body, json!({ "text": "Run brave-bell of flow orders is now Failed", "day": "2026-11-20" }));
}

#[test]
fn a_template_sees_no_more_of_a_text_than_it_can_handle() {
    let run = RunFacts { state: State::failed("č".repeat(100_000)), ..run() };
    let facts = Facts { run: Some(run), ..facts(EventKind::StateChange) };
    let (body, fallback) = composed(HookType::Webhook, Some("{{ state.message|length }}"), &facts);
    assert_eq!((body, fallback), (json!(4_001), None));
}

#[test]
fn a_mail_is_html_if_its_template_is() {
    let mail = worded(HookType::Email, "# <{{ flow.name }}>\n<p>{{ failed_task.reason }}</p>");
    assert_eq!(
        (&mail["subject"], &mail["html"]),
        (&json!("<orders>"), &json!("<p>line 7: &#39;n/a&#39; is not a number</p>"))
    );
    assert!(mail["text"].as_str().unwrap().contains("Failed task convert[3]"), "{mail}");
    let mail = worded(HookType::Email, "a < b & {{ failed_task.reason }}");
    assert_eq!(mail["text"], "a < b & line 7: 'n/a' is not a number");
    assert_eq!(
        (&mail["subject"], mail.get("html")),
        (&json!("Run brave-bell of flow orders is now Failed"), None)
    );
}

#[test]
fn a_template_that_fails_gives_way_to_the_usual_message_which_says_so() {
    for &hook_type in HookType::ALL {
        let (body, fallback) =
            composed(hook_type, Some("{{ flow.name|time }}"), &facts(EventKind::StateChange));
        assert!(matches!(fallback, Some(TemplateError::Rendering { line: 1, .. })), "{fallback:?}");
        let text = body.to_string().replace('+', " ");
        assert!(text.contains("template of this hook could not be rendered"), "{hook_type}: {text}");
        assert!(text.contains("orders"), "{hook_type}: {text}");
        let (body, fallback) = composed(hook_type, Some("{{ flow.name|nope }}"), &agent_is_gone());
        assert!(fallback.is_some());
        let text = body.to_string().replace('+', " ");
        assert!(text.contains("template of this hook") && text.contains("builder"), "{hook_type}: {text}");
    }
    let (body, fallback) =
        composed(HookType::Webhook, Some("{{ flow.name }} x"), &facts(EventKind::StateChange));
    assert!(matches!(fallback, Some(TemplateError::NotJson { .. })), "{fallback:?}");
    assert_eq!(body["type"], "flow_run.state_changed");
}
