//! Money in whole fen. Never a float: a yuan amount is text with at most two decimals.

use std::{fmt, iter::Sum, ops, str::FromStr};

/// An amount in fen (1 yuan = 100 fen). Twelve digits of yuan fit, as in `DECIMAL(14,2)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fen(pub i64);

/// A text that is not an amount in yuan with at most two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount in yuan: write digits, and at most two decimals after a point")]
pub struct BadMoney;

impl FromStr for Fen {
    type Err = BadMoney;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, decimals) = digits.split_once('.').unwrap_or((digits, "00"));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(yuan) || !all_digits(decimals) || yuan.len() > 12 || decimals.len() > 2 {
            return Err(BadMoney);
        }
        let yuan: i64 = yuan.parse().map_err(|_| BadMoney)?;
        let fen: i64 = decimals.parse().map_err(|_| BadMoney)?;
        let fen = if decimals.len() == 1 { fen * 10 } else { fen };
        let total = yuan * 100 + fen;
        Ok(Self(if negative { -total } else { total }))
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl ops::Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl ops::Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|fen| fen.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_fen_and_written_back() {
        for (text, fen) in [
            ("0", 0),
            ("1190", 119_000),
            ("0.5", 50),
            ("-12.34", -1234),
            ("999999999999.99", 99_999_999_999_999),
        ] {
            assert_eq!(text.parse::<Fen>(), Ok(Fen(fen)), "{text}");
        }
        assert_eq!(Fen(-5).to_string(), "-0.05");
        assert_eq!(Fen(119_000).to_string(), "1190.00");
    }

    #[test]
    fn what_a_spreadsheet_makes_of_money_is_refused() {
        for bad in ["", "-", ".5", "1.", "1.234", "1,000", "1E3", "１", "1000000000000", " 1", "+1"] {
            assert_eq!(bad.parse::<Fen>(), Err(BadMoney), "{bad}");
        }
    }
}
