//! Blocks: the newer form of a message.

use serde::Deserialize;

use crate::mrkdwn::unescape;
use crate::{Field, Link, Part, Text};

const MAX_HEADER_CHARS: usize = 150;
const MAX_SECTION_CHARS: usize = 3_000;
const MAX_FIELDS: usize = 10;
const MAX_FIELD_CHARS: usize = 2_000;
const MAX_CONTEXT_ELEMENTS: usize = 10;
const MAX_ACTIONS: usize = 25;
const MAX_MARKDOWN_CHARS: usize = 12_000;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Header {
        text: BlockText,
    },
    Section {
        text: Option<BlockText>,
        #[serde(default)]
        fields: Vec<BlockText>,
        accessory: Option<Element>,
    },
    Context {
        elements: Vec<Element>,
    },
    Actions {
        elements: Vec<Element>,
    },
    Markdown {
        text: String,
    },
    Image {
        alt_text: String,
    },
    Divider {},
    /// Slack has more kinds; they are taken, and not drawn.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum BlockText {
    PlainText { text: String },
    Mrkdwn { text: String },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Element {
    Button {
        text: BlockText,
        url: Option<String>,
    },
    PlainText {
        text: String,
    },
    Mrkdwn {
        text: String,
    },
    Image {
        alt_text: String,
    },
    #[serde(other)]
    Other,
}

impl Block {
    /// What the block shows; `None` if Slack would refuse it.
    pub(super) fn into_parts(self) -> Option<Vec<Part>> {
        Some(match self {
            Self::Header { text } => vec![Part::Heading(text.checked(MAX_HEADER_CHARS)?)],
            Self::Section { text, fields, accessory } => section(text, fields, accessory)?,
            Self::Context { elements } => {
                at_most(MAX_CONTEXT_ELEMENTS, &elements)?;
                vec![Part::Context(beside_each_other(elements))]
            }
            Self::Actions { elements } => {
                at_most(MAX_ACTIONS, &elements)?;
                vec![Part::Links(elements.into_iter().filter_map(Element::into_link).collect())]
            }
            Self::Markdown { text } => {
                vec![Part::Text(Text::Plain(within(MAX_MARKDOWN_CHARS, text)?))]
            }
            Self::Image { alt_text } => vec![Part::Context(image(&alt_text))],
            Self::Divider {} => vec![Part::Divider],
            Self::Other => Vec::new(),
        })
    }
}

fn section(text: Option<BlockText>, fields: Vec<BlockText>, accessory: Option<Element>) -> Option<Vec<Part>> {
    if text.is_none() && fields.is_empty() {
        return None;
    }
    at_most(MAX_FIELDS, &fields)?;
    let mut parts = Vec::new();
    if let Some(text) = text {
        parts.push(Part::Text(text.checked(MAX_SECTION_CHARS)?));
    }
    if !fields.is_empty() {
        let fields = fields.into_iter().map(|field| Some(into_field(field.checked(MAX_FIELD_CHARS)?)));
        parts.push(Part::Fields(fields.collect::<Option<_>>()?));
    }
    parts.extend(accessory.and_then(Element::into_link).map(|link| Part::Links(vec![link])));
    Some(parts)
}

/// A section's field has no title of its own; people write it as a bold first line.
fn into_field(text: Text) -> Field {
    let titled = match &text {
        Text::Mrkdwn(source) => source.split_once('\n').and_then(|(first, value)| {
            let title = first.trim().strip_prefix('*')?.strip_suffix('*')?;
            Some((unescape(title.trim_end_matches(':')), value.to_owned()))
        }),
        Text::Plain(_) => None,
    };
    match titled {
        Some((title, value)) => Field { title: Text::Plain(title), value: Text::Mrkdwn(value), short: true },
        None => Field { title: Text::default(), value: text, short: true },
    }
}

impl BlockText {
    fn checked(self, max_chars: usize) -> Option<Text> {
        Some(match self {
            Self::PlainText { text } => Text::Plain(unescape(&within(max_chars, text)?)),
            Self::Mrkdwn { text } => Text::Mrkdwn(within(max_chars, text)?),
        })
    }
}

impl Element {
    fn into_link(self) -> Option<Link> {
        match self {
            Self::Button { text: BlockText::PlainText { text } | BlockText::Mrkdwn { text }, url } => {
                Some(Link { text: Text::Plain(unescape(&text)), url })
            }
            Self::PlainText { .. } | Self::Mrkdwn { .. } | Self::Image { .. } | Self::Other => None,
        }
    }
}

/// The elements of a context stand in one line. Plain ones keep their entities, since those are read again.
fn beside_each_other(elements: Vec<Element>) -> Text {
    let texts = elements.into_iter().filter_map(|element| match element {
        Element::PlainText { text } | Element::Mrkdwn { text } => Some(text),
        Element::Image { alt_text } => Some(format!("[{alt_text}]")),
        Element::Button { .. } | Element::Other => None,
    });
    Text::Mrkdwn(texts.collect::<Vec<_>>().join("  "))
}

fn image(alt_text: &str) -> Text {
    Text::Plain(format!("[image: {}]", unescape(alt_text)))
}

/// The text, unless it is empty or too long.
fn within(max_chars: usize, text: String) -> Option<String> {
    (!text.is_empty() && text.chars().count() <= max_chars).then_some(text)
}

fn at_most<T>(max: usize, items: &[T]) -> Option<()> {
    (items.len() <= max).then_some(())
}
