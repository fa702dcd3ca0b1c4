//! Decoded text → pieces of whole records, so that several threads can read one file. It parses no value, and a record
//! without an end is an error, never a piece without bounds.
//!
//! # Decisions
//!
//! - A piece ends at the last record end in it. From one record with a quote to the next that is a line end; inside of one,
//!   the same four states as the CSV reader's decide which line ends lie in a quoted field.
//! - Records with a quote are parted from the others, so that a few of them do not make all of a piece slow to read.
//! - Tried and left out: pieces of 256 and 512 KiB and of 1 MiB, which fit into the processor's nearer cache, with as much text
//!   waiting. Of three million people, on two threads, in turn, three times: 25.7 to 28.8 s of processor time without the system's,
//!   with 2 MiB 26.4 to 27.6 s.

use std::{
    io::{self, Read},
    ops::Range,
    sync::Arc,
};

use super::decode::{DecodeFault, Decoding, WINDOW, lines};

/// The longest record that is read, in bytes of UTF-8.
pub const MAX_RECORD: u64 = 1 << 20;
/// How much text a piece holds, about.
const PIECE: usize = 2 << 20;
/// Quotation marks are few where there is less than one in so many bytes: then most records are read without looking for any.
const FEW: usize = 4096;

/// Whole records of a file.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// The decoded text; that of the last piece ends with the mark of the end.
    pub(super) text: Vec<u8>,
    /// The line that it begins on.
    pub(super) line: u64,
}

/// Whole records of a piece.
#[derive(Debug)]
pub(super) enum Part {
    /// Records without a quotation mark, which lie here in a text that other parts lie in as well.
    Plain { text: Arc<String>, place: Range<usize>, line: u64 },
    /// Records with quotation marks, or any that have to be read as if they had some.
    Quoted(Piece),
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
        Self {
            decoding: Decoding::new(bytes),
            rest: Vec::with_capacity(PIECE + WINDOW),
            line: 1,
            ended: false,
        }
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
        let mut after = Vec::with_capacity(PIECE + WINDOW);
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

impl Piece {
    /// The piece in parts: records with a quotation mark each by itself, those between them together. Where quotation marks
    /// are many, the piece as it is.
    pub(super) fn parted(self) -> Vec<Part> {
        let length = self.text.len();
        let is_many = memchr::memchr_iter(b'"', &self.text).count() > length / FEW;
        // Places in a text are kept in four bytes; no piece is nearly as long.
        if is_many || u32::try_from(length).is_err() {
            return vec![Part::Quoted(self)];
        }
        let mut line = self.line;
        let text = match String::from_utf8(self.text) {
            Ok(text) => Arc::new(text),
            Err(error) => return vec![Part::Quoted(Self { text: error.into_bytes(), line })],
        };
        let bytes = text.as_bytes();
        let mut parts = Vec::new();
        let mut from = 0;
        while from < length {
            let (begin, end) = match quoted_record(bytes, from) {
                Some((begin, end)) => (begin, end.unwrap_or(length)),
                None => (length, length),
            };
            let mut lines = |place: Range<usize>| {
                let first = line;
                line += bytes.get(place).map_or(0, lines);
                first
            };
            if from < begin {
                // After the last part nobody asks for the line.
                let line = if begin < length { lines(from..begin) } else { lines(0..0) };
                parts.push(Part::Plain { text: text.clone(), place: from..begin, line });
            }
            if begin < end {
                let line = lines(begin..end);
                let text = bytes.get(begin..end).unwrap_or_default().to_vec();
                parts.push(Part::Quoted(Self { text, line }));
            }
            from = end;
        }
        parts
    }
}

/// Where the last whole record of a text that begins with a record ends.
fn last_record_end(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some((begin, end)) = quoted_record(text, from) {
        match end {
            Some(end) => from = end,
            None => return (begin > 0).then_some(begin),
        }
    }
    let rest = text.get(from..).unwrap_or_default();
    memchr::memrchr(b'\n', rest).map(|at| from + at + 1).or((from > 0).then_some(from))
}

/// The next record with a quotation mark, in a text in which a record begins at `from`: where it begins and, if it is whole,
/// ends.
fn quoted_record(text: &[u8], from: usize) -> Option<(usize, Option<usize>)> {
    let rest = text.get(from..)?;
    let before = rest.get(..memchr::memchr(b'"', rest)?)?;
    // What stands before the mark's line ends with a record.
    let begin = from + memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    Some((begin, record_end(text, begin)))
}

/// Where the record that begins here ends, by the states of the CSV reader.
fn record_end(text: &[u8], begin: usize) -> Option<usize> {
    let mut state = State::FieldBegins;
    let mut at = begin;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let step = match state {
            State::Quoted => memchr::memchr(b'"', rest)?,
            State::Plain => memchr::memchr2(b',', b'\n', rest)?,
            State::FieldBegins | State::QuoteInQuoted => 0,
        };
        let byte = rest.get(step).copied().unwrap_or_default();
        at += step + 1;
        state = match (state, byte) {
            (State::Quoted, _) => State::QuoteInQuoted,
            (State::FieldBegins | State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b'\n') => return Some(at),
            (_, b',') => State::FieldBegins,
            _ => State::Plain,
        };
    }
    None
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
    fn a_piece_in_parts_is_the_same_text_on_the_same_lines_and_quotes_stand_apart() {
        let filling = "x,y\n".repeat(4 * FEW);
        for quoted in ["\"a\nb\",c\n", "a\"b,c\n\n", "\"\"\"\",\"\"\n", "甲,\"乙\"\n\"丙\"\n"] {
            for text in [
                format!("{filling}{quoted}{filling}"),
                format!("{quoted}{filling}"),
                format!("{filling}{quoted}"),
                format!("{filling}{quoted}{filling}{quoted}x\n"),
            ] {
                let parts = Piece { text: text.clone().into_bytes(), line: 7 }.parted();
                assert!(parts.len() > 1, "{quoted:?}");
                let (mut together, mut plain) = (Vec::new(), 0);
                for part in &parts {
                    let (line, text) = match part {
                        Part::Plain { text, place, line } => (*line, &text.as_bytes()[place.clone()]),
                        Part::Quoted(Piece { text, line }) => (*line, text.as_slice()),
                    };
                    assert_eq!(line, 7 + lines(&together), "{quoted:?}");
                    assert_eq!(matches!(part, Part::Quoted(_)), text.contains(&b'"'), "{quoted:?}");
                    plain += if text.contains(&b'"') { 0 } else { text.len() };
                    together.extend_from_slice(text);
                }
                assert_eq!(together, text.as_bytes(), "{quoted:?}");
                assert!(plain >= filling.len(), "{quoted:?}");
            }
        }
        let quoted = Piece { text: "\"a\"\n".repeat(99).into_bytes(), line: 1 };
        assert!(matches!(quoted.parted()[..], [Part::Quoted(_)]), "many quotes");
        let broken = Piece { text: b"a,\xff\n".to_vec(), line: 1 };
        assert!(matches!(broken.parted()[..], [Part::Quoted(_)]), "no text");
        assert!(Piece::default().parted().is_empty());
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
