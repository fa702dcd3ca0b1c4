//! A range of months relative to the month of the run, as rules write it: `M-12..M-1`.

use std::{fmt, str::FromStr};

use crate::model::Month;

/// Months from `M-from` to `M-to`, both included; negative offsets lie before M.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthRange {
    /// The first month, relative to M.
    pub from: i32,
    /// The last month, relative to M.
    pub to: i32,
}

/// A text that is not a range of months.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a range of months; write M-12..M-1")]
pub struct BadMonthRange(pub String);

impl MonthRange {
    /// The months of the range for a run in month `m`, earliest first.
    pub fn months(self, m: Month) -> impl Iterator<Item = Month> {
        (self.from..=self.to).map(move |offset| m.plus(offset))
    }
}

impl FromStr for MonthRange {
    type Err = BadMonthRange;

    fn from_str(text: &str) -> Result<Self, BadMonthRange> {
        let bad = || BadMonthRange(text.to_owned());
        let offset = |part: &str| -> Option<i32> {
            match part.trim().strip_prefix('M')? {
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
        if from > to { Err(bad()) } else { Ok(Self { from, to }) }
    }
}

impl fmt::Display for MonthRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |offset: i32| if offset == 0 { "M".to_owned() } else { format!("M{offset:+}") };
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
        assert_eq!("M-1".parse::<MonthRange>().unwrap(), MonthRange { from: -1, to: -1 });
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in ["", "M", "12..1", "M-1..M-12", "M-..M", "M-1...M", "m-1..m"] {
            assert_eq!(bad.parse::<MonthRange>().is_ok(), bad == "M", "{bad}");
        }
    }
}
