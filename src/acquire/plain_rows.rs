//! The records of a piece of CSV text that holds no quotation mark: every line is one, every comma parts two fields.
//! It copies no byte, and reads the same as the CSV reader would.
//!
//! # Decisions
//!
//! - Commas and line ends are found 64 bytes at a time and told one by one. How far it is lies in a place of its own (`Place`), which
//!   the compiler keeps in registers where all rows are read in one loop: that counts for more than the width of the block.

use std::{ops::Range, path::Path, sync::Arc};

use wide::u8x16;

use super::{decode::END, fields::Fields, grid::Grid, pieces::MAX_RECORD, text_error::TextError};

/// The lines of a piece.
pub(super) struct PlainRows {
    text: Arc<String>,
    /// Where the records end in it.
    end: usize,
    place: Place,
    /// Where the fields of the record at hand begin, and at the end where one more would.
    begins: Vec<u32>,
}

/// How far a text has been read.
#[derive(Clone, Copy)]
struct Place {
    /// The line that is read next.
    line: u64,
    marks: Marks,
    /// Where the next record begins.
    next: usize,
}

/// What is read next.
enum Next {
    /// A record, on this line.
    Record(u64),
    /// One that is too long, on this line.
    TooLong(u64),
    End,
}

impl Place {
    /// Goes to the next record and adds where its fields begin, and where one more would.
    #[inline(always)]
    fn read(&mut self, text: &str, begins: &mut Vec<u32>) -> Next {
        let start = self.next;
        let mut begin = start;
        begins.push(begin as u32);
        loop {
            // Only a text that was cut off ends without a line end.
            let (at, is_end) = self.marks.next(text.as_bytes()).unwrap_or((text.len(), true));
            if is_end && at == begin {
                begins.pop();
                if at == text.len() {
                    return Next::End;
                }
                // A blank line is no record.
                begin = at + 1;
                self.line += 1;
                begins.push(begin as u32);
                continue;
            }
            begins.push((at + 1) as u32);
            if !is_end {
                continue;
            }
            let line = self.line;
            self.line += 1;
            self.next = at + 1;
            if text.get(begin..at) == Some(END) {
                return Next::End;
            }
            return if (at - start) as u64 >= MAX_RECORD { Next::TooLong(line) } else { Next::Record(line) };
        }
    }
}

impl PlainRows {
    /// The records in this place of a text, which is shorter than four thousand million bytes; the first stands on that line.
    pub(super) fn new(text: Arc<String>, place: Range<usize>, line: u64) -> Self {
        let marks = Marks { next: place.start, ..Marks::default() };
        let end = place.end;
        Self { text, end, place: Place { line, marks, next: place.start }, begins: Vec::new() }
    }

    /// Goes to the next record; its line.
    pub(super) fn read(&mut self, path: &Path) -> Result<Option<u64>, TextError> {
        self.begins.clear();
        match self.place.read(self.text.get(..self.end).unwrap_or_default(), &mut self.begins) {
            Next::Record(line) => Ok(Some(line)),
            Next::TooLong(line) => Err(TextError::RecordTooLong { path: path.to_owned(), line }),
            Next::End => Ok(None),
        }
    }

    /// All records that are left. Those that have more or fewer fields than `width` are told and left out.
    pub(super) fn grid(
        self,
        width: usize,
        path: &Path,
        mut told: impl FnMut(u64, Fields<'_>),
    ) -> Result<Grid, TextError> {
        // A place of its own, which nobody else sees, stays in the processor's registers.
        let Self { text, end, mut place, .. } = self;
        // Most fields are longer than a few bytes: so there is hardly ever too little room.
        let fields = (end - place.next) / 8;
        let mut begins = Vec::with_capacity(fields);
        let mut lines = Vec::with_capacity(fields / (width + 1));
        loop {
            let from = begins.len();
            match place.read(text.get(..end).unwrap_or_default(), &mut begins) {
                Next::Record(line) if begins.len() == from + width + 1 => lines.push(line),
                Next::Record(line) => {
                    told(line, Fields::Line { text: &text, begins: begins.get(from..).unwrap_or_default() });
                    begins.truncate(from);
                }
                Next::TooLong(line) => {
                    return Err(TextError::RecordTooLong { path: path.to_owned(), line });
                }
                Next::End => {
                    begins.truncate(from);
                    return Ok(Grid::lying(text, width, begins, lines));
                }
            }
        }
    }

    /// The record that was read last.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields::Line { text: &self.text, begins: &self.begins }
    }
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Finds the commas and line ends of a text, a block at a time.
#[derive(Default, Clone, Copy)]
struct Marks {
    /// Where the next block begins.
    next: usize,
    /// What was found in the last block and not told yet: a bit of each byte.
    found: u64,
    /// Which of its bytes are line ends.
    ends: u64,
}

impl Marks {
    /// The next one, and whether it is a line end.
    #[inline(always)]
    fn next(&mut self, text: &[u8]) -> Option<(usize, bool)> {
        while self.found == 0 {
            let rest = text.get(self.next..).filter(|rest| !rest.is_empty())?;
            let block = rest.first_chunk().copied().unwrap_or_else(|| {
                let mut last = [0; BLOCK];
                last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                last
            });
            self.ends = equal(&block, b'\n');
            self.found = self.ends | equal(&block, b',');
            self.next += BLOCK;
        }
        let place = self.found.trailing_zeros();
        self.found &= self.found - 1;
        Some((self.next - BLOCK + place as usize, self.ends >> place & 1 == 1))
    }
}

/// Which bytes of a block are this one: a bit of each, that of the first the lowest.
fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
    let (parts, _) = block.as_chunks::<16>();
    let parts = parts.iter().map(|part| u8x16::new(*part).simd_eq(u8x16::splat(byte)).to_bitmask());
    parts.rev().fold(0, |bits, part| bits << 16 | u64::from(part))
}

#[cfg(test)]
mod tests {
    use csv::StringRecord;

    use super::*;
    use crate::acquire::{csv_rows::CsvRows, pieces::Piece};

    type Rows = Vec<(u64, Vec<String>)>;

    /// Read with other text around it.
    fn plain(piece: Piece) -> Rows {
        let text = String::from_utf8(piece.text).unwrap();
        let place = 5..5 + text.len();
        let mut rows = PlainRows::new(Arc::new(format!("a,\n,\n{text}b,c\n")), place, piece.line);
        let mut found = Vec::new();
        while let Some(line) = rows.read(Path::new("a.csv")).unwrap() {
            found.push((line, rows.fields().iter().map(str::to_owned).collect()));
        }
        found
    }

    fn as_the_csv_reader(piece: Piece) -> Rows {
        let mut rows = CsvRows::new(piece);
        let mut record = StringRecord::new();
        let mut found = Vec::new();
        while let Some((line, _)) = rows.read(&mut record, Path::new("a.csv")).unwrap() {
            found.push((line, record.iter().map(str::to_owned).collect()));
        }
        found
    }

    #[test]
    fn lines_are_read_as_the_csv_reader_reads_them() {
        let letters = ["a", ",", "\n", "甲", "\u{FEFF}"];
        // Every text of up to six of these letters, at the beginning, in the middle and at the end of a block.
        for length in 0..=6_u32 {
            for mut number in 0..5_usize.pow(length) {
                let mut text = String::new();
                for _ in 0..length {
                    text.push_str(letters[number % 5]);
                    number /= 5;
                }
                for around in ["", "x,y\n", &"x".repeat(BLOCK - 2)] {
                    let text = format!("{around}{text}{around}\n\0\n");
                    let piece = || Piece { text: text.clone().into_bytes(), line: 5 };
                    assert_eq!(plain(piece()), as_the_csv_reader(piece()), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn no_byte_but_the_two_is_taken_for_one_of_them() {
        for byte in (0..=u8::MAX).filter(|byte| ![b',', b'\n'].contains(byte)) {
            for at in 0..BLOCK + 3 {
                let mut text = b"\n,".repeat(BLOCK);
                text[at] = byte;
                let mut marks = Marks::default();
                let found: Vec<_> = std::iter::from_fn(|| marks.next(&text)).collect();
                let others = (0..text.len()).filter(|other| *other != at);
                assert_eq!(found, others.map(|at| (at, at % 2 == 0)).collect::<Vec<_>>(), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn a_line_without_end_is_not_read_to_it() {
        let text = Arc::new(format!("a\n{}\n", "x".repeat(MAX_RECORD as usize)));
        let mut rows = PlainRows::new(text.clone(), 0..text.len(), 1);
        assert_eq!(rows.read(Path::new("a.csv")).unwrap(), Some(1));
        assert!(matches!(rows.read(Path::new("a.csv")), Err(TextError::RecordTooLong { line: 2, .. })));
    }
}
