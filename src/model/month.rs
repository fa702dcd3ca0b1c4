//! A calendar month, and the arithmetic of months that the rules use.

use std::{fmt, str::FromStr};

use chrono::{Datelike, Months, NaiveDate};

/// A calendar month, held as its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(NaiveDate);

/// A text that is not `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month: write YYYY-MM")]
pub struct BadMonth;

impl Month {
    /// The month that a day lies in.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// The month `count` months later; negative counts go back. Stops at the ends of the calendar.
    pub fn plus(self, count: i32) -> Self {
        let months = Months::new(count.unsigned_abs());
        let moved =
            if count < 0 { self.0.checked_sub_months(months) } else { self.0.checked_add_months(months) };
        Self(moved.unwrap_or(self.0))
    }

    /// The first day.
    pub fn first_day(self) -> NaiveDate {
        self.0
    }

    /// The last day.
    pub fn last_day(self) -> NaiveDate {
        self.plus(1).0.pred_opt().unwrap_or(self.0)
    }
}

impl FromStr for Month {
    type Err = BadMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, month) = text.split_once('-').ok_or(BadMonth)?;
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(BadMonth);
        }
        let year = year.parse().map_err(|_| BadMonth)?;
        let month = month.parse().map_err(|_| BadMonth)?;
        NaiveDate::from_ymd_opt(year, month, 1).map(Self).ok_or(BadMonth)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_count_across_years() {
        let march: Month = "2026-03".parse().unwrap();
        assert_eq!(march.plus(-12).to_string(), "2025-03");
        assert_eq!(march.plus(-3).to_string(), "2025-12");
        assert_eq!(march.plus(-1).last_day(), NaiveDate::from_ymd_opt(2026, 2, 28).unwrap());
        assert_eq!(Month::of(NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()), march);
    }

    #[test]
    fn only_year_and_month_is_a_month() {
        for bad in ["2026", "2026-3", "2026-13", "202603", "2026-03-01", "+026-03"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }
}
