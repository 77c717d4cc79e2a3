//! Agents: the programs that take runs from the server and start them.

use std::collections::BTreeSet;

use campana_model::Timestamp;
use campana_model::id::{AgentId, TenantId};
use serde_json::json;

use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope, tenant};

/// Makes an agent known, or finds the one that it is: of the same type, name, labels and version.
#[derive(Clone, Debug)]
pub struct Register {
    /// The id that a new one gets.
    pub id: AgentId,
    /// Whose runs it takes.
    pub tenant_id: TenantId,
    /// What kind of agent: `LocalAgent`.
    pub kind: String,
    /// Its name.
    pub name: Option<String>,
    /// Which runs it takes.
    pub labels: BTreeSet<String>,
    /// The version of what it is built on.
    pub core_version: Option<String>,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Register {
    type Applied = AgentId;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<AgentId, Error> {
        tenant::check(tx, self.tenant_id)?;
        let labels = json!(self.labels);
        let same = tx.query_opt(
            "SELECT id FROM agent WHERE tenant_id = $1 AND type = $2 AND name IS NOT DISTINCT FROM $3
                 AND labels = $4 AND core_version IS NOT DISTINCT FROM $5
             ORDER BY created, id LIMIT 1",
            params![self.tenant_id, self.kind, self.name, labels, self.core_version],
        )?;
        if let Some(row) = same {
            return row.get(0);
        }
        tx.execute(
            "INSERT INTO agent (id, tenant_id, type, name, labels, core_version, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![self.id, self.tenant_id, self.kind, self.name, labels, self.core_version, self.now],
        )?;
        Ok(self.id)
    }
}

/// Notes that an agent has asked for work; tells whether it is known.
#[derive(Clone, Debug)]
pub struct Queried {
    /// Whose agent it may be.
    pub scope: Scope,
    /// The agent.
    pub agent_id: AgentId,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Queried {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let known = tx.execute(
            "UPDATE agent SET last_queried = $3 WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)",
            params![self.agent_id, self.scope, self.now],
        )?;
        Ok(known > 0)
    }
}

/// Forgets an agent; one that still runs registers again when it starts anew.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Whose agent it may be.
    pub scope: Scope,
    /// The agent.
    pub agent_id: AgentId,
}

impl ApplyWrite for Delete {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let deleted = tx.execute(
            "DELETE FROM agent WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)",
            params![self.agent_id, self.scope],
        )?;
        match deleted {
            0 => Err(Error::NotFound { what: "agent", id: self.agent_id.to_string() }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{Trial, at, on_both};

    on_both!(an_agent_is_known_again, an_agent_that_asks_is_seen, nobody_else_finds_an_agent);

    fn register(trial: &Trial, name: Option<&str>, labels: &[&str]) -> Register {
        Register {
            id: AgentId::new(),
            tenant_id: trial.tenant,
            kind: "LocalAgent".into(),
            name: name.map(str::to_owned),
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            core_version: None,
            now: at(0),
        }
    }

    async fn an_agent_is_known_again(trial: Trial) {
        let first = trial.store.write(register(&trial, None, &["b", "a"])).await.unwrap();
        assert_eq!(trial.store.write(register(&trial, None, &["a", "b"])).await.unwrap(), first);
        let others = [
            register(&trial, Some("n"), &["a", "b"]),
            register(&trial, None, &["a"]),
            Register { core_version: Some("1.4.1".into()), ..register(&trial, None, &["a", "b"]) },
            Register { kind: "DockerAgent".into(), ..register(&trial, None, &["a", "b"]) },
        ];
        for other in others {
            assert_ne!(trial.store.write(other).await.unwrap(), first);
        }
        let stranger = Register { tenant_id: TenantId::new(), ..register(&trial, None, &[]) };
        let error = trial.store.write(stranger).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { what: "tenant", .. }), "{error}");
    }

    async fn an_agent_that_asks_is_seen(trial: Trial) {
        let agent = trial.store.write(register(&trial, None, &[])).await.unwrap();
        let seen = |agent_id| Queried { scope: trial.scope(), agent_id, now: at(7) };
        assert!(trial.store.write(seen(agent)).await.unwrap());
        assert!(!trial.store.write(seen(AgentId::new())).await.unwrap());
        let row = &trial.rows("SELECT last_queried FROM agent WHERE id = $1", agent.uuid()).await[0];
        assert_eq!(row.get::<Timestamp>(0).unwrap(), at(7));
    }

    async fn nobody_else_finds_an_agent(trial: Trial) {
        let agent_id = trial.store.write(register(&trial, None, &[])).await.unwrap();
        let other = Scope::Tenant(TenantId::new());
        assert!(!trial.store.write(Queried { scope: other, agent_id, now: at(7) }).await.unwrap());
        assert!(trial.store.write(Delete { scope: other, agent_id }).await.is_err());
        trial.store.write(Delete { scope: trial.scope(), agent_id }).await.unwrap();
        assert!(trial.store.write(Delete { scope: trial.scope(), agent_id }).await.is_err());
    }
}
