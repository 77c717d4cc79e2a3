//! Every example runs, says what it is to say, and its messages arrive.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use campana_receiver::{Kind, Options, Received, Receiver};

const LIMIT: Duration = Duration::from_secs(60);

/// Runs an example against a receiver; gives what it printed, and the messages once there are `count`.
async fn run(program: &'static str, count: usize) -> (String, Vec<Arc<Received>>) {
    run_with(program, count, |_| Vec::new()).await
}

/// The same, with the arguments that `arguments` makes of where the receiver takes mails.
async fn run_with(
    program: &'static str,
    count: usize,
    arguments: impl Fn(SocketAddr) -> Vec<String>,
) -> (String, Vec<Arc<Received>>) {
    let receiver = Receiver::start(Options::default()).await.unwrap();
    let (url, smtp) = (receiver.url(Kind::Slack), receiver.smtp_address());
    let arguments = arguments(smtp);
    let output = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(program);
        command.args(arguments);
        command.env("CAMPANA__USER_CONFIG_PATH", "/nowhere/config.toml");
        command.env("CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL", url);
        command.env("CAMPANA__CONTEXT__SECRETS__EMAIL_USERNAME", "bell@example.com");
        command.env("CAMPANA__CONTEXT__SECRETS__EMAIL_PASSWORD", "made up");
        command.env("CAMPANA__SMTP__HOST", smtp.ip().to_string());
        command.env("CAMPANA__SMTP__PORT", smtp.port().to_string());
        command.env("CAMPANA__SMTP__SECURITY", "insecure");
        command.output().unwrap()
    });
    let output = output.await.unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} ended with {}: {printed}{errors}", output.status);
    receiver.wait_for(count, LIMIT).await.unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), count, "{program} sent {received:#?}");
    (printed, received)
}

fn texts(received: &[Arc<Received>]) -> Vec<String> {
    received.iter().filter_map(|received| Some(received.message()?.text())).collect()
}

/// Which states of which subjects, in order: `1/x task: Failed`.
fn states(received: &[Arc<Received>]) -> Vec<String> {
    let state = |received: &Arc<Received>| {
        let message = received.message()?;
        let text = message.text();
        let (name, _) = text.split_once(" is now in a ")?;
        Some(format!("{}: {}", name.lines().last()?, message.title()?))
    };
    received.iter().filter_map(state).collect()
}

#[tokio::test]
async fn add_divide() {
    let (printed, received) = run(env!("CARGO_BIN_EXE_add_divide"), 3).await;
    assert!(printed.starts_with("Failed(\"Some reference tasks failed.\")\n"), "{printed}");
    assert_eq!(states(&received), ["1/x task: Running", "1/x task: Failed", "Add Divide Flow: Failed"]);
    let failed = received[1].message().unwrap();
    assert!(failed.field("Message").unwrap().contains("division by zero"), "{failed:?}");
}

#[tokio::test]
async fn slack_tasks() {
    for program in [env!("CARGO_BIN_EXE_slack_task"), env!("CARGO_BIN_EXE_slack_task_imperative")] {
        let (printed, received) = run(program, 1).await;
        assert_eq!(printed, "Success(\"All reference tasks succeeded.\")\n");
        assert_eq!(texts(&received), ["Test SlackTask!"]);
    }
}

#[tokio::test]
async fn callback_factory() {
    let (printed, _) = run(env!("CARGO_BIN_EXE_callback_factory"), 0).await;
    assert_eq!(printed, "Success(\"Task run succeeded.\")\n");
}

#[tokio::test]
async fn only_states() {
    let (_, received) = run(env!("CARGO_BIN_EXE_only_states"), 1).await;
    assert_eq!(states(&received), ["parse: Failed"]);
}

#[tokio::test]
async fn any_failed() {
    let (printed, received) = run(env!("CARGO_BIN_EXE_any_failed"), 1).await;
    assert_eq!(printed, "Failed(\"Some reference tasks failed.\")\n");
    assert_eq!(texts(&received), ["A source is missing today; the totals are not there."]);
}

#[tokio::test]
async fn retry_handler() {
    let (printed, received) = run(env!("CARGO_BIN_EXE_retry_handler"), 2).await;
    assert!(printed.contains("flaky is tried again at 20"), "{printed}");
    assert!(printed.ends_with("Success(\"All reference tasks succeeded.\") after 3 attempts\n"), "{printed}");
    assert_eq!(states(&received), ["flaky: Retrying", "flaky: Retrying"]);
}

#[tokio::test]
async fn special_failure() {
    let (printed, _) = run(env!("CARGO_BIN_EXE_special_failure"), 0).await;
    assert!(printed.starts_with("load: 7 rows are missing in orders\n"), "{printed}");
}

#[tokio::test]
async fn on_failure() {
    let (printed, _) = run(env!("CARGO_BIN_EXE_on_failure"), 0).await;
    let (task, flow) = printed.split_once('\n').unwrap();
    assert_eq!(task, "task divide[1] ended as Failed(\"Error during execution of task: y is zero\")");
    assert!(flow.starts_with("flow divisions ended as Failed(\"Some reference tasks failed.\")"), "{flow}");
}

#[tokio::test]
async fn gmail_notifier() {
    let program = env!("CARGO_BIN_EXE_gmail_notifier");
    let (printed, received) = run_with(program, 1, |smtp| vec![smtp.to_string()]).await;
    assert_eq!(printed, "Failed(\"Some reference tasks failed.\")\n");
    let mail = received[0].message().unwrap();
    assert!(mail.title().unwrap().starts_with("Task load_orders in run "), "{mail:?}");
    assert!(mail.text().contains("the table 'orders' is empty"), "{mail:?}");
    assert_eq!(mail.field("To").as_deref(), Some("bell@example.com"));
}

#[tokio::test]
async fn email_report() {
    let program = env!("CARGO_BIN_EXE_email_report");
    let (printed, received) = run(program, 1).await;
    assert_eq!(printed, "Success(\"All reference tasks succeeded.\")\n");
    let mail = received[0].message().unwrap();
    assert_eq!(mail.title().as_deref(), Some("Orders by product"));
    assert!(mail.text().contains(" × Tuning fork A4"), "{mail:?}");
    assert_eq!(mail.field("To").as_deref(), Some("Orders <orders@example.com>"));
    assert!(mail.field("Attachments").unwrap().starts_with("orders.csv (text/csv, "), "{mail:?}");
    let raw = String::from_utf8_lossy(&received[0].request.body).into_owned();
    assert!(raw.contains("<h1>Orders</h1>"), "{raw}");

    let (printed, received) = run_with(program, 1, |_| vec!["/nowhere/orders.csv".to_owned()]).await;
    assert_eq!(printed, "Failed(\"Some reference tasks failed.\")\n");
    let mail = received[0].message().unwrap();
    assert_eq!(mail.title().as_deref(), Some("No orders by product today"));
}

#[tokio::test]
async fn pipeline() {
    let (printed, received) = run(env!("CARGO_BIN_EXE_pipeline"), 6).await;
    assert!(
        printed.contains("load_warehouse-1: Failed(\"Error during execution of task: the warehouse at"),
        "{printed}"
    );
    let mut states = states(&received);
    states.sort();
    let retrying = "exchange_rates: Retrying";
    assert_eq!(states, ["Orders 2026: Failed", retrying, retrying, "load_warehouse: Failed"]);
    let texts = texts(&received);
    assert!(texts.iter().any(|text| text.starts_with("The orders are added up, but not in the warehouse.")));
    let report = texts.iter().find(|text| text.contains("Best product")).unwrap();
    assert!(
        report.contains("Toscana: 37586.88 EUR") && report.contains("O-1340: 2026-06-31 is no day"),
        "{report}"
    );
}
