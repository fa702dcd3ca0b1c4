//! Progress of long work: a bar on a terminal, plain lines elsewhere, nothing with `-q`.

use std::{io::IsTerminal, sync::Mutex};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use crate::{model::Text, night::Watch};

/// Shows the stages of a night.
pub struct Progress<'a> {
    output: &'a Output,
    bar: Option<ProgressBar>,
    stage: Mutex<Text>,
}

impl<'a> Progress<'a> {
    /// A bar if standard error is a terminal.
    pub fn new(output: &'a Output) -> Self {
        let shows_bar = !output.is_quiet() && std::io::stderr().is_terminal();
        Self { output, bar: shows_bar.then(ProgressBar::no_length), stage: Mutex::new(Text::default()) }
    }
}

impl Watch for Progress<'_> {
    fn stage(&self, name: &Text, steps: u64) {
        if let Ok(mut stage) = self.stage.lock() {
            stage.clone_from(name);
        }
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
            None => self.output.detail(&format!("  {what}")),
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
