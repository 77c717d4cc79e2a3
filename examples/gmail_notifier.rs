//! A notifier by Gmail: what fails is told to the user by e-mail.
//!
//! Gmail takes an app password, not the one that you sign in with. With an address as its argument, such as that
//! of the SMTP server of `campana receive`, the mail goes there.

use std::net::SocketAddr;

use campana::prelude::*;

#[task]
fn load_orders() -> Result<i64, BoxError> {
    Err("the table 'orders' is empty".into())
}

fn main() -> Result<(), BoxError> {
    let mut notifier = gmail_notifier().only_states([StateKind::Failed]);
    if let Some(address) = std::env::args().nth(1) {
        let address: SocketAddr = address.parse()?;
        notifier = notifier.host(address.ip().to_string()).port(address.port()).security(Security::Insecure);
    }
    let mut flow = Flow::new("orders of today");
    flow.add(load_orders().state_handler(notifier));
    println!("{}", flow.run_blocking()?);
    Ok(())
}
