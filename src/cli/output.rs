//! What the terminal shows: results on standard output, everything else on standard error.

use std::{
    io::{IsTerminal, Write},
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use indicatif::ProgressBar;
use serde_json::Value;

use super::{
    args::{Format, Global},
    failure::Failure,
};
use crate::model::{Lang, Text};

/// Where a command's words go.
pub struct Output {
    lang: Lang,
    format: Format,
    quiet: bool,
    verbose: bool,
    colour: bool,
    broken: AtomicBool,
    /// The bar that stands on the last line of the terminal.
    bar: Mutex<Option<ProgressBar>>,
    /// What is done before the program ends on ctrl-c.
    stop: Mutex<Option<Farewell>>,
}

/// What is done before the program ends.
type Farewell = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Output {
    /// From the global flags and the terminal.
    pub fn new(global: &Global) -> Self {
        Self {
            lang: global.lang(),
            format: global.format,
            quiet: global.quiet,
            verbose: global.verbose,
            colour: !global.no_color && std::io::stderr().is_terminal(),
            broken: AtomicBool::new(false),
            bar: Mutex::new(None),
            stop: Mutex::new(None),
        }
    }

    /// The language of messages.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether results are written as JSON.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether only results are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether colours may be used on standard error.
    pub fn has_colour(&self) -> bool {
        self.colour
    }

    /// Picks one of two wordings.
    pub fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// One wording of a text.
    pub fn text<'a>(&self, text: &'a Text) -> &'a str {
        text.in_lang(self.lang)
    }

    /// A line of the result, in text format only.
    pub fn line(&self, line: impl AsRef<str>) {
        if self.format == Format::Text && !self.broken.load(Ordering::Relaxed) {
            // A reader such as `head` may have gone: then there is no one left to tell.
            if writeln!(std::io::stdout().lock(), "{}", line.as_ref()).is_err() {
                self.broken.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The whole result, in JSON format only.
    pub fn json(&self, value: &Value) {
        if self.is_json() {
            let text = serde_json::to_string_pretty(value).unwrap_or_default();
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        }
    }

    /// A line about how the work goes.
    pub fn note(&self, zh: &str, en: &str) {
        if !self.quiet {
            self.error_line(self.say(zh, en));
        }
    }

    /// A line that only `-v` shows.
    pub fn detail(&self, line: &str) {
        if self.verbose {
            self.error_line(line);
        }
    }

    /// Something that a person must look at.
    pub fn warning(&self, zh: &str, en: &str) {
        let mark = self.paint("33", self.say("注意", "note"));
        self.error_line(&format!("{mark}: {}", self.say(zh, en)));
    }

    /// Something that went wrong, with what to do.
    pub fn problem(&self, zh: &str, en: &str, hint: Option<&Text>) {
        let mark = self.paint("31", self.say("错误", "error"));
        self.error_line(&format!("{mark}: {}", self.say(zh, en)));
        if let Some(hint) = hint {
            self.advice(hint);
        }
    }

    /// What to do about it.
    pub fn advice(&self, hint: &Text) {
        let mark = self.paint("36", self.say("办法", "help"));
        self.error_line(&format!("{mark}: {}", self.text(hint)));
    }

    /// The end of a command that could not do its work.
    pub fn failure(&self, failure: &Failure) {
        if self.is_json() {
            self.json(&serde_json::json!({
                "error": self.text(&failure.what), "causes": failure.causes,
                "hint": failure.hint.as_ref().map(|hint| self.text(hint)),
            }));
        }
        self.problem(&failure.what.zh, &failure.what.en, None);
        for cause in &failure.causes {
            self.error_line(&format!("  {} {cause}", self.say("因为", "because")));
        }
        if let Some(hint) = &failure.hint {
            self.advice(hint);
        }
    }

    /// Text for standard error, as it is.
    pub fn error_line(&self, line: &str) {
        let write = || drop(writeln!(std::io::stderr().lock(), "{line}"));
        match self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Lines go above this bar from now on.
    pub fn hold(&self, bar: ProgressBar) {
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    /// Whether a bar stands there.
    pub fn has_bar(&self) -> bool {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// To be done if the program is ended on ctrl-c.
    pub fn on_stop(&self, farewell: impl Future<Output = ()> + Send + 'static) {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(farewell));
    }

    /// Nothing is to be done any more.
    pub fn forget_stop(&self) {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What is to be done now that the program is ended.
    pub fn farewell(&self) -> Option<Farewell> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[1;{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
