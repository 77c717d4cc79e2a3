//! A delivery with its attempts, as people see it.

use campana_client::{Attempt, Delivery};

use super::time;
use crate::terminal::without_controls;

/// A line about the delivery, and one for each attempt.
pub(crate) fn draw(delivery: &Delivery) -> String {
    let mut attempts: Vec<_> = delivery.attempt_log.iter().collect();
    attempts.sort_by_key(|attempt| attempt.number);
    let lines = attempts.into_iter().map(|attempt| format!("  {}", draw_attempt(attempt)));
    let lines: Vec<_> = std::iter::once(headline(delivery)).chain(lines).collect();
    lines.iter().map(|line| without_controls(line)).collect::<Vec<_>>().join("\n")
}

fn headline(delivery: &Delivery) -> String {
    let Delivery { id, status, event, cloud_hook, digest_count, .. } = delivery;
    let what = match (event, digest_count) {
        (Some(event), _) => event.state.clone().unwrap_or_else(|| event.kind.clone()),
        (None, Some(count)) => format!("digest of {count}"),
        (None, None) => "digest".to_owned(),
    };
    let hook = cloud_hook.as_ref().map(|hook| format!("  {} {:?}", hook.kind, hook.name)).unwrap_or_default();
    let mut line = format!("{id}  {status:9}  {what}{hook}");
    if let (true, Some(due)) = (status == "pending", delivery.due_at) {
        line += &format!("  next try {}", time(due));
    }
    // What an attempt says of itself is not said twice.
    let last = delivery.attempt_log.iter().max_by_key(|attempt| attempt.number);
    let said = last.and_then(|attempt| attempt.reason.as_ref());
    if let Some(reason) = delivery.reason.as_ref().filter(|reason| Some(*reason) != said) {
        line += &format!("  {reason}");
    }
    line
}

fn draw_attempt(attempt: &Attempt) -> String {
    let Attempt { number, outcome, status, reason, answer, latency_us, started, .. } = attempt;
    let mut line = format!("{number}  {}  {outcome}", time(*started));
    if let Some(status) = status {
        line += &format!("  {status}");
    }
    if let Some(latency) = latency_us {
        line += &format!("  {}.{} ms", latency / 1_000, latency % 1_000 / 100);
    }
    if let Some(said) = reason.as_ref().or(answer.as_ref()).filter(|said| !said.is_empty()) {
        line += &format!("  {said}");
    }
    line
}
