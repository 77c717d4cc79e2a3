//! Drawing a message as a person would see it, for a terminal.
//!
//! ```text
//! Slack 09:30:00Z
//! ┃ Failed
//! ┃ Add Divide Flow is now in a Failed state
//! ┃
//! ┃ Message
//! ┃ division by zero
//! ```
//!
//! The bar has the card's colour. What others wrote cannot steer the terminal: see `styled`.

mod card;
mod styled;

use anstyle::{AnsiColor, RgbColor, Style};
use campana_model::Color;

use self::styled::{Line, Styled};
use crate::{Outcome, Received, Signature};

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();

/// A narrower terminal is drawn for as if it had this many columns.
const MIN_WIDTH: usize = 20;

/// Draws a request as text of at most `width` columns (20 at least), every line ended by a line feed. With
/// `colour` it holds ANSI sequences with 24-bit colours; without, none.
pub fn draw(received: &Received, width: usize, colour: bool) -> String {
    let width = width.max(MIN_WIDTH);
    let mut drawing = String::new();
    for line in head(received).wrap(width) {
        line.paint(colour, &mut drawing);
        drawing.push('\n');
    }
    let cards = received.message().map_or(&[][..], |message| &message.cards);
    for (index, card) in cards.iter().enumerate() {
        if index > 0 {
            drawing.push('\n');
        }
        for line in card::lines(card, width - 2) {
            let mut barred = Line::default();
            if let Some(color) = card.color {
                barred.push(if colour { "┃" } else { "│" }, bar(color));
            }
            if !line.is_empty() {
                barred.push(if card.color.is_some() { " " } else { "  " }, Style::new());
                barred.append(line);
            }
            barred.paint(colour, &mut drawing);
            drawing.push('\n');
        }
    }
    drawing
}

/// Which service, when, and what is to be known about the request itself.
fn head(received: &Received) -> Styled {
    let mut head = Styled::default();
    head.push(received.kind.name(), BOLD);
    head.push(&format!(" {}", received.at.strftime("%H:%M:%SZ")), DIM);
    match &received.outcome {
        Outcome::Accepted(_) => {}
        Outcome::Repeated => head.push(" a repetition of what is shown already", DIM),
        Outcome::Unanswered(_) => head.push(" answer lost, to order", BAD),
        Outcome::Refused { status, reason } => head.push(&format!(" refused: {status} {reason}"), BAD),
        Outcome::Failed(fault) => head.push(&format!(" fault made to order: {fault}"), BAD),
    }
    match received.message().and_then(|message| message.signature.as_ref()) {
        None => {}
        Some(Signature::Valid) => head.push(" signature holds", GOOD),
        Some(Signature::Invalid(why)) => head.push(&format!(" signature does not hold: {why}"), BAD),
    }
    head
}

fn bar(Color { red, green, blue }: Color) -> Style {
    Style::new().fg_color(Some(RgbColor(red, green, blue).into()))
}

#[cfg(test)]
mod tests;
