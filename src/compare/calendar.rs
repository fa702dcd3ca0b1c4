//! The business date as the rules see it: `$t`, `$m`, `$m_1` … `$m_36`, `$m_no`, the school term, the run's division.
//!
//! Never reads a clock: the date is given.

use chrono::{Datelike, NaiveDate};

use crate::{
    engine::Placeholders,
    model::{Month, division_stem},
};

/// How many months back `$m_K` reaches.
const MONTHS_BACK: i32 = 36;

/// A school term: `2026-S` (March to August) or `2026-A` (September to February, named after the year it begins in).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// `YYYY-S` or `YYYY-A`.
    pub name: String,
    /// 1 March or 1 September.
    pub first_day: NaiveDate,
}

/// The term that a day lies in.
pub fn term_of(day: NaiveDate) -> Term {
    let (year, first_month, letter) = match day.month() {
        3..=8 => (day.year(), 3, 'S'),
        9..=12 => (day.year(), 9, 'A'),
        _ => (day.year() - 1, 9, 'A'),
    };
    Term {
        name: format!("{year:04}-{letter}"),
        first_day: NaiveDate::from_ymd_opt(year, first_month, 1).unwrap_or(day),
    }
}

/// A day as a SQL literal.
pub fn date_literal(day: NaiveDate) -> String {
    format!("DATE '{}'", day.format("%Y-%m-%d"))
}

/// A text as a SQL literal.
pub fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Sets every placeholder that follows from the business date and the run's division.
pub fn set_calendar(values: &mut Placeholders, t: NaiveDate, division: &str) {
    let m = Month::of(t);
    values.set("t", date_literal(t));
    values.set("m", date_literal(m.first_day()));
    values.set("m_no", (t.year() * 12 + i32::try_from(t.month()).unwrap_or_default()).to_string());
    for back in 1..=MONTHS_BACK {
        values.set(format!("m_{back}"), date_literal(m.plus(-back).first_day()));
    }
    let term = term_of(t);
    let previous = term_of(term.first_day.pred_opt().unwrap_or(term.first_day));
    values.set("term", text_literal(&term.name));
    values.set("term_start", date_literal(term.first_day));
    values.set("term_before", text_literal(&previous.name));
    values.set("term_before_start", date_literal(previous.first_day));
    values.set("division", text_literal(division));
    values.set("division_stem", text_literal(division_stem(division)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_of_february_lies_in_the_autumn_term() {
        assert_eq!(term_of(day("2026-02-28")).name, "2025-A");
        assert_eq!(term_of(day("2026-03-01")).name, "2026-S");
        assert_eq!(term_of(day("2026-08-31")).name, "2026-S");
        assert_eq!(term_of(day("2026-09-01")).name, "2026-A");
        let autumn = term_of(day("2026-02-28"));
        assert_eq!(term_of(autumn.first_day.pred_opt().unwrap()).name, "2025-S");
    }

    #[test]
    fn placeholders_are_typed_literals() {
        let mut values = Placeholders::default();
        set_calendar(&mut values, day("2026-03-15"), "330300");
        let of = |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_owned()).unwrap();
        assert_eq!(of("t"), "DATE '2026-03-15'");
        assert_eq!(of("m"), "DATE '2026-03-01'");
        assert_eq!(of("m_12"), "DATE '2025-03-01'");
        assert_eq!(of("m_no"), (2026 * 12 + 3).to_string());
        assert_eq!(of("division_stem"), "'3303'");
        assert_eq!(of("term_before"), "'2025-A'");
    }
}
