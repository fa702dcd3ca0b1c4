//! One diagnostic, and the list of all of them, sorted by file and place.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use super::{Code, Level};
use crate::model::Text;

/// A value together with everything that was found wrong on the way to it.
pub type Checked<T> = (T, Diagnostics);

/// A cell of a table: what a spreadsheet user counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The line in the file where the record begins; the header is line 1.
    pub row: usize,
    /// The field in the record, from 1.
    pub column: usize,
}

/// One thing that is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// Whether the work can go on.
    pub level: Level,
    /// The file, as the project names it.
    pub file: PathBuf,
    /// The place in bytes of the file; None where the whole file is meant.
    pub span: Option<Range<usize>>,
    /// The cell, in a table: shown instead of line and column.
    pub cell: Option<Cell>,
    /// What is wrong, as a fragment without a full stop.
    pub message: Text,
    /// What else helps to see it.
    pub notes: Vec<Text>,
    /// What to do.
    pub help: Option<Text>,
}

impl Diagnostic {
    /// A diagnostic about a whole file, at the level of its code.
    pub fn new(code: Code, file: &Path, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let message = Text::new(zh, en);
        let file = file.to_owned();
        Self {
            code,
            level: code.level(),
            file,
            span: None,
            cell: None,
            message,
            notes: Vec::new(),
            help: None,
        }
    }

    /// At this place, in bytes of the file.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// At this place, if one is known.
    #[must_use]
    pub fn at_some(mut self, span: Option<Range<usize>>) -> Self {
        self.span = span.or(self.span);
        self
    }

    /// A name that stands in two of the folders that a pipeline puts together, at the later one.
    pub fn in_two_folders(file: &Path, first: &Path, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let first = first.display();
        Self::new(Code::NameInTwoFolders, file, zh, en)
            .note(format!("另一个在 {first}"), format!("the other is in {first}"))
            .help("给其中一个改名，或删去其中一个", "give one of them another name, or remove one of them")
    }

    /// In this cell of a table.
    #[must_use]
    pub fn in_cell(mut self, row: usize, column: usize) -> Self {
        self.cell = Some(Cell { row, column });
        self
    }

    /// With one more remark.
    #[must_use]
    pub fn note(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.notes.push(Text::new(zh, en));
        self
    }

    /// With advice on what to do.
    #[must_use]
    pub fn help(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.help = Some(Text::new(zh, en));
        self
    }

    /// With the nearest known name as advice, if there is a near one.
    #[must_use]
    pub fn did_you_mean(self, near: Option<&str>) -> Self {
        match near {
            Some(name) => self.help(format!("是否想写 `{name}`？"), format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// A warning, where the caller knows that the work can go on.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    fn order(&self) -> impl Ord + '_ {
        let start = self.span.as_ref().map(|span| (span.start, span.end));
        (&self.file, start, self.code, &self.message.en)
    }
}

/// Everything that was found wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all of another list.
    pub fn append(&mut self, mut other: Self) {
        self.list.append(&mut other.list);
    }

    /// Takes the value out of a checked pair and keeps what was found.
    pub fn take<T>(&mut self, checked: Checked<T>) -> T {
        self.append(checked.1);
        checked.0
    }

    /// Sorted by file, then place, then code; what was reported twice stays once.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| a.order().cmp(&b.order()));
        self.list.dedup();
    }

    /// Whether anything keeps the work from going on.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|one| one.level == Level::Error)
    }

    /// How many are errors and how many are warnings.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.list.iter().filter(|one| one.level == Level::Error).count();
        (errors, self.list.len() - errors)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// One after another, in the order of the last [`sort`](Self::sort).
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        self.list.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &str, start: usize, code: Code) -> Diagnostic {
        Diagnostic::new(code, Path::new(file), "某处", "something").at(start..start + 1)
    }

    #[test]
    fn diagnostics_are_read_from_the_top_of_each_file_and_each_once() {
        let mut found = Diagnostics::new();
        found.push(at("b.yaml", 3, Code::UnknownKey));
        found.push(at("a.yaml", 9, Code::UnknownKey));
        found.push(at("a.yaml", 2, Code::MissingKey));
        found.push(at("a.yaml", 9, Code::UnknownKey));
        found.sort();
        let places: Vec<_> =
            found.iter().map(|d| (d.file.display().to_string(), d.span.clone().unwrap().start)).collect();
        assert_eq!(places, [("a.yaml".to_owned(), 2), ("a.yaml".to_owned(), 9), ("b.yaml".to_owned(), 3)]);
    }

    #[test]
    fn warnings_alone_do_not_stop_the_work() {
        let mut found = Diagnostics::new();
        found.push(at("a.yaml", 0, Code::NoRuleTest));
        assert!(!found.has_errors());
        found.push(at("a.yaml", 0, Code::UnknownKey));
        assert!(found.has_errors());
        assert_eq!(found.counts(), (1, 1));
    }
}
