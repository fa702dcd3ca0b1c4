//! The few repairs that never change what a value says. Each is counted; everything else is set aside.

use std::collections::BTreeMap;

use crate::model::Text;

/// What was repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// Spaces around the value.
    SurroundingSpaces,
    /// Full-width digits.
    FullWidthDigits,
    /// A date written `YYYY/MM/DD` or `YYYYMMDD`.
    DateForm,
    /// A month written `YYYYMM`.
    MonthForm,
}

impl Repair {
    /// Every kind of repair.
    pub const ALL: [Self; 4] =
        [Self::SurroundingSpaces, Self::FullWidthDigits, Self::DateForm, Self::MonthForm];

    /// The word in counts.
    pub fn code(self) -> &'static str {
        match self {
            Self::SurroundingSpaces => "surrounding_spaces",
            Self::FullWidthDigits => "full_width_digits",
            Self::DateForm => "date_form",
            Self::MonthForm => "month_form",
        }
    }

    /// What it is called.
    pub fn text(self) -> Text {
        match self {
            Self::SurroundingSpaces => Text::new("首尾空格", "surrounding spaces"),
            Self::FullWidthDigits => Text::new("全角数字", "full-width digits"),
            Self::DateForm => Text::new("日期写法", "other form of a date"),
            Self::MonthForm => Text::new("月份写法", "other form of a month"),
        }
    }
}

/// How many values were repaired, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repairs([u64; Repair::ALL.len()]);

impl Repairs {
    /// Counts one.
    pub fn count(&mut self, repair: Repair) {
        if let Some(count) = self.0.get_mut(repair as usize) {
            *count += 1;
        }
    }

    /// Counts others too.
    pub fn add(&mut self, others: Self) {
        for (count, more) in self.0.iter_mut().zip(others.0) {
            *count += more;
        }
    }

    /// The kinds that occurred.
    pub fn by_code(&self) -> BTreeMap<String, u64> {
        let counted = Repair::ALL.iter().zip(self.0).filter(|(_, count)| *count > 0);
        counted.map(|(repair, count)| (repair.code().to_owned(), count)).collect()
    }
}

/// The value without surrounding spaces and with its full-width digits made plain ones. `wide` is scratch room.
#[inline]
pub fn clean<'a>(raw: &'a str, wide: &'a mut String, repairs: &mut Repairs) -> &'a str {
    if is_clean(raw) { raw } else { mend(raw, wide, repairs) }
}

/// Whether there is nothing in a value that [`clean`] would repair.
#[inline]
pub fn is_clean(raw: &str) -> bool {
    // Most values begin and end with a plain character and hold no other.
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = raw.as_bytes();
    let is_ascii = bytes.is_ascii();
    (is_ascii && is_plain(bytes.first()) && is_plain(bytes.last()))
        || (!is_ascii && raw.trim().len() == raw.len() && !raw.contains(is_full_width))
}

fn mend<'a>(raw: &'a str, wide: &'a mut String, repairs: &mut Repairs) -> &'a str {
    let trimmed = raw.trim();
    if trimmed.len() != raw.len() {
        repairs.count(Repair::SurroundingSpaces);
    }
    if trimmed.is_ascii() || !trimmed.contains(is_full_width) {
        return trimmed;
    }
    repairs.count(Repair::FullWidthDigits);
    wide.clear();
    wide.extend(trimmed.chars().map(|c| match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        c => c,
    }));
    wide
}

fn is_full_width(c: char) -> bool {
    ('０'..='９').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_around_and_full_width_digits_are_repaired_and_counted() {
        let mut repairs = Repairs::default();
        let mut wide = String::new();
        for (raw, value) in [
            ("甲", "甲"),
            (" 甲 乙\u{3000}", "甲 乙"),
            ("２０２６-０３", "2026-03"),
            ("\t", ""),
            ("Ａ１", "Ａ1"),
            ("", ""),
        ] {
            assert_eq!(clean(raw, &mut wide, &mut repairs), value);
        }
        let counts: Vec<_> = repairs.by_code().into_iter().collect();
        assert_eq!(counts, [("full_width_digits".to_owned(), 2), ("surrounding_spaces".to_owned(), 2)]);
    }
}
