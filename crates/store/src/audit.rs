//! Who did what: one row for each change that a person or a program asked for, in the transaction of the change.

use campana_model::Timestamp;
use campana_model::id::{RowId, TenantId};
use serde_json::Value as Json;

use crate::sql::{Row, Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};
use crate::{Error, Scope};

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The entry.
    pub id: RowId,
    /// Whose data it concerns.
    pub tenant_id: TenantId,
    /// When.
    pub at: Timestamp,
    /// Who: the name of an API key, or `local` where none is needed.
    pub actor: String,
    /// What was done: `create`, `update`, `delete`, `set`, `replay`, `cancel`.
    pub action: String,
    /// To what kind of thing: `cloud_hook`.
    pub subject: String,
    /// To which.
    pub subject_id: String,
    /// What else there is to say; never a secret.
    pub detail: Option<Json>,
}

/// Notes something that leaves no other trace in the database.
#[derive(Clone, Debug)]
pub struct Write {
    /// What to note.
    pub entry: Entry,
}

impl ApplyWrite for Write {
    type Applied = ();

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        insert(tx, &self.entry)
    }
}

fn insert(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO audit (id, tenant_id, at, actor, action, subject, subject_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            entry.id,
            entry.tenant_id,
            entry.at,
            entry.actor,
            entry.action,
            entry.subject,
            entry.subject_id,
            entry.detail,
        ],
    )?;
    Ok(())
}

/// The latest entries, newest first.
#[derive(Clone, Debug)]
pub struct List {
    /// Whose.
    pub scope: Scope,
    /// How many at most.
    pub limit: u32,
}

impl RunRead for List {
    type Found = Vec<Entry>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Entry>, Error> {
        let rows = tx.query(
            "SELECT id, tenant_id, at, actor, action, subject, subject_id, detail FROM audit
             WHERE tenant_id = COALESCE($1, tenant_id) ORDER BY at DESC, id DESC LIMIT $2",
            params![self.scope, self.limit],
        )?;
        rows.iter().map(entry).collect()
    }
}

fn entry(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        id: row.get(0)?,
        tenant_id: row.get(1)?,
        at: row.get(2)?,
        actor: row.get(3)?,
        action: row.get(4)?,
        subject: row.get(5)?,
        subject_id: row.get(6)?,
        detail: row.json(7)?,
    })
}

/// What is done to one thing, on its way into the log.
pub(crate) struct Deed<'a> {
    pub(crate) tenant_id: TenantId,
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    pub(crate) action: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) subject_id: String,
    pub(crate) detail: Option<Json>,
}

impl Deed<'_> {
    pub(crate) fn note(self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let Deed { tenant_id, at, actor, action, subject, subject_id, detail } = self;
        let (actor, action, subject) = (actor.to_owned(), action.to_owned(), subject.to_owned());
        insert(tx, &Entry { id: RowId::new(), tenant_id, at, actor, action, subject, subject_id, detail })
    }
}
