//! A file of a delivery as a header and rows of text, each with the line where it begins.
//!
//! Nothing is typed, trimmed or guessed here, and nothing is replaced: what cannot be read strictly is an error
//! with its place. Memory is bounded by the longest record that is allowed, not by the file (spreadsheets, which
//! hold at most a million rows, are read whole).

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
    vec,
};

use csv::StringRecord;

pub use super::{decode::Encoding, pieces::MAX_RECORD, text_error::TextError};
use super::{
    decode::{DecodeFault, END},
    gzip::{Bomb, Gunzip},
    pieces::{Piece, Pieces},
    reason::Reason,
    sheet,
};

/// How many rows of a sheet are handed out at a time.
const SHEET_ROWS: usize = 1 << 13;

/// A header and the rows below it.
pub struct TextTable {
    /// The header's names, without surrounding spaces.
    pub header: Vec<String>,
    /// The line that the header stands on.
    pub header_line: u64,
    path: PathBuf,
    source: Source,
    /// The rows that are read one by one.
    rows: Rows,
}

enum Source {
    Csv(Box<Pieces<Box<dyn Read + Send>>>),
    Sheet(vec::IntoIter<(u64, StringRecord)>),
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
    Text { reader: Box<csv::Reader<Cursor<Vec<u8>>>>, line: u64 },
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
        Source::Csv(Box::new(Pieces::new(bytes)))
    };
    let path = path.to_owned();
    let rows = Rows { path: path.clone(), width: 0, record: StringRecord::new(), part: Part::none() };
    let mut table = TextTable { header: Vec::new(), header_line: 0, path, source, rows };
    table.read_header()?;
    Ok(table)
}

impl TextTable {
    /// The next record, or none at the end.
    pub fn next_row(&mut self) -> Result<Option<TextRow<'_>>, TextError> {
        loop {
            if let Some((line, unclosed)) = self.rows.advance()? {
                return Ok(Some(self.rows.row(line, unclosed)));
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

    /// The encoding, as far as the rows read so far tell it. A spreadsheet is UTF-8.
    pub fn encoding(&self) -> Encoding {
        match &self.source {
            Source::Csv(pieces) => pieces.decoding().encoding(),
            Source::Sheet(_) => Encoding::Utf8,
        }
    }

    fn next_part(&mut self) -> Result<Option<Part>, TextError> {
        match &mut self.source {
            Source::Csv(pieces) => match pieces.next() {
                Ok(piece) => Ok(piece.map(Part::text)),
                Err(error) => Err(text_error(error, &self.path, pieces.line())),
            },
            Source::Sheet(rows) => {
                let some: Vec<_> = rows.by_ref().take(SHEET_ROWS).collect();
                Ok((!some.is_empty()).then(|| Part::Sheet(some.into_iter())))
            }
        }
    }

    fn read_header(&mut self) -> Result<(), TextError> {
        let path = self.path.clone();
        let Some(TextRow { line, fields, fault }) = self.next_row()? else {
            return Err(TextError::Empty { path });
        };
        if fault == Some(Reason::UnclosedQuote) {
            return Err(TextError::UnclosedHeader { path, line });
        }
        let header = fields.iter().map(|name| name.trim().to_owned()).collect();
        self.header_line = line;
        self.header = header;
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

impl Part {
    fn none() -> Self {
        Self::Sheet(Vec::new().into_iter())
    }

    fn is_none(&self) -> bool {
        matches!(self, Self::Sheet(rows) if rows.len() == 0)
    }

    fn text(piece: Piece) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Cursor::new(piece.text));
        Self::Text { reader: Box::new(reader), line: piece.line }
    }
}

impl Rows {
    /// The next row, or none at the end.
    pub fn next_row(&mut self) -> Result<Option<TextRow<'_>>, TextError> {
        Ok(self.advance()?.map(|(line, unclosed)| self.row(line, unclosed)))
    }

    /// Reads the next record; its line, and whether a quote in it is never closed.
    fn advance(&mut self) -> Result<Option<(u64, bool)>, TextError> {
        let Self { path, record, part, .. } = self;
        match part {
            Part::Text { reader, line } => read_record(reader, *line, record, path),
            Part::Sheet(rows) => Ok(rows.next().map(|(line, row)| {
                *record = row;
                (line, false)
            })),
        }
    }

    fn row(&mut self, line: u64, unclosed: bool) -> TextRow<'_> {
        if let Part::Sheet(_) = self.part {
            // A sheet does not store empty cells.
            while self.record.len() < self.width {
                self.record.push_field("");
            }
        }
        let fault = if unclosed {
            Some(Reason::UnclosedQuote)
        } else {
            (self.record.len() != self.width).then_some(Reason::WrongFieldCount)
        };
        TextRow { line, fields: &self.record, fault }
    }
}

fn read_record(
    reader: &mut csv::Reader<Cursor<Vec<u8>>>,
    first: u64,
    record: &mut StringRecord,
    path: &Path,
) -> Result<Option<(u64, bool)>, TextError> {
    let start = reader.position().byte();
    match reader.read_record(record) {
        Ok(false) => return Ok(None),
        Ok(true) if record.as_slice() == END => return Ok(None),
        Ok(true) => {}
        Err(error) => {
            let source = io::Error::other(format!("{:?}", error.into_kind()));
            return Err(TextError::Io { path: path.to_owned(), source });
        }
    }
    // Blank lines are skipped before a record, so its first line is counted back from its last. A record whose quote is
    // never closed has swallowed the mark of the end.
    let unclosed = record.as_slice().contains(END);
    let inside = memchr::memchr_iter(b'\n', record.as_slice().as_bytes()).count() as u64;
    let lines = inside + u64::from(!unclosed);
    let line = (first + reader.position().line() - 1).saturating_sub(lines);
    if reader.position().byte() - start > MAX_RECORD {
        return Err(TextError::RecordTooLong { path: path.to_owned(), line });
    }
    Ok(Some((line, unclosed)))
}

fn text_error(source: io::Error, path: &Path, line: u64) -> TextError {
    let path = path.to_owned();
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
