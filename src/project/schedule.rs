//! When a pipeline runs: a cron line and a time zone. Knows no clock; `schedule` asks it about minutes.

use std::str::FromStr;

use chrono::{Datelike, FixedOffset, NaiveDateTime, Offset as _, Timelike};

/// A cron line of five fields: minute, hour, day of month, month, day of week (0 or 7: Sunday). The default is never due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The line as written.
    pub text: String,
    fields: [Vec<u32>; 5],
    /// Whether day of month and day of week are both limited: then either suffices, as cron has it.
    either_day: bool,
}

/// A text that is not a cron line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {expected}")]
pub struct BadSchedule {
    /// The part that does not parse.
    pub found: String,
    /// What may stand there.
    pub expected: &'static str,
    /// The same in Chinese.
    pub expected_zh: &'static str,
}

const FIELDS: [(&str, &str, u32, u32); 5] = [
    ("分钟（0–59）", "a minute (0–59)", 0, 59),
    ("小时（0–23）", "an hour (0–23)", 0, 23),
    ("日（1–31）", "a day of the month (1–31)", 1, 31),
    ("月（1–12）", "a month (1–12)", 1, 12),
    ("星期（0–7）", "a day of the week (0–7)", 0, 7),
];

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        if parts.len() != FIELDS.len() {
            let expected_zh = "五个字段的 cron 时间：分 时 日 月 星期";
            let expected = "a cron line of five fields: minute hour day month weekday";
            return Err(BadSchedule { found: text.to_owned(), expected, expected_zh });
        }
        let mut fields: [Vec<u32>; 5] = Default::default();
        for ((slot, part), (expected_zh, expected, low, high)) in fields.iter_mut().zip(&parts).zip(FIELDS) {
            let bad = || BadSchedule { found: (*part).to_owned(), expected, expected_zh };
            *slot = field(part, low, high).ok_or_else(bad)?;
        }
        let either_day = parts.get(2) != Some(&"*") && parts.get(4) != Some(&"*");
        Ok(Self { text: text.to_owned(), fields, either_day })
    }
}

fn field(text: &str, low: u32, high: u32) -> Option<Vec<u32>> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let number = |text: &str| text.parse::<u32>().ok().filter(|n| (low..=high).contains(n));
        let (from, to) = match (range, range.split_once('-')) {
            ("*", _) => (low, high),
            (_, Some((from, to))) => (number(from)?, number(to)?),
            (one, None) => (number(one)?, if step.is_some() { high } else { number(one)? }),
        };
        let step = match step {
            Some(step) => step.parse::<usize>().ok().filter(|step| *step > 0)?,
            None => 1,
        };
        if from > to {
            return None;
        }
        all.extend((from..=to).step_by(step));
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

impl Schedule {
    /// Whether the pipeline runs in this minute of its own time zone.
    pub fn is_due(&self, minute: NaiveDateTime) -> bool {
        let [minutes, hours, days, months, weekdays] = &self.fields;
        let sunday = minute.weekday().num_days_from_sunday();
        let weekday = weekdays.contains(&sunday) || (sunday == 0 && weekdays.contains(&7));
        let day = days.contains(&minute.day());
        let on_day = if self.either_day { day || weekday } else { day && weekday };
        minutes.contains(&minute.minute())
            && hours.contains(&minute.hour())
            && months.contains(&minute.month())
            && on_day
    }
}

/// A time zone without summer time: China has had none since 1991.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timezone {
    /// The name as written.
    pub name: String,
    /// How far ahead of UTC it is.
    pub offset: FixedOffset,
}

impl Default for Timezone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), offset: chrono::Utc.fix() }
    }
}

impl Timezone {
    /// The names that are known beside offsets such as `+08:00`.
    pub const NAMES: [&'static str; 3] = ["Asia/Shanghai", "Asia/Urumqi", "UTC"];

    /// Finds a time zone by name or offset.
    pub fn find(name: &str) -> Option<Self> {
        let hours = |hours: i32| FixedOffset::east_opt(hours * 3600);
        let offset = match name {
            "Asia/Shanghai" => hours(8),
            "Asia/Urumqi" => hours(6),
            "UTC" => hours(0),
            other => other.parse().ok().filter(|_| other.starts_with(['+', '-'])),
        }?;
        Some(Self { name: name.to_owned(), offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(cron: &str, minute: &str) -> bool {
        let minute = NaiveDateTime::parse_from_str(minute, "%Y-%m-%d %H:%M").unwrap();
        cron.parse::<Schedule>().unwrap().is_due(minute)
    }

    #[test]
    fn a_cron_line_says_which_minutes_are_due() {
        assert!(due("30 1 * * *", "2026-03-15 01:30"));
        assert!(!due("30 1 * * *", "2026-03-15 01:31"));
        assert!(due("*/15 1-3 * * *", "2026-03-15 02:45"));
        assert!(due("0 2 * * 1-5", "2026-03-16 02:00"), "a Monday");
        assert!(!due("0 2 * * 1-5", "2026-03-15 02:00"), "a Sunday");
        assert!(due("0 2 * * 7", "2026-03-15 02:00"), "7 is Sunday too");
        assert!(due("0 2 1 * 0", "2026-03-15 02:00"), "either day suffices");
    }

    #[test]
    fn what_cron_would_not_read_is_refused_part_by_part() {
        for (bad, part) in [
            ("1 2 3", "1 2 3"),
            ("60 1 * * *", "60"),
            ("0 24 * * *", "24"),
            ("0 1 5-2 * *", "5-2"),
            ("x 1 * * *", "x"),
            ("*/0 1 * * *", "*/0"),
        ] {
            assert_eq!(bad.parse::<Schedule>().unwrap_err().found, part);
        }
    }

    #[test]
    fn time_zones_are_names_or_offsets() {
        assert_eq!(Timezone::find("Asia/Shanghai").unwrap().offset.local_minus_utc(), 28_800);
        assert_eq!(Timezone::find("+08:00").unwrap().offset.local_minus_utc(), 28_800);
        assert!(Timezone::find("Asia/Beijing").is_none());
        assert!(Timezone::find("8").is_none());
    }
}
