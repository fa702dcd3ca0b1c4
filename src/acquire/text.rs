//! A file of a delivery as a header and rows of text, each with the line where it begins.
//!
//! Nothing is typed, trimmed or guessed here, and nothing is replaced: what cannot be read strictly is an error
//! with its place. Memory is bounded by the longest record that is allowed, not by the file (spreadsheets, which
//! hold at most a million rows, are read whole).
//!
//! # Decisions
//!
//! - A cell or a typed value that is a day, in a column of months, is its month if it is the first of one: this is how a
//!   spreadsheet keeps `2026-03`, and a typed column has no other way to say it. Written as text, a day is no month.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    vec,
};

use csv::StringRecord;

pub use super::{
    content::Content, decode::Encoding, garbled::Garbled, parquet_fault::ParquetFault,
    sheet_fault::SheetFault, text_error::TextError,
};
use super::{
    csv_rows::CsvRows,
    garbled::GarbleWatch,
    gzip::Gunzip,
    parquet_rows::ParquetRows,
    reason::Reason,
    sheet::{self, SheetRow},
};
use crate::contract::{Contract, Kind};

/// The longest record that is read, in bytes of UTF-8.
pub const MAX_RECORD: u64 = 1 << 20;
/// The most columns; no dataset has a tenth of them.
pub const MAX_COLUMNS: usize = 1_000;

/// A header and the rows below it.
pub struct TextTable {
    /// The header's names, without surrounding spaces.
    pub header: Vec<String>,
    /// The line that the header stands on; 0 where names are no line of the file.
    pub header_line: u64,
    path: PathBuf,
    record: StringRecord,
    source: Source,
    /// Which columns are months.
    months: Vec<bool>,
    /// Looks at what came through no decoder, which looks at its own.
    watch: GarbleWatch,
}

enum Source {
    Csv(Box<CsvRows>),
    Sheet(vec::IntoIter<SheetRow>),
    Parquet(Box<ParquetRows>),
}

/// One record.
#[derive(Debug)]
pub struct TextRow<'a> {
    /// The line where the record begins, from 1; in a spreadsheet its row number.
    pub line: u64,
    /// Its fields, as they stand in the file.
    pub fields: &'a StringRecord,
    /// Set when the fields cannot be matched with the header.
    pub fault: Option<Reason>,
}

/// Opens a `.csv`, `.csv.gz`, `.xlsx` (its first sheet) or `.parquet` file and reads its header.
pub fn open(path: &Path) -> Result<TextTable, TextError> {
    open_sheet(path, None)
}

/// The same, with the name of the sheet that is to be read.
pub fn open_sheet(path: &Path, wanted: Option<&str>) -> Result<TextTable, TextError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let kinds = [".csv", ".csv.gz", ".xlsx", ".parquet"];
    let Some(kind) = kinds.into_iter().rev().find(|kind| name.ends_with(kind)) else {
        return Err(TextError::UnknownKind { path: path.to_owned() });
    };
    let io = |source| TextError::Io { path: path.to_owned(), source };
    // Opening a pipe or a device could wait for ever, and reading one would never end.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(TextError::NotAFile { path: path.to_owned() });
    }
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(Content::HEAD as u64).read_to_end(&mut head)).map_err(io)?;
    let found = Content::of(&head);
    let expected = match kind {
        ".csv.gz" => Some(Content::Gzip),
        ".xlsx" => Some(Content::Zip),
        ".parquet" => Some(Content::Parquet),
        _ => None,
    };
    if found != expected {
        return Err(TextError::OtherContent { path: path.to_owned(), kind, found });
    }
    let csv = |bytes: Box<dyn Read + Send>| Source::Csv(Box::new(CsvRows::new(bytes)));
    let source = match kind {
        ".xlsx" => Source::Sheet(
            sheet::read(path, wanted)
                .map_err(|source| TextError::Sheet { path: path.to_owned(), source: Box::new(source) })?,
        ),
        ".parquet" => Source::Parquet(Box::new(ParquetRows::open(path).map_err(parquet_error(path))?)),
        ".csv.gz" => csv(Box::new(Gunzip::new(File::open(path).map_err(io)?))),
        _ => csv(Box::new(File::open(path).map_err(io)?)),
    };
    let mut table = TextTable {
        header: Vec::new(),
        header_line: 0,
        path: path.to_owned(),
        record: StringRecord::new(),
        source,
        months: Vec::new(),
        watch: GarbleWatch::default(),
    };
    table.read_header()?;
    Ok(table)
}

impl TextTable {
    /// Says where the contract's columns stand in the file, so that typed days in columns of months are read as months.
    pub fn place(&mut self, contract: &Contract, fields: &[Option<usize>]) {
        self.months = vec![false; self.header.len()];
        let columns = contract.columns.iter().zip(fields).filter(|(column, _)| column.kind == Kind::Month);
        for field in columns.filter_map(|(_, field)| *field) {
            if let Some(is_month) = self.months.get_mut(field) {
                *is_month = true;
            }
        }
    }

    /// The next record, or none at the end.
    pub fn next_row(&mut self) -> Result<Option<TextRow<'_>>, TextError> {
        let Some((line, mut fault)) = self.advance()? else {
            let line = self.header_line;
            return match self.watch.finish() {
                Some(how) => Err(TextError::Garbled { path: self.path.clone(), line, how }),
                None => Ok(None),
            };
        };
        if let Source::Sheet(_) = self.source {
            // A sheet does not store empty cells.
            while self.record.len() < self.header.len() {
                self.record.push_field("");
            }
        }
        self.look(line)?;
        if self.record.len() != self.header.len() {
            fault = fault.or(Some(Reason::WrongFieldCount));
        }
        Ok(Some(TextRow { line, fields: &self.record, fault }))
    }

    /// The encoding, as far as the rows read so far tell it. A spreadsheet is UTF-8, and so is Parquet.
    pub fn encoding(&self) -> Encoding {
        match &self.source {
            Source::Csv(rows) => rows.encoding(),
            Source::Sheet(_) | Source::Parquet(_) => Encoding::Utf8,
        }
    }

    /// Reads the next record into `self.record`; its line, and what is wrong with it as a whole.
    fn advance(&mut self) -> Result<Option<(u64, Option<Reason>)>, TextError> {
        match &mut self.source {
            Source::Csv(rows) => rows.read(&mut self.record, &self.path),
            Source::Sheet(rows) => Ok(rows.next().map(|row| {
                self.record = row.record;
                let is_month = |day: &u16| self.months.get(usize::from(*day)).copied().unwrap_or(false);
                if row.days.iter().any(is_month) {
                    self.record = with_months(&self.record, &self.months, &row.days);
                }
                (row.line, row.fault)
            })),
            Source::Parquet(rows) => {
                let read = rows.read(&mut self.record, &self.months).map_err(parquet_error(&self.path))?;
                Ok(read.map(|row| (row, None)))
            }
        }
    }

    /// Looks for garbled text in a record that no decoder has looked at.
    fn look(&mut self, line: u64) -> Result<(), TextError> {
        if let Source::Csv(_) = self.source {
            return Ok(());
        }
        match self.record.iter().find_map(|text| self.watch.value(text)) {
            Some(how) => Err(TextError::Garbled { path: self.path.clone(), line, how }),
            None => Ok(()),
        }
    }

    fn read_header(&mut self) -> Result<(), TextError> {
        let found = match &self.source {
            Source::Parquet(rows) => {
                self.record = StringRecord::from(rows.header.as_slice());
                Some((0, None))
            }
            _ => self.advance()?,
        };
        let path = || self.path.clone();
        let Some((line, fault)) = found else { return Err(TextError::Empty { path: path() }) };
        if fault == Some(Reason::UnclosedQuote) {
            return Err(TextError::UnclosedHeader { path: path(), line });
        }
        if self.record.len() > MAX_COLUMNS {
            return Err(TextError::TooManyColumns { path: path(), line });
        }
        self.header_line = line;
        self.header = self.record.iter().map(|name| name.trim().to_owned()).collect();
        let mut sorted: Vec<&String> = self.header.iter().filter(|name| !name.is_empty()).collect();
        sorted.sort_unstable();
        for pair in sorted.windows(2) {
            if let [first, second] = pair
                && first == second
            {
                return Err(TextError::DuplicateHeader { path: path(), line, name: shown(first) });
            }
        }
        self.look(line)
    }
}

fn parquet_error(path: &Path) -> impl Fn(ParquetFault) -> TextError {
    |source| TextError::Parquet { path: path.to_owned(), source: Box::new(source) }
}

/// The same record, in which days that are the first of a month are that month, in columns of months.
fn with_months(record: &StringRecord, months: &[bool], days: &[u16]) -> StringRecord {
    let text = |(at, text): (usize, &'_ str)| {
        let is_day = months.get(at) == Some(&true) && days.iter().any(|day| usize::from(*day) == at);
        let month = text.strip_suffix("-01").filter(|_| is_day && text.len() == "2026-03-01".len());
        month.unwrap_or(text).to_owned()
    };
    record.iter().enumerate().map(text).collect()
}

/// A header's name as a message may show it: a file without a header has a row of data in its place, which may
/// hold a person's number, so anything with a run of six digits is not shown.
pub fn shown(name: &str) -> String {
    let is_digit = |c: char| c.is_numeric() || matches!(c, ' ' | '-' | '\'' | 'x' | 'X');
    let longest_run = name
        .split(|c| !is_digit(c))
        .map(|run| run.chars().filter(|c| c.is_numeric()).count())
        .max()
        .unwrap_or(0);
    if longest_run >= 6 || name.len() >= 64 {
        return "(not shown: looks like data)".to_owned();
    }
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod parquet_tests;
#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod tests;
