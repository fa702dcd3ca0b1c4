//! The first sheet of an `.xlsx` file as rows of text with their row numbers; it never guesses at a value.
//!
//! # Decisions
//!
//! - A number is written with at most 15 significant digits, because that is all a spreadsheet keeps, and without
//!   an exponent while it is below 10¹⁵. Beyond, digits have been lost, and it is written the way the sheet shows
//!   it (`3.30302E+17`), so that the damage is found and not taken for a number that ends in zeros.
//! - A date cell becomes `YYYY-MM-DD`; with a time of day it keeps the time and so fails as a date.

use std::{fs::File, io::BufReader, path::Path};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx, XlsxError};
use csv::StringRecord;

/// No dataset has more columns; a cell further out is damage.
const MAX_COLUMNS: u32 = 1_000;
/// No sheet holds more text than this.
const MAX_BYTES: usize = 2 << 30;

/// Why a sheet cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SheetFault {
    /// Not a workbook, or a damaged one.
    #[error("the workbook cannot be read")]
    Workbook(#[from] XlsxError),
    /// A workbook without sheets.
    #[error("the workbook has no sheet")]
    NoSheet,
    /// A cell far outside any table.
    #[error("row {row} has a cell beyond column {MAX_COLUMNS}")]
    TooWide {
        /// The row number.
        row: u64,
    },
    /// More text than a sheet can sensibly hold.
    #[error("the first sheet holds more than {MAX_BYTES} bytes of text")]
    TooLarge,
    /// Rows that are not in order.
    #[error("row {row} stands after a later row")]
    OutOfOrder {
        /// The row number.
        row: u64,
    },
}

/// The rows that hold anything, in order, each with its row number.
pub(super) fn read(path: &Path) -> Result<Vec<(u64, StringRecord)>, SheetFault> {
    let file = File::open(path).map_err(XlsxError::Io)?;
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file))?;
    let first = book.sheet_names().first().cloned().ok_or(SheetFault::NoSheet)?;
    let mut cells = book.worksheet_cells_reader(&first)?;
    let mut rows: Vec<(u64, StringRecord)> = Vec::new();
    let mut bytes = 0;
    let mut text = String::new();
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let row = u64::from(row) + 1;
        text.clear();
        write_value(cell.get_value(), &mut text);
        if text.is_empty() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(SheetFault::TooWide { row });
        }
        match rows.last() {
            Some((last, _)) if *last == row => {}
            Some((last, _)) if *last > row => return Err(SheetFault::OutOfOrder { row }),
            _ => rows.push((row, StringRecord::new())),
        }
        if let Some((_, record)) = rows.last_mut() {
            while record.len() < column as usize {
                record.push_field("");
            }
            record.push_field(&text);
        }
        bytes += text.len() + 8;
        if bytes > MAX_BYTES {
            return Err(SheetFault::TooLarge);
        }
    }
    Ok(rows)
}

fn write_value(value: &DataRef<'_>, text: &mut String) {
    match value {
        DataRef::Empty => {}
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => {
            text.push_str(value);
        }
        DataRef::SharedString(value) => text.push_str(value),
        DataRef::Int(value) => text.push_str(&value.to_string()),
        DataRef::Float(value) => text.push_str(&number(*value)),
        DataRef::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        DataRef::DateTime(value) => text.push_str(&date(value)),
        DataRef::Error(error) => text.push_str(&error.to_string()),
    }
}

/// A number as the sheet would show it in a cell wide enough.
fn number(value: f64) -> String {
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
fn with_exponent(value: f64) -> String {
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

fn date(value: &ExcelDateTime) -> String {
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
