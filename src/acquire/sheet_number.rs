//! A number of a spreadsheet cell as text. It never shows a digit that the sheet did not keep.
//!
//! # Decisions
//!
//! - A number is written with at most 15 significant digits, because that is all a spreadsheet keeps, and without
//!   an exponent while it is below 10¹⁵. Beyond, digits have been lost, and it is written the way the sheet shows
//!   it (`3.30302E+17`), so that the damage is found and not taken for a number that ends in zeros.
//! - A date becomes `YYYY-MM-DD`; with a time of day it keeps the time and so fails as a date.

use calamine::ExcelDateTime;

/// A number as the sheet would show it in a cell wide enough.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() || value.abs() >= 1e15 || value.abs() < 1e-9 {
        return with_exponent(value);
    }
    // Fifteen significant digits: as many decimals as remain beside the digits before the point.
    let before_point = value.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from(15 - before_point).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// `3.30302E+17`: six significant digits, as a spreadsheet shows it.
pub(super) fn with_exponent(value: f64) -> String {
    let text = format!("{value:.5E}");
    match text.split_once('E') {
        Some((digits, exponent)) => {
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            let sign = if exponent.starts_with('-') { "" } else { "+" };
            format!("{digits}E{sign}{exponent}")
        }
        None => text,
    }
}

/// A day, or a number if the cell holds a duration.
pub(super) fn date(value: &ExcelDateTime) -> String {
    if !value.is_datetime() {
        return number(value.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_out_until_digits_were_lost() {
        for (value, text) in [
            (1190.0, "1190"),
            (0.0, "0"),
            (-12.5, "-12.5"),
            (1234.56, "1234.56"),
            (0.1 + 0.2, "0.3"),
            (330_302_001_000.0, "330302001000"),
            (999_999_999_999_999.0, "999999999999999"),
            (330_302_199_003_070_015.0, "3.30302E+17"),
            (1e15, "1E+15"),
            (0.05, "0.05"),
            (123_456_789_012.25, "123456789012.25"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
