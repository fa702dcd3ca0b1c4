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
    collections::VecDeque,
    fs::File,
    io::{self, Read, Seek as _},
    path::{Path, PathBuf},
    vec,
};

use csv::StringRecord;

pub use super::{
    besides::{Beside, Besides, Elsewhere},
    content::Content,
    decode::Encoding,
    fields::Fields,
    garbled::Garbled,
    parquet_fault::ParquetFault,
    pieces::MAX_RECORD,
    sheet_fault::SheetFault,
    text_error::TextError,
};
use super::{
    csv_rows::{self, CsvRows},
    garbled::GarbleWatch,
    grid::Grid,
    gzip::Gunzip,
    parquet_rows::ParquetRows,
    pieces::{self, Piece, Pieces},
    plain_rows::PlainRows,
    reason::Reason,
    sheet::{self, SheetRow},
    signed::{Signed, is_changed},
    value::BYTE_ORDER_MARK,
};
use crate::{
    contract::{Contract, Kind},
    model::{is_no_plain_file, open_plain_file},
};

/// How many rows of a spreadsheet or of Parquet are handed out at a time.
const ROWS: usize = 1 << 12;
/// The most columns; no dataset has a tenth of them.
pub const MAX_COLUMNS: usize = 1_000;

/// A header and the rows below it.
pub struct TextTable {
    /// The header's names, without surrounding spaces.
    pub header: Vec<String>,
    /// The line that the header stands on; 0 where names are no line of the file.
    pub header_line: u64,
    /// Identity numbers in the clear outside the rows. Some are found while the rows are read.
    pub besides: Besides,
    path: PathBuf,
    source: Source,
    /// The rows that are read one by one; after the header, what came with it.
    rows: Rows,
    /// Which columns are months.
    months: Vec<bool>,
    /// Looks at what came through no decoder, which looks at its own.
    watch: GarbleWatch,
}

enum Source {
    Csv(Box<Pieces<Box<dyn Read + Send>>>),
    Sheet(vec::IntoIter<SheetRow>),
    Parquet(Box<ParquetRows>),
}

/// Some of a table's rows, whole and in order; which thread reads them does not matter.
pub struct Rows {
    path: PathBuf,
    /// How many fields a row must have.
    width: usize,
    record: StringRecord,
    part: Part,
}

enum Part {
    /// Not looked at yet: whoever reads it parts it, so that the next one need not wait for that.
    Piece(Piece),
    Plain(Box<PlainRows>),
    Text(Box<CsvRows>),
    /// One after the other.
    Several(VecDeque<Self>),
    Records(vec::IntoIter<(u64, StringRecord, Option<Reason>)>),
}

/// One record.
#[derive(Debug)]
pub struct TextRow<'a> {
    /// The line where the record begins, from 1; in a spreadsheet its row number.
    pub line: u64,
    /// Its fields, as they stand in the file.
    pub fields: Fields<'a>,
    /// Set when the fields cannot be matched with the header.
    pub fault: Option<Reason>,
}

/// Opens a `.csv`, `.csv.gz`, `.xlsx` (its first sheet) or `.parquet` file and reads its header.
pub fn open(path: &Path) -> Result<TextTable, TextError> {
    open_sheet(path, None)
}

/// The same, with the name of the sheet that is to be read.
pub fn open_sheet(path: &Path, wanted: Option<&str>) -> Result<TextTable, TextError> {
    open_as(path, wanted, None)
}

/// The same of a file that was signed: nothing but its signed bytes is read to the end.
pub fn open_signed(path: &Path, wanted: Option<&str>, signed: Signed<'_>) -> Result<TextTable, TextError> {
    open_as(path, wanted, Some(signed))
}

fn open_as(path: &Path, wanted: Option<&str>, signed: Option<Signed<'_>>) -> Result<TextTable, TextError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let kinds = [".csv", ".csv.gz", ".xlsx", ".parquet"];
    let Some(kind) = kinds.into_iter().rev().find(|kind| name.ends_with(kind)) else {
        return Err(TextError::UnknownKind { path: path.to_owned() });
    };
    let io = |source| io_error(source, path);
    let mut file = open_plain_file(path).map_err(io)?;
    let mut head = Vec::new();
    file.by_ref().take(Content::HEAD as u64).read_to_end(&mut head).map_err(io)?;
    file.rewind().map_err(io)?;
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
    let csv = |bytes: Box<dyn Read + Send>| Source::Csv(Box::new(Pieces::new(bytes)));
    let front_to_back = |file: File| -> Box<dyn Read + Send> {
        match signed {
            Some(signed) => Box::new(signed.reader(file)),
            None => Box::new(file),
        }
    };
    let here_and_there = |file: File| match signed {
        Some(signed) => signed.copy(file).map_err(io),
        None => Ok(file),
    };
    let besides = Besides::default();
    let source = match kind {
        ".xlsx" => {
            let rows = sheet::read(here_and_there(file)?, wanted, &besides)
                .map_err(|source| TextError::Sheet { path: path.to_owned(), source: Box::new(source) })?;
            Source::Sheet(rows)
        }
        ".parquet" => {
            let rows = ParquetRows::open(here_and_there(file)?, &besides).map_err(parquet_error(path))?;
            Source::Parquet(Box::new(rows))
        }
        ".csv.gz" => csv(Box::new(Gunzip::new(front_to_back(file), &besides))),
        _ => csv(front_to_back(file)),
    };
    let path = path.to_owned();
    let rows = Rows { path: path.clone(), width: 0, record: StringRecord::new(), part: Part::none() };
    let mut table = TextTable {
        header: Vec::new(),
        header_line: 0,
        besides,
        path,
        source,
        rows,
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
        loop {
            if let Some((line, fault)) = self.rows.advance()? {
                return Ok(Some(self.rows.row(line, fault)));
            }
            match self.next_part()? {
                Some(part) => self.rows.part = part,
                None => return Ok(None),
            }
        }
    }

    /// The next rows; none at the end.
    pub fn next_rows(&mut self) -> Result<Option<Rows>, TextError> {
        // What came with the header goes first.
        let begun = std::mem::replace(&mut self.rows.part, Part::none());
        let part = if begun.is_none() { self.next_part()? } else { Some(begun) };
        let width = self.header.len();
        Ok(part.map(|part| Rows { path: self.path.clone(), width, record: StringRecord::new(), part }))
    }

    /// The encoding, as far as the rows read so far tell it. A spreadsheet is UTF-8, and so is Parquet.
    pub fn encoding(&self) -> Encoding {
        match &self.source {
            Source::Csv(pieces) => pieces.decoding().encoding(),
            Source::Sheet(_) | Source::Parquet(_) => Encoding::Utf8,
        }
    }

    fn next_part(&mut self) -> Result<Option<Part>, TextError> {
        if let Source::Csv(pieces) = &mut self.source {
            return match pieces.next() {
                Ok(piece) => Ok(piece.map(Part::Piece)),
                Err(error) if is_changed(&error) => Err(io_error(error, &self.path)),
                Err(error) => Err(csv_rows::text_error(error, &self.path, pieces.line())),
            };
        }
        let mut records = Vec::new();
        while records.len() < ROWS
            && let Some(record) = self.next_record()?
        {
            records.push(record);
        }
        if records.is_empty()
            && let Some(how) = self.watch.finish()
        {
            return Err(TextError::Garbled { path: self.path.clone(), line: self.header_line, how });
        }
        Ok((!records.is_empty()).then(|| Part::Records(records.into_iter())))
    }

    /// The next record of a file that is no text.
    fn next_record(&mut self) -> Result<Option<(u64, StringRecord, Option<Reason>)>, TextError> {
        let next = match &mut self.source {
            Source::Csv(_) => None,
            Source::Sheet(rows) => rows.next().map(|row| {
                let is_month = |day: &u16| self.months.get(usize::from(*day)).copied().unwrap_or(false);
                let mut record = row.record;
                if row.days.iter().any(is_month) {
                    record = with_months(&record, &self.months, &row.days);
                }
                // A sheet does not store empty cells.
                while record.len() < self.header.len() {
                    record.push_field("");
                }
                (row.line, record, row.fault)
            }),
            Source::Parquet(rows) => {
                let mut record = StringRecord::new();
                let row = rows.read(&mut record, &self.months).map_err(parquet_error(&self.path))?;
                row.map(|row| (row, record, None))
            }
        };
        if let Some((line, record, _)) = &next {
            self.look(*line, record)?;
        }
        Ok(next)
    }

    /// Looks for garbled text in a record that no decoder has looked at.
    fn look(&mut self, line: u64, record: &StringRecord) -> Result<(), TextError> {
        match record.iter().find_map(|text| self.watch.value(text)) {
            Some(how) => Err(TextError::Garbled { path: self.path.clone(), line, how }),
            None => Ok(()),
        }
    }

    fn read_header(&mut self) -> Result<(), TextError> {
        let found = match &self.source {
            Source::Csv(_) => {
                self.next_row()?.map(|TextRow { line, fields, fault }| (line, fields.iter().collect(), fault))
            }
            Source::Sheet(_) => self.next_record()?,
            Source::Parquet(rows) => {
                let names = StringRecord::from(rows.header.as_slice());
                self.look(0, &names)?;
                Some((0, names, None))
            }
        };
        let path = self.path.clone();
        let Some((line, names, fault)) = found else { return Err(TextError::Empty { path }) };
        if fault == Some(Reason::UnclosedQuote) {
            return Err(TextError::UnclosedHeader { path, line });
        }
        if names.len() > MAX_COLUMNS {
            return Err(TextError::TooManyColumns { path, line });
        }
        self.header_line = line;
        self.header = names.iter().map(|name| name.trim().to_owned()).collect();
        self.rows.width = self.header.len();
        let mut sorted: Vec<&String> = self.header.iter().filter(|name| !name.is_empty()).collect();
        sorted.sort_unstable();
        for pair in sorted.windows(2) {
            if let [first, second] = pair
                && first == second
            {
                return Err(TextError::DuplicateHeader { path, line, name: shown(first) });
            }
        }
        Ok(())
    }
}

impl Part {
    /// Parts a piece that has not been looked at yet.
    fn open(&mut self) {
        let Self::Piece(piece) = self else { return };
        let parts = std::mem::take(piece).parted().into_iter().map(|part| match part {
            pieces::Part::Plain { text, place, line } => {
                Self::Plain(Box::new(PlainRows::new(text, place, line)))
            }
            pieces::Part::Quoted(piece) => Self::Text(Box::new(CsvRows::new(piece))),
        });
        *self = Self::Several(parts.collect());
    }

    /// Reads the next record, into `record` if it has to be put together; its line, and what is wrong with it as a whole.
    fn advance(
        &mut self,
        record: &mut StringRecord,
        path: &Path,
    ) -> Result<Option<(u64, Option<Reason>)>, TextError> {
        self.open();
        match self {
            Self::Piece(_) => Ok(None),
            Self::Plain(rows) => Ok(rows.read(path)?.map(|line| (line, None))),
            Self::Text(rows) => rows.read(record, path),
            Self::Several(parts) => {
                while let Some(first) = parts.front_mut() {
                    let found = first.advance(record, path)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                    parts.pop_front();
                }
                Ok(None)
            }
            Self::Records(records) => Ok(records.next().map(|(line, next, fault)| {
                *record = next;
                (line, fault)
            })),
        }
    }

    /// The fields of the record that was read last.
    fn fields<'a>(&'a self, record: &'a StringRecord) -> Fields<'a> {
        match self {
            Self::Plain(rows) => rows.fields(),
            Self::Several(parts) => parts.front().map_or(Fields::Built(record), |first| first.fields(record)),
            Self::Piece(_) | Self::Text(_) | Self::Records(_) => Fields::Built(record),
        }
    }

    fn none() -> Self {
        Self::Records(Vec::new().into_iter())
    }

    fn is_none(&self) -> bool {
        matches!(self, Self::Records(records) if records.len() == 0)
    }
}

impl Rows {
    /// The next rows as a grid, or none at the end. Those that cannot be matched with the header are told, and not in it.
    pub(super) fn next_grid(
        &mut self,
        mut told: impl FnMut(u64, Reason, Fields<'_>),
    ) -> Result<Option<Grid>, TextError> {
        self.part.open();
        let mut part = match &mut self.part {
            Part::Several(parts) => parts.pop_front().unwrap_or_else(Part::none),
            one => std::mem::replace(one, Part::none()),
        };
        if part.is_none() {
            return Ok(None);
        }
        if let Part::Plain(rows) = part {
            let width = self.width;
            let told = |line, fields: Fields<'_>| {
                told(line, misfit(fields, width, None).unwrap_or(Reason::WrongFieldCount), fields);
            };
            return rows.grid(width, &self.path, told).map(Some);
        }
        let mut grid = Grid::of(self.width);
        while let Some((line, fault)) = part.advance(&mut self.record, &self.path)? {
            let fields = part.fields(&self.record);
            match misfit(fields, self.width, fault) {
                Some(reason) => told(line, reason, fields),
                None => grid.push(line, fields),
            }
            if grid.is_full() {
                match &mut self.part {
                    Part::Several(parts) => parts.push_front(part),
                    one => *one = part,
                }
                break;
            }
        }
        Ok(Some(grid))
    }

    /// Reads the next record; its line, and what is wrong with it as a whole.
    fn advance(&mut self) -> Result<Option<(u64, Option<Reason>)>, TextError> {
        self.part.advance(&mut self.record, &self.path)
    }

    fn row(&self, line: u64, fault: Option<Reason>) -> TextRow<'_> {
        let fields = self.part.fields(&self.record);
        TextRow { line, fields, fault: misfit(fields, self.width, fault) }
    }
}

/// Why a record cannot be matched with the header, if it cannot.
fn misfit(fields: Fields<'_>, width: usize, fault: Option<Reason>) -> Option<Reason> {
    let wrong = (fields.len() != width).then_some(Reason::WrongFieldCount);
    fault.or(wrong).map(|fault| match fault {
        // Another file's beginning has other columns, or a quotation mark behind the mark.
        Reason::StrayQuote | Reason::WrongFieldCount
            if fields.iter().any(|text| text.contains(BYTE_ORDER_MARK)) =>
        {
            Reason::ByteOrderMark
        }
        other => other,
    })
}

fn io_error(source: io::Error, path: &Path) -> TextError {
    let path = path.to_owned();
    match source {
        _ if is_changed(&source) => TextError::Changed { path },
        _ if is_no_plain_file(&source) => TextError::NotAFile { path },
        _ => TextError::Io { path, source },
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
