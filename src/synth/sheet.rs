//! One dataset's raw file in the making: rows written as bytes, as the agency's software would export them.
//!
//! Never holds more than one block of rows, and never decides what is true: it only writes, and now and then
//! spoils a row the way clerks and spreadsheets do, counting what it spoilt.

use chrono::{Datelike as _, NaiveDate};

use super::{
    calendar::Term,
    dice::Dice,
    number::{IdNumber, Ref},
};
use crate::model::{Fen, Month};

/// How an agency's software writes files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// GB18030 with CRLF; else UTF-8 with a byte-order mark and LF.
    pub gb18030: bool,
    /// How yes and no are written.
    pub yes_no: [&'static str; 2],
}

/// What can happen to a row. The first five are mended at intake, the others set it aside; a copy collapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blemish {
    Fifteen,
    LowerX,
    FullWidth,
    InnerSpace,
    SlashDate,
    WrongCheck,
    UnknownCode,
    Thousands,
    Copy,
}

/// Blemishes that intake mends, then how often each comes.
const MENDED: [Blemish; 5] =
    [Blemish::Fifteen, Blemish::LowerX, Blemish::FullWidth, Blemish::InnerSpace, Blemish::SlashDate];
/// Blemishes that set a row aside.
const SET_ASIDE: [Blemish; 3] = [Blemish::WrongCheck, Blemish::UnknownCode, Blemish::Thousands];

/// Rows between two blemishes, on average.
pub const ROWS_PER_BLEMISH: u32 = 150;

/// What was spoilt in one dataset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows in the file, the header not counted.
    pub rows: u64,
    /// Rows that intake mends.
    pub mended: u64,
    /// Rows that intake sets aside.
    pub set_aside: u64,
    /// Rows that repeat the one before in every column.
    pub copies: u64,
}

impl Counts {
    /// Adds another block's counts.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.mended += other.mended;
        self.set_aside += other.set_aside;
        self.copies += other.copies;
    }
}

/// The rows of one dataset in one block.
pub struct Sheet {
    /// The rows' bytes, in the agency's encoding.
    pub bytes: Vec<u8>,
    /// What was written and spoilt.
    pub counts: Counts,
    style: Style,
    columns_written: u32,
    blemish: Option<Blemish>,
    dirt: Option<Dice>,
}

impl Sheet {
    /// An empty sheet; without dice nothing is spoilt.
    pub fn new(style: Style, dirt: Option<Dice>) -> Self {
        Self { bytes: Vec::new(), counts: Counts::default(), style, columns_written: 0, blemish: None, dirt }
    }

    /// Writes one row: `fields` writes each field in turn.
    pub fn row(&mut self, fields: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.columns_written = 0;
        self.blemish = self.next_blemish();
        fields(self);
        self.bytes.extend_from_slice(if self.style.gb18030 { b"\r\n" } else { b"\n" });
        self.counts.rows += 1;
        if self.blemish.take() == Some(Blemish::Copy) {
            self.bytes.extend_from_within(start..);
            self.counts.rows += 1;
            self.counts.copies += 1;
        }
    }

    /// Writes one field, a comma before it unless it is the row's first.
    pub fn field(&mut self, value: &impl Field) {
        if self.columns_written > 0 {
            self.bytes.push(b',');
        }
        self.columns_written += 1;
        value.write(self);
    }

    fn next_blemish(&mut self) -> Option<Blemish> {
        let dice = self.dirt.as_mut()?;
        if dice.below(ROWS_PER_BLEMISH) != 0 {
            return None;
        }
        match dice.below(10) {
            0 => Some(Blemish::Copy),
            1 => dice.pick(&SET_ASIDE),
            _ => dice.pick(&MENDED),
        }
    }

    /// Takes the row's blemish if it is one of these.
    fn take(&mut self, wanted: &[Blemish]) -> Option<Blemish> {
        let found = self.blemish.filter(|blemish| wanted.contains(blemish))?;
        self.blemish = None;
        if SET_ASIDE.contains(&found) {
            self.counts.set_aside += 1;
        } else {
            self.counts.mended += 1;
        }
        Some(found)
    }

    fn text(&mut self, text: &str) {
        if self.style.gb18030 && !text.is_ascii() {
            let (bytes, _, _) = encoding_rs::GB18030.encode(text);
            self.bytes.extend_from_slice(&bytes);
        } else {
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }

    fn number(&mut self, mut value: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let mut used = 0;
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + u8::try_from(value % 10).unwrap_or(0);
            value /= 10;
            used += 1;
            if value == 0 && used >= width {
                break;
            }
        }
        self.bytes.extend_from_slice(&digits[20 - used..]);
    }

    fn date(&mut self, day: NaiveDate, dash: u8) {
        self.number(u64::from(day.year().unsigned_abs()), 4);
        self.bytes.push(dash);
        self.number(u64::from(day.month()), 2);
        self.bytes.push(dash);
        self.number(u64::from(day.day()), 2);
    }
}

/// A value that can stand in a field.
pub trait Field {
    /// Writes the value as the agency would.
    fn write(&self, sheet: &mut Sheet);
}

impl<T: Field> Field for Option<T> {
    fn write(&self, sheet: &mut Sheet) {
        if let Some(value) = self {
            value.write(sheet);
        }
    }
}

impl Field for IdNumber {
    fn write(&self, sheet: &mut Sheet) {
        if sheet.blemish.is_none() {
            sheet.bytes.extend_from_slice(self.characters());
            return;
        }
        let mut wanted = vec![Blemish::FullWidth, Blemish::InnerSpace, Blemish::WrongCheck];
        if self.fifteen().is_some() {
            wanted.push(Blemish::Fifteen);
        }
        if self.characters().last() == Some(&b'X') {
            wanted.push(Blemish::LowerX);
        }
        let taken = sheet.take(&wanted);
        let characters = self.characters();
        match (taken, self.fifteen()) {
            (Some(Blemish::Fifteen), Some(short)) => sheet.bytes.extend_from_slice(&short),
            (Some(Blemish::LowerX), _) => sheet.bytes.extend_from_slice(&characters.to_ascii_lowercase()),
            (Some(Blemish::WrongCheck), _) => {
                sheet.bytes.extend_from_slice(self.with_wrong_check().characters());
            }
            (Some(Blemish::InnerSpace), _) => {
                for (index, part) in characters.chunks(6).enumerate() {
                    sheet.bytes.extend_from_slice(if index > 0 { b" " } else { b"" });
                    sheet.bytes.extend_from_slice(part);
                }
            }
            (Some(Blemish::FullWidth), _) => {
                let wide = |c: &u8| char::from_u32(0xFEE0 + u32::from(*c)).unwrap_or(' ');
                let text: String = characters.iter().map(wide).collect();
                sheet.text(&text);
            }
            _ => sheet.bytes.extend_from_slice(characters),
        }
    }
}

impl Field for Ref {
    fn write(&self, sheet: &mut Sheet) {
        sheet.bytes.extend_from_slice(self.0.as_bytes());
        sheet.number(u64::from(self.1), 9);
    }
}

/// A word of a closed list.
impl Field for &'static str {
    fn write(&self, sheet: &mut Sheet) {
        match sheet.take(&[Blemish::UnknownCode]) {
            Some(_) => sheet.bytes.extend_from_slice(b"unknown_99"),
            None => sheet.bytes.extend_from_slice(self.as_bytes()),
        }
    }
}

/// A division code.
impl Field for u64 {
    fn write(&self, sheet: &mut Sheet) {
        sheet.number(*self, 1);
    }
}

impl Field for i32 {
    fn write(&self, sheet: &mut Sheet) {
        sheet.number(u64::from(self.unsigned_abs()), 1);
    }
}

impl Field for bool {
    fn write(&self, sheet: &mut Sheet) {
        let word = sheet.style.yes_no[usize::from(!self)];
        sheet.text(word);
    }
}

/// Money in yuan, and areas in square metres: two decimals.
impl Field for Fen {
    fn write(&self, sheet: &mut Sheet) {
        let fen = self.0.unsigned_abs();
        if self.0 < 0 {
            sheet.bytes.push(b'-');
        }
        if (100_000..100_000_000).contains(&fen) && sheet.take(&[Blemish::Thousands]).is_some() {
            sheet.bytes.push(b'"');
            sheet.number(fen / 100_000, 1);
            sheet.bytes.push(b',');
            sheet.number(fen / 100 % 1000, 3);
            sheet.bytes.push(b'.');
            sheet.number(fen % 100, 2);
            sheet.bytes.push(b'"');
            return;
        }
        sheet.number(fen / 100, 1);
        sheet.bytes.push(b'.');
        sheet.number(fen % 100, 2);
    }
}

impl Field for NaiveDate {
    fn write(&self, sheet: &mut Sheet) {
        let dash = if sheet.take(&[Blemish::SlashDate]).is_some() { b'/' } else { b'-' };
        sheet.date(*self, dash);
    }
}

impl Field for Month {
    fn write(&self, sheet: &mut Sheet) {
        let day = self.first_day();
        sheet.number(u64::from(day.year().unsigned_abs()), 4);
        sheet.bytes.push(b'-');
        sheet.number(u64::from(day.month()), 2);
    }
}

impl Field for Term {
    fn write(&self, sheet: &mut Sheet) {
        sheet.number(u64::from(self.year.unsigned_abs()), 4);
        sheet.bytes.extend_from_slice(if self.autumn { b"-A" } else { b"-S" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::dice::Part;

    const PLAIN: Style = Style { gb18030: false, yes_no: ["true", "false"] };

    fn written(style: Style, value: &impl Field) -> String {
        let mut sheet = Sheet::new(style, None);
        sheet.row(|row| {
            row.field(value);
            row.field(&7);
        });
        let (text, _, bad) = encoding_rs::GB18030.decode(&sheet.bytes);
        assert!(!bad);
        text.into_owned()
    }

    #[test]
    fn values_are_written_as_the_contract_has_them() {
        assert_eq!(written(PLAIN, &Fen(119_000)), "1190.00,7\n");
        assert_eq!(written(PLAIN, &Fen(-5)), "-0.05,7\n");
        assert_eq!(written(PLAIN, &Ref("C", 42)), "C000000042,7\n");
        assert_eq!(written(PLAIN, &"2026-03".parse::<Month>().unwrap()), "2026-03,7\n");
        assert_eq!(written(PLAIN, &None::<Fen>), ",7\n");
        assert_eq!(written(PLAIN, &Term { year: 2025, autumn: true }), "2025-A,7\n");
        assert_eq!(written(Style { gb18030: true, yes_no: ["是", "否"] }, &false), "否,7\r\n");
    }

    #[test]
    fn dirt_comes_at_the_known_rate_and_is_counted() {
        let mut sheet = Sheet::new(PLAIN, Some(Dice::new(1, Part::Dirt, 0)));
        let born = NaiveDate::from_ymd_opt(1949, 12, 31).unwrap();
        for _ in 0..100_000 {
            sheet.row(|row| {
                row.field(&IdNumber::new(110_105, born, 2));
                row.field(&born);
                row.field(&"dibao");
                row.field(&Fen(119_000));
            });
        }
        let counts = sheet.counts;
        assert!((590..740).contains(&(counts.mended + counts.set_aside + counts.copies)), "{counts:?}");
        assert!((40..95).contains(&counts.set_aside) && (40..95).contains(&counts.copies), "{counts:?}");
        assert_eq!(counts.rows, 100_000 + counts.copies);
        let text = String::from_utf8(sheet.bytes).unwrap();
        for mark in [
            "110105491231002,",
            "x,1949",
            "１１",
            "110105 194912",
            "1949/12/31",
            "unknown_99",
            "\"1,190.00\"",
        ] {
            assert!(text.contains(mark), "{mark}");
        }
    }
}
