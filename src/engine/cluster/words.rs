//! What the cluster's own library says of its nodes, on its way to whoever shows it. It never decides what is shown.

use log::{Level, LevelFilter, Log, Metadata, Record};

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
            (self.0)(&record.args().to_string(), record.level() <= Level::Warn);
        }
    }

    fn flush(&self) {}
}
