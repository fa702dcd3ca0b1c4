//! A statement and the file it stands in: places of the engine become places of the file.

use std::{borrow::Cow, ops::Range, path::Path};

use crate::{
    compare::evidence_sql,
    diagnostic::Lines,
    engine::SqlPlace,
    project::{Evidence, Rule, words},
};

/// One statement that is checked.
pub(super) struct Statement<'s> {
    /// The file it stands in.
    pub(super) file: &'s Path,
    /// The SQL.
    pub(super) sql: Cow<'s, str>,
    origin: Origin<'s>,
}

enum Origin<'s> {
    /// The whole file is the statement.
    File,
    /// Ours, made for a rule: every mistake points at one place.
    Made(Range<usize>),
    /// Put together from a rule's front matter.
    Evidence { rule: &'s Rule, number: usize, spec: &'s Evidence },
}

/// What `evidence_sql` writes in front of the two texts of a specification, on their lines.
const FROM: &str = "FROM ";
const WHERE: &str = "WHERE ";

impl<'s> Statement<'s> {
    /// A fact's or a rule's file.
    pub(super) fn file(file: &'s Path, text: &'s str) -> Self {
        Self { file, sql: Cow::Borrowed(text), origin: Origin::File }
    }

    /// A statement of ours for a rule.
    pub(super) fn made(rule: &'s Rule, sql: String) -> Self {
        Self { file: &rule.file, sql: Cow::Owned(sql), origin: Origin::Made(rule.place("id")) }
    }

    /// One of a rule's evidence specifications.
    pub(super) fn evidence(rule: &'s Rule, number: usize, spec: &'s Evidence) -> Self {
        let sql = Cow::Owned(evidence_sql(spec));
        Self { file: &rule.file, sql, origin: Origin::Evidence { rule, number, spec } }
    }

    /// The bytes of the file that are meant: the engine's place, else the word, else where the SQL begins.
    pub(super) fn span(&self, place: Option<SqlPlace>, word: Option<&str>) -> Range<usize> {
        match &self.origin {
            Origin::Made(span) => span.clone(),
            Origin::File => {
                let words = words(&self.sql);
                let named = || words.iter().find(|one| Some(one.text) == word).map(|one| one.span.clone());
                let first = || words.first().map(|one| one.span.clone());
                let exact = place.and_then(|place| bytes(&self.sql, place));
                exact.or_else(named).or_else(first).unwrap_or(0..0)
            }
            Origin::Evidence { rule, number, spec } => {
                let span = place.and_then(|place| bytes(&self.sql, place));
                let from_at = self.sql.rfind(&format!("\n{FROM}{}", spec.from)).map(|at| at + 1 + FROM.len());
                let where_at = from_at.map(|at| at + spec.from.len() + 1 + WHERE.len());
                let in_where =
                    spec.where_.is_some() && span.as_ref().is_some_and(|span| Some(span.start) >= where_at);
                let (key, text, at) = match &spec.where_ {
                    Some(text) if in_where => ("where", text.as_str(), where_at),
                    _ => ("from", spec.from.as_str(), from_at),
                };
                let whole = rule.place(&format!("evidence.{number}.{key}"));
                // Where the text stands in the file as it is, the place inside it is exact.
                let as_is = rule.text.get(whole.clone()) == Some(text);
                let inside = span.zip(at).and_then(|(span, at)| {
                    let start = whole.start + span.start.checked_sub(at)?;
                    Some(start..start + span.len())
                });
                inside.filter(|inside| as_is && inside.end <= whole.end).unwrap_or(whole)
            }
        }
    }
}

fn bytes(sql: &str, place: SqlPlace) -> Option<Range<usize>> {
    let lines = Lines::of(sql);
    let byte =
        |line: u64, column: u64| lines.byte(usize::try_from(line).ok()?, usize::try_from(column).ok()?);
    let start = byte(place.line, place.column)?;
    Some(start..byte(place.end_line, place.end_column).filter(|end| *end > start).unwrap_or(start + 1))
}
