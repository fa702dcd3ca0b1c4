//! Made-up identity numbers that are right by GB 11643, and the references that agencies invent.
//!
//! Nobody has these numbers: births and sequence numbers are drawn by the generator. They are never shown by
//! `Debug`, so that the habit holds where the numbers are real.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};

/// Weights of the first seventeen digits (GB 11643).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check digit for each remainder.
const CHECKS: &[u8; 11] = b"10X98765432";

/// Eighteen characters: region, birth date, sequence (odd: male), check digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber([u8; 18]);

impl IdNumber {
    /// The number with its check digit.
    pub fn new(region: u32, born: NaiveDate, sequence: u32) -> Self {
        let date =
            u64::from(born.year().unsigned_abs()) * 10_000 + u64::from(born.month() * 100 + born.day());
        let mut rest = (u64::from(region) * 100_000_000 + date) * 1000 + u64::from(sequence % 1000);
        let mut characters = [b'0'; 18];
        for slot in characters.iter_mut().take(17).rev() {
            *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        let sum: u32 = characters.iter().zip(WEIGHTS).map(|(c, weight)| u32::from(c - b'0') * weight).sum();
        characters[17] = CHECKS[(sum % 11) as usize];
        Self(characters)
    }

    /// The eighteen characters, for a raw file and for the truth file only.
    pub fn characters(&self) -> &[u8; 18] {
        &self.0
    }

    /// The form issued before 1999: no century, no check digit. None for births outside the 1900s.
    pub fn fifteen(&self) -> Option<[u8; 15]> {
        let mut short = [0_u8; 15];
        if self.0.get(6..8) != Some(b"19") {
            return None;
        }
        let kept = self.0.iter().take(6).chain(self.0.iter().skip(8).take(9));
        short.iter_mut().zip(kept).for_each(|(slot, c)| *slot = *c);
        Some(short)
    }

    /// The same digits under a check digit that is wrong.
    pub fn with_wrong_check(mut self) -> Self {
        self.0[17] = if self.0[17] == b'5' { b'6' } else { b'5' };
        self
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(…)")
    }
}

/// A key that an agency made up: a letter or two and nine digits, too short to look like an identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref(pub &'static str, pub u32);

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:09}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(id: IdNumber) -> String {
        String::from_utf8(id.characters().to_vec()).unwrap()
    }

    #[test]
    fn the_published_vectors_come_out() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(text(IdNumber::new(110_105, day(1949, 12, 31), 2)), "11010519491231002X");
        assert_eq!(text(IdNumber::new(440_524, day(1880, 1, 1), 1)), "440524188001010014");
        assert_eq!(text(IdNumber::new(810_000, day(1990, 3, 7), 1)), "810000199003070015");
        assert_eq!(&IdNumber::new(110_105, day(1949, 12, 31), 2).fifteen().unwrap(), b"110105491231002");
        assert_eq!(IdNumber::new(110_105, day(2001, 1, 1), 2).fifteen(), None);
    }

    #[test]
    fn a_number_is_not_shown_by_debug() {
        let id = IdNumber::new(110_105, NaiveDate::from_ymd_opt(1949, 12, 31).unwrap(), 2);
        assert_eq!(format!("{id:?}"), "IdNumber(…)");
        assert_ne!(id.with_wrong_check(), id);
    }
}
