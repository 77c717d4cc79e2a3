//! The sections that only a server reads: how it delivers, and how long it keeps what.

use std::fmt;
use std::time::Duration;

use super::ConfigError;
use super::reader::Section;

/// What a duration is to look like.
const DURATION: &str = "a time such as 500ms, 30s, 5m, 2h or 90d";

/// How deliveries are made.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Hooks {
    /// The waits after attempts that failed; when they are used up, the delivery is dead. Empty: the usual ones.
    pub backoff: Vec<Duration>,
    /// How long a destination that fails is left alone: at first, after a probe that failed, and so on. Empty: the
    /// usual times.
    pub pauses: Vec<Duration>,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
    /// How long a delivery stays in the hands of a server that may have crashed.
    pub lease: Option<Duration>,
    /// How many deliveries are sent at once.
    pub slots: Option<u16>,
    /// How many of them to one destination.
    pub per_destination: Option<u16>,
    /// How long a delivery waits for a destination that does not answer at all.
    pub give_up_after: Option<Duration>,
}

/// How long things are kept that are finished.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Retention {
    /// Deliveries that have ended, with their attempts and events.
    pub deliveries: Option<Keep>,
    /// What runs logged.
    pub logs: Option<Keep>,
}

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// For this long.
    For(Duration),
    /// For ever.
    Forever,
}

/// The form of a server's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// A JSON object in each line.
    Json,
}

impl Hooks {
    pub(super) fn read(mut section: Section<'_, '_>) -> Result<Self, ConfigError> {
        let mut times = |key| -> Result<Vec<Duration>, ConfigError> {
            let written = section.list(key, "a list of times, such as [\"5s\", \"1m\"]", Written::read)?;
            Ok(written.into_iter().map(|written| written.duration).collect())
        };
        Ok(Self {
            backoff: times("backoff")?,
            pauses: times("pauses")?,
            timeout: section.parsed("timeout", DURATION, duration)?,
            lease: section.parsed("lease", DURATION, duration)?,
            slots: section.number("slots")?,
            per_destination: section.number("per_destination")?,
            give_up_after: section.parsed("give_up_after", DURATION, duration)?,
        })
    }
}

impl Retention {
    pub(super) fn read(mut section: Section<'_, '_>) -> Result<Self, ConfigError> {
        let wanted = "a time such as 90d, or forever";
        Ok(Self {
            deliveries: section.parsed("deliveries", wanted, keep)?,
            logs: section.parsed("logs", wanted, keep)?,
        })
    }
}

pub(super) fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

fn keep(text: &str) -> Option<Keep> {
    match text {
        "forever" => Some(Keep::Forever),
        text => duration(text).map(Keep::For),
    }
}

/// A whole number with its unit: `90d`.
fn duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let milliseconds = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

/// A duration, and how somebody wrote it.
struct Written {
    text: String,
    duration: Duration,
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        Some(Self { text: text.to_owned(), duration: duration(text)? })
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit() {
        for (text, seconds) in
            [("500ms", 0.5), ("30s", 30.0), ("5m", 300.0), ("2 h", 7_200.0), ("90d", 7_776_000.0)]
        {
            assert_eq!(duration(text).map(|time| time.as_secs_f64()), Some(seconds), "{text}");
        }
        for text in ["", "5", "s", "-5s", "1.5h", "5 weeks", "99999999999999999999d", "9999999999999999999d"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(keep("forever"), Some(Keep::Forever));
    }
}
