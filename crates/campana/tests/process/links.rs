//! Where the links in messages lead.

use std::sync::Arc;

use campana::backend::MemoryBackend;
use campana::prelude::*;
use campana_receiver::{Kind, Options, Receiver};

use crate::program::Program;

/// What the child runs: a flow that tells Slack, on its own and for somebody else, told where pages are and not.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn program() {
    let receiver = Receiver::start(Options::default()).await.unwrap();
    let flow = Flow::new("orders").state_handler(slack_notifier().only_states([StateKind::Success]));
    for (for_somebody, told) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut run = flow.run().secret("SLACK_WEBHOOK_URL", receiver.url(Kind::Slack));
        if for_somebody {
            run = run.backend(Arc::new(MemoryBackend::new()));
        }
        if told {
            run = run.public_url("https://told.example.com");
        }
        assert!(run.await.is_successful());
        let message = receiver.received().pop().unwrap();
        let link = message.message().unwrap().cards[0].title_link.clone().unwrap_or("none".to_owned());
        let (page, _) = link.rsplit_once('/').unwrap_or((&link, ""));
        println!("links to {page}");
    }
    println!("over");
}

#[test]
fn runs_that_a_server_knows_are_linked_as_configured() {
    let told = "links to https://told.example.com/flow-run";
    let configured = "links to https://campana.example.com/flow-run";
    let mut program = Program::start_with("links", |command| {
        command
            .env("CAMPANA__USER_CONFIG_PATH", "/nowhere/config.toml")
            .env("CAMPANA__SERVER__PUBLIC_URL", "https://campana.example.com/")
    });
    let said = program.until("over");
    assert!(program.end().success());
    let links: Vec<_> = said.iter().filter(|line| line.starts_with("links to")).collect();
    assert_eq!(links, ["links to none", told, configured, told]);
}
