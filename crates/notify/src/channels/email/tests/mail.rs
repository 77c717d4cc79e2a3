//! The mails themselves, read back by a parser that knows nothing of the library that made them.

use insta::assert_snapshot;
use mail_parser::{Address, MessageParser, MimeHeaders, PartType};

use crate::channels::email::mime::compose;
use crate::channels::email::{Attachment, Email, EmailConfig, EmailMessage, read};
use crate::testing::samples;
use crate::{Channel, Http, HttpOptions};

fn email() -> Email {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let config = EmailConfig {
        from: Some("Zvonění z Campany <bell@example.com>".to_owned()),
        to: texts(&["\"Dvořák, Anna\" <anna@example.com>", "ben@example.org"]),
        cc: texts(&["c@example.com"]),
        bcc: texts(&["hidden@example.com"]),
        reply_to: Some("Team <team@example.com>".to_owned()),
        ..EmailConfig::gmail("user@example.com", "hunter2")
    };
    config.build(&Http::new(HttpOptions::default()).unwrap()).unwrap()
}

/// The bytes as they would be sent, which any server has to take.
fn bytes(message: &EmailMessage) -> Vec<u8> {
    let email = email();
    let stored = read(&email.render_email(message)).unwrap();
    let bytes = compose(&email.addresses, &stored, &samples::context()).unwrap();
    assert!(bytes.is_ascii(), "8BITMIME is not to be needed");
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.ends_with("\r\n"));
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a line ends in CR LF and in nothing else");
    assert!(text.lines().all(|line| line.len() <= 998), "a line is too long");
    assert!(!text.contains("hunter2") && !text.contains("hidden@example.com"));
    bytes
}

/// What stands in the headers of the mail, by name.
fn headers(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

fn names(address: Option<&Address<'_>>) -> Vec<(Option<String>, String)> {
    let addresses = address.into_iter().flat_map(|address| address.iter());
    let own = |text: Option<&str>| text.map(str::to_owned);
    addresses.map(|address| (own(address.name()), own(address.address()).unwrap())).collect()
}

const HEADERS: [&str; 10] = [
    "Date",
    "Message-ID",
    "From",
    "Subject",
    "Auto-Submitted",
    "To",
    "Cc",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
];

#[test]
fn the_headers_say_who_when_and_that_a_machine_wrote() {
    let bytes = bytes(&EmailMessage::new("Report").text("a"));
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(headers(&bytes)[..HEADERS.len()], HEADERS);
    let named = |name: &str, address: &str| (Some(name.to_owned()), address.to_owned());
    assert_eq!(names(mail.from()), [named("Zvonění z Campany", "bell@example.com")]);
    let anna = named("Dvořák, Anna", "anna@example.com");
    assert_eq!(names(mail.to()), [anna, (None, "ben@example.org".to_owned())]);
    assert_eq!(names(mail.cc()), [(None, "c@example.com".to_owned())]);
    assert_eq!(names(mail.reply_to()), [named("Team", "team@example.com")]);
    assert_eq!(mail.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    assert_eq!(mail.message_id(), Some("019aa3b1-7c00-7000-8000-00000000000d@example.com"));
    // The time in the delivery's id, not that of the attempt.
    assert_eq!(mail.date().unwrap().to_rfc3339(), "2025-11-20T23:55:09Z");
    assert_eq!(mail.bcc(), None);
}

#[test]
fn a_change_of_state_has_a_text_and_the_same_as_html() {
    for (name, sample) in [
        ("success", samples::flow_succeeded()),
        ("task", samples::task_failed()),
        ("flow", samples::flow_failed()),
        ("late_run", samples::flow_late()),
        ("hostile", samples::hostile()),
    ] {
        let message = read(&email().render(&sample)).unwrap();
        let bytes = bytes(&message);
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(headers(&bytes)[..HEADERS.len()], HEADERS, "{name}");
        assert_eq!(mail.subject(), Some(message.subject.as_str()));
        let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
        let html = mail.body_html(0).unwrap().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), message.text.unwrap().trim_end());
        assert_eq!(html.trim_end(), message.html.unwrap().trim_end());
        assert_snapshot!(format!("report_of_a_{name}"), format!("{}\n\n{text}\n{html}", message.subject));
    }
}

#[test]
fn the_html_holds_only_tags_of_its_own() {
    let tags = |sample| {
        let html = read(&email().render(&sample)).unwrap().html.unwrap();
        assert!(
            !html.contains("src=") && !html.contains("@import") && !html.contains("<link"),
            "nothing from elsewhere"
        );
        html.split('<')
            .skip(1)
            .map(|tag| tag.split(['>', ' ']).next().unwrap().to_owned())
            .filter(|tag| tag != "br")
            .collect::<Vec<_>>()
    };
    let mut tame = samples::hostile();
    tame.flow.name = "flow".to_owned();
    tame.flow_run.name = "run".to_owned();
    tame.task.as_mut().unwrap().name = "task".to_owned();
    tame.state = campana_model::State::failed("it").at(samples::now());
    tame.failed_task.as_mut().unwrap().reason = "why".to_owned();
    assert_eq!(tags(samples::hostile()), tags(tame));
}

#[test]
fn a_link_is_opened_and_never_run() {
    let mut sample = samples::flow_failed();
    sample.links.flow_run = Some("javascript:alert(1)".to_owned());
    sample.links.flow = Some("https://x.example/\" onclick=\"alert(1)".to_owned());
    let message = read(&email().render(&sample)).unwrap();
    let html = message.html.unwrap();
    assert!(!html.contains("javascript:") && !message.text.unwrap().contains("javascript:"));
    assert!(html.contains("href=\"https://x.example/&quot; onclick=&quot;alert(1)\""), "{html}");
}

#[test]
fn long_texts_are_cut_at_a_character() {
    for fill in ['x', '&', 'č', '🔔'] {
        let message = read(&email().render(&samples::long(fill, 100_000))).unwrap();
        let bytes = bytes(&message);
        assert!(bytes.len() < 1_000_000, "{fill}: {} bytes", bytes.len());
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let subject = mail.subject().unwrap();
        assert!(subject.chars().count() <= 250 && subject.starts_with("[Test] Task "), "{subject}");
        assert!(subject.ends_with(" is now Failed"), "{subject}");
        assert!(mail.body_text(0).unwrap().contains("[cut, 100000 characters in all]"));
    }
}

#[test]
fn no_subject_reaches_another_header() {
    let evil = [
        "a\r\nBcc: x@evil.example\r\n\r\n<b>",
        "a\nBcc: x@evil.example",
        "a\rBcc: x@evil.example",
        "\u{0}\u{1b}[31m\u{85}a\u{2028}Bcc: x@evil.example",
        "š\r\nBcc: x@evil.example",
    ];
    for subject in evil {
        let bytes = bytes(&EmailMessage::new(subject).text("a"));
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(headers(&bytes)[..HEADERS.len()], HEADERS, "{subject:?}");
        assert_eq!(mail.bcc(), None, "{subject:?}");
        assert!(mail.subject().unwrap().contains("Bcc: x@evil.example"), "{subject:?}");
    }
}

#[test]
fn a_subject_arrives_as_it_was() {
    for subject in [
        "plain",
        "žluťoučký kůň úpěl ďábelské ódy, dvacetkrát po sobě a ještě jednou, až do konce řádku a dál",
        "鐘が鳴る 🔔 and then plain words, and 鐘 again",
        "\"quoted\" <angle@example.com>, (comment); a:b",
        "word ".repeat(40).trim(),
        &"x".repeat(250),
    ] {
        let bytes = bytes(&EmailMessage::new(subject).text("a"));
        assert_eq!(MessageParser::default().parse(&bytes).unwrap().subject(), Some(subject));
    }
}

#[test]
fn what_looks_like_an_encoded_word_is_not_decoded() {
    let forged = "=?utf-8?q?all_is_well?= said the flow";
    let message = EmailMessage::new(forged).attach(Attachment::new(forged, "text/plain", "").unwrap());
    let bytes = bytes(&message);
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let shown = forged.replace("=?", "=\u{2060}?");
    assert_eq!(mail.subject(), Some(shown.as_str()));
    assert_eq!(mail.attachments().next().unwrap().attachment_name(), Some(shown.as_str()));
}

#[test]
fn a_mail_has_the_bodies_that_it_was_given() {
    let text = "řádek\n\n.\n  indented\ttab, and a long line: ".to_owned() + &"x".repeat(2_000);
    let html = "<p>řádek</p>\n<pre>  a</pre>";
    for (message, parts) in [
        (EmailMessage::new("a").text(&text), vec!["text/plain"]),
        (EmailMessage::new("a").html(html), vec!["text/html"]),
        (
            EmailMessage::new("a").text(&text).html(html),
            vec!["multipart/alternative", "text/plain", "text/html"],
        ),
        (EmailMessage::new("a"), vec!["text/plain"]),
    ] {
        let bytes = bytes(&message);
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let types = mail.parts.iter().map(|part| {
            let kind = part.content_type().unwrap();
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap())
        });
        assert_eq!(types.collect::<Vec<_>>(), parts);
        let found = |wanted: fn(&PartType<'_>) -> Option<String>| {
            let body = mail.parts.iter().find_map(|part| wanted(&part.body));
            body.map(|body| body.replace("\r\n", "\n").trim_end().to_owned()).filter(|body| !body.is_empty())
        };
        let text = found(|body| if let PartType::Text(text) = body { Some(text.to_string()) } else { None });
        assert_eq!(text, message.text);
        let html = found(|body| if let PartType::Html(html) = body { Some(html.to_string()) } else { None });
        assert_eq!(html, message.html);
    }
}

#[test]
fn attachments_arrive_byte_for_byte_under_their_names() {
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let files = [
        ("report.csv", "text/csv; charset=utf-8", "a\nb\r\nc\r.\n".as_bytes(), "report.csv"),
        ("účtenka z kavárny č. 5.pdf", "application/pdf", &every_byte, "účtenka z kavárny č. 5.pdf"),
        ("鐘🔔.png", "image/png", b"", "鐘🔔.png"),
        ("a\"b\\c;d=e.txt", "text/plain", b"x", "a\"b_c;d=e.txt"),
        ("../../etc/pass\r\nX-Evil: 1", "application/octet-stream", b"y", ".._.._etc_pass X-Evil: 1"),
    ];
    let message = files.iter().fold(EmailMessage::new("files").text("a").html("b"), |message, file| {
        message.attach(Attachment::new(file.0, file.1, file.2).unwrap())
    });
    let bytes = bytes(&message);
    assert!(!headers(&bytes).contains(&"X-Evil".to_owned()));
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(mail.attachment_count(), files.len());
    for (attachment, (_, content_type, content, name)) in mail.attachments().zip(files) {
        assert_eq!(attachment.attachment_name(), Some(name));
        assert_eq!(attachment.contents(), content, "{name}");
        let kind = attachment.content_type().unwrap();
        let kind = format!("{}/{}", kind.ctype(), kind.subtype().unwrap());
        assert!(content_type.starts_with(&kind), "{name}: {kind}");
        assert!(attachment.headers.iter().all(|header| header.name() != "X-Evil"));
    }
    assert_eq!(mail.body_text(0).unwrap().trim_end(), "a");
    assert_eq!(mail.body_html(0).unwrap().trim_end(), "b");
}

#[test]
fn a_boundary_cannot_be_foreseen() {
    let boundary = |message: &EmailMessage| {
        let bytes = bytes(message);
        let mail = MessageParser::default().parse(&bytes).unwrap();
        mail.content_type().unwrap().attribute("boundary").unwrap().to_owned()
    };
    let message = EmailMessage::new("a").text("b").html("c");
    let first = boundary(&message);
    assert_eq!(boundary(&message), first);
    let forged = message.text(format!("b\n--{first}--\n"));
    let bytes = bytes(&forged);
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert!(mail.body_text(0).unwrap().contains(&first));
    assert_ne!(boundary(&forged), first);
}
