mod bounds;
mod language;
mod props;

use campana_model::HookType;
use minijinja::value::Serde;
use serde_json::{Value as Json, json};

use super::*;

fn check(hook_type: HookType, source: &str) -> Result<Template, TemplateError> {
    Template::check(hook_type, source)
}

fn rendered(hook_type: HookType, source: &str, context: Json) -> Result<String, TemplateError> {
    let template = Template::stored(hook_type, source);
    template.render(&Value::from(Serde(context))).map(|rendered| rendered.text)
}

/// As for an SMS: nothing is escaped.
fn text(source: &str, context: Json) -> String {
    rendered(HookType::Twilio, source, context).unwrap()
}
