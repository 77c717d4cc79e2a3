//! A handler of one's own that tells when a task will be tried again.

use campana::prelude::*;

/// Sends nothing for most changes; for a retry, when it will be.
async fn tell_retries(task: Subject, _old: State, new: State) -> Result<(), NotifyError> {
    let Some(start_time) = new.start_time().filter(|_| new.is_retrying()) else { return Ok(()) };
    println!("{} is tried again at {start_time} ({}).", task.full_name(), new.message().unwrap_or_default());
    slack_notifier().notify(&task, &new).await
}

#[task(retries = 2, retry_delay = Duration::from_millis(200), state_handlers = [tell_retries])]
fn flaky() -> Result<u32, BoxError> {
    let attempt = context().map_or(1, |context| context.run_count());
    if attempt < 3 { Err(format!("attempt {attempt} did not get through").into()) } else { Ok(attempt) }
}

fn main() -> Result<(), BoxError> {
    let mut flow = Flow::new("retries");
    let attempts = flow.add(flaky());
    let run = flow.run_blocking()?;
    println!("{run} after {} attempts", run.result(attempts)?);
    Ok(())
}
