//! Anybody's text on its way into a picture: made harmless, made to fit, and in an ink that can be read.

use std::fmt::{self, Write};

use campana_model::Color;

/// The text without what has no business in a picture: control characters, those that change the direction of
/// writing, and those that XML forbids. Line breaks and tabs become spaces.
pub(super) fn clean(text: &str) -> String {
    let visible = |c: char| match c {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => None,
        '\u{fffe}' | '\u{ffff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(visible).collect()
}

/// The text, with its end replaced by `…` if it is longer than `max` characters.
pub(super) fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

/// About how wide a text is drawn, in units of its size: no font is at hand to be asked, so this is a little
/// more than what the usual fonts without serifs need.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(glyph_width).sum()
}

fn glyph_width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' | '!' | '.' | ',' | ':' | ';' => 0.32,
        'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | ' ' | '-' | '/' | '`' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.95,
        'A'..='Z' | '_' | '&' | '+' | '=' | '<' | '>' | '~' | '#' | '×' => 0.7,
        c if c.is_ascii() => 0.6,
        // Scripts whose characters fill a square, and pictures.
        c if c >= '\u{1100}' => 1.05,
        _ => 0.7,
    }
}

/// A text as it stands in XML, between tags and in attributes.
pub(super) struct Xml<'a>(pub(super) &'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A text as a quoted string of DOT, which is shown as it is: Graphviz reads escapes such as `\N` in labels, and
/// entities such as `&lt;`.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '&' => f.write_str("&amp;")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

const DARK: Color = Color::rgb(0x00_0000);
const LIGHT: Color = Color::rgb(0xff_ffff);

/// Black or white, whichever is read more easily on `paper`. One of the two always has the contrast of 4.5 to 1
/// that WCAG asks for.
pub(super) fn ink(paper: Color) -> Color {
    if contrast(DARK, paper) > contrast(LIGHT, paper) { DARK } else { LIGHT }
}

/// The contrast of two colours as WCAG defines it, 1 to 21.
fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(Color { red, green, blue }: Color) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use campana_model::StateKind;

    use super::*;

    #[test]
    fn every_state_can_be_read_on_its_colour() {
        for kind in StateKind::ALL {
            let paper = kind.color();
            assert!(contrast(ink(paper), paper) >= 4.5, "{kind} on {paper}");
        }
        assert!((contrast(DARK, LIGHT) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_invisible_is_left() {
        assert_eq!(clean("a\u{0}b\u{1b}[31mc\nd\te\u{202e}f\u{ffff}g\u{9b}"), "ab[31mc d efg");
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened("grüße", 5), "grüße");
        assert_eq!(shortened("grüße!", 5), "grüß…");
    }

    #[test]
    fn quotes_end_where_they_should() {
        assert_eq!(Quoted("a\"b\\N\\").to_string(), r#""a\"b\\N\\""#);
        assert_eq!(Quoted("&lt;\nx").to_string(), r#""&amp;lt;\nx""#);
        assert_eq!(Xml("<a href='x' \"&>").to_string(), "&lt;a href=&#39;x&#39; &quot;&amp;&gt;");
    }
}
