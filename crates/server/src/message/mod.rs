//! What a hook's message says.
//!
//! ```text
//! Facts (what the store knows) -> Telling (what there is to say) -> Payload (what is sent, in the channel's form)
//! ```
//!
//! [`compose`] goes the whole way: by the hook's [`Template`] if it has one, else in the channel's own form. A
//! burst that becomes one message goes by [`Digest`].
//!
//! Guaranteed: a message is never lost to a template. One that cannot be rendered any more gives way to the usual
//! message, which says so. Rendering takes a bounded number of steps and makes a bounded text, whatever the
//! template and whatever the names and errors that it is given; these are escaped as the channel needs it.

mod digest;
mod facts;
mod pages;
mod preview;
mod telling;
mod template;

use campana_model::HookType;
use campana_model::notification::Message;
use campana_notify::channels::email::EmailMessage;
use campana_notify::{Channel, Payload};

pub use self::digest::{Digest, DigestLine};
pub use self::facts::{AgentFacts, DeadDelivery, Facts, FailedTaskFacts, RunFacts, TaskFacts};
pub use self::pages::{NotAPublicUrl, Pages};
pub use self::preview::preview;
pub use self::telling::{Notice, Telling};
pub use self::template::{Rendered, Template, TemplateError};

/// How a hook words its messages.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'h> {
    /// By what it notifies.
    pub hook_type: HookType,
    /// Its template, if it has one.
    pub template: Option<&'h Template>,
    /// Whether parameters are told.
    pub include_parameters: bool,
}

/// A message, ready to be sent.
#[derive(Debug)]
pub struct Composed {
    /// What to send.
    pub payload: Payload,
    /// Why it is not what the template says.
    pub fallback: Option<TemplateError>,
}

/// Makes the message of a hook about something that happened. Pure: the same facts make the same message.
pub fn compose(channel: &dyn Channel, wording: Wording<'_>, facts: &Facts, pages: &Pages) -> Composed {
    let Wording { hook_type, template, include_parameters } = wording;
    let telling = Telling::new(facts, pages, include_parameters);
    let Some(template) = template else {
        return Composed { payload: usual(channel, hook_type, &telling), fallback: None };
    };
    match template.render(&template::context(facts, &telling)) {
        Ok(rendered) => {
            let payload = worded(channel, hook_type, &telling, rendered);
            Composed { payload, fallback: None }
        }
        Err(error) => {
            let telling = telling.with_note(&format!(
                "The template of this hook could not be rendered, so this is the usual message: {error}"
            ));
            Composed { payload: usual(channel, hook_type, &telling), fallback: Some(error) }
        }
    }
}

/// The message in the channel's own form.
fn usual(channel: &dyn Channel, hook_type: HookType, telling: &Telling) -> Payload {
    match telling {
        Telling::Run(notification) => channel.render(notification),
        // A program wants to know what it is about, not only what to show.
        Telling::Notice(notice) if hook_type == HookType::Webhook => Payload::json(&notice.json()),
        Telling::Notice(notice) => channel.render_message(&notice.message()),
    }
}

/// The message in the words of a template.
fn worded(channel: &dyn Channel, hook_type: HookType, telling: &Telling, rendered: Rendered) -> Payload {
    let Rendered { title, text, is_html } = rendered;
    let usual = || telling.message();
    match hook_type {
        HookType::Webhook => Payload::new("application/json", text),
        HookType::Email => {
            let Message { title: usual_title, text: usual_text } = usual();
            let subject = title.or(usual_title).unwrap_or_default();
            let mail = EmailMessage::new(subject);
            // Who reads no HTML gets the usual text.
            let mail = if is_html { mail.html(text).text(usual_text) } else { mail.text(text) };
            Payload::from(&mail)
        }
        // The text is all there is, unless the template has a title.
        HookType::SlackWebhook | HookType::Twilio => channel.render_message(&Message { title, text }),
        HookType::PagerDuty | HookType::Teams | HookType::PrefectMessage => {
            channel.render_message(&Message { title: title.or(usual().title), text })
        }
    }
}

#[cfg(test)]
mod tests;
