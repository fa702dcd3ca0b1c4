//! A cell of a unit test's row, read by the contract's kind, as strictly as a delivery is.

use chrono::NaiveDate;

use crate::{
    contract::{Column, Kind},
    model::{Fen, Month},
    parameter::Decimal,
};

/// A value of a given row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestValue {
    /// No value.
    Null,
    /// A person by the name that the test gives them; see `RuleTest::people`.
    Person(String),
    /// A reference, code, division or text.
    Text(String),
    /// A day; a month is its first day.
    Date(NaiveDate),
    /// Money or another decimal, unscaled at the column's scale.
    Decimal(i128),
    /// A whole number.
    Int(i32),
    /// Yes or no.
    Bool(bool),
}

impl TestValue {
    /// Reads a value for a column; Err says what is expected, in Chinese and in English.
    pub fn parse(column: &Column, text: &str) -> Result<Self, (String, String)> {
        let bad = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        let value = match column.kind {
            Kind::Person => Self::Person(text.to_owned()),
            Kind::Ref | Kind::Text | Kind::Code => Self::Text(text.to_owned()),
            Kind::Division => {
                let good = matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit());
                if !good {
                    return Err(bad("6、9 或 12 位区划代码", "a division code of 6, 9 or 12 digits"));
                }
                Self::Text(text.to_owned())
            }
            Kind::Date => {
                let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
                Self::Date(day.ok_or_else(|| bad("日期（YYYY-MM-DD）", "a date (YYYY-MM-DD)"))?)
            }
            Kind::Month => {
                let month: Month = text.parse().map_err(|_| bad("月份（YYYY-MM）", "a month (YYYY-MM)"))?;
                Self::Date(month.first_day())
            }
            Kind::Money => {
                let fen: Fen = text
                    .parse()
                    .map_err(|_| bad("金额（至多两位小数）", "an amount with at most two decimals"))?;
                Self::Decimal(i128::from(fen.0))
            }
            Kind::Decimal { scale, .. } => {
                let expected =
                    || bad("小数位数不超过契约的数", "a decimal with no more places than the contract has");
                let decimal: Decimal = text.parse().map_err(|_| expected())?;
                let scale = u32::try_from(scale).map_err(|_| expected())?;
                Self::Decimal(decimal.at_scale(scale).ok_or_else(expected)?)
            }
            Kind::Int => Self::Int(text.parse().map_err(|_| bad("整数", "a whole number"))?),
            Kind::Bool => match text {
                "true" => Self::Bool(true),
                "false" => Self::Bool(false),
                _ => return Err(bad(" true 或 false", "true or false")),
            },
        };
        if !column.codes.is_empty() && column.codes.iter().all(|code| code.value != text) {
            let list: Vec<&str> = column.codes.iter().map(|code| code.value.as_str()).collect();
            let list = list.join(", ");
            return Err((format!("{list} 之一"), format!("one of {list}")));
        }
        Ok(value)
    }
}
