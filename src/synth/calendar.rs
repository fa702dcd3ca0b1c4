//! The days and months that the city is told by, all counted from the business date.
//!
//! Never today's date: `t` is given.

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::model::{Fen, Month};

/// The business date and the months around it.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The business date.
    pub t: NaiveDate,
    /// Its month.
    pub m: Month,
    /// The closed months of the history, oldest first: M-24 … M-1.
    pub closed: Vec<Month>,
    /// The same and M.
    pub paid: Vec<Month>,
}

/// How many closed months the raw files go back.
pub const HISTORY: i32 = 24;

impl Calendar {
    /// The calendar of a business date.
    pub fn new(t: NaiveDate) -> Self {
        let m = Month::of(t);
        let closed: Vec<Month> = (1..=HISTORY).rev().map(|k| m.plus(-k)).collect();
        let paid = closed.iter().copied().chain([m]).collect();
        Self { t, m, closed, paid }
    }

    /// The k-th month from M; negative counts go back.
    pub fn month(&self, k: i32) -> Month {
        self.m.plus(k)
    }

    /// The day k days from t; negative counts go back.
    pub fn day(&self, k: i32) -> NaiveDate {
        plus_days(self.t, k)
    }

    /// A day of the k-th month from M (days past its end become its last).
    pub fn on(&self, k: i32, day: u32) -> NaiveDate {
        self.month(k).first_day().with_day(day).unwrap_or_else(|| self.month(k).last_day())
    }

    /// The day `months` before t, its day clamped to the month's end.
    pub fn months_before(&self, months: u32) -> NaiveDate {
        self.t.checked_sub_months(Months::new(months)).unwrap_or(self.t)
    }

    /// Full years at t of someone born in `month`, counted from that month's first day.
    pub fn age(&self, month: Month) -> i32 {
        months_between(month, self.m).div_euclid(12)
    }

    /// The term of a day: its name's year, whether it is the autumn term, and its first day.
    pub fn term_of(day: NaiveDate) -> Term {
        match day.month() {
            3..=8 => Term { year: day.year(), autumn: false },
            1 | 2 => Term { year: day.year() - 1, autumn: true },
            _ => Term { year: day.year(), autumn: true },
        }
    }

    /// The dibao standard of a month in this city, yuan per person. An assumption of the invention (the last
    /// two are the figures that the shipped parameters hold too), never read by a rule.
    pub fn standard(month: Month) -> Fen {
        let key = month_key(month);
        Fen(if key >= 2025 * 12 + 6 {
            119_000
        } else if key >= 2024 * 12 + 6 {
            114_500
        } else {
            110_500
        })
    }
}

/// A school term, named as in the contract: `2026-S`, `2025-A`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// The year in its name: the one it begins in.
    pub year: i32,
    /// September to February; else March to August.
    pub autumn: bool,
}

impl Term {
    /// The first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, if self.autumn { 9 } else { 3 }, 1).unwrap_or_default()
    }

    /// The term before.
    pub fn before(self) -> Self {
        match self.autumn {
            true => Self { year: self.year, autumn: false },
            false => Self { year: self.year - 1, autumn: true },
        }
    }
}

/// Months since year 0: a number to count with.
pub fn month_key(month: Month) -> i32 {
    let day = month.first_day();
    day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0)
}

/// How many months `to` lies after `from`.
pub fn months_between(from: Month, to: Month) -> i32 {
    month_key(to) - month_key(from)
}

/// A day plus some days; stops at the ends of the calendar.
pub fn plus_days(day: NaiveDate, k: i32) -> NaiveDate {
    let days = Days::new(u64::from(k.unsigned_abs()));
    let moved = if k < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) };
    moved.unwrap_or(day)
}

/// A day plus some months, its day clamped to the month's end.
pub fn plus_months(day: NaiveDate, k: i32) -> NaiveDate {
    let months = Months::new(k.unsigned_abs());
    let moved = if k < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) };
    moved.unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn terms_follow_the_school_year() {
        assert_eq!(Calendar::term_of(day("2026-02-28")), Term { year: 2025, autumn: true });
        assert_eq!(Calendar::term_of(day("2026-02-28")).before(), Term { year: 2025, autumn: false });
        assert_eq!(Calendar::term_of(day("2026-03-01")).before(), Term { year: 2025, autumn: true });
    }

    #[test]
    fn ages_count_from_the_first_of_the_birth_month() {
        let calendar = Calendar::new(day("2026-03-15"));
        assert_eq!(calendar.age("1966-03".parse().unwrap()), 60);
        assert_eq!(calendar.age("1966-04".parse().unwrap()), 59);
        assert_eq!(calendar.closed.len(), 24);
        assert_eq!(calendar.closed.first().unwrap().to_string(), "2024-03");
        assert_eq!(Calendar::standard(calendar.m), Fen(119_000));
    }
}
