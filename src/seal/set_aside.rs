//! The rows that are not delivered: counted by reason, the first ones named, all of them listed where the agency asks.
//!
//! File, line, column and reason; never a value.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::SealError;
use crate::{acquire::Reason, identity::Rejection, model::Text};

/// Why a row is not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The record does not fit the header, so it is not known where its numbers stand.
    Record(Reason),
    /// An identity number fails.
    Number(Rejection),
}

impl Fault {
    /// The reason's name in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Record(reason) => reason.code(),
            Self::Number(rejection) => rejection.code(),
        }
    }

    /// The reason in words.
    pub fn text(self) -> Text {
        match self {
            Self::Record(reason) => reason.text(),
            Self::Number(rejection) => rejection.text(),
        }
    }
}

/// One fault of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAsideRow {
    /// The raw file.
    pub path: PathBuf,
    /// The line where the record begins.
    pub line: u64,
    /// The contract's column; none: the whole record.
    pub column: Option<String>,
    /// Why.
    pub fault: Fault,
}

/// The rows that were not delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetAside {
    /// How many rows.
    pub rows: u64,
    /// How many faults of each kind; a row can have several.
    pub by_reason: BTreeMap<Fault, u64>,
    /// The first faults.
    pub first: Vec<SetAsideRow>,
}

impl SetAside {
    const FIRST: usize = 20;

    /// The commonest reason.
    pub(super) fn commonest(&self) -> Option<Fault> {
        self.by_reason
            .iter()
            .max_by_key(|(fault, count)| (**count, std::cmp::Reverse(**fault)))
            .map(|(fault, _)| *fault)
    }
}

/// Counts rows that are set aside and lists them in a file if there is one.
pub(super) struct Listing {
    pub(super) counted: SetAside,
    list: Option<(csv::Writer<NamedTempFile>, PathBuf)>,
}

impl Listing {
    pub(super) fn open(path: Option<&Path>) -> Result<Self, SealError> {
        let Some(path) = path else { return Ok(Self { counted: SetAside::default(), list: None }) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder).map_err(SealError::io(path))?;
        let mut list = csv::Writer::from_writer(file);
        // The byte-order mark makes a spreadsheet read it as UTF-8.
        list.write_record(["\u{feff}file", "line", "column", "reason", "原因", "meaning"])
            .map_err(|error| SealError::io(path)(error.into()))?;
        Ok(Self { counted: SetAside::default(), list: Some((list, path.to_owned())) })
    }

    /// Counts one fault; the row itself is counted by [`Listing::row`].
    pub(super) fn fault(&mut self, row: SetAsideRow) -> Result<(), SealError> {
        *self.counted.by_reason.entry(row.fault).or_default() += 1;
        if let Some((list, path)) = &mut self.list {
            let text = row.fault.text();
            let shown = row.path.to_string_lossy();
            let line = row.line.to_string();
            let column = row.column.as_deref().unwrap_or_default();
            list.write_record([&*shown, &line, column, row.fault.code(), &text.zh, &text.en])
                .map_err(|error| SealError::io(path)(error.into()))?;
        }
        if self.counted.first.len() < SetAside::FIRST {
            self.counted.first.push(row);
        }
        Ok(())
    }

    pub(super) fn row(&mut self) {
        self.counted.rows += 1;
    }

    /// Puts the list into its place, also when the sealing comes to nothing: then it is wanted most.
    pub(super) fn finish(self) -> Result<SetAside, SealError> {
        if let Some((list, path)) = self.list {
            let file = list.into_inner().map_err(|error| SealError::io(&path)(error.into_error()))?;
            file.persist(&path).map_err(|error| SealError::io(&path)(error.error))?;
        }
        Ok(self.counted)
    }
}
