//! What there is to say about a change of state, in plain words: for channels without a markup of their own.
//!
//! Characters are counted in UTF-16, the most that any provider counts them for.

use campana_model::notification::{FailedTask, LogLine, Message};
use campana_model::{EventKind, Notification};

use crate::text::{clip_by, duration, one_line, printable};

/// How much of each part is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// A name of a flow, a run or a task.
    pub(crate) name_chars: usize,
    /// The error, or the state's message.
    pub(crate) text_chars: usize,
    /// The reason of a failing task, beside the error.
    pub(crate) reason_chars: usize,
    /// A link; a longer one is left out, since half a link is none.
    pub(crate) link_chars: usize,
}

/// What happened: `Run brave-bell of flow orders is now Failed`.
pub(crate) fn headline(n: &Notification, limits: Limits) -> String {
    let name = |text: &str| name(text, limits);
    let run = format!("un {} of flow {} {}", name(&n.flow_run.name), name(&n.flow.name), happened(n));
    let subject = match &n.task {
        Some(task) => format!("Task {} in r{run}", name(&task.full_name())),
        None => format!("R{run}"),
    };
    if n.is_test { format!("[Test] {subject}") } else { subject }
}

/// What happened to the subject.
pub(crate) fn happened(n: &Notification) -> String {
    let what = match n.event {
        EventKind::StateChange => return format!("is now {}", n.state.kind()),
        EventKind::Late => "is late",
        EventKind::Stuck => "takes longer than it may",
        EventKind::HeartbeatLost => "gives no more sign of life",
        EventKind::AgentUnhealthy => "waits for an agent that is gone",
        EventKind::DeliveryDead => "has a message that could not be delivered",
    };
    what.to_owned()
}

/// Why: the error, or else the state's message.
pub(crate) fn reason(n: &Notification, limits: Limits) -> Option<String> {
    let error = n.error().or_else(|| n.state.message().map(ToOwned::to_owned))?;
    Some(fit(&error, limits.text_chars))
}

/// What else there is to say.
pub(crate) fn note(n: &Notification, limits: Limits) -> Option<String> {
    n.note.as_ref().map(|note| fit(note, limits.text_chars))
}

/// The last lines of the log that fit into so many characters, or the beginning of the very last.
pub(crate) fn logs(n: &Notification, max_chars: usize) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut room = max_chars;
    for line in n.logs.iter().rev().map(LogLine::to_string) {
        let line = if lines.is_empty() { fit(&line, max_chars) } else { printable(&line).into_owned() };
        let Some(left) = room.checked_sub(line.encode_utf16().count()) else { break };
        // The end of a line counts as well.
        room = left.saturating_sub(1);
        lines.push(line);
    }
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The message of a channel that has no more than a title and a text: what there is to say, in plain words.
///
/// It is as long as a page at most, and its last line is the first link.
pub fn plain(notification: &Notification) -> Message {
    let limits = Limits { name_chars: 150, text_chars: 2_000, reason_chars: 1_000, link_chars: 500 };
    Message { title: Some(headline(notification, limits)), text: details(notification, limits).join("\n") }
}

/// The task that made the flow fail, and why.
pub(crate) fn failed_task(FailedTask { task, reason, link: _ }: &FailedTask, limits: Limits) -> String {
    format!("{}: {}", name(&task.full_name(), limits), fit(reason, limits.reason_chars))
}

/// Which attempt it was, if there is more to say than that it was the only one.
pub(crate) fn attempt(n: &Notification) -> Option<String> {
    match (n.run_count, n.will_retry) {
        (0 | 1, false) => None,
        (count, true) => Some(format!("{count}, will be tried again")),
        (count, false) => Some(count.to_string()),
    }
}

/// Where to click, and what is found there; what changed comes first.
pub(crate) fn links(n: &Notification, limits: Limits) -> impl Iterator<Item = (&'static str, &str)> {
    let links = [
        ("Open the task run", n.links.task_run.as_deref()),
        ("Open the run", n.links.flow_run.as_deref()),
        ("Open the flow", n.links.flow.as_deref()),
    ];
    let fits = move |url: &&str| url.encode_utf16().count() <= limits.link_chars;
    links.into_iter().filter_map(move |(label, url)| Some((label, url.filter(fits)?)))
}

/// All that follows the headline, a paragraph each: what else there is to say, why, which task, which attempt, how long, and the first
/// link.
pub(crate) fn details(n: &Notification, limits: Limits) -> Vec<String> {
    // Both together are no longer than the one may be.
    let half = if n.note.is_some() { 2 } else { 1 };
    let limits = Limits { text_chars: limits.text_chars / half, ..limits };
    let mut details: Vec<String> = note(n, limits).into_iter().collect();
    details.extend(reason(n, limits));
    let failed_task = n.failed_task.as_ref();
    details.extend(failed_task.map(|task| format!("Failed task {}", self::failed_task(task, limits))));
    details.extend(attempt(n).map(|attempt| format!("Attempt {attempt}")));
    details.extend(n.duration.map(|took| format!("Duration {}", duration(took))));
    details.extend(links(n, limits).next().map(|(_, url)| url.to_owned()));
    details
}

/// A name in one line.
pub(crate) fn name(text: &str, limits: Limits) -> String {
    fit(&one_line(text), limits.name_chars)
}

/// What of `text` fits into so many characters, without stray control characters.
pub(crate) fn fit(text: &str, max_chars: usize) -> String {
    clip_by(&printable(text), max_chars, char::len_utf16).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples;

    const LIMITS: Limits = Limits { name_chars: 40, text_chars: 100, reason_chars: 60, link_chars: 60 };

    #[test]
    fn it_answers_what_why_which_attempt_and_where() {
        let flow = samples::flow_failed();
        assert_eq!(headline(&flow, LIMITS), "Run brave-bell of flow orders is now Failed");
        assert_eq!(
            details(&flow, LIMITS),
            [
                "Some reference tasks failed.",
                "Failed task convert[3]: line 7: 'n/a' is not a number",
                "Duration 1h 2m 3s",
                "https://campana.example.com/acme/flow/1",
            ]
        );
        let task = samples::task_failed();
        let wanted = "Task load orders in run brave-bell of flow Add Divide Flow is now Failed";
        assert_eq!(headline(&task, LIMITS), wanted);
        let wanted = ["connection refused by 'db'", "Attempt 2, will be tried again", "Duration 2s 500ms"];
        assert_eq!(details(&task, LIMITS), wanted);
    }

    #[test]
    fn what_is_no_change_of_state_is_said_in_words() {
        let late = samples::flow_late();
        let message = plain(&late);
        assert_eq!(message.title.as_deref(), Some("Run brave-bell of flow orders is late"));
        assert!(
            message.text.starts_with("It was to start at 2026-11-20 21:53:17 UTC.\nFlow run scheduled.\n")
        );
        assert!(message.text.ends_with("/flow-run/1?tab=logs&level=error"), "{}", message.text);
        for &event in EventKind::ALL {
            let headline = headline(&Notification { event, ..samples::flow_late() }, LIMITS);
            assert!(headline.starts_with("Run brave-bell of flow orders "), "{headline}");
        }
    }

    #[test]
    fn the_newest_lines_of_the_log_are_kept() {
        let late = samples::flow_late();
        let both = "21:58:17 ERROR Queued behind 3 others.\n21:58:17 ERROR Still waiting.";
        assert_eq!(logs(&late, both.len()).as_deref(), Some(both));
        assert_eq!(logs(&late, both.len() - 1).as_deref(), Some("21:58:17 ERROR Still waiting."));
        assert_eq!(logs(&late, 9).as_deref(), Some("21:58:17…"));
        assert_eq!(logs(&samples::flow_failed(), 100), None);
    }

    #[test]
    fn a_test_says_so() {
        let test = Notification { is_test: true, ..samples::flow_succeeded() };
        assert!(headline(&test, LIMITS).starts_with("[Test] Run brave-bell"));
    }

    #[test]
    fn names_stay_in_their_line() {
        let headline = headline(&samples::hostile(), LIMITS);
        assert!(!headline.contains(char::is_control), "{headline:?}");
    }
}
