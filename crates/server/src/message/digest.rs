//! Many changes in one message: "37 changes in 60 s: 20 Failed, 17 Success", the first of them, and how many more.

use std::fmt::Write as _;
use std::time::Duration;

use campana_model::HookType;
use campana_model::notification::Message;
use campana_notify::channels::slack;

use super::telling::Telling;

/// What a digest has room for.
struct Limits {
    lines: usize,
    name_chars: usize,
    chars: usize,
}

/// How many kinds of changes are counted one by one.
const MAX_KINDS: usize = 12;

/// A burst, told in one message.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// How many there are of each kind, the most frequent first: `("Failed", 20)`.
    pub counts: Vec<(String, u64)>,
    /// The first of them.
    pub first: Vec<DigestLine>,
}

/// One change in a digest.
#[derive(Clone, Debug)]
pub struct DigestLine {
    /// What changed.
    pub name: String,
    /// How: the state, or what else happened.
    pub what: String,
    /// Where to click.
    pub link: Option<String>,
}

impl DigestLine {
    /// The line of an event.
    pub fn new(telling: &Telling) -> Self {
        match telling {
            Telling::Run(n) => {
                let name = match &n.task {
                    Some(task) => format!("{} in {} ({})", task.full_name(), n.flow_run.name, n.flow.name),
                    None => format!("{} ({})", n.flow_run.name, n.flow.name),
                };
                Self { name, what: kind(telling), link: n.subject_link().map(ToOwned::to_owned) }
            }
            Telling::Notice(notice) => Self { name: notice.title.clone(), what: kind(telling), link: None },
        }
    }
}

/// The word that a change is counted by.
fn kind(telling: &Telling) -> String {
    match telling {
        Telling::Run(n) if n.event == campana_model::EventKind::StateChange => {
            n.state.kind().name().to_owned()
        }
        Telling::Run(n) => n.event.name().to_owned(),
        Telling::Notice(notice) => notice.kind().to_owned(),
    }
}

impl Digest {
    /// The digest of these events, in their order.
    pub fn of<'t>(tellings: impl IntoIterator<Item = &'t Telling>) -> Self {
        let mut digest = Self::default();
        for telling in tellings {
            digest.add(telling);
        }
        digest
    }

    /// Counts another event in.
    pub fn add(&mut self, telling: &Telling) {
        let kind = kind(telling);
        match self.counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((kind, 1)),
        }
        self.counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        if self.first.len() < MAX_LINES {
            self.first.push(DigestLine::new(telling));
        }
    }

    /// How many events it stands for.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    /// The message, for hooks of this type, about a burst of this length.
    pub fn message(&self, hook_type: HookType, window: Duration) -> Message {
        let limits = limits(hook_type);
        let count = self.count();
        let changes = if count == 1 { "change" } else { "changes" };
        let title = format!("{count} {changes} in {} s: {}", window.as_secs(), self.kinds());
        let mut text = String::new();
        let mut told = 0;
        for line in self.first.iter().take(limits.lines) {
            let line = line.text(hook_type, limits.name_chars);
            if text.encode_utf16().count() + line.encode_utf16().count() >= limits.chars {
                break;
            }
            let _ = writeln!(text, "{line}");
            told += 1;
        }
        let more = count.saturating_sub(told);
        if more > 0 {
            let _ = write!(text, "{}{more} more", if told == 0 { "" } else { "… and " });
        }
        Message { title: Some(title), text: text.trim_end().to_owned() }
    }

    fn kinds(&self) -> String {
        let (told, rest) = self.counts.split_at(self.counts.len().min(MAX_KINDS));
        let mut kinds: Vec<String> = told.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let others: u64 = rest.iter().map(|(_, count)| count).sum();
        if others > 0 {
            kinds.push(format!("{others} others"));
        }
        kinds.join(", ")
    }
}

/// The most lines that any type of hook has room for.
const MAX_LINES: usize = 50;

fn limits(hook_type: HookType) -> Limits {
    match hook_type {
        HookType::Twilio => Limits { lines: 5, name_chars: 80, chars: 1_000 },
        HookType::SlackWebhook => Limits { lines: 20, name_chars: 150, chars: 9_000 },
        HookType::Teams => Limits { lines: 15, name_chars: 150, chars: 5_000 },
        HookType::Email | HookType::PrefectMessage | HookType::Webhook | HookType::PagerDuty => {
            Limits { lines: MAX_LINES, name_chars: 200, chars: 50_000 }
        }
    }
}

impl DigestLine {
    /// `brave-bell (orders): Failed`, and the link as the channel has it.
    fn text(&self, hook_type: HookType, name_chars: usize) -> String {
        let Self { name, what, link } = self;
        let name = short(name, name_chars);
        match (hook_type, link) {
            (HookType::SlackWebhook, Some(link)) => {
                let (name, link) = (slack::escape(&name).into_owned(), slack::escape(link).into_owned());
                format!("• <{link}|{}>: *{what}*", name.replace('|', "/"))
            }
            (HookType::SlackWebhook, None) => format!("• {}: *{what}*", slack::escape(&name)),
            (HookType::Teams, Some(link)) => {
                format!("- [{}]({link}): **{what}**\n", name.replace(['[', ']'], "|"))
            }
            (HookType::Teams, None) => format!("- {}: **{what}**\n", name.replace(['[', ']'], "|")),
            (_, Some(link)) => format!("{name}: {what} {link}"),
            (_, None) => format!("{name}: {what}"),
        }
    }
}

/// A name in one line that is not too long.
fn short(name: &str, max_chars: usize) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
    match name.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}
