//! One card as lines, without its bar.

use anstyle::{Effects, Style};

use super::styled::{Line, Styled};
use super::{BOLD, CODE, DIM};
use crate::mrkdwn::{self, Look};
use crate::{Card, Field, Link, Part, Text};

/// Columns between two fields side by side.
const GUTTER: usize = 2;

/// Narrower columns than this are put below each other.
const MIN_COLUMN: usize = 14;

pub(super) fn lines(card: &Card, width: usize) -> Vec<Line> {
    let Card { color: _, author, title, title_link, body, footer } = card;
    let mut lines = Vec::new();
    if let Some(author) = author {
        lines.extend(styled(author, DIM).wrap(width));
    }
    if let Some(title) = title {
        lines.extend(styled(title, BOLD).wrap(width));
    }
    if let Some(link) = title_link {
        lines.extend(Styled::new(link, DIM.underline()).wrap(width));
    }
    for part in body {
        // Fields and links stand apart from what is above them.
        if matches!(part, Part::Fields(_) | Part::Links(_)) && !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(part_lines(part, width));
    }
    if let Some(footer) = footer {
        lines.extend(styled(footer, DIM).wrap(width));
    }
    lines
}

fn part_lines(part: &Part, width: usize) -> Vec<Line> {
    match part {
        Part::Heading(text) => styled(text, BOLD).wrap(width),
        Part::Text(text) => styled(text, Style::new()).wrap(width),
        Part::Context(text) => styled(text, DIM).wrap(width),
        Part::Fields(fields) => fields_lines(fields, width),
        Part::Links(links) => links.iter().flat_map(|link| link_line(link).wrap(width)).collect(),
        Part::Divider => Styled::new(&"─".repeat(width), DIM).wrap(width),
    }
}

/// Short fields two by two, the others one by one.
fn fields_lines(mut fields: &[Field], width: usize) -> Vec<Line> {
    let column = width.saturating_sub(GUTTER) / 2;
    let mut lines = Vec::new();
    while let [first, rest @ ..] = fields {
        match rest {
            [second, rest @ ..] if first.short && second.short && column >= MIN_COLUMN => {
                lines.extend(beside(&field_lines(first, column), field_lines(second, column), column));
                fields = rest;
            }
            _ => {
                lines.extend(field_lines(first, width));
                fields = rest;
            }
        }
    }
    lines
}

fn field_lines(field: &Field, width: usize) -> Vec<Line> {
    let title = styled(&field.title, BOLD);
    let mut lines = if title.is_empty() { Vec::new() } else { title.wrap(width) };
    lines.extend(styled(&field.value, Style::new()).wrap(width));
    lines
}

/// Two columns, the left one filled up to `column` and the gutter.
fn beside(left: &[Line], right: Vec<Line>, column: usize) -> Vec<Line> {
    let height = left.len().max(right.len());
    let mut right = right.into_iter();
    (0..height)
        .map(|row| {
            let mut line = left.get(row).cloned().unwrap_or_default();
            if let Some(right) = right.next().filter(|right| !right.is_empty()) {
                let gap = (column + GUTTER).saturating_sub(line.width());
                line.push(&" ".repeat(gap), Style::new());
                line.append(right);
            }
            line
        })
        .collect()
}

fn link_line(link: &Link) -> Styled {
    let mut line = Styled::new("[", DIM);
    line.push(&link.text.plain(), BOLD);
    line.push("]", DIM);
    if let Some(url) = &link.url {
        line.push(" ", Style::new());
        line.push(url, DIM.underline());
    }
    line
}

/// A text in its markup, on top of `base`.
fn styled(text: &Text, base: Style) -> Styled {
    match text {
        Text::Plain(text) => Styled::new(text, base),
        Text::Mrkdwn(source) => {
            let mut styled = Styled::default();
            for span in mrkdwn::parse(source) {
                styled.push(&span.text, look(base, span.look));
            }
            styled
        }
    }
}

fn look(base: Style, Look { bold, italic, struck, code, link }: Look) -> Style {
    let effects = [
        (bold, Effects::BOLD),
        (italic, Effects::ITALIC),
        (struck, Effects::STRIKETHROUGH),
        (link, Effects::UNDERLINE),
    ];
    let style = if code { base.fg_color(CODE.get_fg_color()) } else { base };
    effects.into_iter().filter(|(wanted, _)| *wanted).fold(style, |style, (_, effect)| style | effect)
}
