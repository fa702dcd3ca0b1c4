//! The records of a CSV file, each with the line where it begins. It splits text and types nothing.

use std::{
    io::{self, Read},
    path::Path,
};

use csv::StringRecord;

use super::{
    decode::{DecodeFault, Decoding, END, Encoding},
    gzip::Bomb,
    reason::Reason,
    text::MAX_RECORD,
    text_error::TextError,
};

/// How many bytes the CSV reader takes at a time.
const BUFFER: usize = 1 << 16;

/// The records of a text file.
pub(super) struct CsvRows {
    reader: csv::Reader<Decoding<Box<dyn Read + Send>>>,
}

impl CsvRows {
    pub(super) fn new(bytes: Box<dyn Read + Send>) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER)
            .from_reader(Decoding::new(bytes));
        Self { reader }
    }

    /// The encoding, as far as the records read so far tell it.
    pub(super) fn encoding(&self) -> Encoding {
        self.reader.get_ref().encoding()
    }

    /// The next record: its line, and what is wrong with its quotation marks.
    pub(super) fn read(
        &mut self,
        record: &mut StringRecord,
        path: &Path,
    ) -> Result<Option<(u64, Option<Reason>)>, TextError> {
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
            return Ok(Some((after.saturating_sub(inside), Some(Reason::UnclosedQuote))));
        }
        let stray = self.reader.get_mut().has_stray_until(after.saturating_sub(1));
        Ok(Some((after.saturating_sub(inside + 1), stray.then_some(Reason::StrayQuote))))
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
