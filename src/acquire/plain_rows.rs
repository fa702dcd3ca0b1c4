//! The records of a piece of CSV text that holds no quotation mark: every line is one, every comma parts two fields.
//! It copies no byte, and reads the same as the CSV reader would.

use std::{ops::Range, path::Path, sync::Arc};

use super::{decode::END, fields::Fields, grid::Grid, pieces::MAX_RECORD, text_error::TextError};

/// The lines of a piece.
pub(super) struct PlainRows {
    text: Arc<String>,
    /// Where the records end in it.
    end: usize,
    /// The line that is read next.
    line: u64,
    marks: Marks,
    /// Where the next record begins.
    next: usize,
    /// Where the fields of the record at hand begin, and at the end where one more would.
    begins: Vec<u32>,
}

impl PlainRows {
    /// The records in this place of a text, which is shorter than four thousand million bytes; the first stands on that line.
    pub(super) fn new(text: Arc<String>, place: Range<usize>, line: u64) -> Self {
        let marks = Marks { next: place.start, found: 0 };
        Self { text, end: place.end, line, marks, next: place.start, begins: Vec::new() }
    }

    /// Goes to the next record; its line.
    pub(super) fn read(&mut self, path: &Path) -> Result<Option<u64>, TextError> {
        let mut begins = std::mem::take(&mut self.begins);
        begins.clear();
        let line = self.read_into(&mut begins, path);
        self.begins = begins;
        line
    }

    /// Goes to the next record and adds where its fields begin, and where one more would; its line.
    #[inline]
    fn read_into(&mut self, begins: &mut Vec<u32>, path: &Path) -> Result<Option<u64>, TextError> {
        let bytes = self.text.as_bytes().get(..self.end).unwrap_or_default();
        let start = self.next;
        let mut begin = start;
        begins.push(begin as u32);
        loop {
            // Only a text that was cut off ends without a line end.
            let at = self.marks.next(bytes).unwrap_or(bytes.len());
            let is_end = bytes.get(at) != Some(&b',');
            if is_end && at == begin {
                begins.pop();
                if at == bytes.len() {
                    return Ok(None);
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
            if self.text.get(begin..at) == Some(END) {
                return Ok(None);
            }
            if (at - start) as u64 >= MAX_RECORD {
                return Err(TextError::RecordTooLong { path: path.to_owned(), line });
            }
            return Ok(Some(line));
        }
    }

    /// All records that are left. Those that have more or fewer fields than `width` are told and left out.
    pub(super) fn grid(
        mut self,
        width: usize,
        path: &Path,
        mut told: impl FnMut(u64, Fields<'_>),
    ) -> Result<Grid, TextError> {
        // Most fields are longer than a few bytes: so there is hardly ever too little room.
        let fields = (self.end - self.next) / 8;
        let mut begins = Vec::with_capacity(fields);
        let mut lines = Vec::with_capacity(fields / (width + 1));
        loop {
            let from = begins.len();
            let Some(line) = self.read_into(&mut begins, path)? else {
                begins.truncate(from);
                return Ok(Grid::lying(self.text, width, begins, lines));
            };
            if begins.len() == from + width + 1 {
                lines.push(line);
                continue;
            }
            told(line, Fields::Line { text: &self.text, begins: begins.get(from..).unwrap_or_default() });
            begins.truncate(from);
        }
    }

    /// The record that was read last.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields::Line { text: &self.text, begins: &self.begins }
    }
}

/// Finds the commas and line ends of a text, eight bytes at a time.
#[derive(Default)]
struct Marks {
    /// Where the next eight bytes begin.
    next: usize,
    /// What was found in the last eight and not told yet: the highest bit of each byte.
    found: u64,
}

impl Marks {
    /// The next one.
    fn next(&mut self, text: &[u8]) -> Option<usize> {
        while self.found == 0 {
            let rest = text.get(self.next..).filter(|rest| !rest.is_empty())?;
            let eight = rest.first_chunk().copied().unwrap_or_else(|| {
                let mut last = [0; 8];
                last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                last
            });
            let eight = u64::from_le_bytes(eight);
            self.found = equal(eight, b',') | equal(eight, b'\n');
            self.next += 8;
        }
        let at = self.next - 8 + (self.found.trailing_zeros() / 8) as usize;
        self.found &= self.found - 1;
        Some(at)
    }
}

/// Which of eight bytes are this one: the highest bit of each.
fn equal(eight: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let other = eight ^ u64::from_ne_bytes([byte; 8]);
    // A byte of `other` is zero where adding to its low bits does not reach the highest, and that is not set either.
    !(((other & LOW) + LOW) | other | LOW)
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
        // Every text of up to six of these letters, at the beginning and end of the eight bytes that are looked at together.
        for length in 0..=6_u32 {
            for mut number in 0..5_usize.pow(length) {
                let mut text = String::new();
                for _ in 0..length {
                    text.push_str(letters[number % 5]);
                    number /= 5;
                }
                for around in ["", "1234567", "x,y\n"] {
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
            for at in 0..8 {
                let mut text = *b"\n,\n,\n,\n,";
                text[at] = byte;
                let mut marks = Marks::default();
                let found: Vec<usize> = std::iter::from_fn(|| marks.next(&text)).collect();
                assert_eq!(found, (0..8).filter(|other| *other != at).collect::<Vec<_>>(), "{byte} at {at}");
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
