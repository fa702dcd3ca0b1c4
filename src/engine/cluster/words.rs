//! What the cluster's own library says of its nodes, on its way to whoever shows it. It never decides what is shown.
//!
//! # Decisions
//!
//! - An executor tells the scheduler once what became of a task. If that does not arrive, the library says so here and nowhere else,
//!   and the scheduler waits for that task without end. So these words end the executor: then its tasks are lost, which the
//!   scheduler knows how to deal with (see `watch.rs`).

use log::{Level, LevelFilter, Log, Metadata, Record};
use tokio::sync::Notify;

/// How the library says that the scheduler was not told what became of tasks.
const UNTOLD: [&str; 2] = ["Fail to update tasks ", "Fail to connect to scheduler "];

/// It was said.
static SAID: Notify = Notify::const_new();

/// Waits until something could not be told to the scheduler. It is heard only where somebody listens.
pub(super) async fn untold() {
    SAID.notified().await;
}

/// Hears those words.
struct Ear<F>(F);

/// Has `hear` told what this process's part of the cluster says: the words, and whether a person should look at them. The first
/// who listens hears all.
pub fn listen(hear: impl Fn(&str, bool) + Send + Sync + 'static) {
    // For as long as the program runs.
    if log::set_logger(Box::leak(Box::new(Ear(hear)))).is_ok() {
        log::set_max_level(LevelFilter::Info);
    }
}

impl<F: Fn(&str, bool) + Send + Sync> Log for Ear<F> {
    fn enabled(&self, about: &Metadata) -> bool {
        about.target().starts_with("ballista")
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            let words = record.args().to_string();
            if record.level() == Level::Error && UNTOLD.iter().any(|begin| words.starts_with(begin)) {
                SAID.notify_one();
            }
            (self.0)(&words, record.level() <= Level::Warn);
        }
    }

    fn flush(&self) {}
}
