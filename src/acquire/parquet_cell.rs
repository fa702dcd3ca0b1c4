//! One typed value of a Parquet column → the text that a CSV file would carry for it. It knows no contract.
//!
//! # Decisions
//!
//! - Text is the one way in: the same checks, reasons and repairs then hold for every kind of file.
//! - A decimal loses zeros at its end (`1190.5000` → `1190.5`), because they are its type's and say nothing; a double becomes
//!   the shortest decimal that gives it back, so that 0.1 + 0.2 has too many decimals and is set aside, not rounded. A double
//!   that is no number becomes `#NUM!`, one that has lost digits is written with an exponent: both are named as damage.
//! - A timestamp at midnight is its day. One that counts from an instant (UTC) is refused: which day it is depends on where.
//!   Single floats are refused, since they cannot hold an amount.

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{
        ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Float64Type, Int8Type, Int16Type,
        Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use chrono::{DateTime, Datelike, NaiveDateTime};

use super::value;

/// Beyond this not every whole number is a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How the values of one column become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Nothing,
    Text,
    Bytes,
    Bool,
    Whole,
    Double,
    Decimal { scale: u8 },
    Day,
    Moment,
}

/// The form of a type, if it is one that is read.
pub(super) fn form(kind: &DataType) -> Option<Form> {
    Some(match kind {
        DataType::Null => Form::Nothing,
        DataType::Utf8View => Form::Text,
        DataType::BinaryView => Form::Bytes,
        DataType::Boolean => Form::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Form::Whole,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => Form::Whole,
        DataType::Float64 => Form::Double,
        DataType::Decimal128(_, scale) => Form::Decimal { scale: u8::try_from(*scale).ok()? },
        DataType::Date32 => Form::Day,
        DataType::Timestamp(_, None) => Form::Moment,
        _ => return None,
    })
}

/// Appends the text of one value; none if the value cannot be one of its column.
pub(super) fn write(form: Form, array: &ArrayRef, row: usize, months: bool, text: &mut String) -> Option<()> {
    if array.is_null(row) {
        return Some(());
    }
    match form {
        Form::Nothing => {}
        Form::Text => text.push_str(array.as_string_view_opt()?.value(row)),
        Form::Bytes => {
            text.push_str(
                std::str::from_utf8(array.as_byte_view_opt::<arrow::datatypes::BinaryViewType>()?.value(row))
                    .ok()?,
            );
        }
        Form::Bool => text.push_str(if array.as_boolean_opt()?.value(row) { "true" } else { "false" }),
        Form::Whole => text.push_str(&whole(array, row)?.to_string()),
        Form::Double => text.push_str(&double(primitive::<Float64Type>(array, row)?)),
        Form::Decimal { scale } => decimal(primitive::<Decimal128Type>(array, row)?, scale, text),
        Form::Day => {
            let day = value::day(primitive::<Date32Type>(array, row)?)?;
            push_day(day.and_hms_opt(0, 0, 0)?, months, text);
        }
        Form::Moment => push_day(moment(array, row)?, months, text),
    }
    Some(())
}

/// `2026-03-01`; `2026-03` if it is the first of a month in a column of months; with its time if it has one.
fn push_day(moment: NaiveDateTime, months: bool, text: &mut String) {
    // Years of five digits or before our era keep their sign, and so are no date.
    text.push_str(&moment.date().to_string());
    if moment.time() != chrono::NaiveTime::MIN {
        text.push('T');
        text.push_str(&moment.time().to_string());
    } else if months && moment.day() == 1 {
        text.truncate(text.len() - "-01".len());
    }
}

fn primitive<T: ArrowPrimitiveType>(array: &ArrayRef, row: usize) -> Option<T::Native> {
    array.as_primitive_opt::<T>()?.values().get(row).copied()
}

fn whole(array: &ArrayRef, row: usize) -> Option<i128> {
    Some(match array.data_type() {
        DataType::Int8 => primitive::<Int8Type>(array, row)?.into(),
        DataType::Int16 => primitive::<Int16Type>(array, row)?.into(),
        DataType::Int32 => primitive::<Int32Type>(array, row)?.into(),
        DataType::Int64 => primitive::<Int64Type>(array, row)?.into(),
        DataType::UInt8 => primitive::<UInt8Type>(array, row)?.into(),
        DataType::UInt16 => primitive::<UInt16Type>(array, row)?.into(),
        DataType::UInt32 => primitive::<UInt32Type>(array, row)?.into(),
        DataType::UInt64 => primitive::<UInt64Type>(array, row)?.into(),
        _ => return None,
    })
}

fn double(value: f64) -> String {
    if !value.is_finite() {
        return "#NUM!".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // The shortest decimal that gives the number back; never an exponent below.
    if value.abs() >= EXACT { super::sheet_number::with_exponent(value) } else { format!("{value}") }
}

fn decimal(units: i128, scale: u8, text: &mut String) {
    let digits = units.unsigned_abs().to_string();
    let scale = usize::from(scale);
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, decimals) = padded.split_at(padded.len() - scale);
    let decimals = decimals.trim_end_matches('0');
    if units < 0 {
        text.push('-');
    }
    text.push_str(whole);
    if !decimals.is_empty() {
        text.push('.');
        text.push_str(decimals);
    }
}

fn moment(array: &ArrayRef, row: usize) -> Option<NaiveDateTime> {
    let DataType::Timestamp(unit, None) = array.data_type() else { return None };
    let moment = match unit {
        TimeUnit::Second => DateTime::from_timestamp(primitive::<TimestampSecondType>(array, row)?, 0)?,
        TimeUnit::Millisecond => {
            DateTime::from_timestamp_millis(primitive::<TimestampMillisecondType>(array, row)?)?
        }
        TimeUnit::Microsecond => {
            DateTime::from_timestamp_micros(primitive::<TimestampMicrosecondType>(array, row)?)?
        }
        TimeUnit::Nanosecond => {
            DateTime::from_timestamp_nanos(primitive::<TimestampNanosecondType>(array, row)?)
        }
    };
    Some(moment.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_become_the_shortest_decimal_or_show_their_damage() {
        for (value, text) in [
            (1190.0, "1190"),
            (1190.1, "1190.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "0"),
            (1e-7, "0.0000001"),
            (330_302_199_003_070_015.0, "3.30302E+17"),
            (f64::NAN, "#NUM!"),
            (f64::NEG_INFINITY, "#NUM!"),
        ] {
            assert_eq!(double(value), text);
        }
    }

    #[test]
    fn decimals_keep_every_digit_that_says_something() {
        for (units, scale, expected) in [
            (119_000, 2, "1190"),
            (119_050, 2, "1190.5"),
            (-5, 2, "-0.05"),
            (12_345, 3, "12.345"),
            (0, 4, "0"),
            (330_302, 0, "330302"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            let mut text = String::new();
            decimal(units, scale, &mut text);
            assert_eq!(text, expected);
        }
    }
}
