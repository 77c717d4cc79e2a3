//! A change of state as a mail: a subject, and the same report as text and as HTML.
//!
//! The HTML is what old and new mail clients show alike: tables, styles on each element, nothing from
//! elsewhere. Everything that comes from a run is escaped. The colours of a dark client are in a style sheet,
//! which those that have no dark mode leave out.

use std::fmt::Write as _;

use campana_model::Notification;
use jiff::tz::TimeZone;

use super::message::EmailMessage;
use crate::text::duration;
use crate::words::{self, Limits};

/// A name in the subject, where there are three of them at most.
const MAX_SUBJECT_NAME_CHARS: usize = 60;

/// The last lines of the log.
const MAX_LOG_CHARS: usize = 10_000;

/// What there is to say: a label and a value each.
struct Row {
    label: &'static str,
    value: String,
    /// Whether line ends and spaces count.
    verbatim: bool,
}

pub(super) fn report(n: &Notification, limits: Limits) -> EmailMessage {
    let rows = rows(n, limits);
    let mut links: Vec<_> = words::links(n, limits).collect();
    let failed = n.failed_task.as_ref().and_then(|task| task.link.as_deref());
    let failed = failed.filter(|url| url.encode_utf16().count() <= limits.link_chars);
    links.extend(failed.map(|url| ("Open the failed task", url)));
    // Anything else would be run, not opened.
    links.retain(|(_, url)| url.starts_with("https://") || url.starts_with("http://"));
    // Short enough that the end of it, the state, is not cut off.
    EmailMessage::new(words::headline(n, Limits { name_chars: MAX_SUBJECT_NAME_CHARS, ..limits }))
        .text(text(n, &rows, &links, limits))
        .html(html(n, &rows, &links, limits))
}

fn rows(n: &Notification, limits: Limits) -> Vec<Row> {
    let row = |label, value| Row { label, value, verbatim: false };
    let verbatim = |label, value| Row { label, value, verbatim: true };
    let label = if n.error().is_some() { "Error" } else { "Message" };
    let time = n.occurred_at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC");
    let state = n.state.kind().name().to_owned();
    [
        Some(row("State", state)),
        words::note(n, limits).map(|note| verbatim("Note", note)),
        words::reason(n, limits).map(|reason| verbatim(label, reason)),
        n.failed_task.as_ref().map(|task| verbatim("Failed task", words::failed_task(task, limits))),
        n.task.as_ref().map(|task| row("Task", words::name(&task.full_name(), limits))),
        Some(row("Run", words::name(&n.flow_run.name, limits))),
        Some(row("Flow", words::name(&n.flow.name, limits))),
        n.flow.project.as_ref().map(|project| row("Project", words::name(project, limits))),
        Some(row("Since", time.to_string())),
        n.duration.map(|took| row("Duration", duration(took))),
        words::attempt(n).map(|attempt| row("Attempt", attempt)),
        words::logs(n, MAX_LOG_CHARS).map(|lines| verbatim("Log", lines)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const FOOTER: &str = "Sent by Campana because a state changed.";
const TEST_FOOTER: &str = "This is only a test, sent by Campana.";

fn footer(n: &Notification) -> &'static str {
    if n.is_test { TEST_FOOTER } else { FOOTER }
}

fn text(n: &Notification, rows: &[Row], links: &[(&str, &str)], limits: Limits) -> String {
    let mut text = format!("{}\n\n", words::headline(n, limits));
    for Row { label, value, verbatim: _ } in rows {
        let label = format!("{label}:");
        // What follows the first line is set under it, so that no line of a value looks like another row.
        let value = value.replace('\n', &format!("\n{:14}", ""));
        let _ = writeln!(text, "{label:13} {value}");
    }
    for (at, (label, url)) in links.iter().enumerate() {
        let _ = write!(text, "{}{label}:\n{url}\n", if at == 0 { "\n" } else { "" });
    }
    let _ = write!(text, "\n-- \n{}\n", footer(n));
    text
}

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONO: &str =
    "font-family:ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;word-break:break-word";

/// The colours of a dark client; they have to be stronger than the styles on the elements.
const STYLE: &str = ":root{color-scheme:light dark;supported-color-schemes:light dark}\
    @media (prefers-color-scheme:dark){\
    .page{background:#17171a!important}\
    .card{background:#232327!important}\
    .value{color:#ececee!important}\
    .label{color:#a3a3ad!important}\
    .line{border-color:#38383e!important}\
    .link{color:#8fb4ff!important}}";

fn html(n: &Notification, rows: &[Row], links: &[(&str, &str)], limits: Limits) -> String {
    let headline = escape(&words::headline(n, limits));
    let color = n.state.color();
    let mut html = format!(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{headline}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body class=\"page\" style=\"margin:0;padding:0;background:#f3f4f6\">\n\
         <table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
         style=\"background:#f3f4f6\"><tr><td align=\"center\" style=\"padding:24px 12px\">\n\
         <table role=\"presentation\" class=\"card\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
         style=\"max-width:600px;background:#ffffff;border-top:6px solid {color};{FONT}\">\n\
         <tr><td class=\"value\" style=\"padding:20px 24px 8px;font-size:18px;line-height:26px;\
         font-weight:600;color:#1d1d21\">{headline}</td></tr>\n\
         <tr><td style=\"padding:8px 24px 16px\">\n\
         <table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\">\n"
    );
    for row in rows {
        html.push_str(&html_row(row, &color.to_string()));
    }
    html.push_str("</table>\n</td></tr>\n");
    if !links.is_empty() {
        html.push_str("<tr><td style=\"padding:0 24px 20px\">");
        for (label, url) in links {
            let _ = writeln!(
                html,
                "<a class=\"link\" href=\"{}\" style=\"display:inline-block;margin:0 20px 6px 0;\
                 font-size:14px;line-height:22px;color:#1f5fd6\">{label}</a>",
                escape(url)
            );
        }
        html.push_str("</td></tr>\n");
    }
    let _ = write!(
        html,
        "<tr><td class=\"label line\" style=\"padding:12px 24px 16px;border-top:1px solid #e4e5e9;\
         font-size:12px;line-height:18px;color:#6a6a73\">{}</td></tr>\n\
         </table>\n</td></tr></table>\n</body>\n</html>\n",
        footer(n)
    );
    html
}

fn html_row(Row { label, value, verbatim }: &Row, color: &str) -> String {
    // Not every mail client keeps the line ends that the style asks it to keep.
    let value = escape(value).replace('\n', "<br>");
    // A dot in the state's colour reads on light and on dark, letters in that colour do not.
    let dot = format!("<span style=\"color:{color}\">&#9679;</span> ");
    let dot = if *label == "State" { dot } else { String::new() };
    let style = if *verbatim { MONO } else { FONT };
    format!(
        "<tr><td class=\"label\" valign=\"top\" style=\"padding:5px 16px 5px 0;font-size:14px;\
         line-height:21px;white-space:nowrap;color:#6a6a73\">{label}</td>\
         <td class=\"value\" width=\"100%\" style=\"padding:5px 0;font-size:14px;line-height:21px;\
         color:#1d1d21;{style}\">{dot}{value}</td></tr>\n"
    )
}

/// `text` so that HTML shows it as it is, in a text and in a quoted attribute. For what goes into the HTML of
/// an [`EmailMessage`] and was not written as HTML.
///
/// ```
/// # use campana_notify::channels::email::escape;
/// assert_eq!(escape("<b> & 'c'"), "&lt;b&gt; &amp; &#39;c&#39;");
/// ```
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
