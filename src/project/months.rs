//! A range of months relative to the month of the run, as rules write it: `M-12..M-1`; or of years: `Y-1..Y`.

use std::{fmt, str::FromStr};

use chrono::Datelike;

use crate::model::Month;

/// What a range counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Months, from the month of the run.
    Month,
    /// Years, from that of the run: the Januaries of a yearly dataset, of which an open one is not looked for.
    Year,
}

/// Months from `M-from` to `M-to`, both included; negative offsets lie before M. Likewise years, by their first month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthRange {
    /// Months or years.
    pub step: Step,
    /// The first one, relative to the run's.
    pub from: i32,
    /// The last one, relative to the run's.
    pub to: i32,
}

/// A text that is not a range of months.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a range of months; write M-12..M-1, or Y-1..Y for a yearly dataset")]
pub struct BadMonthRange(pub String);

impl MonthRange {
    /// The months of the range for a run in month `m`, earliest first.
    pub fn months(self, m: Month) -> impl Iterator<Item = Month> {
        let (start, length) = match self.step {
            Step::Month => (m, 1),
            Step::Year => (m.plus(1 - i32::try_from(m.first_day().month()).unwrap_or(1)), 12),
        };
        (self.from..=self.to)
            .map(move |offset| start.plus(offset * length))
            .filter(move |month| self.step == Step::Month || *month < m)
    }
}

impl FromStr for MonthRange {
    type Err = BadMonthRange;

    fn from_str(text: &str) -> Result<Self, BadMonthRange> {
        let bad = || BadMonthRange(text.to_owned());
        let step = if text.trim_start().starts_with('Y') { Step::Year } else { Step::Month };
        let letter = if step == Step::Year { 'Y' } else { 'M' };
        let offset = |part: &str| -> Option<i32> {
            match part.trim().strip_prefix(letter)? {
                "" => Some(0),
                rest => {
                    let number = rest.strip_prefix(['-', '+'])?;
                    let digits =
                        !number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit());
                    if digits { rest.parse().ok() } else { None }
                }
            }
        };
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let (from, to) = (offset(from).ok_or_else(bad)?, offset(to).ok_or_else(bad)?);
        if from > to { Err(bad()) } else { Ok(Self { step, from, to }) }
    }
}

impl fmt::Display for MonthRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.step == Step::Year { 'Y' } else { 'M' };
        let one = |offset: i32| if offset == 0 { letter.to_string() } else { format!("{letter}{offset:+}") };
        write!(f, "{}..{}", one(self.from), one(self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rule_book_writes_them() {
        let range: MonthRange = "M-3..M".parse().unwrap();
        assert_eq!(range.to_string(), "M-3..M");
        let m: Month = "2026-01".parse().unwrap();
        let months: Vec<_> = range.months(m).map(|month| month.to_string()).collect();
        assert_eq!(months, ["2025-10", "2025-11", "2025-12", "2026-01"]);
        assert_eq!("M-1".parse::<MonthRange>().unwrap(), MonthRange { step: Step::Month, from: -1, to: -1 });
    }

    #[test]
    fn years_are_their_closed_januaries() {
        let range: MonthRange = "Y-1..Y".parse().unwrap();
        assert_eq!(range.to_string(), "Y-1..Y");
        let months = |m: &str| -> Vec<String> {
            range.months(m.parse().unwrap()).map(|month| month.to_string()).collect()
        };
        assert_eq!(months("2026-03"), ["2025-01", "2026-01"]);
        assert_eq!(months("2026-02"), ["2025-01", "2026-01"]);
        assert_eq!(months("2026-01"), ["2025-01"]);
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in ["", "M", "Y-1..M", "M-1..Y", "12..1", "M-1..M-12", "M-..M", "M-1...M", "m-1..m"] {
            assert_eq!(bad.parse::<MonthRange>().is_ok(), bad == "M", "{bad}");
        }
    }
}
