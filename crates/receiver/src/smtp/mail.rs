//! A mail as its reader sees it.

use mail_parser::{Address, Message, MessageParser, MimeHeaders as _, PartType};

use super::session::Envelope;
use crate::{Card, Field, Part, ReceivedMessage, Text};

/// The mail as a card; `None` if it is none.
pub(super) fn read(envelope: &Envelope, raw: &[u8]) -> Option<ReceivedMessage> {
    let mail = MessageParser::default().parse(raw)?;
    let fields = [
        ("To", people(mail.to())),
        ("Cc", people(mail.cc())),
        ("Blind copy", blind(envelope, &mail)),
        ("Reply to", people(mail.reply_to())),
        ("Attachments", attachments(&mail)),
    ];
    let plain = |text: &str| Text::Plain(text.to_owned());
    let field = |(title, value): &(&str, Vec<String>)| Field {
        title: plain(title),
        value: Text::Plain(value.join("\n")),
        short: false,
    };
    let fields = fields.iter().filter(|(_, value)| !value.is_empty()).map(field).collect();
    let text = mail.body_text(0).unwrap_or_default();
    let card = Card {
        author: Some(Text::Plain(people(mail.from()).join(", "))),
        title: Some(plain(mail.subject().unwrap_or_default())),
        body: vec![Part::Text(plain(text.replace("\r\n", "\n").trim_end())), Part::Fields(fields)],
        ..Card::default()
    };
    Some(ReceivedMessage { cards: vec![card], signature: None })
}

/// The mail's HTML, if it has one.
pub(super) fn html(raw: &[u8]) -> Option<String> {
    let mail = MessageParser::default().parse(raw)?;
    let html = |part: &mail_parser::MessagePart<'_>| match &part.body {
        PartType::Html(html) => Some(html.clone().into_owned()),
        _ => None,
    };
    mail.html_bodies().find_map(html)
}

/// `Name <user@host>` for each.
fn people(address: Option<&Address<'_>>) -> Vec<String> {
    let addresses = address.into_iter().flat_map(Address::iter);
    let shown = |person: &mail_parser::Addr<'_>| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    addresses.map(shown).collect()
}

/// Who gets the mail and is not named in it.
fn blind(envelope: &Envelope, mail: &Message<'_>) -> Vec<String> {
    let named: Vec<&str> = [mail.to(), mail.cc()]
        .into_iter()
        .flatten()
        .flat_map(Address::iter)
        .filter_map(mail_parser::Addr::address)
        .collect();
    envelope
        .to
        .iter()
        .filter(|to| !named.iter().any(|named| named.eq_ignore_ascii_case(to)))
        .cloned()
        .collect()
}

/// Name, media type and size of each.
fn attachments(mail: &Message<'_>) -> Vec<String> {
    let shown = |part: &mail_parser::MessagePart<'_>| {
        let kind = part.content_type().map(|kind| match kind.subtype() {
            Some(subtype) => format!("{}/{subtype}, ", kind.ctype()),
            None => format!("{}, ", kind.ctype()),
        });
        let name = part.attachment_name().unwrap_or("(no name)");
        format!("{name} ({}{} bytes)", kind.unwrap_or_default(), part.contents().len())
    };
    mail.attachments().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: Bell <bell@example.com>\r\nTo: Anna <anna@example.com>, ben@example.org\r\n\
        Cc: c@example.com\r\nReply-To: team@example.com\r\nSubject: =?utf-8?q?=C5=A0est?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n\
        --y\r\nContent-Type: text/plain\r\n\r\nplain\r\nwords\r\n--y\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n--y--\r\n\
        --x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nMQoyCg==\r\n--x--\r\n";

    fn envelope(to: &[&str]) -> Envelope {
        Envelope { from: "bell@example.com".into(), to: to.iter().map(|to| (*to).to_owned()).collect() }
    }

    #[test]
    fn a_mail_is_one_card() {
        let to = ["Anna@example.com", "ben@example.org", "c@example.com", "d@example.com"];
        let message = read(&envelope(&to), MAIL.as_bytes()).unwrap();
        assert_eq!(message.cards[0].author, Some(Text::Plain("Bell <bell@example.com>".into())));
        assert_eq!(message.title().as_deref(), Some("Šest"));
        assert_eq!(message.text(), "plain\nwords");
        for (title, value) in [
            ("To", "Anna <anna@example.com>\nben@example.org"),
            ("Cc", "c@example.com"),
            ("Blind copy", "d@example.com"),
            ("Reply to", "team@example.com"),
            ("Attachments", "a.csv (text/csv, 4 bytes)"),
        ] {
            assert_eq!(message.field(title).as_deref(), Some(value));
        }
        assert_eq!(html(MAIL.as_bytes()).as_deref(), Some("<b>html</b>"));
    }

    #[test]
    fn html_alone_is_read_as_text_and_text_alone_has_no_html() {
        let of = |kind, body| format!("From: a@b.cz\r\nContent-Type: text/{kind}\r\n\r\n{body}\r\n");
        let only_html = of("html", "<p>a &lt; <b>b</b></p>");
        assert_eq!(read(&envelope(&[]), only_html.as_bytes()).unwrap().text(), "a < b");
        assert_eq!(html(of("plain", "a").as_bytes()), None);
    }

    #[test]
    fn what_is_no_mail_is_none() {
        assert_eq!(read(&envelope(&[]), b""), None);
    }
}
