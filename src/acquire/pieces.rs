//! Decoded text → pieces of whole records, so that several threads can read one file. It parses no value, and a record
//! without an end is an error, never a piece without bounds.
//!
//! # Decisions
//!
//! - A piece ends at the last record end in it. Where a piece holds no quote that is its last line end; else the same four
//!   states as the CSV reader's decide which line ends lie inside a quoted field.

use std::io::{self, Read};

use super::decode::{DecodeFault, Decoding, lines};

/// The longest record that is read, in bytes of UTF-8.
pub const MAX_RECORD: u64 = 1 << 20;
/// How much text a piece holds, about.
const PIECE: usize = 2 << 20;

/// Whole records of a file.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// The decoded text; that of the last piece ends with the mark of the end.
    pub(super) text: Vec<u8>,
    /// The line that it begins on.
    pub(super) line: u64,
}

/// The pieces of a file, in order.
pub(super) struct Pieces<R> {
    decoding: Decoding<R>,
    /// Read and not handed out; begins with a record.
    rest: Vec<u8>,
    line: u64,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(bytes: R) -> Self {
        Self { decoding: Decoding::new(bytes), rest: Vec::new(), line: 1, ended: false }
    }

    pub(super) fn decoding(&self) -> &Decoding<R> {
        &self.decoding
    }

    /// The line that the next piece begins on.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next piece; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        let mut wanted = PIECE;
        loop {
            self.fill(wanted)?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            if let Some(end) = last_record_end(&self.rest) {
                return Ok(Some(self.hand_out(end)));
            }
            if self.rest.len() as u64 > MAX_RECORD {
                return Err(io::Error::other(DecodeFault::RecordTooLong));
            }
            if self.ended {
                return Ok(Some(self.hand_out(self.rest.len())));
            }
            wanted += PIECE;
        }
    }

    fn hand_out(&mut self, end: usize) -> Piece {
        let mut after = Vec::with_capacity(self.rest.capacity());
        after.extend_from_slice(self.rest.get(end..).unwrap_or_default());
        self.rest.truncate(end);
        let piece = Piece { text: std::mem::replace(&mut self.rest, after), line: self.line };
        self.line = self.decoding.line() - lines(&self.rest);
        piece
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while !self.ended && self.rest.len() < wanted {
            self.ended = !self.decoding.read_into(&mut self.rest)?;
        }
        Ok(())
    }
}

/// Where the last whole record of a text that begins with a record ends.
fn last_record_end(text: &[u8]) -> Option<usize> {
    let Some(quote) = memchr::memchr(b'"', text) else {
        return memchr::memrchr(b'\n', text).map(|at| at + 1);
    };
    // The line before the first quote ends a record; from there on the states of the reader are followed.
    let before = text.get(..quote).unwrap_or_default();
    let begin = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let mut end = (begin > 0).then_some(begin);
    let mut state = State::FieldBegins;
    let mut at = begin;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let step = match state {
            State::Quoted => memchr::memchr(b'"', rest),
            State::Plain => memchr::memchr2(b',', b'\n', rest),
            State::FieldBegins | State::QuoteInQuoted => Some(0),
        };
        let Some(step) = step else { break };
        let byte = rest.get(step).copied().unwrap_or_default();
        at += step + 1;
        state = match (state, byte) {
            (State::Quoted, _) => State::QuoteInQuoted,
            (State::FieldBegins | State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b'\n') => {
                end = Some(at);
                State::FieldBegins
            }
            (_, b',') => State::FieldBegins,
            _ => State::Plain,
        };
    }
    end
}

/// Where in a record a byte stands.
#[derive(Clone, Copy)]
enum State {
    FieldBegins,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: another one makes it a character, anything else ends the quoting.
    QuoteInQuoted,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the CSV reader itself sees the last record end.
    fn reader_says(text: &[u8]) -> Option<usize> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(text);
        let mut record = csv::ByteRecord::new();
        let mut end = None;
        while reader.read_byte_record(&mut record).unwrap() {
            let at = reader.position().byte() as usize;
            // A record that only the end of the text ends is not whole.
            if at < text.len() || text.last() == Some(&b'\n') && !is_open(text) {
                end = Some(at);
            }
        }
        end
    }

    /// Whether a further line would still belong to the last record.
    fn is_open(text: &[u8]) -> bool {
        let count = |text: &[u8]| {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
            reader.byte_records().count()
        };
        count(&[text, b"x\n"].concat()) == count(text)
    }

    #[test]
    fn a_record_ends_where_the_csv_reader_ends_it() {
        let letters = [b'a', b',', b'\n', b'"'];
        // Every text of up to seven of these letters.
        for length in 0..=7_u32 {
            for mut number in 0..4_usize.pow(length) {
                let mut text = Vec::new();
                for _ in 0..length {
                    text.push(letters[number % 4]);
                    number /= 4;
                }
                // The reader passes over blank lines, which for us are ends as good as any.
                if text.windows(2).any(|two| two == b"\n\n") || text.first() == Some(&b'\n') {
                    continue;
                }
                assert_eq!(
                    last_record_end(&text),
                    reader_says(&text),
                    "{:?}",
                    String::from_utf8_lossy(&text)
                );
            }
        }
    }

    #[test]
    fn the_pieces_together_are_the_text_and_each_knows_its_line() {
        let line = "甲,\"乙\n丙\"\"丁\",x\"y\n".to_owned();
        let text = line.repeat(3 * PIECE / line.len());
        let mut pieces = Pieces::new(text.as_bytes());
        let (mut whole, mut count) = (Vec::new(), 0);
        while let Some(piece) = pieces.next().unwrap() {
            let before = whole.iter().filter(|byte| **byte == b'\n').count() as u64;
            assert_eq!(piece.line, before + 1);
            assert!(whole.len() % line.len() == 0, "a piece begins inside a record");
            whole.extend(piece.text);
            count += 1;
        }
        assert_eq!(whole, [text.as_bytes(), b"\n\0\n"].concat());
        assert!(count >= 3, "{count}");
    }

    #[test]
    fn a_record_without_an_end_is_an_error_and_not_a_piece_of_any_length() {
        let endless = io::repeat(b'x');
        let error = Pieces::new(endless).next().unwrap_err();
        assert!(matches!(error.downcast::<DecodeFault>(), Ok(DecodeFault::RecordTooLong)));
    }
}
