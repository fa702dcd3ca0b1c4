//! Files on their way to and from object storage: a bar on a terminal, a line now and then elsewhere, nothing with `-q`.

use std::{
    io::IsTerminal,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use crate::store::bucket::{Tell, Way};

/// How often a line is written where there is no bar.
const NOW_AND_THEN: Duration = Duration::from_secs(10);

/// Shows how far files have come.
pub struct Transfer {
    output: Arc<Output>,
    state: Mutex<Option<State>>,
}

struct State {
    arrow: &'static str,
    bytes: u64,
    done: u64,
    said: Instant,
    bar: Option<ProgressBar>,
}

impl Transfer {
    /// Nothing goes yet.
    pub fn new(output: Arc<Output>) -> Self {
        Self { output, state: Mutex::new(None) }
    }

    fn line(&self, line: &str) {
        if !self.output.is_quiet() {
            self.output.error_line(line);
        }
    }
}

impl Tell for Transfer {
    fn begin(&self, way: Way, files: usize, bytes: u64) {
        let arrow = match way {
            Way::Down => "↓",
            Way::Up => "↑",
        };
        let counted = self.output.say("个文件", if files == 1 { "file" } else { "files" });
        let shows_bar = !self.output.is_quiet() && !self.output.has_bar() && std::io::stderr().is_terminal();
        let bar = shows_bar.then(|| ProgressBar::new(bytes));
        match &bar {
            Some(bar) => {
                let template = "{prefix} {bar:24} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
                // A template that does not parse would only look plain.
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                bar.set_prefix(format!("{arrow} {files} {counted}"));
                self.output.hold(bar.clone());
            }
            None => self.line(&format!("{arrow} {} · {files} {counted}", size(bytes))),
        }
        let state = State { arrow, bytes, done: 0, said: Instant::now(), bar };
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    fn moved(&self, bytes: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = state.as_mut() else { return };
        state.done += bytes;
        match &state.bar {
            Some(bar) => bar.set_position(state.done),
            None if state.said.elapsed() >= NOW_AND_THEN => {
                state.said = Instant::now();
                let of = self.output.say("共", "of");
                self.line(&format!("{} {} {of} {}", state.arrow, size(state.done), size(state.bytes)));
            }
            None => {}
        }
    }

    fn end(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).take();
        if state.is_some_and(|state| state.bar.is_some()) {
            self.output.clear();
        }
    }
}

/// `812 MB`, `2.1 GB`, as people write it.
pub fn size(bytes: u64) -> String {
    let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let Some((unit, name)) = units.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} B");
    };
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    if whole < 10 { format!("{whole}.{tenth} {name}") } else { format!("{whole} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_people_write_them() {
        let sizes = [0, 999, 1_000, 9_990, 10_100, 812_000_000, 2_150_000_000, 3_000_000_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "9.9 kB", "10 kB", "812 MB", "2.1 GB", "3.0 TB"]);
    }
}
