//! What a template has at hand, and how its values are written.

use std::fmt::{self, Write as _};
use std::io;

use campana_model::HookType;
use campana_notify::channels::{email, slack};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, tests};

use super::output::Output;
use super::{MAX_OUTPUT_BYTES, MAX_STEPS, TemplateError, filters};

/// How values are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    Nothing,
    Html,
    Slack,
    Teams,
    Json,
}

/// The environment of one rendering.
pub(super) fn environment(hook_type: HookType, is_html: bool, output: &Output) -> Environment<'static> {
    let mut environment = language();
    let escape = match hook_type {
        HookType::Email if is_html => Escape::Html,
        HookType::SlackWebhook => Escape::Slack,
        HookType::Teams => Escape::Teams,
        HookType::Webhook => Escape::Json,
        HookType::Email | HookType::Twilio | HookType::PagerDuty | HookType::PrefectMessage => {
            Escape::Nothing
        }
    };
    let output = output.clone();
    environment.set_formatter(move |out, _, value| {
        let text = match escape {
            Escape::Json => json(value, output.in_text())?,
            Escape::Nothing => text(value)?,
            Escape::Html => email::escape(&text(value)?),
            Escape::Slack => slack::escape(&text(value)?).into_owned(),
            // A link is made of two brackets that meet.
            Escape::Teams => text(value)?.replace("](", "] ("),
        };
        out.write_str(&text).map_err(minijinja::Error::from)
    });
    environment
}

/// Every name that the template takes from outside, with the names after its dots.
pub(super) fn variables(source: &str) -> Result<Vec<String>, TemplateError> {
    let environment = language();
    let template = environment.template_from_str(source)?;
    let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    names.sort();
    Ok(names)
}

/// The language: filters, tests and limits.
fn language() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_fuel(Some(MAX_STEPS));
    environment.set_recursion_limit(50);
    // What there is nothing of is empty, and so are its parts.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    filters::add_to(&mut environment);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    environment.add_test("string", tests::is_string);
    environment.add_test("number", tests::is_number);
    environment.add_test("true", tests::is_true);
    environment.add_test("false", tests::is_false);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("in", tests::is_in);
    for name in ["eq", "equalto", "=="] {
        environment.add_test(name, tests::is_eq);
    }
    for name in ["ne", "!="] {
        environment.add_test(name, tests::is_ne);
    }
    environment
}

fn is_nothing(value: &Value) -> bool {
    value.is_none() || value.is_undefined()
}

/// A value as text.
pub(super) fn text(value: &Value) -> Result<String, minijinja::Error> {
    if is_nothing(value) {
        return Ok(String::new());
    }
    let mut bounded = Bounded::default();
    write!(bounded, "{value}").map_err(|_| too_large())?;
    String::from_utf8(bounded.0).map_err(|_| too_large())
}

/// A value as JSON, or as what stands between the quotes of a text in JSON.
fn json(value: &Value, in_text: bool) -> Result<String, minijinja::Error> {
    if !in_text {
        return to_json(value);
    }
    let text = match value.as_str() {
        Some(text) => text.to_owned(),
        None if is_nothing(value) => String::new(),
        None => to_json(value)?,
    };
    let quoted = serde_json::to_string(&text).map_err(|_| too_large())?;
    Ok(quoted[1..quoted.len() - 1].to_owned())
}

/// A value as JSON.
pub(super) fn to_json(value: &Value) -> Result<String, minijinja::Error> {
    if is_nothing(value) {
        return Ok("null".to_owned());
    }
    let mut bounded = Bounded::default();
    serde_json::to_writer(&mut bounded, value).map_err(|_| too_large())?;
    String::from_utf8(bounded.0).map_err(|_| too_large())
}

pub(super) fn too_large() -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, "a value is too large")
}

/// Takes no more than a whole message may have, so that writing a large value ends.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT_BYTES {
            return Err(io::Error::other("too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        io::Write::write_all(self, text.as_bytes()).map_err(|_| fmt::Error)
    }
}
