//! Texts that fit, for every channel.

use std::borrow::Cow;
use std::time::Duration;

use jiff::SignedDuration;

/// `text`, or its beginning and a note that it was cut, in at most `max` characters.
pub(crate) fn clip(text: &str, max: usize) -> Cow<'_, str> {
    clip_by(text, max, |_| 1)
}

/// `text`, or its beginning and a note that it was cut, in at most `max`, where a character counts for what
/// `width` says: more than 1 where it is written as several. Never cuts inside a character.
pub(crate) fn clip_by(text: &str, max: usize, width: impl Fn(char) -> usize) -> Cow<'_, str> {
    match cut(text, max, width) {
        Some((end, note)) => Cow::Owned(format!("{}{note}", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Where to cut a text that is longer than `max`, and the note to put there.
pub(crate) fn cut(text: &str, max: usize, width: impl Fn(char) -> usize) -> Option<(usize, String)> {
    if text.chars().map(&width).sum::<usize>() <= max {
        return None;
    }
    let note = format!("… [cut, {} characters in all]", text.chars().count());
    let note = if note.len() < max { note } else { "…".to_owned() };
    let room = max.saturating_sub(note.chars().count());
    let mut used = 0;
    let too_far = |(_, char): &(usize, char)| {
        used += width(*char);
        used > room
    };
    let end = text.char_indices().find(too_far).map_or(text.len(), |(at, _)| at);
    Some((end, note))
}

/// `text` without the control characters that no message needs; tabs and line ends stay, these as `\n`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let stray = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
    if !text.contains(stray) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace(stray, "\u{fffd}"))
}

/// `text` in one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A duration for people: `350ms`, `2s 500ms`, `1h 2m 3s`.
pub(crate) fn duration(duration: Duration) -> String {
    let shown = if duration < Duration::from_secs(60) {
        SignedDuration::from_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    } else {
        SignedDuration::from_secs(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
    };
    format!("{shown:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        assert_eq!(clip("čas", 3), "čas");
        let long = "č".repeat(200);
        let cut = clip(&long, 100);
        assert_eq!(cut.chars().count(), 100);
        assert!(cut.ends_with("č… [cut, 200 characters in all]"), "{cut}");
        assert_eq!(clip(&long, 3), "čč…");
        assert_eq!(clip(&long, 0), "…");
    }

    #[test]
    fn a_wide_character_takes_more_room() {
        let long = "&".repeat(100);
        let cut = clip_by(&long, 60, |char| if char == '&' { 5 } else { 1 });
        assert_eq!(cut, "&&&&&&… [cut, 100 characters in all]");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_micros(350_400)), "350ms");
        assert_eq!(duration(Duration::from_millis(2_500)), "2s 500ms");
        assert_eq!(duration(Duration::from_millis(3_723_500)), "1h 2m 3s");
        assert_eq!(duration(Duration::ZERO), "0s");
    }

    #[test]
    fn stray_control_characters_go() {
        assert_eq!(printable("a\u{1b}[31m\r\n\tb"), "a\u{fffd}[31m\n\tb");
        assert_eq!(one_line(" a\n b\t"), "a b");
    }
}
