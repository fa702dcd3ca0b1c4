//! A file of a delivery as a header and rows of text, each with the line where it begins.
//!
//! Nothing is typed, trimmed or guessed here, and nothing is replaced: what cannot be read strictly is an error
//! with its place. Memory is bounded by the longest record that is allowed, not by the file (spreadsheets, which
//! hold at most a million rows, are read whole).

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    vec,
};

use csv::StringRecord;

pub use super::{decode::Encoding, text_error::TextError};
use super::{
    decode::{DecodeFault, Decoding, END},
    gzip::{Bomb, Gunzip},
    reason::Reason,
    sheet,
};

/// The longest record that is read, in bytes of UTF-8.
pub const MAX_RECORD: u64 = 1 << 20;
/// How many bytes the CSV reader takes at a time.
const BUFFER: usize = 1 << 16;

/// A header and the rows below it.
pub struct TextTable {
    /// The header's names, without surrounding spaces.
    pub header: Vec<String>,
    /// The line that the header stands on.
    pub header_line: u64,
    path: PathBuf,
    record: StringRecord,
    source: Source,
}

enum Source {
    Csv(Box<CsvRows>),
    Sheet(vec::IntoIter<(u64, StringRecord)>),
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

/// Opens a `.csv`, `.csv.gz` or `.xlsx` file and reads its header.
pub fn open(path: &Path) -> Result<TextTable, TextError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let source = if name.ends_with(".xlsx") {
        let rows = sheet::read(path)
            .map_err(|source| TextError::Sheet { path: path.to_owned(), source: Box::new(source) })?;
        Source::Sheet(rows.into_iter())
    } else {
        let open = || File::open(path).map_err(|source| TextError::Io { path: path.to_owned(), source });
        let bytes: Box<dyn Read + Send> = if name.ends_with(".csv.gz") {
            Box::new(Gunzip::new(open()?))
        } else if name.ends_with(".csv") {
            Box::new(open()?)
        } else {
            return Err(TextError::UnknownKind { path: path.to_owned() });
        };
        Source::Csv(Box::new(CsvRows::new(bytes)))
    };
    let mut table = TextTable {
        header: Vec::new(),
        header_line: 0,
        path: path.to_owned(),
        record: StringRecord::new(),
        source,
    };
    table.read_header()?;
    Ok(table)
}

impl TextTable {
    /// The next record, or none at the end.
    pub fn next_row(&mut self) -> Result<Option<TextRow<'_>>, TextError> {
        let Some((line, unclosed)) = self.advance()? else { return Ok(None) };
        if let Source::Sheet(_) = self.source {
            // A sheet does not store empty cells.
            while self.record.len() < self.header.len() {
                self.record.push_field("");
            }
        }
        let fault = if unclosed {
            Some(Reason::UnclosedQuote)
        } else {
            (self.record.len() != self.header.len()).then_some(Reason::WrongFieldCount)
        };
        Ok(Some(TextRow { line, fields: &self.record, fault }))
    }

    /// The encoding, as far as the rows read so far tell it. A spreadsheet is UTF-8.
    pub fn encoding(&self) -> Encoding {
        match &self.source {
            Source::Csv(rows) => rows.reader.get_ref().encoding(),
            Source::Sheet(_) => Encoding::Utf8,
        }
    }

    /// Reads the next record into `self.record`; its line, and whether a quote in it is never closed.
    fn advance(&mut self) -> Result<Option<(u64, bool)>, TextError> {
        match &mut self.source {
            Source::Csv(rows) => rows.read(&mut self.record, &self.path),
            Source::Sheet(rows) => Ok(rows.next().map(|(line, record)| {
                self.record = record;
                (line, false)
            })),
        }
    }

    fn read_header(&mut self) -> Result<(), TextError> {
        let found = self.advance()?;
        let path = || self.path.clone();
        let Some((line, unclosed)) = found else { return Err(TextError::Empty { path: path() }) };
        if unclosed {
            return Err(TextError::UnclosedHeader { path: path(), line });
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
        Ok(())
    }
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

struct CsvRows {
    reader: csv::Reader<Decoding<Box<dyn Read + Send>>>,
}

impl CsvRows {
    fn new(bytes: Box<dyn Read + Send>) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER)
            .from_reader(Decoding::new(bytes));
        Self { reader }
    }

    fn read(&mut self, record: &mut StringRecord, path: &Path) -> Result<Option<(u64, bool)>, TextError> {
        let start = self.reader.position().clone();
        self.reader.get_mut().allow_until(start.byte() + MAX_RECORD + BUFFER as u64);
        match self.reader.read_record(record) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) => return Err(text_error(error, path, start.line())),
        }
        // Blank lines are skipped before a record, so its first line is counted back from its last.
        let inside = record.as_slice().bytes().filter(|&byte| byte == b'\n').count() as u64;
        let after = self.reader.position().line();
        if record.as_slice() == END {
            return Ok(None);
        }
        // The last thing a record without its closing quote swallows is the mark of the end.
        if record.as_slice().contains(END) {
            return Ok(Some((after.saturating_sub(inside), true)));
        }
        Ok(Some((after.saturating_sub(inside + 1), false)))
    }
}

fn text_error(error: csv::Error, path: &Path, line: u64) -> TextError {
    let path = path.to_owned();
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => return TextError::Io { path, source: io::Error::other(format!("{other:?}")) },
    };
    if let Some(fault) = source.get_ref().and_then(|inner| inner.downcast_ref::<DecodeFault>()) {
        return match *fault {
            DecodeFault::Malformed { encoding, line, offset } => {
                TextError::Malformed { path, encoding, line, offset }
            }
            DecodeFault::Nul { line, offset } => TextError::Nul { path, line, offset },
            DecodeFault::Utf16 => TextError::Utf16 { path },
            DecodeFault::RecordTooLong => TextError::RecordTooLong { path, line },
        };
    }
    if source.get_ref().is_some_and(|inner| inner.is::<Bomb>()) {
        return match source.into_inner() {
            Some(source) => TextError::Bomb { path, source },
            None => TextError::UnknownKind { path },
        };
    }
    match source.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            TextError::DamagedGzip { path, line, source }
        }
        _ => TextError::Io { path, source },
    }
}

#[cfg(test)]
mod tests;
