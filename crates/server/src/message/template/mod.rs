//! A hook's own words, as a Jinja template.
//!
//! What the template yields depends on the type of hook:
//!
//! * `WEBHOOK`: the whole body, which has to be JSON. A value stands there as JSON (`"name": {{ flow.name }}`) or,
//!   inside quotes, as text that is escaped for JSON (`"{{ flow.name }} failed"`).
//! * `EMAIL`: the body; HTML if there is a tag in the template, and then values are escaped for HTML; else text.
//! * `SLACK_WEBHOOK`: the message in mrkdwn, where values are escaped so that they make no links and no mentions.
//! * `TEAMS`: the text in a card's Markdown, where values make no links.
//! * `TWILIO`, `PAGERDUTY`, `PREFECT_MESSAGE`: plain text.
//!
//! If the first line begins with `# `, the rest of that line is the title: the subject of a mail, the summary of an
//! incident, the heading of a card or a message. Without such a line, the usual title stands there, and none in
//! Slack and in an SMS. A `WEBHOOK` has no title.
//!
//! A template sees `title` and `text` (the usual message in plain words), `event`, `tenant`, `flow`, `flow_run`,
//! `task`, `state`, `run_count`, `will_retry`, `is_final`, `duration` in seconds, `failed_task`, `logs`, `links`,
//! `parameters` (if the hook tells them), `agent` and `delivery`. What there is nothing of is empty.
//!
//! The language is a part of Jinja, so that a template's cost is bounded: no macros, includes, recursive loops,
//! captured blocks or products, and texts are joined a few times only. Values need no filter to be escaped.

mod context;
mod environment;
mod filters;
mod output;
mod scan;

use campana_model::HookType;
use minijinja::{ErrorKind, Value};

pub(super) use self::context::context;
use self::context::samples;
use self::output::Output;
use self::scan::Scanned;

/// How long a template may be.
const MAX_TEMPLATE_BYTES: usize = 16 * 1024;
/// How long what it yields may be.
const MAX_OUTPUT_BYTES: usize = 64 * 1024;
/// How long a value may become on the way.
const MAX_VALUE_BYTES: usize = 16 * 1024;
/// How many steps rendering may take.
const MAX_STEPS: u64 = 10_000;
/// A title is cut after this by whoever shows it; more than that in a first line is a text.
const MAX_TITLE_CHARS: usize = 500;

/// A template, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    hook_type: HookType,
    source: String,
}

/// What a template yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The first line, if it is a title.
    pub title: Option<String>,
    /// The rest: the text, or the body.
    pub text: String,
    /// Whether the text is HTML.
    pub is_html: bool,
}

/// A template cannot be used, or not with what it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is too long.
    #[error("template has {bytes} bytes; it may have {MAX_TEMPLATE_BYTES}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It is not in the language.
    #[error("line {line}: {problem}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// There is no such variable.
    #[error("unknown variable {name}; known are {known}")]
    Unknown {
        /// Its name.
        name: String,
        /// The names at its place.
        known: String,
    },
    /// It went wrong when it was rendered.
    #[error("line {line}: {problem}")]
    Rendering {
        /// The line, from 1.
        line: usize,
        /// What went wrong.
        problem: String,
    },
    /// It takes too many steps.
    #[error("it takes more than {MAX_STEPS} steps; make its loops shorter")]
    TooManySteps,
    /// It yields too much.
    #[error("it yields more than {MAX_OUTPUT_BYTES} bytes; tell less")]
    TooMuch,
    /// The body of a `WEBHOOK` is not JSON.
    #[error("what it yields is not JSON (line {line}, column {column} of the body)")]
    NotJson {
        /// The line of what it yields, from 1.
        line: usize,
        /// The column there.
        column: usize,
    },
    /// It yields nothing.
    #[error("it yields nothing")]
    Empty,
}

impl Template {
    /// Checks a template before it is stored: its size, its language, its variables, and whether it can be
    /// rendered for changes of flow runs and of task runs, and for other events.
    ///
    /// # Errors
    /// If it cannot be used; the error says where and what to do.
    pub fn check(hook_type: HookType, source: &str) -> Result<Self, TemplateError> {
        let template = Self::stored(hook_type, source);
        scan::scan(source)?;
        context::check_names(&environment::variables(source)?)?;
        for sample in samples() {
            template.render(sample)?;
        }
        Ok(template)
    }

    /// A template that was checked when it was stored.
    pub fn stored(hook_type: HookType, source: impl Into<String>) -> Self {
        Self { hook_type, source: source.into() }
    }

    /// The template's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The words for these values.
    ///
    /// # Errors
    /// If it cannot be rendered for them: [`compose`](super::compose) then sends the usual message.
    pub(super) fn render(&self, context: &Value) -> Result<Rendered, TemplateError> {
        let Scanned { has_tags } = scan::scan(&self.source)?;
        let is_html = self.hook_type == HookType::Email && has_tags;
        let output = Output::new(self.hook_type == HookType::Webhook);
        let environment = environment::environment(self.hook_type, is_html, &output);
        let rendered = environment
            .template_from_str(&self.source)
            .and_then(|template| template.render_captured_to(context.clone(), output.clone()).map(drop));
        if output.is_full() {
            return Err(TemplateError::TooMuch);
        }
        rendered.map_err(TemplateError::from)?;
        self.finish(output.into_text(), is_html)
    }

    fn finish(&self, text: String, is_html: bool) -> Result<Rendered, TemplateError> {
        if text.trim().is_empty() {
            return Err(TemplateError::Empty);
        }
        if self.hook_type == HookType::Webhook {
            serde_json::from_str::<serde_json::Value>(&text)
                .map_err(|error| TemplateError::NotJson { line: error.line(), column: error.column() })?;
            return Ok(Rendered { title: None, text, is_html });
        }
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let title = first.strip_prefix("# ").map(str::trim).filter(|title| !title.is_empty());
        match title.filter(|title| title.chars().count() <= MAX_TITLE_CHARS) {
            Some(title) => {
                let title = if is_html { unescaped(title) } else { title.to_owned() };
                Ok(Rendered { title: Some(title), text: rest.to_owned(), is_html })
            }
            None => Ok(Rendered { title: None, text, is_html }),
        }
    }
}

/// A title is no HTML, though it was rendered as such.
fn unescaped(title: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(title.to_owned(), |title, (from, to)| title.replace(from, to))
}

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        let line = error.line().unwrap_or(1);
        let problem = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        match error.kind() {
            ErrorKind::OutOfFuel => Self::TooManySteps,
            ErrorKind::SyntaxError
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction => Self::Syntax { line, problem },
            _ => Self::Rendering { line, problem },
        }
    }
}

#[cfg(test)]
mod tests;
