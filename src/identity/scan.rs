//! Whether a text looks as if it held a raw identity number (rule Q-06).
//!
//! It is asked of every text of every delivery, so those with fewer than fifteen digits leave at once. The answer is only
//! yes or no: what was seen is never handed on.
//!
//! # What it costs
//!
//! Measured beside nothing but the reading of the CSV, CPU seconds, release build, the best of three:
//!
//! | file | reading | reading and looking |
//! |---|---|---|
//! | 3 M payments, a token and seven short columns a row | 0.88 | 0.79 (it is lost in the noise) |
//! | 1 M rows of a token and three texts of 24 to 40 characters | 0.30 | 0.61 |
//!
//! The second is 0.3 µs a row where nearly every text has fifteen digits, beside the 3.7 µs that taking in a payment took. Of
//! its 24-digit numbers 144 in a million pass for an identity number by chance: long account numbers do not go unnoticed.

use chrono::NaiveDate;

use super::number::{birth_is_valid, check_digit, fold, region_is_valid};

/// What a text seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sighting {
    /// Exactly fifteen digits in a row with a valid region and date: a few can be chance.
    Fifteen,
    /// Eighteen characters with a valid region, date and check digit.
    Eighteen,
}

/// Looks for a raw identity number in one text, full-width forms folded, spaces and hyphens taken out.
pub fn sight(text: &str, as_of: NaiveDate) -> Option<Sighting> {
    if text.len() < 15 || !may_hold(text) {
        return None;
    }
    let mut squeezed = Vec::with_capacity(text.len());
    for c in text.chars().map(fold) {
        match c {
            '0'..='9' => squeezed.push(c as u8),
            'x' | 'X' => squeezed.push(b'X'),
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            _ => squeezed.push(b'?'),
        }
    }
    if squeezed.windows(18).any(|window| is_eighteen(window, as_of)) {
        return Some(Sighting::Eighteen);
    }
    let mut runs = squeezed.split(|b| !b.is_ascii_digit());
    runs.any(|run| is_fifteen(run, as_of)).then_some(Sighting::Fifteen)
}

/// Whether fifteen digits may stand together in the text. Errs to the side of looking: a byte that may belong to a full-width
/// digit counts as one, and only what surely parts two numbers ends a run.
fn may_hold(text: &str) -> bool {
    let mut run = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | 0xef => run += 1,
            b' ' | b'-' | b'\t'..=b'\r' | 0x80.. => {}
            _ => run = 0,
        }
        if run >= 15 {
            return true;
        }
    }
    false
}

fn is_eighteen(window: &[u8], as_of: NaiveDate) -> bool {
    let Some((body, [last])) = window.split_last_chunk::<1>() else { return false };
    if !(last.is_ascii_digit() || *last == b'X') || !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    <&[u8; 18]>::try_from(window).is_ok_and(|digits| {
        region_is_valid(digits) && check_digit(digits) == *last && birth_is_valid(digits, as_of)
    })
}

fn is_fifteen(run: &[u8], as_of: NaiveDate) -> bool {
    let Ok(run) = <&[u8; 15]>::try_from(run) else { return false };
    let mut wide = [b'0'; 18];
    wide[..6].copy_from_slice(&run[..6]);
    wide[6..8].copy_from_slice(b"19");
    wide[8..17].copy_from_slice(&run[6..]);
    region_is_valid(&wide) && birth_is_valid(&wide, as_of)
}

/// Whether so many 15-digit sightings in one column of so many rows are no chance: three, or one row in a hundred.
pub fn are_too_many(fifteen: u64, rows: u64) -> bool {
    fifteen >= 3 || fifteen > 0 && fifteen.saturating_mul(100) >= rows
}

/// What was seen in one column, counted over its rows; `P` is how the caller names a place (a line, or file and line).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnScan<P> {
    rows: u64,
    eighteen: u64,
    fifteen: u64,
    places: Vec<P>,
}

impl<P> Default for ColumnScan<P> {
    fn default() -> Self {
        Self { rows: 0, eighteen: 0, fifteen: 0, places: Vec::new() }
    }
}

impl<P> ColumnScan<P> {
    /// How many places are kept for the report.
    const PLACES: usize = 20;

    /// Counts one row's value.
    pub fn see(&mut self, text: &str, place: P, as_of: NaiveDate) {
        self.rows += 1;
        let Some(sighting) = sight(text, as_of) else { return };
        match sighting {
            Sighting::Eighteen => self.eighteen += 1,
            Sighting::Fifteen => self.fifteen += 1,
        }
        if self.places.len() < Self::PLACES {
            self.places.push(place);
        }
    }

    /// Whether the column must not leave: one 18-character sighting, or 15-digit ones in 3 rows or 1 % of them.
    pub fn looks_raw(&self) -> bool {
        self.eighteen > 0 || are_too_many(self.fifteen, self.rows)
    }

    /// Rows with a sighting.
    pub fn sightings(&self) -> u64 {
        self.eighteen + self.fifteen
    }

    /// Where the first sightings were.
    pub fn places(&self) -> &[P] {
        &self.places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
    }

    #[test]
    fn a_number_is_seen_inside_other_numbers_and_in_disguise() {
        for text in [
            "11010519491231002X",
            "11010519491231002x",
            "11010519491231002X43",
            "G440524188001010014",
            "44052418800101001443",
            "户主 110105 19491231 002X（已核）",
            "110105-19491231-002X",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105—1949１２３１－002Ｘ",
            "810000199003070015",
        ] {
            assert_eq!(sight(text, day()), Some(Sighting::Eighteen), "{text}");
        }
        assert_eq!(sight("编号110105491231002。", day()), Some(Sighting::Fifteen));
    }

    /// The quick look lets everything through that the thorough one would find.
    #[test]
    fn no_disguise_escapes_the_quick_look() {
        use rand::{RngExt as _, SeedableRng as _};
        let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let between = [" ", "-", "\u{3000}", "\u{2013}", "\u{a0}", "\t", "", "", "", "", ""];
        for number in ["11010519491231002X", "440524188001010014", "110105491231002"] {
            for _ in 0..500 {
                let mut text = ["", "G", "号", "a1"][dice.random_range(0..4)].to_owned();
                for c in number.chars() {
                    let wide = char::from_u32(c as u32 + 0xfee0).unwrap();
                    text.push(if dice.random_range(0..3) == 0 { wide } else { c });
                    text.push_str(between[dice.random_range(0..between.len())]);
                }
                text.push_str(["", "。", "x", "/7"][dice.random_range(0..4)]);
                // A digit before or an `x` after a number of fifteen makes it another number.
                let expected = number.len() == 18 || !text.starts_with("a1");
                assert!(sight(&text, day()).is_some() || !expected, "{text}");
            }
        }
    }

    #[test]
    fn ordinary_values_are_left_alone() {
        for text in [
            "",
            "C-000123",
            "330302001001",
            "2026-03-01",
            "123456789012.34",
            "110105194912310021", // wrong check digit
            "1101054912310021",   // sixteen digits
            "100105491231002",    // no such region
            "110105491331002",    // no such month
            "11010519491231?002X",
            "住宅用地使用权不动产登记簿号第一二三四五六七八九",
        ] {
            assert_eq!(sight(text, day()), None, "{text}");
        }
    }

    #[test]
    fn one_full_number_condemns_a_column_and_fifteen_digits_need_company() {
        let seen = |texts: &[&str]| {
            let mut scan = ColumnScan::default();
            for (n, text) in texts.iter().enumerate() {
                scan.see(text, n + 2, day());
            }
            scan
        };
        let mut column = vec!["C-1"; 300];
        column[7] = "110105491231002";
        assert!(!seen(&column).looks_raw());
        column[8] = "110105491231002";
        assert!(!seen(&column).looks_raw());
        column[9] = "110105491231002";
        assert!(seen(&column).looks_raw());
        assert_eq!(seen(&column).places(), [9, 10, 11]);
        assert!(seen(&["110105491231002", "C-1"]).looks_raw());
        let mut column = vec!["C-1"; 10_000];
        column[9_999] = "11010519491231002X";
        assert!(seen(&column).looks_raw());
        assert_eq!(seen(&column).sightings(), 1);
        assert!(!seen(&["C-1"]).looks_raw() && !seen(&[]).looks_raw());
    }
}
