//! Changes as text, for `NOTIFY`, which takes 8000 bytes.
//!
//! A text begins with the server that sends it. Then come words: a letter, and ids without their dashes. What follows a word
//! `T` is that tenant's; a lone `*` is everything.

use std::fmt::Write as _;

use campana_model::id::{DeliveryId, FlowRunId, HookId, ServerId, TaskRunId, TenantId};
use uuid::Uuid;

use super::{Change, Changed, Told};

/// How long a text may get.
const MAX_BYTES: usize = 7_900;

/// How many texts are sent at once; what needs more is told as everything.
const MAX_TEXTS: usize = 8;

/// How long an id is.
const ID: usize = 32;

/// What these changes are told by.
pub(crate) fn write(server: ServerId, told: &Told) -> Vec<String> {
    let everything = || vec![format!("{server} *")];
    let Told::These(changes) = told else { return everything() };
    let (mut texts, mut tenant) = (Vec::<String>::new(), None);
    for change in changes.iter() {
        let word = word(change.what);
        // There is room for a word of the tenant as well.
        let fits = |text: &String| text.len() + word.len() + ID + 3 <= MAX_BYTES;
        if !texts.last().is_some_and(fits) {
            texts.push(server.to_string());
            tenant = None;
        }
        if let Some(text) = texts.last_mut() {
            if tenant.replace(change.tenant_id) != Some(change.tenant_id) {
                push(text, &format!("T{}", change.tenant_id.uuid().simple()));
            }
            push(text, &word);
        }
    }
    if texts.len() > MAX_TEXTS { everything() } else { texts }
}

fn push(text: &mut String, word: &str) {
    text.push(' ');
    text.push_str(word);
}

fn word(what: Changed) -> String {
    let (letter, ids) = match what {
        Changed::FlowRun(run) => ('r', [Some(run.uuid()), None, None]),
        Changed::TaskRun(run, task_run) => ('t', [Some(run.uuid()), Some(task_run.uuid()), None]),
        Changed::Log(run) => ('l', [Some(run.uuid()), None, None]),
        Changed::Delivery(id, hook, run) => {
            ('d', [Some(id.uuid()), Some(hook.uuid()), run.map(FlowRunId::uuid)])
        }
        Changed::Deliveries => ('D', [None; 3]),
        Changed::Hook(hook) => ('h', [Some(hook.uuid()), None, None]),
        Changed::Message => ('m', [None; 3]),
        Changed::Flow => ('f', [None; 3]),
    };
    let mut word = String::from(letter);
    for id in ids.into_iter().flatten() {
        // Writing to a text cannot fail.
        let _ = write!(word, "{}", id.simple());
    }
    word
}

/// What a text tells, unless it is that of `own`. One that cannot be read, of a newer version, is everything.
pub(crate) fn read(own: ServerId, text: &str) -> Option<Told> {
    let mut words = text.split(' ');
    if words.next() == Some(own.to_string().as_str()) {
        return None;
    }
    let mut tenant = None;
    let mut changes = Vec::new();
    for word in words {
        let Some((letter, ids)) = parts(word) else { return Some(Told::Everything) };
        let what = match (letter, &ids[..]) {
            ("T", [id]) => {
                tenant = Some(TenantId::from_uuid(*id));
                continue;
            }
            ("r", [run]) => Changed::FlowRun(FlowRunId::from_uuid(*run)),
            ("t", [run, task_run]) => {
                Changed::TaskRun(FlowRunId::from_uuid(*run), TaskRunId::from_uuid(*task_run))
            }
            ("l", [run]) => Changed::Log(FlowRunId::from_uuid(*run)),
            ("d", [id, hook, run @ ..]) => Changed::Delivery(
                DeliveryId::from_uuid(*id),
                HookId::from_uuid(*hook),
                run.first().map(|run| FlowRunId::from_uuid(*run)),
            ),
            ("D", []) => Changed::Deliveries,
            ("h", [hook]) => Changed::Hook(HookId::from_uuid(*hook)),
            ("m", []) => Changed::Message,
            ("f", []) => Changed::Flow,
            _ => return Some(Told::Everything),
        };
        let Some(tenant_id) = tenant else { return Some(Told::Everything) };
        changes.push(Change { tenant_id, what });
    }
    Some(Told::These(changes.into()))
}

/// The letter of a word, and its ids.
fn parts(word: &str) -> Option<(&str, Vec<Uuid>)> {
    let (letter, ids) = word.split_at_checked(1)?;
    let ids = (0..ids.len()).step_by(ID).map(|at| Uuid::try_parse(ids.get(at..at + ID)?).ok());
    Some((letter, ids.collect::<Option<_>>()?))
}
