//! One value of a result as plain text or number, whatever array type the engine chose for it.

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        UInt8Type, UInt32Type, UInt64Type,
    },
};
use chrono::NaiveDate;

/// A value as the rest of the house uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact decimal: digits and scale.
    Decimal(i128, i8),
    /// A day.
    Date(NaiveDate),
    /// Text.
    Text(String),
    /// A type that no contract has, by its name.
    Other(String),
}

impl Cell {
    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether it is true; null is not.
    pub fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Decimal(digits, scale) => f.write_str(&decimal_text(*digits, *scale)),
            Self::Date(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Text(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

fn decimal_text(digits: i128, scale: i8) -> String {
    let Ok(scale) = usize::try_from(scale) else { return digits.to_string() };
    let sign = if digits < 0 { "-" } else { "" };
    let magnitude = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = magnitude.split_at_checked(magnitude.len() - scale).unwrap_or((&magnitude, ""));
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Days since 1970-01-01 to a date.
fn day(days: i32) -> Cell {
    chrono::DateTime::UNIX_EPOCH
        .date_naive()
        .checked_add_signed(chrono::TimeDelta::days(i64::from(days)))
        .map_or(Cell::Null, Cell::Date)
}

/// The value in one row of a column.
pub fn cell(column: &ArrayRef, row: usize) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    match column.data_type() {
        DataType::Null => Cell::Null,
        DataType::Boolean => Cell::Bool(column.as_boolean().value(row)),
        DataType::Int8 => Cell::Int(column.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Cell::Int(column.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Cell::Int(column.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Cell::Int(column.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => Cell::Int(column.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt32 => Cell::Int(column.as_primitive::<UInt32Type>().value(row).into()),
        DataType::UInt64 => {
            i64::try_from(column.as_primitive::<UInt64Type>().value(row)).map_or(Cell::Null, Cell::Int)
        }
        DataType::Decimal128(_, scale) => {
            Cell::Decimal(column.as_primitive::<Decimal128Type>().value(row), *scale)
        }
        DataType::Date32 => day(column.as_primitive::<Date32Type>().value(row)),
        DataType::Utf8 => Cell::Text(column.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => Cell::Text(column.as_string::<i64>().value(row).to_owned()),
        DataType::Utf8View => Cell::Text(column.as_string_view().value(row).to_owned()),
        DataType::Float64 => Cell::Other(column.as_primitive::<Float64Type>().value(row).to_string()),
        other => Cell::Other(format!("<{other}>")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Decimal128Array};

    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let money: ArrayRef = Arc::new(
            Decimal128Array::from(vec![Some(-5), Some(119_000), None])
                .with_precision_and_scale(14, 2)
                .unwrap(),
        );
        assert_eq!(cell(&money, 0).to_string(), "-0.05");
        assert_eq!(cell(&money, 1).to_string(), "1190.00");
        assert_eq!(cell(&money, 2), Cell::Null);
        let dates: ArrayRef = Arc::new(Date32Array::from(vec![20_527]));
        assert_eq!(cell(&dates, 0).to_string(), "2026-03-15");
    }
}
