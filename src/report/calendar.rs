//! Working days: weekends, public holidays and make-up days, so that a deadline means the same to everyone.
//!
//! Never asks what day it is today, and never guesses a holiday: a year without data has weekends only and is named.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use crate::model::Text;

/// The days on which the office works, from `pipelines/reference/holidays.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeSet<i32>,
    off: BTreeMap<NaiveDate, Text>,
    on: BTreeSet<NaiveDate>,
}

/// A deadline, and the years on its way for which no holidays are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last working day on which the work is in time.
    pub on: NaiveDate,
    /// Years that were counted with weekends only.
    pub guessed: BTreeSet<i32>,
}

/// What is wrong with a holiday file; every mistake at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not the YAML that is expected.
    #[error("{path} cannot be read as a list of years with their holidays: {cause}")]
    Shape {
        /// The file.
        path: String,
        /// What the parser said, with its place.
        cause: String,
    },
    /// Read, but its days contradict each other.
    #[error("{path} contradicts itself: {}", .mistakes.join("; "))]
    Content {
        /// The file.
        path: String,
        /// One fragment a mistake.
        mistakes: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    years: Vec<Year>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: i32,
    source: String,
    issued_on: String,
    url: String,
    off: Vec<Span>,
    on: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    name: Text,
    from: String,
    to: String,
}

impl Calendar {
    /// Reads the text of a holiday file; `path` is only for messages.
    pub fn parse(text: &str, path: &str) -> Result<Self, CalendarError> {
        let file: File = serde_saphyr::from_str(text)
            .map_err(|e| CalendarError::Shape { path: path.to_owned(), cause: e.to_string() })?;
        let mut calendar = Self::default();
        let mut mistakes = Vec::new();
        for year in &file.years {
            calendar.add(year, &mut mistakes);
        }
        for day in &calendar.on {
            if calendar.off.contains_key(day) {
                mistakes.push(format!("{day} is both a day off and a working day"));
            }
        }
        if mistakes.is_empty() {
            Ok(calendar)
        } else {
            Err(CalendarError::Content { path: path.to_owned(), mistakes })
        }
    }

    fn add(&mut self, year: &Year, mistakes: &mut Vec<String>) {
        if !self.years.insert(year.year) {
            mistakes.push(format!("{} stands there twice", year.year));
        }
        if year.source.trim().is_empty() || year.url.trim().is_empty() {
            mistakes.push(format!("{} names no source", year.year));
        }
        let mut day = |text: &str| {
            let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            if parsed.is_none() {
                mistakes.push(format!("`{text}` in {} is not a date YYYY-MM-DD", year.year));
            }
            parsed
        };
        day(&year.issued_on);
        let spans: Vec<_> = year.off.iter().map(|s| (s, day(&s.from), day(&s.to))).collect();
        let on: Vec<_> = year.on.iter().filter_map(|text| day(text)).collect();
        for (span, from, to) in spans {
            let (Some(from), Some(to)) = (from, to) else { continue };
            // Longer than any holiday there has been: a slip of the pen, such as a wrong month.
            if from > to || (to - from).num_days() > 15 {
                mistakes.push(format!("{} runs from {from} to {to}", span.name.en));
                continue;
            }
            self.off.extend(from.iter_days().take_while(|d| *d <= to).map(|d| (d, span.name.clone())));
        }
        for day in on {
            if !is_weekend(day) {
                mistakes.push(format!("{day} is no weekend day, so it cannot be a make-up working day"));
            }
            self.on.insert(day);
        }
    }

    /// Whether the year's holidays are known.
    pub fn covers(&self, year: i32) -> bool {
        self.years.contains(&year)
    }

    /// Whether the office works on that day.
    pub fn is_working(&self, day: NaiveDate) -> bool {
        self.on.contains(&day) || (!is_weekend(day) && !self.off.contains_key(&day))
    }

    /// The `count`th working day after `start`; the start itself never counts.
    pub fn due(&self, start: NaiveDate, count: u32) -> Due {
        let mut due = Due { on: start, guessed: BTreeSet::new() };
        let mut left = count;
        while left > 0 {
            let Some(next) = due.on.succ_opt() else { break };
            due.on = next;
            if !self.covers(next.year()) {
                due.guessed.insert(next.year());
            }
            left -= u32::from(self.is_working(next));
        }
        due
    }

    /// Working days from `from` (not counted) to `to` (counted); 0 when `to` is not later.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> usize {
        from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| self.is_working(*day)).count()
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Calendar {
        let text = include_str!("../../pipelines/reference/holidays.yaml");
        Calendar::parse(text, "holidays.yaml").unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn three_working_days_step_over_spring_festival_2026() {
        // Friday 13 February; Saturday 14 is worked; 15 to 23 are off.
        let due = shipped().due(day("2026-02-13"), 3);
        assert_eq!(due, Due { on: day("2026-02-25"), guessed: BTreeSet::new() });
        // The make-up Saturday at the end counts too: 24, 25, 26, 27, 28 February.
        assert_eq!(shipped().due(day("2026-02-23"), 5).on, day("2026-02-28"));
    }

    #[test]
    fn national_day_is_off_and_the_days_that_make_up_for_it_are_worked() {
        let calendar = shipped();
        assert!(calendar.is_working(day("2026-09-20")), "a Sunday that is worked");
        assert!(!calendar.is_working(day("2026-09-25")), "Mid-Autumn, a Friday");
        // Wednesday 30 September; 1 to 7 off; 8, 9 and Saturday 10 October worked.
        assert_eq!(calendar.due(day("2026-09-30"), 3).on, day("2026-10-10"));
        assert_eq!(calendar.due(day("2025-09-30"), 1).on, day("2025-10-09"));
        assert_eq!(calendar.working_days_between(day("2026-09-30"), day("2026-10-10")), 3);
    }

    #[test]
    fn the_start_never_counts_and_zero_days_is_the_start() {
        let calendar = shipped();
        assert_eq!(calendar.due(day("2026-06-15"), 0).on, day("2026-06-15"));
        assert_eq!(calendar.due(day("2026-06-13"), 1).on, day("2026-06-15"), "from a Saturday");
    }

    #[test]
    fn a_year_without_data_has_weekends_only_and_is_named() {
        let due = shipped().due(day("2026-12-30"), 3);
        assert_eq!(due.on, day("2027-01-04"));
        assert_eq!(due.guessed, BTreeSet::from([2027]));
        assert!(!shipped().covers(2027));
    }

    #[test]
    fn the_shipped_years_have_the_days_that_the_notices_name() {
        let calendar = shipped();
        let off = |year| calendar.off.keys().filter(|d| d.year() == year).count();
        let on = |year| calendar.on.iter().filter(|d| d.year() == year).count();
        assert_eq!((off(2025), on(2025)), (28, 5));
        assert_eq!((off(2026), on(2026)), (33, 6));
    }

    #[test]
    fn every_contradiction_of_a_holiday_file_is_named_at_once() {
        let text = "years:\n- year: 2026\n  source: x\n  issued_on: 2025-11-04\n  url: ''\n  off:\n  \
                    - {name: {zh: a, en: a}, from: 2026-01-03, to: 2026-01-01}\n  \
                    - {name: {zh: b, en: b}, from: 2026-05-09, to: 2026-05-09}\n  on: [2026-01-05, 2026-13-01, 2026-05-09]\n";
        let CalendarError::Content { mistakes, .. } = Calendar::parse(text, "h.yaml").unwrap_err() else {
            panic!("another kind of error")
        };
        let all = mistakes.join("\n");
        for part in
            ["names no source", "a runs from", "2026-01-05 is no weekend", "`2026-13-01`", "both a day off"]
        {
            assert!(all.contains(part), "{part} is missing in {all}");
        }
    }

    #[test]
    fn a_file_of_another_shape_is_refused_with_its_name() {
        let error = Calendar::parse("years: 7", "h.yaml").unwrap_err();
        assert!(error.to_string().starts_with("h.yaml cannot be read"), "{error}");
    }
}
