//! The help is the manual, and shells know what it says.

use crate::common::Home;

#[test]
fn every_command_has_its_page() {
    for command in [
        "",
        "hook",
        "hook create",
        "hook list",
        "hook test",
        "hook preview",
        "hook deliveries",
        "hook replay",
        "hook delete",
        "run list",
        "run show",
        "flow list",
        "flow show",
        "config",
        "config path",
        "config show",
        "secret",
        "secret set",
        "secret list",
        "secret delete",
        "notify",
        "notify slack",
        "notify email",
        "notify twilio",
        "notify pagerduty",
        "notify teams",
        "notify pushbullet",
        "notify webhook",
        "completions",
    ] {
        let arguments: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let done = Home::new().run(&arguments);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{command}");
        let name = if command.is_empty() { "campana".to_owned() } else { command.replace(' ', "_") };
        insta::assert_snapshot!(name, done.stdout);
    }
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let done = Home::new().run(&["completions", shell]);
        assert_eq!(done.code, Some(0));
        for word in ["receive", "pagerduty", "completions", "--message"] {
            assert!(done.stdout.contains(word.trim_start_matches('-')), "{shell} does not know {word}");
        }
    }
    assert_eq!(Home::new().run(&["completions", "abacus"]).code, Some(2));
}
