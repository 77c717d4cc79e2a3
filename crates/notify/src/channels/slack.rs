//! Slack, by an incoming webhook (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>).
//!
//! *Auth*: the URL is the secret. *Success*: 200 with the body `ok`, and nothing else.
//!
//! *Again*: 429 (for the whole destination, after `Retry-After`: going on after a 429 may get the app
//! disabled) and 5xx. *Never*: every other 4xx; after 410 the channel is archived and the URL of no more use.
//!
//! *Limits*: 3,000 characters for the text of a section, 2,000 for a field, and a hidden one near 13,200 for
//! a whole message, so this stays under 12,000. Characters are counted in UTF-16, the most that they may
//! count for.
//!
//! Two renderings: the attachment that people's bots already parse, and blocks.

use std::borrow::Cow;

use campana_model::notification::{FailedTask, Message};
use campana_model::{EventKind, Notification, Secret, Timestamp};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::text::{clip_by, cut, duration, one_line, printable};
use crate::words::{attempt, happened, logs};
use crate::{
    Answer, BoxFuture, Channel, ConfigError, Endpoint, Http, Payload, Receipt, SendContext, SendError,
    SendErrorKind,
};

/// The configuration of [`Slack`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    /// The incoming webhook's URL.
    pub webhook_url: Secret,
    /// What messages look like.
    #[serde(default)]
    pub style: Style,
    /// The URL of an HTTP proxy for this channel.
    #[serde(default)]
    pub proxy: Option<Secret>,
}

/// What a message about a change of state looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// One attachment: what `slack_notifier` sends, in the form that bots know.
    #[default]
    Attachment,
    /// Blocks: what a hook sends, with more to see.
    Blocks,
}

impl SlackConfig {
    /// Attachments to this incoming webhook.
    pub fn new(webhook_url: impl Into<Secret>) -> Self {
        Self { webhook_url: webhook_url.into(), style: Style::default(), proxy: None }
    }

    /// Checks the configuration and makes the channel.
    ///
    /// # Errors
    /// If a URL cannot be used.
    pub fn build(self, http: &Http) -> Result<Slack, ConfigError> {
        let Self { webhook_url, style, proxy } = self;
        let endpoint = http.through(proxy)?.endpoint("webhook_url", &webhook_url)?;
        Ok(Slack { endpoint, style })
    }
}

/// The text of a section or of an attachment's field, with its label and its fence.
const MAX_SECTION_CHARS: usize = 3_000;
/// The message of a state, or the error, in there.
const MAX_TEXT_CHARS: usize = MAX_SECTION_CHARS - 100;
/// The reason of a failing task, beside the message.
const MAX_REASON_CHARS: usize = 1_000;
/// What else there is to say; the message gives up the room for it.
const MAX_NOTE_CHARS: usize = 300;
/// The last lines of the log; the message gives up the room for them.
const MAX_LOG_CHARS: usize = 600;
/// A name of a flow, a run or a task.
const MAX_NAME_CHARS: usize = 150;
/// A link; a longer one is left out, since half a link is none.
const MAX_LINK_CHARS: usize = 500;
/// A message in somebody's own words.
const MAX_MESSAGE_CHARS: usize = 11_000;

/// A channel to Slack.
#[derive(Clone, Debug)]
pub struct Slack {
    endpoint: Endpoint,
    style: Style,
}

fn attachment(n: &Notification) -> Json {
    let mut fields = Vec::new();
    let mut field = |title: &str, value: String, short: bool| {
        fields.push(json!({ "title": title, "value": value, "short": short }));
    };
    if let Some(note) = &n.note {
        field("Note", escape(&fit(note, MAX_NOTE_CHARS)).into_owned(), false);
    }
    if let Some(message) = message(n) {
        field("Message", message, false);
    }
    if let Some(failed) = &n.failed_task {
        field("Failed task", failed_task(failed), false);
    }
    if let Some(attempt) = attempt(n) {
        field("Attempt", attempt, true);
    }
    if n.is_test {
        field("Test", "This is only a test.".to_owned(), true);
    }
    let state = n.state.kind().name();
    let mut attachment = json!({
        "fallback": "State change notification",
        "color": n.state.color().to_string(),
        "author_name": "Campana",
        "title": state,
        "text": summary(n),
        "fields": fields,
        "footer": "Campana notification",
    });
    if let Some(url) = n.subject_link().filter(|url| url.len() <= MAX_LINK_CHARS) {
        attachment["title_link"] = json!(url);
    }
    json!({ "attachments": [attachment] })
}

/// What happened, in one line.
fn summary(n: &Notification) -> String {
    let what = match n.event {
        EventKind::StateChange => format!("is now in a {} state", n.state.kind()),
        _ => happened(n),
    };
    format!("{} {what}", name(&n.subject_name()))
}

fn blocks(n: &Notification) -> Json {
    let test = if n.is_test { "This is only a test. " } else { "" };
    let task = n.task.as_ref().map(|task| format!("Task {} of run", code(&task.full_name())));
    let what = match n.event {
        EventKind::StateChange => format!("entered a new state: *{}*", n.state.kind()),
        _ => format!("*{}*", happened(n)),
    };
    let headline = format!(
        "{test}{} {} of flow {} {what}",
        task.as_deref().unwrap_or("Run"),
        code(&n.flow_run.name),
        code(&n.flow.name),
    );
    let mut fields = vec![labelled("State", n.state.kind().name())];
    fields.extend(attempt(n).map(|attempt| labelled("Attempt", &attempt)));
    fields.extend(n.duration.map(|took| labelled("Duration", &duration(took))));
    let mut blocks = vec![json!({ "type": "section", "fields": fields })];
    blocks.extend(n.note.as_ref().map(|note| section("Note", &escape(&fit(note, MAX_NOTE_CHARS)))));
    blocks.extend(message(n).map(|message| section("Message", &message)));
    blocks.extend(n.failed_task.as_ref().map(|task| section("Failed task", &failed_task(task))));
    blocks.extend(log(n).map(|lines| section("Log", &lines)));
    let links = [
        link(n.links.task_run.as_deref(), "Open the task run"),
        link(n.links.flow_run.as_deref(), "Open the run"),
        link(n.links.flow.as_deref(), "Open the flow"),
    ];
    let links: Vec<String> = links.into_iter().flatten().collect();
    if !links.is_empty() {
        blocks.push(json!({ "type": "context", "elements": [mrkdwn(links.join("  ·  "))] }));
    }
    let attachment = json!({
        "color": n.state.color().to_string(),
        "fallback": summary(n),
        "blocks": blocks,
    });
    json!({ "text": headline, "attachments": [attachment] })
}

fn section(label: &str, text: &str) -> Json {
    json!({ "type": "section", "text": labelled(label, text) })
}

fn labelled(label: &str, text: &str) -> Json {
    mrkdwn(format!("*{label}*\n{text}"))
}

fn mrkdwn(text: String) -> Json {
    json!({ "type": "mrkdwn", "text": text })
}

/// The error in a code block, or else the state's message.
fn message(n: &Notification) -> Option<String> {
    let more = n.note.is_some() || !n.logs.is_empty();
    let room = if more { MAX_TEXT_CHARS - MAX_NOTE_CHARS - MAX_LOG_CHARS } else { MAX_TEXT_CHARS };
    match (n.error(), n.state.message()) {
        (Some(error), _) => Some(format!("```{}```", escape(&unfenced(&fit(&error, room))))),
        (None, Some(message)) => Some(escape(&fit(message, room)).into_owned()),
        (None, None) => None,
    }
}

/// The last lines of the log in a code block.
fn log(n: &Notification) -> Option<String> {
    let lines = logs(n, MAX_LOG_CHARS)?;
    Some(format!("```{}```", escape(&unfenced(&fit(&lines, MAX_LOG_CHARS)))))
}

fn failed_task(FailedTask { task, reason, link: url }: &FailedTask) -> String {
    let reason = escape(&fit(reason, MAX_REASON_CHARS)).into_owned();
    let name = code(&task.full_name());
    match link(url.as_deref(), "Open it") {
        Some(link) => format!("{name} ({link}): {reason}"),
        None => format!("{name}: {reason}"),
    }
}

fn name(text: &str) -> String {
    escape(&fit(&one_line(text), MAX_NAME_CHARS)).into_owned()
}

/// A name as code, so that nothing in it is markup.
fn code(text: &str) -> String {
    format!("`{}`", name(text).replace('`', "'"))
}

/// A link; one with a bar or a bracket in it would end too early, so these are written in percent.
fn link(url: Option<&str>, label: &str) -> Option<String> {
    let url = url?.replace('&', "&amp;").replace('<', "%3C").replace('>', "%3E").replace('|', "%7C");
    (url.len() <= MAX_LINK_CHARS).then(|| format!("<{url}|{label}>"))
}

/// `text` so that Slack shows it as it is: without links, mentions or entities of its own. For what goes
/// into a message in somebody's own words and was not written by that person.
///
/// ```
/// # use campana_notify::channels::slack::escape;
/// assert_eq!(escape("<!channel> R&D"), "&lt;!channel&gt; R&amp;D");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// What of `text` fits into so many characters once it is escaped.
fn fit(text: &str, max_chars: usize) -> String {
    let width = |char: char| match char {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        other => other.len_utf16(),
    };
    clip_by(&printable(text), max_chars, width).into_owned()
}

/// `text` with nothing in it that could end the code block around it: a backtick becomes an apostrophe if
/// it is next to another one, or to the block's own.
fn unfenced(text: &str) -> String {
    let tick = |char: Option<char>| char.is_none_or(|char| char == '`');
    let mut chars = text.chars().peekable();
    let mut before = None;
    let mut unfenced = String::with_capacity(text.len());
    while let Some(char) = chars.next() {
        let hazard = char == '`' && (tick(before) || tick(chars.peek().copied()));
        unfenced.push(if hazard { '\'' } else { char });
        before = Some(char);
    }
    unfenced
}

/// What fits of somebody's own words. They may hold links, and one that does not fit goes as a whole.
fn fit_markup(text: &str) -> String {
    let text = printable(text);
    let Some((end, note)) = cut(&text, MAX_MESSAGE_CHARS, char::len_utf16) else { return text.into_owned() };
    // A bracket further back than a link is long is no link, but a word of its own.
    let open = text[..end].rfind('<').filter(|open| end - open <= MAX_LINK_CHARS);
    let end = open.filter(|open| !text[*open..end].contains('>')).unwrap_or(end);
    format!("{}{note}", &text[..end])
}

fn classify(answer: &Answer, now: Timestamp) -> Result<Receipt, SendError> {
    match answer.status {
        200 if answer.body.trim() == "ok" => Ok(answer.receipt()),
        200 if !answer.whole => Err(answer.retry(SendErrorKind::Ambiguous, now)),
        429 => Err(answer.retry(SendErrorKind::RateLimited, now).of_destination()),
        500.. => Err(answer.retry(SendErrorKind::ServerFault, now)),
        401 | 403 => Err(answer.permanent(SendErrorKind::Auth).of_destination()),
        404 => Err(answer.permanent(SendErrorKind::Rejected).of_destination()),
        410 => Err(answer.permanent(SendErrorKind::Rejected).gone()),
        _ => Err(answer.permanent(SendErrorKind::Rejected)),
    }
}

impl Channel for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn render(&self, notification: &Notification) -> Payload {
        Payload::json(&match self.style {
            Style::Attachment => attachment(notification),
            Style::Blocks => blocks(notification),
        })
    }

    /// The words are Slack's own markup, so that links and mentions in them work; [`escape`] what somebody
    /// else wrote.
    fn render_message(&self, message: &Message) -> Payload {
        let Message { title, text } = message;
        let text = match title {
            Some(title) => format!("*{}*\n{text}", one_line(title)),
            None => text.clone(),
        };
        Payload::json(&json!({ "text": fit_markup(&text) }))
    }

    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            let answer = self.endpoint.post(payload, &[]).await?;
            classify(&answer, context.now)
        })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_json_snapshot;

    use super::*;
    use crate::testing::conformance::{answer, channel_conformance};
    use crate::testing::{Reply, samples};
    use crate::{ChannelConfig, HttpOptions, Scope};

    channel_conformance!(Subject::new(
        |url, proxy| ChannelConfig::Slack(SlackConfig { proxy, ..SlackConfig::new(url) }),
        || Reply::new(200).body("ok"),
    ));

    fn slack(style: Style) -> Slack {
        let http = Http::new(HttpOptions::default()).unwrap();
        SlackConfig { style, ..SlackConfig::new("https://hooks.example.com/T0/B0/X") }.build(&http).unwrap()
    }

    fn render(style: Style, notification: &Notification) -> Json {
        serde_json::from_str(slack(style).render(notification).body()).unwrap()
    }

    #[test]
    fn attachments() {
        assert_json_snapshot!(
            "attachment_of_a_success",
            render(Style::Attachment, &samples::flow_succeeded())
        );
        assert_json_snapshot!("attachment_of_a_task", render(Style::Attachment, &samples::task_failed()));
        assert_json_snapshot!("attachment_of_a_flow", render(Style::Attachment, &samples::flow_failed()));
        assert_json_snapshot!("attachment_of_a_late_run", render(Style::Attachment, &samples::flow_late()));
        assert_json_snapshot!("attachment_of_the_hostile", render(Style::Attachment, &samples::hostile()));
    }

    #[test]
    fn a_state_without_a_message_has_no_field() {
        let mut silent = samples::flow_succeeded();
        silent.state = campana_model::State::new(campana_model::StateKind::Running);
        assert_eq!(render(Style::Attachment, &silent)["attachments"][0]["fields"], json!([]));
        assert_eq!(render(Style::Blocks, &silent)["attachments"][0]["blocks"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn all_blocks() {
        assert_json_snapshot!("blocks_of_a_success", render(Style::Blocks, &samples::flow_succeeded()));
        assert_json_snapshot!("blocks_of_a_task", render(Style::Blocks, &samples::task_failed()));
        assert_json_snapshot!("blocks_of_a_flow", render(Style::Blocks, &samples::flow_failed()));
        assert_json_snapshot!("blocks_of_a_late_run", render(Style::Blocks, &samples::flow_late()));
        assert_json_snapshot!("blocks_of_the_hostile", render(Style::Blocks, &samples::hostile()));
    }

    #[test]
    fn messages() {
        let render = |message: Message| slack(Style::Blocks).render_message(&message).body().to_owned();
        assert_eq!(
            render("see <https://x.example|it> & *go*".into()),
            r#"{"text":"see <https://x.example|it> & *go*"}"#
        );
        let titled = Message { title: Some("Report\nof today".to_owned()), text: "done".to_owned() };
        assert_eq!(render(titled), r#"{"text":"*Report of today*\ndone"}"#);
    }

    #[test]
    fn own_words_are_cut_but_not_within_a_link() {
        let note = |text: &str| format!("… [cut, {} characters in all]", text.chars().count());
        let before = "x".repeat(MAX_MESSAGE_CHARS - 100);
        let split = format!("1 < 2 {before}<https://x.example/{}>", "y".repeat(200));
        assert_eq!(fit_markup(&split), format!("1 < 2 {before}{}", note(&split)));
        let whole = format!("{before}<https://x.example/> {}", "y".repeat(200));
        assert!(fit_markup(&whole).starts_with(&format!("{before}<https://x.example/> yyy")));
        let far = format!("1 < 2 {}", "🔔".repeat(MAX_MESSAGE_CHARS));
        let cut = fit_markup(&far);
        assert!(cut.ends_with(&format!("🔔{}", note(&far))));
        assert!((MAX_MESSAGE_CHARS - 1..=MAX_MESSAGE_CHARS).contains(&cut.encode_utf16().count()));
    }

    /// Every text in a JSON value.
    fn texts<'j>(json: &'j Json, found: &mut Vec<&'j str>) {
        match json {
            Json::String(text) => found.push(text),
            Json::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Json::Object(fields) => fields.values().for_each(|item| texts(item, found)),
            _ => {}
        }
    }

    fn assert_fits(style: Style, fill: char, chars: usize) {
        let message = render(style, &samples::long(fill, chars));
        let whole = message.to_string();
        assert!(whole.encode_utf16().count() < 12_000, "{style:?} of {chars} {fill:?} is too long");
        assert!(whole.contains("https://campana.example.com/acme/flow-run/1"), "the link is kept");
        let mut found = Vec::new();
        texts(&message, &mut found);
        for text in found {
            assert!(text.encode_utf16().count() <= MAX_SECTION_CHARS, "{style:?} of {chars} {fill:?}");
            assert!(!text.contains("&…") && !text.contains("&am…"), "half an entity: {text}");
        }
    }

    #[test]
    fn the_limits_hold_at_every_length_and_for_every_character() {
        let limits = [MAX_NAME_CHARS, MAX_REASON_CHARS, MAX_TEXT_CHARS, MAX_SECTION_CHARS];
        let lengths = limits.into_iter().flat_map(|limit| limit - 1..=limit + 1).chain([20_000]);
        for chars in lengths {
            for fill in ['x', '&', '<', '"', '\n', '`', 'č', '🔔', '\u{1b}'] {
                assert_fits(Style::Attachment, fill, chars);
                assert_fits(Style::Blocks, fill, chars);
            }
        }
    }

    #[test]
    fn nothing_ends_a_code_block_early() {
        for text in ["```", "`", "a```b", "``", "a`", "`a", "a``b", "````````"] {
            let block = format!("```{}```", unfenced(text));
            assert_eq!(block.matches('`').count(), 6, "{block}");
        }
        assert_eq!(
            unfenced("called `Option::unwrap()` on a `None` value"),
            "called `Option::unwrap()` on a `None` value"
        );
    }

    #[test]
    fn what_slack_answers() {
        use SendErrorKind::{Ambiguous, Auth, Rejected, ServerFault};
        let table = [
            (200, "no_text", Rejected, false, Scope::ThisMessage),
            (200, "<html>Sign in</html>", Rejected, false, Scope::ThisMessage),
            (400, "invalid_payload", Rejected, false, Scope::ThisMessage),
            (403, "invalid_token", Auth, false, Scope::Destination),
            (404, "channel_not_found", Rejected, false, Scope::Destination),
            (410, "channel_is_archived", Rejected, false, Scope::Destination),
            (413, "", Rejected, false, Scope::ThisMessage),
            (429, "rate_limited", SendErrorKind::RateLimited, true, Scope::Destination),
            (500, "rollup_error", ServerFault, true, Scope::ThisMessage),
        ];
        for (status, body, kind, retryable, scope) in table {
            let error = classify(&answer(status, body, true), samples::now()).unwrap_err();
            assert_eq!((error.kind, error.is_retryable(), error.scope), (kind, retryable, scope), "{error}");
            assert_eq!(error.is_gone(), status == 410);
        }
        let broken_off = classify(&answer(200, "o", false), samples::now()).unwrap_err();
        assert_eq!((broken_off.kind, broken_off.is_retryable()), (Ambiguous, true));
        let receipt = classify(&answer(200, "ok\n", true), samples::now()).unwrap();
        assert_eq!(receipt, Receipt { status: 200, answer: "ok".to_owned() });
    }
}
