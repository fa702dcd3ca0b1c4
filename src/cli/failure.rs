//! A command that could not do its work: what happened, why, what to do.

use std::error::Error;

use super::Exit;
use crate::model::Text;

/// The end of a command.
#[derive(Debug)]
pub struct Failure {
    /// What could not be done, as a whole sentence.
    pub what: Text,
    /// The chain of causes, outermost first.
    pub causes: Vec<String>,
    /// What to do about it.
    pub hint: Option<Text>,
    /// The exit code.
    pub exit: Exit,
}

impl Failure {
    /// Something went wrong while working.
    pub fn failed(zh: &str, en: &str, error: &dyn Error) -> Self {
        Self { what: Text::new(zh, en), causes: chain(error), hint: None, exit: Exit::Failed }
    }

    /// The command or a file that a person wrote is wrong.
    pub fn usage(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { what: Text::new(zh, en), causes: Vec::new(), hint: None, exit: Exit::Usage }
    }

    /// Adds what to do.
    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some(Text::new(zh, en));
        self
    }

    /// Ends with another exit code.
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

fn chain(error: &dyn Error) -> Vec<String> {
    let mut causes = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        // A transparent wrapper says the same twice.
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    causes
}
