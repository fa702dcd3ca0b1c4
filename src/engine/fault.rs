//! What can go wrong in the engine: a mistake in a SQL text, with its place, or a failure while running.

use datafusion::{
    common::{Column, SchemaError, Span},
    error::DataFusionError,
    sql::sqlparser::parser::ParserError,
};

use crate::store::StoreError;

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

/// What kind of mistake it is, as far as the engine tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FaultKind {
    /// The text is not SQL.
    Syntax,
    /// Not one statement that only reads.
    NotOneSelect,
    /// A column that the tables in reach do not have.
    Column {
        /// As written, with its table.
        written: String,
        /// Those in reach.
        known: Vec<String>,
    },
    /// A column that several tables in reach have.
    Ambiguous(String),
    /// A function that does not exist.
    Function {
        /// As written.
        written: String,
        /// One that does, if it is near.
        near: Option<String>,
    },
    /// Types that do not go together, in this function if it is one.
    Types(Option<String>),
    /// A placeholder without a value.
    Value(String),
    /// Anything else.
    #[default]
    Other,
}

/// A mistake that a person made in a SQL text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlFault {
    /// What kind of mistake it is.
    pub kind: Box<FaultKind>,
    /// What is wrong, in the engine's words.
    pub message: String,
    /// Where, when the engine knows.
    pub place: Option<SqlPlace>,
    /// What the engine suggests.
    pub hints: Box<[String]>,
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
    /// The memory does not do, even with what can go to disk on disk.
    #[error("failed to run {what}: the memory does not suffice, give more with --memory: {message}")]
    Memory {
        /// Which statement.
        what: String,
        /// The engine's own words.
        message: String,
    },
    /// The cluster did not do it, though the statement may be right. Nothing came of it, and it can be asked for again.
    #[error("failed to run {what} on the cluster: {message}")]
    Cluster {
        /// Which statement.
        what: String,
        /// The words of the scheduler, an executor or the network.
        message: String,
    },
    /// A machine of the cluster cannot read the object storage. Nothing came of it, and it can be asked for again.
    #[error("failed to run {what}: a machine of the cluster cannot read the object storage: {message}")]
    Unread {
        /// Which statement.
        what: String,
        /// Which machine, and what the object storage said.
        message: String,
    },
    /// What the cluster was to read could not be put where it reads it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of a table or result.
    #[error("failed to use {path}: {message}")]
    File {
        /// The file.
        path: String,
        /// What happened.
        message: String,
    },
}

/// What a cluster said when it did not do a statement.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Lost {
    pub(super) message: String,
    /// It is about the object storage, as a node sees it.
    pub(super) is_unread: bool,
}

impl EngineError {
    /// What failed while running, in the words of who failed.
    pub fn run(what: &str, error: &impl std::fmt::Display) -> Self {
        Self::Run { what: what.to_owned(), message: error.to_string() }
    }

    /// What failed while running, by what the engine says of it.
    pub(super) fn of(what: &str, error: &DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(message) => {
                Self::Memory { what: what.to_owned(), message: message.clone() }
            }
            DataFusionError::External(cause) => match cause.downcast_ref::<Lost>() {
                Some(Lost { message, is_unread }) => {
                    let (what, message) = (what.to_owned(), message.clone());
                    if *is_unread { Self::Unread { what, message } } else { Self::Cluster { what, message } }
                }
                None => Self::run(what, error),
            },
            _ => Self::run(what, error),
        }
    }

    /// Whether it says nothing about the statement, which would do on a cluster that is as it should be.
    pub fn is_the_clusters(&self) -> bool {
        matches!(self, Self::Cluster { .. } | Self::Unread { .. } | Self::Store(_))
    }

    /// The first of the mistakes in a statement: those who only run it need no more.
    pub fn first(what: &str, faults: Vec<SqlFault>) -> Self {
        let unknown = || SqlFault::new(FaultKind::Other, "unknown mistake");
        Self::Sql { what: what.to_owned(), fault: faults.into_iter().next().unwrap_or_else(unknown) }
    }
}

impl SqlFault {
    /// A mistake of a kind, in our words, without a place.
    pub(super) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind: Box::new(kind), message: message.into(), place: None, hints: Box::default() }
    }

    /// Reads the first mistake of the engine's error.
    pub(super) fn from_engine(error: &DataFusionError) -> Self {
        let first = Self::all(error).into_iter().next();
        first.unwrap_or_else(|| Self::new(FaultKind::Other, error.strip_backtrace()))
    }

    /// Reads every mistake of the engine's error, its diagnostic and the place it points at.
    pub(super) fn all(error: &DataFusionError) -> Vec<Self> {
        match error {
            DataFusionError::Collection(errors) => errors.iter().flat_map(Self::all).collect(),
            DataFusionError::Context(_, inner) => Self::all(inner),
            error => vec![Self::one(error)],
        }
    }

    fn one(error: &DataFusionError) -> Self {
        let Some(diagnostic) = error.diagnostic() else {
            let message = words(error);
            return Self {
                kind: Box::new(kind(error, &message)),
                place: place_in_message(&message),
                message,
                hints: Box::default(),
            };
        };
        let notes = diagnostic.notes.iter().map(|note| note.message.clone());
        let helps = diagnostic.helps.iter().map(|help| help.message.clone());
        let hints: Vec<String> = notes.chain(helps).collect();
        let message = diagnostic.message.clone();
        let kind = match kind(error, &message) {
            FaultKind::Function { written, .. } => {
                let near = hints.iter().find_map(|hint| quoted(hint.strip_prefix("Possible function ")?));
                FaultKind::Function { written, near: near.map(str::to_owned) }
            }
            kind => kind,
        };
        Self { kind: Box::new(kind), message, place: diagnostic.span.map(place), hints: hints.into() }
    }
}

/// The engine's words without its advice to report a bug of its own, and on one line.
fn words(error: &DataFusionError) -> String {
    let message = match error {
        DataFusionError::SQL(parser, _) => match parser.as_ref() {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
            ParserError::RecursionLimitExceeded => "the statement is nested too deeply".to_owned(),
        },
        error => error.strip_backtrace(),
    };
    let cut = ["\nThis issue was likely caused by a bug", "\n\nCandidate functions", ", errors: "];
    let end = cut.iter().filter_map(|mark| message.find(mark)).min().unwrap_or(message.len());
    message.get(..end).unwrap_or(&message).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kind(error: &DataFusionError, message: &str) -> FaultKind {
    match error {
        DataFusionError::Diagnostic(_, inner) | DataFusionError::Context(_, inner) => kind(inner, message),
        DataFusionError::SQL(..) => FaultKind::Syntax,
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => FaultKind::Column {
                written: field.flat_name(),
                known: valid_fields.iter().map(Column::flat_name).collect(),
            },
            SchemaError::AmbiguousReference { field } => FaultKind::Ambiguous(field.name.clone()),
            _ => FaultKind::Other,
        },
        _ => kind_in_message(message),
    }
}

/// What the engine says in words only.
fn kind_in_message(message: &str) -> FaultKind {
    let holds = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if let Some(name) = message.strip_prefix("Invalid function ").and_then(quoted) {
        return FaultKind::Function { written: name.to_owned(), near: None };
    }
    if let Some((_, rest)) = message.split_once("column '").filter(|(_, rest)| rest.contains("is ambiguous"))
    {
        return FaultKind::Ambiguous(rest.split('\'').next().unwrap_or_default().to_owned());
    }
    if holds(&["not supported: ", "single SQL statement", "No SQL statements"]) {
        return FaultKind::NotOneSelect;
    }
    if holds(&[
        "incompatible types",
        "Cannot infer common",
        "match any signature",
        "No function matches",
        "coerc",
        "must be of type",
        "needs to be boolean",
        "must be boolean",
    ]) {
        let function = message.split_once("unction ").and_then(|(_, rest)| quoted(rest));
        return FaultKind::Types(function.map(str::to_owned));
    }
    FaultKind::Other
}

/// What stands in the quotes that a text begins with.
fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('\'')?.split('\'').next()
}

pub(super) fn place(span: Span) -> SqlPlace {
    SqlPlace {
        line: span.start.line,
        column: span.start.column,
        end_line: span.end.line,
        end_column: span.end.column,
    }
}

/// The place of a span that the parser gave; None where it gave none.
pub(super) fn place_of(span: datafusion::sql::sqlparser::tokenizer::Span) -> Option<SqlPlace> {
    Span::try_from_sqlparser_span(span).map(place)
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
    fn several_mistakes_in_one_error_are_several_mistakes() {
        let field = |name: &str| {
            let field = Box::new(Column::from_name(name));
            let valid_fields = vec![Column::new(Some("c"), "case_id")];
            DataFusionError::SchemaError(
                Box::new(SchemaError::FieldNotFound { field, valid_fields }),
                Box::new(None),
            )
        };
        let both = DataFusionError::Context(
            "while planning".into(),
            Box::new(DataFusionError::Collection(vec![field("a"), field("b")])),
        );
        let kinds: Vec<FaultKind> = SqlFault::all(&both).into_iter().map(|fault| *fault.kind).collect();
        let unknown =
            |name: &str| FaultKind::Column { written: name.into(), known: vec!["c.case_id".into()] };
        assert_eq!(kinds, [unknown("a"), unknown("b")]);
    }

    #[test]
    fn the_engines_words_are_kept_short() {
        let long = "Internal error: Function 'sum' failed to match any signature, errors: Error during planning: x. \nThis issue was likely caused by a bug";
        let fault = SqlFault::from_engine(&DataFusionError::Plan(long.to_owned()));
        assert_eq!(*fault.kind, FaultKind::Types(Some("sum".to_owned())));
        assert_eq!(
            fault.message,
            "Error during planning: Internal error: Function 'sum' failed to match any signature"
        );
    }

    #[test]
    fn the_parsers_words_hold_a_place() {
        let place =
            place_in_message("sql parser error: Expected: x, found: y at Line: 3, Column: 14").unwrap();
        assert_eq!((place.line, place.column), (3, 14));
        assert_eq!(place_in_message("nothing of the kind"), None);
    }
}
