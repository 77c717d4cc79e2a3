//! What a sender of mail sees of a receiver, and what the receiver shows: through Campana's own channel, and
//! byte by byte.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId};
use campana_notify::channels::email::{Attachment, Email, EmailConfig, EmailMessage, Security};
use campana_notify::{Channel, Http, HttpOptions, Networks, Receipt, SendContext, SendError, SendErrorKind};
use campana_receiver::{Fault, Kind, Options, Outcome, ReceivedMessage, Receiver, draw};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Long enough for the slowest machine; a test waits on a condition and fails after this.
const LIMIT: Duration = Duration::from_secs(60);

async fn receiver() -> Receiver {
    Receiver::start(Options::default()).await.unwrap()
}

fn channel(receiver: &Receiver, limit: Duration) -> Email {
    let options = HttpOptions {
        connect_timeout: limit,
        total_timeout: limit,
        networks: Networks::any(),
        ..HttpOptions::default()
    };
    let config = EmailConfig {
        host: receiver.smtp_address().ip().to_string(),
        port: Some(receiver.smtp_address().port()),
        security: Security::Insecure,
        bcc: vec!["boss@example.com".to_owned()],
        ..EmailConfig::gmail("bell@example.com", "any password")
    };
    config.build(&Http::new(options).unwrap()).unwrap()
}

fn report() -> EmailMessage {
    EmailMessage::new("Objednávky dne")
        .text("three new orders\n.\nand no more")
        .html("<b>three</b> new orders")
        .attach(Attachment::new("účet.csv", "text/csv", "id\n1\n").unwrap())
}

async fn send(channel: &Email) -> Result<Receipt, SendError> {
    let context =
        SendContext { delivery_id: DeliveryId::new(), event_id: EventId::new(), now: Timestamp::now() };
    channel.send(&channel.render_email(&report()), &context).await
}

#[tokio::test]
async fn a_mail_is_shown_as_a_person_would_see_it() {
    let receiver = receiver().await;
    let receipt = send(&channel(&receiver, LIMIT)).await.unwrap();
    assert_eq!((receipt.status, receipt.answer.as_str()), (250, "2.0.0 taken"));
    let received = receiver.received().remove(0);
    assert_eq!((received.kind, received.path().as_str()), (Kind::Email, ""));
    let message = received.message().unwrap();
    assert_eq!(message.title().as_deref(), Some("Objednávky dne"));
    assert_eq!(message.text(), "three new orders\n.\nand no more");
    assert_eq!(message.field("To").as_deref(), Some("bell@example.com"));
    assert_eq!(message.field("Blind copy").as_deref(), Some("boss@example.com"));
    assert_eq!(message.field("Attachments").as_deref(), Some("účet.csv (text/csv, 5 bytes)"));
    assert!(received.request.body.starts_with(b"Date: "), "the mail is kept as it was sent");
    let drawing = draw(&received, 60, false);
    let lines: Vec<_> = drawing.lines().skip(1).map(str::trim).collect();
    assert_eq!(lines[..5], ["bell@example.com", "Objednávky dne", "three new orders", ".", "and no more"]);
    let json = serde_json::to_value(&*received).unwrap();
    assert_eq!((&json["kind"], &json["outcome"]), (&"email".into(), &"accepted".into()));
    receiver.stop().await;
}

#[tokio::test]
async fn its_html_is_saved_for_a_browser_that_runs_nothing_of_it() {
    let receiver = receiver().await;
    send(&channel(&receiver, LIMIT)).await.unwrap();
    let received = receiver.received().remove(0);
    assert_eq!(received.html().as_deref(), Some("<b>three</b> new orders"));
    let folder = std::env::temp_dir().join(format!("campana-{}", DeliveryId::new()));
    let path = received.save_html(&folder).unwrap().unwrap();
    assert_eq!(path, folder.join("mail-1.html"));
    let saved = std::fs::read_to_string(&path).unwrap();
    assert!(saved.starts_with("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'"));
    assert!(saved.trim_end().ends_with("<b>three</b> new orders"), "{saved}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn faults_are_made_to_mails_too() {
    let receiver = receiver().await;
    let faults = [Fault::status(550), Fault::status(429), Fault::Reset, Fault::LoseAnswer, Fault::Hang];
    for fault in faults {
        receiver.fail_next(1, fault);
    }
    let kinds = [
        (SendErrorKind::Rejected, false),
        (SendErrorKind::ServerFault, true),
        (SendErrorKind::Ambiguous, true),
        (SendErrorKind::Ambiguous, true),
        (SendErrorKind::Ambiguous, true),
    ];
    for (fault, wanted) in faults.iter().zip(kinds) {
        let limit = if *fault == Fault::Hang { Duration::from_secs(2) } else { LIMIT };
        let error = send(&channel(&receiver, limit)).await.unwrap_err();
        assert_eq!((error.kind, error.is_retryable()), wanted, "{fault}: {error}");
    }
    send(&channel(&receiver, LIMIT)).await.unwrap();
    let received = receiver.received();
    for (received, fault) in received.iter().zip(faults) {
        match &received.outcome {
            Outcome::Failed(made) => assert_eq!(*made, fault),
            Outcome::Unanswered(_) => assert_eq!(fault, Fault::LoseAnswer),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(received[5].outcome, Outcome::Accepted(_)));
}

#[tokio::test]
async fn mails_may_come_in_one_piece_and_nonsense_ends() {
    let receiver = receiver().await;
    let mut stream = TcpStream::connect(receiver.smtp_address()).await.unwrap();
    let mail = "MAIL FROM:<a@b.cz>\r\nRCPT TO:<c@d.cz>\r\nDATA\r\nSubject: s\r\n\r\nt\r\n.\r\n";
    let talk =
        format!("EHLO x\r\n{mail}{mail}MAIL FROM:<a@b.cz>\r\nRCPT TO:<c@d.cz>\r\nDATA\r\n.\r\nQUIT\r\n");
    stream.write_all(talk.as_bytes()).await.unwrap();
    let mut said = String::new();
    tokio::time::timeout(LIMIT, stream.read_to_string(&mut said)).await.unwrap().unwrap();
    let codes: Vec<_> =
        said.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect();
    let one = ["250", "250", "354", "250"];
    assert_eq!(codes, [&["220", "250"], &one[..], &one, &["250", "250", "354", "554", "221"]].concat());
    let received = receiver.received();
    let subjects: Vec<_> =
        received.iter().map(|received| received.message().and_then(ReceivedMessage::title)).collect();
    assert_eq!(subjects, [Some("s".to_owned()), Some("s".to_owned()), None]);
    assert!(matches!(&received[2].outcome, Outcome::Refused { status: 554, .. }));
}

#[tokio::test]
async fn stopping_ends_open_connections() {
    let receiver = receiver().await;
    assert_eq!(receiver.url(Kind::Email), format!("smtp://{}", receiver.smtp_address()));
    let mut stream = TcpStream::connect(receiver.smtp_address()).await.unwrap();
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).await.unwrap();
    receiver.stop().await;
    let mut rest = Vec::new();
    tokio::time::timeout(LIMIT, stream.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert!(rest.ends_with(b"\r\n"));
}
