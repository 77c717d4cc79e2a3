//! Whatever commands come in whatever order: what the gate says is what happens, and the rows of a run say the same.

use campana_model::id::{FlowId, FlowRunId, HookId, TaskRunId};
use campana_model::transition::{self, Command, Run, decide};
use campana_model::{HookType, State, StateKind, StateSet, Subject, Timestamp};
use futures_util::future::{join, join_all};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::trial::{self, Trial, at};
use crate::{Error, Options, Store, flow_run, hook};

/// Something that somebody wants of the runs of one flow run.
#[derive(Clone, Debug)]
enum Wish {
    Set(StateKind),
    SetTask(usize, StateKind),
    Cancel,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    // Running comes often, or few tasks would.
    let kind = prop_oneof![
        1 => Just(StateKind::Running),
        3 => prop::sample::select(StateKind::ALL.to_vec()),
    ];
    let wish = prop_oneof![
        3 => kind.clone().prop_map(Wish::Set),
        6 => (0..2usize, kind).prop_map(|(task, kind)| Wish::SetTask(task, kind)),
        1 => Just(Wish::Cancel),
    ];
    prop::collection::vec(wish, 1..25)
}

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Expected {
    kind: StateKind,
    version: i64,
    since: Timestamp,
}

impl Expected {
    fn run(&self, flow_run: Option<StateKind>) -> Run {
        Run { kind: self.kind, since: self.since, version: self.version, epoch: 0, flow_run }
    }

    /// Applies a command, as the gate rules it; tells whether it was taken.
    fn apply(&mut self, command: Command, flow_run: Option<StateKind>, now: i64) -> Result<bool, ()> {
        let decision = decide(&self.run(flow_run), command, at(now)).map_err(drop)?;
        if let Some(state) = decision.state {
            *self = Self { kind: state.kind(), version: self.version + 1, since: at(now) };
        }
        Ok(decision.cancels_task_runs)
    }
}

struct Case<'a> {
    trial: &'a Trial,
    run: FlowRunId,
    tasks: Vec<TaskRunId>,
    flow: Expected,
    of_tasks: Vec<Expected>,
}

impl<'a> Case<'a> {
    async fn new(trial: &'a Trial) -> Self {
        let run = trial.flow_run().await;
        let tasks = vec![trial.task_run(run, "a").await, trial.task_run(run, "b").await];
        let pending = Expected { kind: StateKind::Pending, version: 0, since: at(0) };
        let flow = Expected { kind: StateKind::Scheduled, version: 1, since: at(0) };
        Self { trial, run, tasks, flow, of_tasks: vec![pending; 2] }
    }

    async fn grant(&mut self, wish: &Wish, now: i64) {
        let set = |kind| Command::Set { state: State::new(kind), version: None, epoch: None };
        let (found, wanted) = match *wish {
            Wish::SetTask(task, kind) => {
                let found = self.trial.set_task(self.tasks[task], kind, now).await;
                let expected = &mut self.of_tasks[task];
                let wanted = expected.apply(set(kind), Some(self.flow.kind), now);
                (told(found), wanted.map(|_| (expected.version, expected.kind)))
            }
            Wish::Set(kind) => {
                let found = self.trial.set(self.run, kind, now).await;
                (told(found), self.expect_of_flow(set(kind), now))
            }
            Wish::Cancel => {
                let cancel =
                    flow_run::Cancel { scope: self.trial.scope(), flow_run_id: self.run, now: at(now) };
                let found = self.trial.store.write(cancel).await;
                (told(found), self.expect_of_flow(Command::Cancel, now))
            }
        };
        assert_eq!(found, wanted, "{wish:?}");
    }

    fn expect_of_flow(&mut self, command: Command, now: i64) -> Result<(i64, StateKind), ()> {
        if self.flow.apply(command, None, now)? {
            for task in self.of_tasks.iter_mut().filter(|task| !transition::is_end(task.kind)) {
                *task = Expected { kind: StateKind::Cancelled, version: task.version + 1, since: at(now) };
            }
        }
        Ok((self.flow.version, self.flow.kind))
    }

    async fn check(&self) {
        for (task, expected) in self.tasks.iter().zip(&self.of_tasks) {
            assert_eq!(check(self.trial, "task_run", task.uuid()).await, *expected);
        }
        assert_eq!(check(self.trial, "flow_run", self.run.uuid()).await, self.flow);
    }
}

fn told<Id>(answer: Result<flow_run::Changed<Id>, Error>) -> Result<(i64, StateKind), ()> {
    match answer {
        Ok(changed) => Ok((changed.version, changed.state)),
        Err(Error::Rejected(_)) => Err(()),
        Err(other) => panic!("{other}"),
    }
}

/// The row of a run is the last of its history; its events are that history, each owed once to the one hook; and
/// its times and counts are those of its states. Gives where it stands.
async fn check(trial: &Trial, table: &str, id: Uuid) -> Expected {
    let row = &trial
        .rows(
            &format!(
                "SELECT state, version, state_timestamp, serialized_state, start_time IS NOT NULL,
                     end_time IS NOT NULL, run_count
                 FROM {table} WHERE id = $1"
            ),
            id,
        )
        .await[0];
    let found =
        Expected { kind: row.get(0).unwrap(), version: row.get(1).unwrap(), since: row.get(2).unwrap() };

    let history = trial
        .rows(
            &format!(
                "SELECT state, version, serialized_state FROM {table}_state WHERE {table}_id = $1 ORDER BY version"
            ),
            id,
        )
        .await;
    let of =
        if table == "flow_run" { "flow_run_id = $1 AND task_run_id IS NULL" } else { "task_run_id = $1" };
    let events = trial
        .rows(
            &format!(
                "SELECT e.state, e.version, COUNT(d.id) FROM event e LEFT JOIN delivery d ON d.event_id = e.id
                 WHERE {} GROUP BY e.id, e.state, e.version ORDER BY e.version",
                of.replace("flow_run_id", "e.flow_run_id").replace("task_run_id", "e.task_run_id")
            ),
            id,
        )
        .await;
    let states: Vec<(StateKind, i64)> =
        history.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect();
    let versions: Vec<i64> = states.iter().map(|(_, version)| *version).collect();
    assert_eq!(versions, (1..=found.version).collect::<Vec<_>>());
    let told: Vec<(StateKind, i64)> =
        events.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect();
    assert_eq!(told, states);
    assert!(events.iter().all(|event| event.get::<i64>(2).unwrap() == 1));
    if let Some(last) = history.last() {
        assert_eq!(last.get::<StateKind>(0).unwrap(), found.kind);
        assert_eq!(last.json(2).unwrap(), row.json(3).unwrap());
    }
    let starts = states.iter().filter(|(kind, _)| *kind == StateKind::Running).count();
    assert_eq!(row.get::<i64>(6).unwrap(), starts as i64);
    assert_eq!(row.get::<bool>(4).unwrap(), starts > 0);
    let ended = transition::is_end(found.kind) || found.kind == StateKind::Looped;
    assert_eq!(row.get::<bool>(5).unwrap(), ended);
    found
}

async fn watch_all(trial: &Trial) {
    let settings = hook::Settings {
        project_id: None,
        version_group_id: None,
        name: "Custom".into(),
        subject: Subject::Any,
        states: StateSet::all(),
        events: Vec::new(),
        config: vec![1],
        masked_config: json!({}),
        destination: "d".into(),
        template: None,
        include_parameters: false,
        max_per_minute: None,
        active: true,
    };
    let create = hook::Create {
        id: HookId::new(),
        tenant_id: trial.tenant,
        hook_type: HookType::PagerDuty,
        settings,
        actor: "local".into(),
        now: at(0),
    };
    trial.store.write(create).await.unwrap();
}

/// One after the other, each answered as the gate rules it.
async fn in_order(trial: &Trial, wishes: &[Wish]) {
    let mut case = Case::new(trial).await;
    for (wish, now) in wishes.iter().zip(1..) {
        // Far enough apart that no submission is the double of another.
        case.grant(wish, now * 60).await;
    }
    case.check().await;
}

#[test]
fn what_the_gate_says_is_what_happens_on_sqlite() {
    trial::with_sqlite(|runtime, trial| try_in_order(64, runtime, &trial));
}

#[test]
fn what_the_gate_says_is_what_happens_on_postgres() {
    trial::with_postgres(|runtime, trial| try_in_order(16, runtime, &trial));
}

fn try_in_order(cases: u32, runtime: &Runtime, trial: &Trial) {
    runtime.block_on(watch_all(trial));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let tried = runner.run(&wishes(), |wishes| {
        runtime.block_on(in_order(trial, &wishes));
        Ok(())
    });
    if let Err(failed) = tried {
        panic!("{failed}");
    }
}

#[test]
fn rows_agree_however_many_report_at_once_on_sqlite() {
    trial::with_sqlite(|runtime, trial| runtime.block_on(at_once(trial, &[])));
}

#[test]
fn rows_agree_however_many_report_at_once_on_postgres() {
    trial::with_postgres(|runtime, trial| {
        let other = Store::open(&trial.url, &Options::default()).unwrap();
        runtime.block_on(at_once(trial, &[other]));
    });
}

/// Everybody reports at once, to each of the servers. Which report comes first is open; but for each run there is
/// one order, and its deliveries are owed in it.
async fn at_once(trial: Trial, others: &[Store]) {
    watch_all(&trial).await;
    let second = FlowId::new();
    let tasks = [trial::task("a"), trial::task("b")];
    trial.store.write(trial.register(second, json!({"name": "second", "tasks": tasks}))).await.unwrap();
    let stores: Vec<&Store> = std::iter::once(&trial.store).chain(others).collect();
    let mut runs = Vec::new();
    for flow in [trial.flow, second, trial.flow, second] {
        let id = FlowRunId::new();
        let create = flow_run::Create { target: flow_run::Target::Flow(flow), ..trial.create(id) };
        trial.store.write(create).await.unwrap();
        let tasks = [trial.task_run(id, "a").await, trial.task_run(id, "b").await];
        runs.push((id, tasks));
    }
    const ROUNDS: i64 = 15;
    for round in 1..=ROUNDS {
        let now = round * 60;
        // The flow runs end in the last round, together with their tasks, of which some are about to start.
        let is_last = round == ROUNDS;
        let of_flow = if is_last { StateKind::Cancelled } else { StateKind::Running };
        let kinds = match is_last {
            true => [StateKind::Running, StateKind::Failed],
            false => [StateKind::Running, StateKind::Retrying],
        };
        let mut flows = Vec::new();
        let mut of_tasks = Vec::new();
        for (number, (run, tasks)) in runs.iter().enumerate() {
            for store in &stores {
                flows.push(store.write(trial.to(*run, State::new(of_flow), now)));
                for task in tasks {
                    let kind = kinds[(number + round as usize) % kinds.len()];
                    of_tasks.push(store.write(trial.task_to(*task, State::new(kind), now)));
                }
            }
        }
        let (flows, of_tasks) = join(join_all(flows), join_all(of_tasks)).await;
        assert!(flows.iter().all(Result::is_ok), "{flows:?}");
        for refused in of_tasks.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, Error::Rejected(_)), "{refused}");
        }
    }
    for (run, tasks) in &runs {
        check(&trial, "flow_run", run.uuid()).await;
        for task in tasks {
            let task = check(&trial, "task_run", task.uuid()).await;
            assert!(transition::is_end(task.kind), "{task:?}");
        }
        let owed = "SELECT e.version FROM delivery d JOIN event e ON e.id = d.event_id
                    WHERE e.flow_run_id = $1 AND e.task_run_id IS NULL ORDER BY d.seq";
        let owed = trial.rows(owed, run.uuid()).await;
        let owed: Vec<i64> = owed.iter().map(|row| row.get(0).unwrap()).collect();
        assert!(owed.is_sorted(), "{owed:?}");
    }
}
