//! Hooks: standing orders to notify.
//!
//! What a hook may do and how its configuration is sealed is not the store's concern: it keeps the sealed
//! bytes, the form of them that people may read, and the name of the place where messages go.

use campana_model::id::{HookId, ProjectId, TenantId};
use campana_model::{EventKind, HookType, StateSet, Subject, Timestamp};
use serde_json::{Value as Json, json};

use crate::audit::Deed;
use crate::sql::{Row, Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};
use crate::{Changed, Error, Scope, project};

/// What can be changed of a hook.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Only what concerns this project.
    pub project_id: Option<ProjectId>,
    /// Only what concerns this flow, all its versions; the flow may come later.
    pub version_group_id: Option<String>,
    /// The name that people read.
    pub name: String,
    /// Whose changes it watches.
    pub subject: Subject,
    /// The states that it tells.
    pub states: StateSet,
    /// What else it tells.
    pub events: Vec<EventKind>,
    /// The configuration of its channel, sealed.
    pub config: Vec<u8>,
    /// The configuration without its secrets.
    pub masked_config: Json,
    /// Where its messages go: a name that tells nothing, and is the same for the same place.
    pub destination: String,
    /// The text of its messages.
    pub template: Option<String>,
    /// Whether messages tell the parameters of the run.
    pub include_parameters: bool,
    /// What exceeds this goes into a digest.
    pub max_per_minute: Option<u32>,
    /// Whether it matches.
    pub active: bool,
}

impl Settings {
    fn event_mask(&self) -> i64 {
        self.events.iter().fold(0, |mask, kind| mask | kind.bit())
    }

    /// The budget as a column has it: a hook whose messages do not go into digests has none.
    fn budget(&self, hook_type: HookType) -> Option<u32> {
        self.max_per_minute.filter(|_| hook_type.may_digest())
    }
}

/// A hook.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    /// The hook.
    pub id: HookId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// By what it notifies.
    pub hook_type: HookType,
    /// What can be changed of it.
    pub settings: Settings,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// When it was deleted; its deliveries stay.
    pub deleted_at: Option<Timestamp>,
}

/// What a hook owes; by the order SQLite sees which index has just this, and not all that the hook ever owed.
macro_rules! owed {
    () => {
        "(SELECT seq FROM delivery WHERE cloud_hook_id = $1 AND status = 'pending' ORDER BY order_key, seq)"
    };
}

pub(crate) const MOVE: &str =
    concat!("UPDATE delivery SET destination = $2, due_at = $3 WHERE seq IN ", owed!());

pub(crate) const CANCEL: &str = concat!(
    "UPDATE delivery SET status = 'cancelled', reason = 'the hook was deleted', finished = $2, leased_by = NULL,
         leased_until = NULL
     WHERE seq IN ",
    owed!()
);

pub(crate) const COLUMNS: &str =
    "id, tenant_id, type, project_id, version_group_id, name, subject, state_mask, event_mask, config,
     masked_config, destination, template, include_parameters, max_per_minute, active, created, updated, deleted_at";

impl Hook {
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        let hook_type: String = row.get(2)?;
        let subject = Subject::from_bits(row.get(6)?);
        let mask: i64 = row.get(8)?;
        Ok(Self {
            id: row.get(0)?,
            tenant_id: row.get(1)?,
            hook_type: hook_type.parse().map_err(|error| Error::corrupt("type of a hook", error))?,
            settings: Settings {
                project_id: row.get(3)?,
                version_group_id: row.get(4)?,
                name: row.get(5)?,
                subject: subject.ok_or_else(|| Error::corrupt("subject of a hook", "no such bits"))?,
                states: StateSet::from_bits(row.get(7)?),
                events: EventKind::ALL.iter().copied().filter(|kind| mask & kind.bit() != 0).collect(),
                config: row.get(9)?,
                masked_config: row.json(10)?.unwrap_or_default(),
                destination: row.get(11)?,
                template: row.get(12)?,
                include_parameters: row.get(13)?,
                max_per_minute: row.get(14)?,
                active: row.get(15)?,
            },
            created: row.get(16)?,
            updated: row.get(17)?,
            deleted_at: row.get(18)?,
        })
    }
}

/// Makes a hook.
#[derive(Clone, Debug)]
pub struct Create {
    /// Its id.
    pub id: HookId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// By what it notifies.
    pub hook_type: HookType,
    /// The rest.
    pub settings: Settings,
    /// Who makes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Create {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let settings = &self.settings;
        check_project(tx, self.tenant_id, settings)?;
        tx.execute(
            "INSERT INTO cloud_hook (id, tenant_id, type, project_id, version_group_id, name, subject, state_mask,
                 event_mask, config, masked_config, destination, template, include_parameters, max_per_minute,
                 active, created, updated)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)",
            params![
                self.id,
                self.tenant_id,
                self.hook_type.name(),
                settings.project_id,
                settings.version_group_id,
                settings.name,
                settings.subject.bits(),
                settings.states.bits(),
                settings.event_mask(),
                settings.config,
                settings.masked_config,
                settings.destination,
                settings.template,
                settings.include_parameters,
                settings.budget(self.hook_type),
                settings.active,
                self.now,
            ],
        )?;
        note(
            tx,
            self.tenant_id,
            self.id,
            &self.actor,
            "create",
            described(self.hook_type, settings),
            self.now,
        )
    }
}

/// Changes a hook, all but its type. What it owes already goes to the new place.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which.
    pub id: HookId,
    /// Whose it may be.
    pub scope: Scope,
    /// What it becomes.
    pub settings: Settings,
    /// Who changes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Update {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let before = find(tx, self.scope, self.id)?;
        let settings = &self.settings;
        check_project(tx, before.tenant_id, settings)?;
        tx.execute(
            "UPDATE cloud_hook SET project_id = $2, version_group_id = $3, name = $4, subject = $5, state_mask = $6,
                 event_mask = $7, config = $8, masked_config = $9, destination = $10, template = $11,
                 include_parameters = $12, max_per_minute = $13, active = $14, updated = $15
             WHERE id = $1",
            params![
                self.id,
                settings.project_id,
                settings.version_group_id,
                settings.name,
                settings.subject.bits(),
                settings.states.bits(),
                settings.event_mask(),
                settings.config,
                settings.masked_config,
                settings.destination,
                settings.template,
                settings.include_parameters,
                settings.budget(before.hook_type),
                settings.active,
                self.now,
            ],
        )?;
        if before.settings.destination != settings.destination {
            let moved = tx.execute(MOVE, params![self.id, settings.destination, self.now])?;
            tx.leaves_due |= moved > 0;
        }
        note(
            tx,
            before.tenant_id,
            self.id,
            &self.actor,
            "update",
            described(before.hook_type, settings),
            self.now,
        )
    }
}

/// Lets a hook match, or not; says whether that is new. What it owes already stays owed.
#[derive(Clone, Debug)]
pub struct SetActive {
    /// Which.
    pub id: HookId,
    /// Whose it may be.
    pub scope: Scope,
    /// Whether it is to match.
    pub active: bool,
    /// Who changes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for SetActive {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let hook = find(tx, self.scope, self.id)?;
        if hook.settings.active == self.active {
            return Ok(false);
        }
        tx.execute(
            "UPDATE cloud_hook SET active = $2, updated = $3 WHERE id = $1",
            params![self.id, self.active, self.now],
        )?;
        let action = if self.active { "activate" } else { "deactivate" };
        note(tx, hook.tenant_id, self.id, &self.actor, action, None, self.now)?;
        Ok(true)
    }
}

/// Deletes a hook and cancels what it owes; says how many deliveries that were. What it has delivered stays to be
/// read.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Which.
    pub id: HookId,
    /// Whose it may be.
    pub scope: Scope,
    /// Who deletes it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Delete {
    type Applied = u64;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<u64, Error> {
        let hook = find(tx, self.scope, self.id)?;
        // On Postgres, changes that have matched the hook hold its row (by their foreign keys), so that they are
        // waited for here, and their deliveries are seen below.
        let lock = format!("SELECT id FROM cloud_hook WHERE id = $1{}", tx.dialect().for_update());
        tx.query(&lock, params![self.id])?;
        // Its secrets go with it.
        tx.execute(
            "UPDATE cloud_hook SET deleted_at = $2, updated = $2, active = $3, config = $4 WHERE id = $1",
            params![self.id, self.now, false, Vec::new()],
        )?;
        let cancelled = tx.execute(CANCEL, params![self.id, self.now])?;
        tx.changed(hook.tenant_id, Changed::Deliveries);
        tx.execute("DELETE FROM incident WHERE cloud_hook_id = $1", params![self.id])?;
        let detail = Some(json!({ "cancelled_deliveries": cancelled }));
        note(tx, hook.tenant_id, self.id, &self.actor, "delete", detail, self.now)?;
        Ok(cancelled)
    }
}

/// One hook, unless it was deleted.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// Which.
    pub id: HookId,
    /// Whose it may be.
    pub scope: Scope,
}

impl RunRead for Fetch {
    type Found = Hook;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Hook, Error> {
        find(tx, self.scope, self.id)
    }
}

/// The hooks that were not deleted, oldest first.
#[derive(Clone, Debug)]
pub struct List {
    /// Whose.
    pub scope: Scope,
}

impl RunRead for List {
    type Found = Vec<Hook>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Hook>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM cloud_hook
             WHERE deleted_at IS NULL AND tenant_id = COALESCE($1, tenant_id) ORDER BY created, id"
        );
        tx.query(&sql, params![self.scope])?.iter().map(Hook::from_row).collect()
    }
}

pub(crate) fn find(tx: &mut Tx<'_>, scope: Scope, id: HookId) -> Result<Hook, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cloud_hook
         WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id) AND deleted_at IS NULL"
    );
    let row = tx.query_opt(&sql, params![id, scope])?;
    row.map_or_else(
        || Err(Error::NotFound { what: "cloud hook", id: id.to_string() }),
        |row| Hook::from_row(&row),
    )
}

/// What the log says of a hook: nothing that its owner would not show.
fn described(hook_type: HookType, settings: &Settings) -> Option<Json> {
    Some(json!({
        "type": hook_type.name(),
        "name": settings.name,
        "states": settings.states.names().collect::<Vec<_>>(),
        "events": settings.events.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "config": settings.masked_config,
        "version_group_id": settings.version_group_id,
        "active": settings.active,
    }))
}

/// A hook of a project that is not there would never match.
fn check_project(tx: &mut Tx<'_>, tenant_id: TenantId, settings: &Settings) -> Result<(), Error> {
    settings.project_id.map_or(Ok(()), |id| project::lock(tx, tenant_id.into(), id).map(drop))
}

/// Notes a change of a hook in the audit, and for those who watch.
fn note(
    tx: &mut Tx<'_>,
    tenant_id: TenantId,
    id: HookId,
    actor: &str,
    action: &str,
    detail: Option<Json>,
    at: Timestamp,
) -> Result<(), Error> {
    tx.changed(tenant_id, Changed::Hook(id));
    let subject_id = id.to_string();
    Deed { tenant_id, at, actor, action, subject: "cloud_hook", subject_id, detail }.note(tx)
}
