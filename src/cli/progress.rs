//! Progress of long work: a bar on a terminal, plain lines elsewhere, nothing with `-q`; and how long each stage took.

use std::{
    io::IsTerminal,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use crate::{model::Text, night::Watch};

/// Shows the stages of a night.
pub struct Progress<'a> {
    output: &'a Output,
    bar: Option<ProgressBar>,
    begun: Instant,
    stages: Mutex<Vec<(Text, Instant)>>,
}

impl<'a> Progress<'a> {
    /// A bar if standard error is a terminal.
    pub fn new(output: &'a Output) -> Self {
        let shows_bar = !output.is_quiet() && std::io::stderr().is_terminal();
        Self {
            output,
            bar: shows_bar.then(ProgressBar::no_length),
            begun: now(),
            stages: Mutex::new(Vec::new()),
        }
    }

    /// The stages so far, each with the time until the next one began or until now.
    pub fn times(&self) -> Vec<(Text, Duration)> {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = stages.iter().skip(1).map(|(_, begun)| *begun).chain([now()]);
        stages.iter().zip(ends).map(|((name, begun), end)| (name.clone(), end - *begun)).collect()
    }
}

/// A point in time, only to tell how long work took.
fn now() -> Instant {
    Instant::now()
}

impl Watch for Progress<'_> {
    fn stage(&self, name: &Text, steps: u64) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((name.clone(), now()));
        match &self.bar {
            Some(bar) => {
                let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} {msg} {elapsed}");
                if let Ok(style) = style {
                    bar.set_style(style);
                }
                bar.set_length(steps);
                bar.set_position(0);
                bar.set_prefix(self.output.text(name).to_owned());
                bar.set_message("");
            }
            None => self.output.note(&name.zh, &name.en),
        }
    }

    fn step(&self, what: &str) {
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.set_message(what.to_owned());
            }
            None => {
                let so_far = now() - self.begun;
                self.output.detail(&format!(
                    "  {:>5}.{} s  {what}",
                    so_far.as_secs(),
                    so_far.subsec_millis() / 100
                ));
            }
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
