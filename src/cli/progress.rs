//! Progress of long work: a bar on a terminal, plain lines elsewhere, nothing with `-q`; and how long each stage took.
//!
//! It guesses at the time that is left from how fast the stage went so far, and shows no guess as long as nothing is done.

use std::{
    io::IsTerminal,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{FormattedDuration, ProgressBar, ProgressState, ProgressStyle};

use super::output::Output;
use crate::{model::Text, night::Watch};

/// How often the time is drawn anew where nothing else moves.
const TICK: Duration = Duration::from_millis(250);

/// Shows the stages of a night.
pub struct Progress<'a> {
    output: &'a Output,
    bar: Option<ProgressBar>,
    begun: Instant,
    stages: Mutex<Vec<(Text, Instant)>>,
    /// What the bar counts.
    unit: Mutex<Option<Text>>,
}

impl<'a> Progress<'a> {
    /// A bar if standard error is a terminal.
    pub fn new(output: &'a Output) -> Self {
        let shows_bar = !output.is_quiet() && std::io::stderr().is_terminal();
        let bar = shows_bar.then(ProgressBar::no_length);
        bar.iter().for_each(|bar| output.hold(bar.clone()));
        Self { output, bar, begun: now(), stages: Mutex::new(Vec::new()), unit: Mutex::new(None) }
    }

    /// The stages so far, each with the time until the next one began or until now.
    pub fn times(&self) -> Vec<(Text, Duration)> {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = stages.iter().skip(1).map(|(_, begun)| *begun).chain([now()]);
        stages.iter().zip(ends).map(|((name, begun), end)| (name.clone(), end - *begun)).collect()
    }

    /// Begins a line of its own.
    fn begin(&self, bar: &ProgressBar, name: &Text, template: &str) {
        *self.unit.lock().unwrap_or_else(PoisonError::into_inner) = None;
        bar.set_style(style(template));
        bar.set_prefix(self.output.text(name).to_owned());
        bar.set_message("");
        bar.reset();
        bar.enable_steady_tick(TICK);
        // A stage may be over before the next drawing is due: it is shown all the same.
        bar.force_draw();
    }

    /// A bar that counts these.
    fn counting(&self, unit: &str) -> String {
        let left = self.output.say("约剩", "left");
        format!(
            "{{prefix}} {{bar:24}} {{human_pos}}/{{human_len}} {unit} {{elapsed_precise}} {left} {{left}} {{wide_msg}}"
        )
    }
}

/// A point in time, only to tell how long work took.
fn now() -> Instant {
    Instant::now()
}

/// The looks of a line; what stands in it wrongly is left out, which a test would see.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("left", |state: &ProgressState, line: &mut dyn std::fmt::Write| {
        let _ = match state.pos() {
            0 => line.write_str("…"),
            _ => write!(line, "{}", FormattedDuration(state.eta())),
        };
    })
}

impl Watch for Progress<'_> {
    fn stage(&self, name: &Text, steps: u64) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((name.clone(), now()));
        match &self.bar {
            Some(bar) => {
                bar.set_length(steps);
                self.begin(bar, name, &self.counting(""));
            }
            None => self.output.note(&name.zh, &name.en),
        }
    }

    fn step(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
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

    fn reached(&self, done: u64, of: u64, unit: &Text) {
        let Some(bar) = &self.bar else { return };
        let mut counted = self.unit.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = counted.as_ref() != Some(unit);
        if is_first {
            bar.set_style(style(&self.counting(self.output.text(unit))));
            *counted = Some(unit.clone());
        }
        bar.set_length(of);
        bar.set_position(done);
        if is_first {
            bar.force_draw();
        }
    }

    fn notice(&self, text: &Text) {
        self.output.note(&text.zh, &text.en);
    }

    fn meanwhile(&self, name: &Text) {
        if let Some(bar) = &self.bar {
            self.begin(bar, name, "{prefix} {spinner} {elapsed_precise}");
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.output.clear();
    }
}
