//! One cleaned, non-empty text → one typed value, or the reason why not. Pure; it knows no row and no column.

use chrono::{Datelike, NaiveDate};

use super::{Reason, Repair};
use crate::model::Fen;

/// The most characters of a reference or a code.
const LONGEST: usize = 64;
/// What stands for a formula whose result was not saved with the sheet.
pub(super) const UNCALCULATED: &str = "#UNCALCULATED!";
/// What a spreadsheet shows in place of a value that it could not calculate.
const ERRORS: &[&str] = &[
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#DATA!",
];

/// A character without width that tells the encoding of a file where it stands first; it is no part of any value.
pub const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Damage that shows whatever the column holds.
#[inline]
pub fn damage(text: &str) -> Option<Reason> {
    if !text.is_ascii() && text.contains(BYTE_ORDER_MARK) {
        return Some(Reason::ByteOrderMark);
    }
    match text.chars().next()? {
        '\'' | '‘' | '’' => Some(Reason::LeadingApostrophe),
        '#' if text == UNCALCULATED => Some(Reason::FormulaWithoutValue),
        '#' if ERRORS.contains(&text) => Some(Reason::SpreadsheetError),
        _ => None,
    }
}

/// A day, and whether its form had to be repaired.
pub fn date(text: &str) -> Result<(NaiveDate, Option<Repair>), Reason> {
    let bytes = text.as_bytes();
    let (year, month, day, repair) = match bytes {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => ([y1, y2, y3, y4], [m1, m2], [d1, d2], None),
        [y1, y2, y3, y4, b'/', m1, m2, b'/', d1, d2] | [y1, y2, y3, y4, m1, m2, d1, d2] => {
            ([y1, y2, y3, y4], [m1, m2], [d1, d2], Some(Repair::DateForm))
        }
        _ => return Err(day_damage(text).unwrap_or(Reason::BadDate)),
    };
    let parts = (digits(&year), digits(&month), digits(&day));
    let (Some(year), Some(month), Some(day)) = parts else {
        return Err(spreadsheet_damage(text).unwrap_or(Reason::BadDate));
    };
    let date = NaiveDate::from_ymd_opt(year as i32, month, day).ok_or(Reason::BadDate)?;
    Ok((date, repair))
}

/// A month as its first day, and whether its form had to be repaired.
pub fn month(text: &str) -> Result<(NaiveDate, Option<Repair>), Reason> {
    let (year, month, repair) = match text.as_bytes() {
        [y1, y2, y3, y4, b'-', m1, m2] => ([y1, y2, y3, y4], [m1, m2], None),
        [y1, y2, y3, y4, m1, m2] => ([y1, y2, y3, y4], [m1, m2], Some(Repair::MonthForm)),
        _ => return Err(day_damage(text).unwrap_or(Reason::BadMonth)),
    };
    let (Some(year), Some(month)) = (digits(&year), digits(&month)) else {
        return Err(spreadsheet_damage(text).unwrap_or(Reason::BadMonth));
    };
    let first = NaiveDate::from_ymd_opt(year as i32, month, 1).ok_or(Reason::BadMonth)?;
    Ok((first, repair))
}

/// What a spreadsheet makes of days: besides other damage, their number since 1900.
fn day_damage(text: &str) -> Option<Reason> {
    let (days, time) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = time.bytes().all(|byte| byte.is_ascii_digit()) && days.len() == 5;
    // From 1950 to 2099.
    let is_serial = is_number && days.parse().is_ok_and(|days: u32| (18_264..=73_050).contains(&days));
    spreadsheet_damage(text).or(is_serial.then_some(Reason::DateSerial))
}

fn digits(bytes: &[&u8]) -> Option<u32> {
    bytes
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(**byte - b'0')))
}

/// An amount of money. `hedui seal` sums the same values for the control totals.
pub fn money(text: &str) -> Result<Fen, Reason> {
    let fen = decimal(text, 14, 2).map_err(|reason| match reason {
        Reason::BadDecimal => Reason::BadMoney,
        other => other,
    })?;
    i64::try_from(fen).map(Fen).map_err(|_| Reason::BadMoney)
}

/// An exact decimal, in units of its last place.
pub fn decimal(text: &str, precision: u8, scale: i8) -> Result<i128, Reason> {
    let bad = || spreadsheet_damage(text).unwrap_or(Reason::BadDecimal);
    let scale = usize::try_from(scale).map_err(|_| Reason::BadDecimal)?;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let mut parts = unsigned.as_bytes().splitn(2, |byte| *byte == b'.');
    let (whole, decimals) = (parts.next().unwrap_or_default(), parts.next());
    let all_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !all_digits(whole) || !decimals.is_none_or(all_digits) {
        return Err(bad());
    }
    let decimals = decimals.unwrap_or_default();
    if decimals == b"0" {
        return Err(Reason::TrailingPointZero);
    }
    if decimals.len() > scale {
        return Err(Reason::TooManyDecimals);
    }
    if whole.len() + scale > usize::from(precision) {
        return Err(bad());
    }
    let units =
        whole.iter().chain(decimals).fold(0_i128, |units, digit| units * 10 + i128::from(digit - b'0'));
    let units = (decimals.len()..scale).fold(units, |units, _| units * 10);
    Ok(if unsigned.len() < text.len() { -units } else { units })
}

/// A whole number.
pub fn int(text: &str) -> Result<i32, Reason> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| Reason::BadInt);
    }
    Err(spreadsheet_damage(text).unwrap_or(Reason::BadInt))
}

/// Yes or no.
pub fn bool(text: &str) -> Result<bool, Reason> {
    match text {
        "true" | "1" | "是" => Ok(true),
        "false" | "0" | "否" => Ok(false),
        _ => Err(spreadsheet_damage(text).unwrap_or(Reason::BadBool)),
    }
}

/// A code of an administrative division: 6, 9 or 12 digits.
pub fn division(text: &str) -> Result<(), Reason> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        6 | 9 | 12 if is_digits => return Ok(()),
        5 | 8 | 11 if is_digits => return Err(Reason::LeadingZeroLost),
        _ => {}
    }
    Err(spreadsheet_damage(text).unwrap_or(Reason::BadDivision))
}

/// A free text on one line.
pub fn text(text: &str) -> Result<(), Reason> {
    // Most texts hold nothing that could be wrong.
    if text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'?') {
        return Ok(());
    }
    if text.chars().any(char::is_control) {
        return Err(Reason::ControlCharacter);
    }
    if text.contains("??") { Err(Reason::LostCharacters) } else { Ok(()) }
}

/// A key that an agency made up: short, on one line, and not damaged by a spreadsheet. Whether it holds an
/// identity number is asked elsewhere.
pub fn reference(text: &str) -> Result<(), Reason> {
    if text.len() > LONGEST && text.chars().count() > LONGEST {
        return Err(Reason::RefTooLong);
    }
    self::text(text)?;
    // `3E12` and `1,190` may be someone's own numbers; a point or a sign in them is a spreadsheet's.
    match spreadsheet_damage(text) {
        Some(Reason::Exponent) if text.contains(['.', '+', '-']) => Err(Reason::Exponent),
        Some(Reason::TrailingPointZero) => Err(Reason::TrailingPointZero),
        _ => Ok(()),
    }
}

/// What a spreadsheet makes of numbers: `3.30302E+17`, `330302.0`, `1,190`.
pub fn spreadsheet_damage(text: &str) -> Option<Reason> {
    let number = text.strip_prefix('-').unwrap_or(text);
    // Most texts hold none of the marks that follow.
    if !number.starts_with(|c: char| c.is_ascii_digit()) || number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_zeros = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'0');
    if let Some((mantissa, exponent)) = number.split_once(['e', 'E']) {
        let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let is_number = is_digits(whole) && is_digits(decimals) && is_digits(power);
        return is_number.then_some(Reason::Exponent);
    }
    if number.split_once('.').is_some_and(|(whole, zeros)| is_digits(whole) && is_zeros(zeros)) {
        return Some(Reason::TrailingPointZero);
    }
    let grouped = number.split('.').next().unwrap_or(number);
    let mut groups = grouped.split([',', '，']);
    let first = groups.next().is_some_and(is_digits);
    let mut later = groups.peekable();
    let has_more = later.peek().is_some();
    (first && has_more && later.all(|group| group.len() == 3 && is_digits(group)))
        .then_some(Reason::ThousandsSeparator)
}

/// 1970-01-01 counted from the first day of the common era.
const EPOCH: i32 = 719_163;

/// Days since 1970, as Arrow counts them.
pub fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH
}

/// The day that is so many days after 1970 began.
pub fn day(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days.checked_add(EPOCH)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_three_forms_and_in_no_other() {
        for (text, repair) in [
            ("2026-03-01", None),
            ("2026/03/01", Some(Repair::DateForm)),
            ("20260301", Some(Repair::DateForm)),
        ] {
            let (date, repaired) = date(text).unwrap();
            assert_eq!((date.to_string().as_str(), repaired), ("2026-03-01", repair), "{text}");
        }
        for bad in [
            "2026-3-1",
            "2026.03.01",
            "2026-02-30",
            "2026/03-01",
            "2026-03-01T00:00:00",
            "01/03/2026",
            "2026-00-01",
            "2026-03",
            "0000-00-00",
            "二〇二六年",
            "+026-03-1",
        ] {
            assert_eq!(date(bad), Err(Reason::BadDate), "{bad}");
        }
        assert_eq!(date("2.0260301E+7"), Err(Reason::Exponent));
        assert_eq!(date("20260301.0"), Err(Reason::TrailingPointZero));
        for serial in ["46082", "45292", "45292.5", "18264"] {
            assert_eq!((date(serial), month(serial)), (Err(Reason::DateSerial), Err(Reason::DateSerial)));
        }
        for number in ["12345", "99999", "4529", "45292.x"] {
            assert_eq!(date(number), Err(Reason::BadDate), "{number}");
        }
    }

    #[test]
    fn months_are_read_in_two_forms_and_in_no_other() {
        assert_eq!(month("2026-03").unwrap().1, None);
        assert_eq!(month("202603").unwrap().1, Some(Repair::MonthForm));
        assert_eq!(month("202603").unwrap().0.to_string(), "2026-03-01");
        for bad in ["2026-13", "2026/03", "2026-3", "2026-03-01", "26-03", "2026", "Mar-26"] {
            assert_eq!(month(bad), Err(Reason::BadMonth), "{bad}");
        }
    }

    #[test]
    fn money_is_exact_and_its_damage_is_named() {
        for (text, fen) in [
            ("0", 0),
            ("1190", 119_000),
            ("1190.5", 119_050),
            ("1190.00", 119_000),
            ("-5.25", -525),
            ("999999999999.99", 99_999_999_999_999),
        ] {
            assert_eq!(money(text), Ok(Fen(fen)), "{text}");
        }
        for (text, reason) in [
            ("1.19E+3", Reason::Exponent),
            ("1190.0", Reason::TrailingPointZero),
            ("1,190.00", Reason::ThousandsSeparator),
            ("1，190", Reason::ThousandsSeparator),
            ("12.345", Reason::TooManyDecimals),
            ("1000000000000", Reason::BadMoney),
            ("¥5", Reason::BadMoney),
            ("5元", Reason::BadMoney),
            ("1.", Reason::BadMoney),
            (".5", Reason::BadMoney),
            ("+5", Reason::BadMoney),
            ("--5", Reason::BadMoney),
            ("12,34", Reason::BadMoney),
            ("1 190", Reason::BadMoney),
            ("NULL", Reason::BadMoney),
        ] {
            assert_eq!(money(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn other_decimals_have_their_own_bounds() {
        assert_eq!(decimal("89.5", 10, 2), Ok(8950));
        assert_eq!(decimal("99999999.99", 10, 2), Ok(9_999_999_999));
        assert_eq!(decimal("100000000", 10, 2), Err(Reason::BadDecimal));
        assert_eq!(decimal("1.123", 10, 2), Err(Reason::TooManyDecimals));
    }

    #[test]
    fn whole_numbers_and_truths_are_read_as_the_contract_writes_them() {
        assert_eq!((int("0"), int("007"), int("2147483647")), (Ok(0), Ok(7), Ok(i32::MAX)));
        for (text, reason) in [
            ("-1", Reason::BadInt),
            ("2147483648", Reason::BadInt),
            ("3.0", Reason::TrailingPointZero),
            ("1e3", Reason::Exponent),
            ("1.0E+3", Reason::Exponent),
            ("1,000", Reason::ThousandsSeparator),
            ("三", Reason::BadInt),
        ] {
            assert_eq!(int(text), Err(reason), "{text}");
        }
        for text in ["true", "1", "是"] {
            assert_eq!(bool(text), Ok(true));
        }
        for text in ["false", "0", "否"] {
            assert_eq!(bool(text), Ok(false));
        }
        for bad in ["TRUE", "yes", "Y", "2", "真"] {
            assert_eq!(bool(bad), Err(Reason::BadBool), "{bad}");
        }
    }

    #[test]
    fn divisions_have_six_nine_or_twelve_digits() {
        for good in ["330302", "330302001", "330302001001"] {
            assert_eq!(division(good), Ok(()));
        }
        for bad in ["3303", "3303020", "33030A", "3303A", "330302001001000"] {
            assert_eq!(division(bad), Err(Reason::BadDivision), "{bad}");
        }
        for short in ["33030", "33030200", "33030200100"] {
            assert_eq!(division(short), Err(Reason::LeadingZeroLost), "{short}");
        }
        assert_eq!(division("330302.00"), Err(Reason::TrailingPointZero));
        assert_eq!(division("3.30302E+11"), Err(Reason::Exponent));
        assert_eq!(division("330302.0"), Err(Reason::TrailingPointZero));
    }

    #[test]
    fn references_are_any_short_text_that_is_not_damaged() {
        for good in ["C-000123", "3E12", "甲-1", &"户".repeat(64), "1,190", "12.5", "007"] {
            assert_eq!(reference(good), Ok(()), "{good}");
        }
        assert_eq!(reference(&"x".repeat(65)), Err(Reason::RefTooLong));
        assert_eq!(reference("3.30302E+17"), Err(Reason::Exponent));
        assert_eq!(reference("1E+15"), Err(Reason::Exponent));
        assert_eq!(reference("330302.0"), Err(Reason::TrailingPointZero));
        assert_eq!(reference("a\nb"), Err(Reason::ControlCharacter));
        assert_eq!(reference("??号"), Err(Reason::LostCharacters));
        assert_eq!(reference("一号?"), Ok(()));
    }

    #[test]
    fn damage_of_a_spreadsheet_shows_in_any_column() {
        for (text, reason) in [
            ("'330302", Some(Reason::LeadingApostrophe)),
            ("‘330302", Some(Reason::LeadingApostrophe)),
            ("#N/A", Some(Reason::SpreadsheetError)),
            ("#DIV/0!", Some(Reason::SpreadsheetError)),
            (UNCALCULATED, Some(Reason::FormulaWithoutValue)),
            ("\u{FEFF}", Some(Reason::ByteOrderMark)),
            ("甲\u{FEFF}乙", Some(Reason::ByteOrderMark)),
            ("\u{FEFF}'330302", Some(Reason::ByteOrderMark)),
            ("#12", None),
            ("a'b", None),
            ("", None),
        ] {
            assert_eq!(damage(text), reason, "{text}");
        }
    }

    #[test]
    fn days_count_from_1970() {
        assert_eq!(days(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()), 0);
        assert_eq!(days(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()), 20_513);
        assert_eq!(day(20_513), NaiveDate::from_ymd_opt(2026, 3, 1));
    }
}
