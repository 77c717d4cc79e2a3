//! A message as its reader sees it, whichever service brought it.

use campana_model::Color;
use serde::{Serialize, Serializer};

use crate::mrkdwn;

/// A message: one or more cards below each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReceivedMessage {
    /// The cards, top to bottom.
    pub cards: Vec<Card>,
    /// Whether the signature holds; `None` where none is looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// What a signature says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "snake_case")]
pub enum Signature {
    /// The sender knows the secret, and the request is fresh.
    Valid,
    /// It does not, or it is not; the text says why.
    Invalid(String),
}

/// One card: a bar in a colour, and what stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(default)]
pub struct Card {
    /// The bar's colour, as `#rrggbb` in JSON; `None`: there is no bar.
    #[serde(serialize_with = "hex", skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Who says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Text>,
    /// The first line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Where a click on the title leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_link: Option<String>,
    /// What follows, top to bottom.
    pub body: Vec<Part>,
    /// The last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<Text>,
}

/// One part of a card.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A line in large letters.
    Heading(Text),
    /// A text.
    Text(Text),
    /// A text in small letters.
    Context(Text),
    /// Fields; short ones stand side by side.
    Fields(Vec<Field>),
    /// Buttons and links.
    Links(Vec<Link>),
    /// A line across.
    Divider,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Its name; empty where the service has none.
    pub title: Text,
    /// What it says.
    pub value: Text,
    /// Whether another may stand beside it.
    pub short: bool,
}

/// A button or link.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// What it says.
    pub text: Text,
    /// Where it leads; `None`: the click goes back to the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A text in its service's own markup. As JSON it is what a person reads, without markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// No markup.
    Plain(String),
    /// Slack's markup: `*bold*`, `_italic_`, `` `code` ``, `<url|text>`, `&amp;`.
    Mrkdwn(String),
}

impl Text {
    /// What a person reads, without markup; a link reads `text (url)`.
    ///
    /// ```
    /// # use campana_receiver::Text;
    /// assert_eq!(Text::Mrkdwn("*a* &lt; <http://b|c>".into()).plain(), "a < c (http://b)");
    /// ```
    pub fn plain(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Mrkdwn(source) => mrkdwn::plain(source),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.plain())
    }
}

impl ReceivedMessage {
    /// The colour of the first card that has one.
    pub fn color(&self) -> Option<Color> {
        self.cards.iter().find_map(|card| card.color)
    }

    /// The first title or heading, without markup.
    pub fn title(&self) -> Option<String> {
        let heading = |part: &Part| if let Part::Heading(text) = part { Some(text.plain()) } else { None };
        let title = |card: &Card| card.title.as_ref().map(Text::plain);
        self.cards.iter().find_map(|card| title(card).or_else(|| card.body.iter().find_map(heading)))
    }

    /// All texts, without markup, one below the other.
    pub fn text(&self) -> String {
        let text = |part: &Part| if let Part::Text(text) = part { Some(text.plain()) } else { None };
        self.parts().filter_map(text).collect::<Vec<_>>().join("\n")
    }

    /// The value of the first field with this title, without markup.
    pub fn field(&self, title: &str) -> Option<String> {
        self.fields().find(|field| field.title.plain() == title).map(|field| field.value.plain())
    }

    /// All fields.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parts().flat_map(|part| if let Part::Fields(fields) = part { fields.as_slice() } else { &[] })
    }

    /// All buttons and links.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.parts().flat_map(|part| if let Part::Links(links) = part { links.as_slice() } else { &[] })
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.cards.iter().flat_map(|card| &card.body)
    }
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn hex<S: Serializer>(color: &Option<Color>, serializer: S) -> Result<S::Ok, S::Error> {
    match color {
        Some(color) => serializer.collect_str(color),
        None => serializer.serialize_none(),
    }
}
