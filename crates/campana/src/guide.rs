//! The pages of the guide in `docs`, so that every Rust block in them is compiled and, unless it needs somebody to
//! send to, run.

macro_rules! pages {
    ($($page:ident: $file:literal;)*) => {
        $(
            #[doc = include_str!(concat!("../../../docs/", $file))]
            mod $page {}
        )*
    };
}

pages! {
    configuring_notifications: "configuring-notifications.md";
    every_channel: "every-channel.md";
    from_prefect_1: "from-prefect-1.md";
    notifications_reference: "notifications-reference.md";
    slack_notifications: "slack-notifications.md";
    triggers_and_states: "triggers-and-states.md";
}
