//! What a hook would have told, had it been there: for whoever is about to make it.

use campana_model::id::{ProjectId, TenantId};
use campana_model::{EventKind, StateSet, Subject, Timestamp};

use crate::Error;
use crate::event::{COLUMNS, Event};
use crate::sql::{Param, ToParam, Tx};
use crate::store::sealed::RunRead;

/// The events that a hook with this selector matches.
#[derive(Clone, Debug)]
pub struct Matches {
    /// Whose events.
    pub tenant_id: TenantId,
    /// Only those of this project.
    pub project_id: Option<ProjectId>,
    /// Only those of this flow.
    pub version_group_id: Option<String>,
    /// Whose changes.
    pub subject: Subject,
    /// Changes to these states.
    pub states: StateSet,
    /// What else.
    pub events: Vec<EventKind>,
    /// What was recorded from then on.
    pub since: Timestamp,
    /// How many are told one by one.
    pub limit: u32,
}

/// What a hook would have told.
#[derive(Clone, Debug, Default)]
pub struct Matched {
    /// How many of each: the name of the state or of the kind of event, most frequent first.
    pub counts: Vec<(String, u64)>,
    /// The latest of them, newest first.
    pub latest: Vec<Event>,
}

impl Matches {
    /// The condition; what is compared are names that this crate knows, and parameters.
    fn condition(&self) -> (String, Vec<Param<'_>>) {
        let mut params = vec![self.tenant_id.to_param(), self.since.to_param()];
        let mut condition = "tenant_id = $1 AND recorded_at >= $2".to_owned();
        let mut only = |column: &str, param: Param<'static>| {
            params.push(param);
            condition += &format!(" AND {column} = ${}", params.len());
        };
        if let Some(project) = self.project_id {
            only("project_id", Param::Uuid(project.uuid()));
        }
        if let Some(group) = &self.version_group_id {
            only("version_group_id", Param::Text(group.clone().into()));
        }
        let subject = match self.subject {
            Subject::FlowRun => " AND task_run_id IS NULL",
            Subject::TaskRun => " AND task_run_id IS NOT NULL",
            Subject::Any => "",
        };
        let states = quoted(self.states.kinds().map(campana_model::StateKind::name));
        let events = quoted(self.events.iter().map(|kind| kind.name()));
        condition += &format!(" AND ((state IN ({states}){subject}) OR kind IN ({events}))");
        (condition, params)
    }
}

/// A list for `IN`, which may not be empty.
fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.chain([""]).map(|name| format!("'{name}'")).collect();
    names.join(", ")
}

impl RunRead for Matches {
    type Found = Matched;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Matched, Error> {
        let (condition, params) = self.condition();
        let counts = format!(
            "SELECT COALESCE(state, kind), count(*) FROM event WHERE {condition}
             GROUP BY COALESCE(state, kind) ORDER BY count(*) DESC, 1"
        );
        let counts = tx.query(&counts, &params)?;
        let latest = format!(
            "SELECT {COLUMNS} FROM event WHERE {condition} ORDER BY recorded_at DESC, id DESC LIMIT {}",
            self.limit
        );
        let latest = tx.query(&latest, &params)?;
        Ok(Matched {
            counts: counts
                .iter()
                .map(|row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs())))
                .collect::<Result<_, Error>>()?,
            latest: latest.iter().map(Event::from_row).collect::<Result<_, _>>()?,
        })
    }
}
