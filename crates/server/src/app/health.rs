//! Whether the server does its work, and if not, why.

use std::time::Duration;

use campana_store::tenant;

use super::App;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is to be said of the server's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Health {
    /// Whether it can take what is reported.
    pub(crate) is_available: bool,
    /// What is wrong, for people.
    pub(crate) reasons: Vec<String>,
    /// How long the oldest delivery has been due that nobody has in hand.
    pub(crate) oldest_due: Option<Duration>,
}

impl App {
    /// How the server is.
    pub(crate) async fn health(&self) -> Health {
        let mut reasons = Vec::new();
        let asked = tokio::time::timeout(PATIENCE, self.store.read(tenant::First)).await;
        let is_available = match asked {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                reasons.push(error.to_string());
                false
            }
            Err(_) => {
                reasons.push(format!("the database did not answer within {} s", PATIENCE.as_secs()));
                false
            }
        };
        Health { is_available, reasons, oldest_due: None }
    }
}
