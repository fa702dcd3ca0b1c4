//! What can go wrong in the engine: a mistake in a SQL text, with its place, or a failure while running.

use datafusion::{common::Span, error::DataFusionError};

/// A place in a SQL text: line and column count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlPlace {
    /// First line.
    pub line: u64,
    /// First column.
    pub column: u64,
    /// Last line.
    pub end_line: u64,
    /// The column after the last character.
    pub end_column: u64,
}

/// A mistake that a person made in a SQL text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlFault {
    /// What is wrong, in the engine's words.
    pub message: String,
    /// Where, when the engine knows.
    pub place: Option<SqlPlace>,
    /// What the engine suggests.
    pub hints: Vec<String>,
}

/// The engine could not do what a correct statement asked for.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The SQL text has a mistake.
    #[error("failed to plan {what}: {fault}")]
    Sql {
        /// Which statement.
        what: String,
        /// The mistake.
        fault: SqlFault,
    },
    /// Memory, disk or the engine itself.
    #[error("failed to run {what}: {message}")]
    Run {
        /// Which statement.
        what: String,
        /// The engine's own words.
        message: String,
    },
    /// A file of a table or result.
    #[error("failed to use {path}: {message}")]
    File {
        /// The file.
        path: String,
        /// What happened.
        message: String,
    },
}

impl EngineError {
    /// What failed while running, in the words of who failed.
    pub fn run(what: &str, error: &impl std::fmt::Display) -> Self {
        Self::Run { what: what.to_owned(), message: error.to_string() }
    }

    /// The first of the mistakes in a statement: those who only run it need no more.
    pub(super) fn first(what: &str, faults: Vec<SqlFault>) -> Self {
        let unknown = || SqlFault { message: "unknown mistake".to_owned(), place: None, hints: Vec::new() };
        Self::Sql { what: what.to_owned(), fault: faults.into_iter().next().unwrap_or_else(unknown) }
    }
}

impl SqlFault {
    /// Reads the engine's error, its diagnostic and the place it points at.
    pub(super) fn from_engine(error: &DataFusionError) -> Self {
        let Some(diagnostic) = error.diagnostic() else {
            let message = error.strip_backtrace();
            return Self { place: place_in_message(&message), message, hints: Vec::new() };
        };
        let notes = diagnostic.notes.iter().map(|note| note.message.clone());
        let helps = diagnostic.helps.iter().map(|help| help.message.clone());
        Self {
            message: diagnostic.message.clone(),
            place: diagnostic.span.map(place),
            hints: notes.chain(helps).collect(),
        }
    }
}

pub(super) fn place(span: Span) -> SqlPlace {
    SqlPlace {
        line: span.start.line,
        column: span.start.column,
        end_line: span.end.line,
        end_column: span.end.column,
    }
}

/// The parser says `… at Line: 3, Column: 14` in words only.
fn place_in_message(message: &str) -> Option<SqlPlace> {
    let (_, rest) = message.rsplit_once("Line: ")?;
    let (line, rest) = rest.split_once(", Column: ")?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let (line, column) = (line.parse().ok()?, column.parse().ok()?);
    Some(SqlPlace { line, column, end_line: line, end_column: column + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parsers_words_hold_a_place() {
        let place =
            place_in_message("sql parser error: Expected: x, found: y at Line: 3, Column: 14").unwrap();
        assert_eq!((place.line, place.column), (3, 14));
        assert_eq!(place_in_message("nothing of the kind"), None);
    }
}
