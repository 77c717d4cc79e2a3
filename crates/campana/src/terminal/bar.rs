//! The progress bar of a run.

use std::future::IntoFuture;
use std::io;
use std::pin::Pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use campana_engine::{FlowRun, Progress, RunOptions, RunSettings, Start};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::BARS;

/// How often the bar looks at the run.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A run that shows a progress bar once it starts; made by [`OnTerminal::progress_bar`](super::OnTerminal).
#[derive(Debug)]
#[must_use = "a run starts when it is awaited"]
pub struct WithProgressBar(Start);

impl WithProgressBar {
    pub(super) fn new(start: Start) -> Self {
        Self(start)
    }

    /// Runs on this thread; see [`Start::blocking`].
    ///
    /// # Errors
    /// If the operating system gives no runtime (no threads, no file handles).
    pub fn blocking(self) -> io::Result<FlowRun> {
        let (start, _bar) = self.begin();
        start.blocking()
    }

    fn begin(self) -> (Start, Bar) {
        let progress = Progress::new();
        (self.0.progress(progress.clone()), Bar::show(progress, &BARS))
    }
}

impl RunSettings for WithProgressBar {
    fn options_mut(&mut self) -> &mut RunOptions {
        self.0.options_mut()
    }
}

impl IntoFuture for WithProgressBar {
    type Output = FlowRun;
    type IntoFuture = Pin<Box<dyn Future<Output = FlowRun> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (start, _bar) = self.begin();
            start.await
        })
    }
}

/// A bar that follows a run, on a thread of its own since the run may keep its threads busy. Dropped, it shows
/// how the run stands for a last time, and ends.
struct Bar(Option<(mpsc::Sender<()>, JoinHandle<()>)>);

impl Bar {
    fn show(progress: Progress, bars: &MultiProgress) -> Self {
        if bars.is_hidden() {
            return Self(None);
        }
        let bar = bars.add(ProgressBar::new(0).with_style(style()));
        let (over, ended) = mpsc::channel();
        let follow = move || {
            loop {
                draw(&bar, &progress);
                if ended.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            draw(&bar, &progress);
            bar.abandon();
        };
        // A run without a bar is still a run.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(follow).ok();
        Self(thread.map(|thread| (over, thread)))
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((over, thread)) = self.0.take() {
            drop(over);
            // Its only error is a panic, which has been reported.
            let _ = thread.join();
        }
    }
}

fn draw(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.total());
    bar.set_position(progress.finished());
    match progress.failed() {
        0 => bar.tick(),
        failed => bar.set_message(format!(", {failed} failed")),
    }
}

fn style() -> ProgressStyle {
    let template = "{elapsed:>4} {wide_bar} {human_pos}/{human_len} tasks{msg}";
    ProgressStyle::with_template(template).expect("the template is a constant, and correct")
}

#[cfg(test)]
mod tests {
    use campana_engine::doctest::constant;
    use campana_engine::{Flow, TaskSpec};
    use campana_model::ValueType;
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    use super::*;

    #[test]
    fn the_bar_ends_with_how_the_run_ended() {
        let terminal = InMemoryTerm::new(5, 60);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bars = MultiProgress::with_draw_target(target);
        let mut flow = Flow::new("flow");
        flow.add(constant(1));
        flow.add(constant(2));
        let fails = campana_engine::Body::sync::<()>(|_| Err("division by zero".into()));
        let spec = TaskSpec::new("fails", "fails", Vec::new(), ValueType::of::<()>(), fails);
        flow.add(campana_engine::Call::<()>::new(spec.into()));

        let progress = Progress::new();
        let bar = Bar::show(progress.clone(), &bars);
        let run = flow.run().progress(progress).cancel_on_ctrl_c(false).blocking().unwrap();
        drop(bar);
        assert!(run.is_failed());
        let shown = terminal.contents();
        assert!(shown.ends_with("3/3 tasks, 1 failed"), "{shown}");
        assert!(shown.contains('█'), "{shown}");
    }

    #[test]
    fn where_nobody_can_see_it_there_is_no_bar() {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        assert!(Bar::show(Progress::new(), &bars).0.is_none());
    }
}
