//! What can be wrong with a hook's configuration.

use campana_model::HookType;

/// A hook's configuration cannot be used. It names the key and the remedy, and never shows a secret.
#[derive(Debug, thiserror::Error)]
#[error("config of {article} {hook_type} hook: {problem}", article = article(*hook_type))]
pub struct ConfigError {
    hook_type: HookType,
    problem: Problem,
}

impl ConfigError {
    pub(super) fn new(hook_type: HookType, problem: Problem) -> Self {
        Self { hook_type, problem }
    }

    /// The key that is missing, unknown or has the wrong value, if it is one.
    pub fn key(&self) -> Option<&str> {
        match &self.problem {
            Problem::Missing { key, .. } | Problem::Value { key, .. } | Problem::Shape { key, .. } => {
                Some(key)
            }
            Problem::Unknown { key, .. } | Problem::Masked { key } => Some(key),
            Problem::Unusable { source, .. } => source.field(),
            Problem::NotJson { .. } | Problem::NotAnObject { .. } | Problem::Stored => None,
        }
    }
}

fn article(hook_type: HookType) -> &'static str {
    match hook_type {
        HookType::Email => "an",
        _ => "a",
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error(
        "a text that is not JSON (line {line}, column {column}); write an object, such as {{\"key\": \"value\"}}"
    )]
    NotJson { line: usize, column: usize },
    #[error("{found}, where an object is wanted, such as {{\"key\": \"value\"}}")]
    NotAnObject { found: &'static str },
    #[error("no {key:?}; give {wanted}")]
    Missing { key: &'static str, wanted: &'static str },
    #[error("unknown key {key:?}; known are {known}")]
    Unknown { key: String, known: String },
    #[error("{key:?} is {found}, where {wanted} is wanted")]
    Shape { key: &'static str, found: &'static str, wanted: &'static str },
    #[error("{key:?} is {}; it is to be {wanted}", found.as_deref().unwrap_or("of the wrong form"))]
    Value { key: &'static str, wanted: &'static str, found: Option<String> },
    #[error("{key:?} is masked, and not as a secret of this hook is; write it in full")]
    Masked { key: String },
    #[error("{source}{}", found.as_ref().map(|found| format!("; it is {found}")).unwrap_or_default())]
    Unusable { source: campana_notify::ConfigError, found: Option<String> },
    #[error("what is stored cannot be read by this version")]
    Stored,
}

/// How much of a wrong value an error repeats.
const MAX_SHOWN_CHARS: usize = 60;

/// A value that is no secret, quoted, and cut if it is long.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
