//! The records of a piece of CSV text, each with the line where it begins. It splits text and types nothing.

use std::{
    collections::VecDeque,
    io::{self, Cursor},
    path::Path,
};

use csv::StringRecord;

use super::{
    decode::{DecodeFault, END},
    gzip::Bomb,
    pieces::{MAX_RECORD, Piece},
    quotes,
    reason::Reason,
    text_error::TextError,
};

/// In UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The records of a piece.
pub(super) struct CsvRows {
    reader: csv::Reader<Cursor<Vec<u8>>>,
    /// The line that the piece begins on.
    first: u64,
    /// Lines of the piece, from 0, with a stray quotation mark that no record has claimed yet.
    stray: VecDeque<u64>,
}

impl CsvRows {
    pub(super) fn new(piece: Piece) -> Self {
        let stray = quotes::stray_lines(&piece.text);
        let mut text = piece.text;
        // The file's own is gone long since. The reader takes away one that its text begins with, and would hide this one.
        if text.starts_with(BYTE_ORDER_MARK) {
            text.splice(..0, BYTE_ORDER_MARK.iter().copied());
        }
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Cursor::new(text));
        Self { reader, first: piece.line, stray }
    }

    /// The next record: its line, and what is wrong with its quotation marks.
    pub(super) fn read(
        &mut self,
        record: &mut StringRecord,
        path: &Path,
    ) -> Result<Option<(u64, Option<Reason>)>, TextError> {
        let start = self.reader.position().byte();
        match self.reader.read_record(record) {
            Ok(false) => return Ok(None),
            Ok(true) if record.as_slice() == END => return Ok(None),
            Ok(true) => {}
            Err(error) => {
                let source = io::Error::other(format!("{:?}", error.into_kind()));
                return Err(TextError::Io { path: path.to_owned(), source });
            }
        }
        // Blank lines are skipped before a record, so its first line is counted back from its last. The last thing that a
        // record without its closing quote swallows is the mark of the end.
        let unclosed = record.as_slice().contains(END);
        let inside = memchr::memchr_iter(b'\n', record.as_slice().as_bytes()).count() as u64;
        let after = self.reader.position().line() - 1;
        let line = (self.first + after).saturating_sub(inside + u64::from(!unclosed));
        if self.reader.position().byte() - start > MAX_RECORD {
            return Err(TextError::RecordTooLong { path: path.to_owned(), line });
        }
        let stray = self.has_stray_before(after);
        let fault = if unclosed { Some(Reason::UnclosedQuote) } else { stray.then_some(Reason::StrayQuote) };
        Ok(Some((line, fault)))
    }

    /// Whether a quotation mark stands where none may before this line; asked in the order of lines.
    fn has_stray_before(&mut self, line: u64) -> bool {
        let mut found = false;
        while self.stray.front().is_some_and(|stray| *stray < line) {
            self.stray.pop_front();
            found = true;
        }
        found
    }
}

/// What an error of the decoder means for a file. `line` is where the piece that was not read begins.
pub(super) fn text_error(source: io::Error, path: &Path, line: u64) -> TextError {
    let path = path.to_owned();
    if let Some(fault) = source.get_ref().and_then(|inner| inner.downcast_ref::<DecodeFault>()) {
        return match *fault {
            DecodeFault::Malformed { encoding, line, offset } => {
                TextError::Malformed { path, encoding, line, offset }
            }
            DecodeFault::Nul { line, offset } => TextError::Nul { path, line, offset },
            DecodeFault::Utf16 => TextError::Utf16 { path },
            DecodeFault::RecordTooLong => TextError::RecordTooLong { path, line },
            DecodeFault::Garbled { how, line } => TextError::Garbled { path, line, how },
            DecodeFault::OtherContent(found) => {
                TextError::OtherContent { path, kind: ".csv", found: Some(found) }
            }
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
