//! Text in styles, and its way to the terminal.
//!
//! [`clean`] is the only gate: whatever is pushed loses its control characters, so that a message can neither
//! move the cursor, nor change the title, nor forge a line that is not its own.

use std::fmt::Write as _;

use anstyle::Style;
use textwrap::{Options, WordSeparator, WordSplitter};

/// A text whose pieces have styles; may hold line feeds.
#[derive(Clone, Debug, Default)]
pub(super) struct Styled {
    text: String,
    /// Where each piece ends, and its style.
    pieces: Vec<(usize, Style)>,
}

impl Styled {
    pub(super) fn new(text: &str, style: Style) -> Self {
        let mut styled = Self::default();
        styled.push(text, style);
        styled
    }

    pub(super) fn push(&mut self, text: &str, style: Style) {
        clean(text, &mut self.text);
        self.pieces.push((self.text.len(), style));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Lines of at most `width` columns.
    pub(super) fn wrap(&self, width: usize) -> Vec<Line> {
        let options = Options::new(width)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        let mut lines = Vec::new();
        let mut paragraph_start = 0;
        for paragraph in self.text.split('\n') {
            let mut at = paragraph_start;
            for wrapped in textwrap::wrap(paragraph, &options) {
                // A wrapped line is the next stretch of the text, but for the spaces at which it broke.
                let skipped = self.text[at..].find(&*wrapped).unwrap_or_default();
                let start = at + skipped;
                at = start + wrapped.len();
                lines.push(self.line(start, at));
            }
            paragraph_start += paragraph.len() + 1;
        }
        lines
    }

    fn line(&self, start: usize, end: usize) -> Line {
        let mut line = Line::default();
        let first = self.pieces.partition_point(|&(piece_end, _)| piece_end <= start);
        let mut from = start;
        for &(piece_end, style) in &self.pieces[first..] {
            if from >= end {
                break;
            }
            let to = piece_end.min(end);
            line.push(&self.text[from..to], style);
            from = to;
        }
        line
    }
}

/// One line, ready to paint.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(Vec<(String, Style)>);

impl Line {
    /// Adds text that is clean already and holds no line feed.
    pub(super) fn push(&mut self, text: &str, style: Style) {
        self.0.push((text.to_owned(), style));
    }

    pub(super) fn append(&mut self, line: Self) {
        self.0.extend(line.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many columns it takes.
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|(text, _)| textwrap::core::display_width(text)).sum()
    }

    pub(super) fn paint(&self, colour: bool, out: &mut String) {
        for (text, style) in &self.0 {
            if colour {
                // Writing to a string cannot fail.
                let _ = write!(out, "{style}{text}{style:#}");
            } else {
                out.push_str(text);
            }
        }
    }
}

/// Appends `text` without anything that steers a terminal: controls are shown by their pictures (␛), or as
/// `�` where they have none; so are the marks that turn the direction of writing, which can make a text read as
/// another. Tabs become spaces.
fn clean(text: &str, out: &mut String) {
    const FIRST_PICTURE: u32 = 0x2400;
    for c in text.chars() {
        match c {
            '\n' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\0'..='\x1f' => out.push(char::from_u32(FIRST_PICTURE + u32::from(c)).unwrap_or('�')),
            '\x7f'..='\u{9f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                out.push('�');
            }
            '\u{2028}' | '\u{2029}' => out.push('\n'),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let lines = Styled::new(text, Style::new()).wrap(width);
        lines
            .iter()
            .map(|line| {
                let mut painted = String::new();
                line.paint(false, &mut painted);
                painted
            })
            .collect()
    }

    #[test]
    fn lines_keep_to_the_width_by_columns() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("鐘が鳴る", 4), ["鐘が", "鳴る"]);
        assert_eq!(wrapped("a\n\n  b", 9), ["a", "", "  b"]);
    }

    #[test]
    fn a_style_goes_on_over_the_end_of_a_line() {
        let mut styled = Styled::new("plain ", Style::new());
        styled.push("bold bold", Style::new().bold());
        let mut painted = String::new();
        for line in styled.wrap(10) {
            line.paint(true, &mut painted);
            painted.push('\n');
        }
        assert_eq!(painted, "plain \x1b[1mbold\x1b[0m\n\x1b[1mbold\x1b[0m\n");
    }

    #[test]
    fn nothing_that_is_pushed_steers_the_terminal() {
        let every: String = (0..=0x2fff).filter_map(char::from_u32).collect();
        let mut cleaned = String::new();
        clean(&every, &mut cleaned);
        assert!(cleaned.chars().all(|c| c == '\n' || !c.is_control()));
        assert!(!cleaned.contains(['\u{202e}', '\u{2066}', '\u{2028}']));
        assert!(cleaned.contains("␛"));
    }
}
