//! Microsoft Teams, by the URL of a workflow that posts what it gets
//! (<https://learn.microsoft.com/power-automate/teams/teams-app-create>).
//!
//! *Auth*: the URL is the secret (`sig=` in it). *Success*: any 2xx; mostly it is 202, which means that the
//! workflow was started and not that it posted.
//!
//! *Again*: 429 (for the whole destination; a URL takes about four messages in a second) and 5xx. *Never*:
//! every other 4xx.
//!
//! *Limits*: 28 KB for a message, which Teams counts in UTF-16, so two bytes for most characters. The texts
//! are bounded so that all together stay below.
//!
//! The message is an Adaptive Card (<https://adaptivecards.io/explorer/>) with a bar in the colour of the
//! state, as near as a card has it. A `TextBlock` and a fact hold Markdown, a `TextRun` does not: what a run
//! wrote goes into a `TextRun`, so that nothing in it is a link or a mention.

use campana_model::notification::Message;
use campana_model::{Notification, Secret, StateKind, Timestamp};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::text::{clip_by, duration, one_line, printable};
use crate::words::{Limits, attempt, headline, links, logs, name};
use crate::{
    Answer, BoxFuture, Channel, ConfigError, Endpoint, Http, Payload, Receipt, SendContext, SendError,
    SendErrorKind,
};

/// The configuration of [`Teams`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamsConfig {
    /// The URL of the workflow.
    pub webhook_url: Secret,
    /// The URL of an HTTP proxy for this channel.
    #[serde(default)]
    pub proxy: Option<Secret>,
}

impl TeamsConfig {
    /// Cards to the workflow at this URL.
    pub fn new(webhook_url: impl Into<Secret>) -> Self {
        Self { webhook_url: webhook_url.into(), proxy: None }
    }

    /// Checks the configuration and makes the channel.
    ///
    /// # Errors
    /// If a URL cannot be used.
    pub fn build(self, http: &Http) -> Result<Teams, ConfigError> {
        let Self { webhook_url, proxy } = self;
        Ok(Teams { endpoint: http.through(proxy)?.endpoint("webhook_url", &webhook_url)? })
    }
}

/// The error, or the message of a state; as it is written in JSON, as all that follows.
const MAX_TEXT_CHARS: usize = 5_000;
/// What else there is to say.
const MAX_NOTE_CHARS: usize = 500;
/// The last lines of the log, before they are written in JSON.
const MAX_LOG_CHARS: usize = 500;
/// The reason of a failing task, beside the error.
const MAX_REASON_CHARS: usize = 1_000;
/// The first line of a message in somebody's own words.
const MAX_TITLE_CHARS: usize = 500;
/// A message in somebody's own words.
const MAX_MESSAGE_CHARS: usize = 8_000;
/// The other parts of a change of state.
const LIMITS: Limits =
    Limits { name_chars: 150, text_chars: MAX_TEXT_CHARS, reason_chars: MAX_REASON_CHARS, link_chars: 500 };

/// A channel to a channel, or a chat, of Teams.
#[derive(Clone, Debug)]
pub struct Teams {
    endpoint: Endpoint,
}

fn message(body: Vec<Json>, actions: &[Json]) -> Payload {
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body,
    });
    if !actions.is_empty() {
        card["actions"] = json!(actions);
    }
    Payload::json(&json!({
        "type": "message",
        "attachments": [{ "contentType": "application/vnd.microsoft.card.adaptive", "content": card }],
    }))
}

fn body(n: &Notification) -> Vec<Json> {
    let heading =
        json!({ "type": "TextRun", "text": fit(&headline(n, LIMITS), MAX_TITLE_CHARS), "weight": "Bolder" });
    let mut body = vec![json!({
        "type": "Container", "style": style(n.state.kind()), "bleed": true, "items": [rich_text(&heading)],
    })];
    body.extend(
        n.note
            .as_ref()
            .map(|note| rich_text(&json!({ "type": "TextRun", "text": fit(note, MAX_NOTE_CHARS) }))),
    );
    body.extend(why(n));
    if let Some(failed) = &n.failed_task {
        let task = format!("Failed task {}: ", name(&failed.task.full_name(), LIMITS));
        body.push(json!({ "type": "RichTextBlock", "inlines": [
            { "type": "TextRun", "text": fit(&task, MAX_TITLE_CHARS), "weight": "Bolder" },
            { "type": "TextRun", "text": fit(&failed.reason, MAX_REASON_CHARS) },
        ] }));
    }
    if let Some(lines) = logs(n, MAX_LOG_CHARS) {
        // A quote or the end of a line takes two characters in JSON.
        let lines = fit(&lines, 2 * MAX_LOG_CHARS);
        body.push(rich_text(&json!({ "type": "TextRun", "text": lines, "fontType": "Monospace" })));
    }
    let fact = |title: &str, value: String| json!({ "title": title, "value": value });
    let mut facts = vec![fact("State", n.state.kind().to_string())];
    facts.extend(attempt(n).map(|attempt| fact("Attempt", attempt)));
    facts.extend(n.duration.map(|took| fact("Duration", duration(took))));
    facts.push(fact("Time", n.occurred_at.strftime("%F %T UTC").to_string()));
    body.push(json!({ "type": "FactSet", "facts": facts }));
    body
}

/// The error in the letters of code, or else the state's message.
fn why(n: &Notification) -> Option<Json> {
    match (n.error(), n.state.message()) {
        (Some(error), _) => Some(rich_text(
            &json!({ "type": "TextRun", "text": fit(&error, MAX_TEXT_CHARS), "fontType": "Monospace" }),
        )),
        (None, Some(message)) => {
            Some(rich_text(&json!({ "type": "TextRun", "text": fit(message, MAX_TEXT_CHARS) })))
        }
        (None, None) => None,
    }
}

fn rich_text(run: &Json) -> Json {
    json!({ "type": "RichTextBlock", "inlines": [run] })
}

/// The colour of the state, of those that a card has.
fn style(kind: StateKind) -> &'static str {
    use StateKind::{
        Cancelled, Cancelling, ClientFailed, Failed, Queued, Scheduled, Skipped, Submitted, Success,
    };
    let is = |kinds: &[StateKind]| kinds.iter().any(|&ancestor| kind.is_a(ancestor));
    if is(&[Failed, ClientFailed]) {
        "attention"
    } else if is(&[Skipped, Cancelled, Cancelling]) {
        "emphasis"
    } else if is(&[Success]) && kind != StateKind::Mapped {
        "good"
    } else if is(&[Scheduled, Submitted, Queued]) {
        "warning"
    } else {
        "accent"
    }
}

/// What of `text` fits into so many characters as they are written in JSON.
fn fit(text: &str, max_chars: usize) -> String {
    let width = |char: char| match char {
        '"' | '\\' | '\n' | '\t' => 2,
        other => other.len_utf16(),
    };
    clip_by(&printable(text), max_chars, width).into_owned()
}

fn classify(answer: &Answer, now: Timestamp) -> Result<Receipt, SendError> {
    match answer.status {
        200..300 => Ok(answer.receipt()),
        429 => Err(answer.retry(SendErrorKind::RateLimited, now).of_destination()),
        408 | 500.. => Err(answer.retry(SendErrorKind::ServerFault, now)),
        401 | 403 => Err(answer.permanent(SendErrorKind::Auth).of_destination()),
        404 => Err(answer.permanent(SendErrorKind::Rejected).of_destination()),
        410 => Err(answer.permanent(SendErrorKind::Rejected).gone()),
        _ => Err(answer.permanent(SendErrorKind::Rejected)),
    }
}

impl Channel for Teams {
    fn name(&self) -> &'static str {
        "teams"
    }

    fn render(&self, notification: &Notification) -> Payload {
        let actions: Vec<_> = links(notification, LIMITS)
            .map(|(title, url)| json!({ "type": "Action.OpenUrl", "title": title, "url": url }))
            .collect();
        message(body(notification), &actions)
    }

    /// The words are Markdown as far as cards have it: bold, italic, lists and links.
    fn render_message(&self, Message { title, text }: &Message) -> Payload {
        let mut body = Vec::new();
        if let Some(title) = title {
            let run = json!({ "type": "TextRun", "text": fit(&one_line(title), MAX_TITLE_CHARS), "weight": "Bolder" });
            body.push(rich_text(&run));
        }
        body.push(json!({ "type": "TextBlock", "text": fit(text, MAX_MESSAGE_CHARS), "wrap": true }));
        message(body, &[])
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
        |url, proxy| ChannelConfig::Teams(TeamsConfig { proxy, ..TeamsConfig::new(url) }),
        || Reply::new(202),
    ));

    /// 28 KB in UTF-16.
    const MAX_UNITS: usize = 14_000;

    fn teams() -> Teams {
        TeamsConfig::new("https://x.logic.example.com/w?sig=X")
            .build(&Http::new(HttpOptions::default()).unwrap())
            .unwrap()
    }

    fn json(payload: &Payload) -> Json {
        assert!(payload.body().len() <= 28 * 1_024, "{} bytes", payload.body().len());
        assert!(payload.body().encode_utf16().count() <= MAX_UNITS);
        serde_json::from_str(payload.body()).unwrap()
    }

    fn render(notification: &Notification) -> Json {
        json(&teams().render(notification))
    }

    #[test]
    fn cards() {
        assert_json_snapshot!("card_of_a_success", render(&samples::flow_succeeded()));
        assert_json_snapshot!("card_of_a_task", render(&samples::task_failed()));
        assert_json_snapshot!("card_of_a_flow", render(&samples::flow_failed()));
        assert_json_snapshot!("card_of_a_late_run", render(&samples::flow_late()));
        assert_json_snapshot!("card_of_the_hostile", render(&samples::hostile()));
    }

    #[test]
    fn messages() {
        let render = |message: Message| {
            json(&teams().render_message(&message))["attachments"][0]["content"]["body"].take()
        };
        let block = json!({ "type": "TextBlock", "text": "**go** [there](https://x.example)", "wrap": true });
        assert_eq!(render("**go** [there](https://x.example)".into()), json!([block]));
        let titled = render(Message { title: Some("Report\nof today".to_owned()), text: "done".to_owned() });
        assert_eq!(titled[0]["inlines"][0]["text"], "Report of today");
        for fill in ['x', '"', '\n', 'č', 'ऄ', '🔔', '\u{1b}'] {
            let long: String = std::iter::repeat_n(fill, 20_000).collect();
            let cut = render(Message { title: Some(long.clone()), text: long });
            assert!(cut[1]["text"].as_str().unwrap().ends_with("… [cut, 20000 characters in all]"));
        }
    }

    #[test]
    fn the_limits_hold_at_every_length_and_the_links_are_kept() {
        let limits = [LIMITS.name_chars, MAX_REASON_CHARS, MAX_TEXT_CHARS];
        let lengths = limits.into_iter().flat_map(|limit| limit - 1..=limit + 1).chain([20_000]);
        let link = Some(format!("https://campana.example.com/{}", "x".repeat(LIMITS.link_chars - 28)));
        for chars in lengths {
            for fill in ['x', '"', '\\', '\n', 'č', 'ऄ', '🔔', '\u{1b}'] {
                let mut sample = samples::long(fill, chars);
                sample.links.task_run.clone_from(&link);
                sample.links.flow_run.clone_from(&link);
                sample.links.flow.clone_from(&link);
                let card = render(&sample);
                assert_eq!(card["attachments"][0]["content"]["actions"].as_array().unwrap().len(), 3);
            }
        }
    }

    /// Every object in a JSON value.
    fn objects<'j>(json: &'j Json, found: &mut Vec<&'j Json>) {
        match json {
            Json::Array(items) => items.iter().for_each(|item| objects(item, found)),
            Json::Object(fields) => {
                found.push(json);
                fields.values().for_each(|item| objects(item, found));
            }
            _ => {}
        }
    }

    #[test]
    fn nothing_that_a_run_wrote_is_markdown() {
        let card = render(&samples::hostile());
        let mut found = Vec::new();
        objects(&card, &mut found);
        let markdown =
            found.iter().filter(|object| object["type"] == "TextBlock" || object.get("value").is_some());
        for object in markdown {
            assert!(!object.to_string().contains("evil"), "{object}");
        }
        assert!(
            found
                .iter()
                .any(|object| object["type"] == "TextRun" && object["text"].to_string().contains("evil"))
        );
    }

    #[test]
    fn each_state_has_the_style_nearest_to_its_colour() {
        let styles: Vec<_> = StateKind::ALL.iter().map(|&kind| format!("{kind} {}", style(kind))).collect();
        assert_json_snapshot!("styles", styles);
    }

    #[test]
    fn what_teams_answers() {
        use SendErrorKind::{Auth, RateLimited, Rejected, ServerFault};
        let table = [
            (302, Rejected, false, Scope::ThisMessage),
            (400, Rejected, false, Scope::ThisMessage),
            (401, Auth, false, Scope::Destination),
            (403, Auth, false, Scope::Destination),
            (404, Rejected, false, Scope::Destination),
            (408, ServerFault, true, Scope::ThisMessage),
            (410, Rejected, false, Scope::Destination),
            (413, Rejected, false, Scope::ThisMessage),
            (429, RateLimited, true, Scope::Destination),
            (502, ServerFault, true, Scope::ThisMessage),
        ];
        for (status, kind, retryable, scope) in table {
            let error = classify(&answer(status, "", true), samples::now()).unwrap_err();
            assert_eq!((error.kind, error.is_retryable(), error.scope), (kind, retryable, scope), "{error}");
            assert_eq!(error.is_gone(), status == 410);
        }
        for status in [200, 201, 202, 204, 299] {
            assert!(classify(&answer(status, "whatever", false), samples::now()).is_ok());
        }
    }
}
