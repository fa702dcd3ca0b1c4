//! Figures as they are written: exact decimals, whole numbers, codes. Never a float.

use std::{cmp::Ordering, collections::BTreeMap, fmt, str::FromStr};

use super::Kind;
use crate::model::Fen;

/// An exact decimal, `unscaled × 10^-scale`, without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: i128,
    scale: u32,
}

/// A text that is not a figure of the kind that was asked for: what is expected, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{en} is expected")]
pub struct BadFigure {
    /// What is expected, in Chinese.
    pub zh: String,
    /// What is expected, in English.
    pub en: String,
}

impl BadFigure {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl Decimal {
    /// A whole number.
    pub fn whole(number: i128) -> Self {
        Self { unscaled: number, scale: 0 }
    }

    /// The unscaled number at a scale, for a decimal column; None when digits would be lost or do not fit.
    pub fn at_scale(self, scale: u32) -> Option<i128> {
        let more = scale.checked_sub(self.scale)?;
        self.unscaled.checked_mul(10_i128.checked_pow(more)?)
    }
}

impl FromStr for Decimal {
    type Err = BadFigure;

    fn from_str(text: &str) -> Result<Self, BadFigure> {
        let bad = || BadFigure::new("十进制数", "a decimal number");
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let good = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !good(whole) || !good(decimals) || whole.len() > 14 || decimals.len() > 9 {
            return Err(bad());
        }
        let decimals = decimals.trim_end_matches('0');
        let unscaled: i128 = format!("{whole}{decimals}").parse().map_err(|_| bad())?;
        let scale = u32::try_from(decimals.len()).map_err(|_| bad())?;
        Ok(Self { unscaled: if negative { -unscaled } else { unscaled }, scale })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        // At most 14 digits before and 9 behind the point: scale 9 always fits.
        let both = self.scale.max(other.scale);
        self.at_scale(both).cmp(&other.at_scale(both))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u128.pow(self.scale);
        let (sign, digits) = (if self.unscaled < 0 { "-" } else { "" }, self.unscaled.unsigned_abs());
        match self.scale {
            0 => write!(f, "{sign}{digits}"),
            scale => write!(f, "{sign}{}.{:0width$}", digits / unit, digits % unit, width = scale as usize),
        }
    }
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// Yuan.
    Money(Fen),
    /// A ratio or a multiple, at most four decimals.
    Ratio(Decimal),
    /// Square metres, at most two decimals.
    Area(Decimal),
    /// Days, months, units.
    Int(i32),
    /// Codes of a list, sorted.
    Codes(Vec<String>),
    /// Whole numbers by class.
    IntByClass(BTreeMap<String, i32>),
}

impl Figure {
    /// Reads a figure of a kind from text, as in a table cell. Codes are separated by commas, semicolons or spaces;
    /// classes are written `A 12, B 12, C 6` (also with `=` or `:`).
    pub fn parse(kind: &Kind, text: &str) -> Result<Self, BadFigure> {
        let decimal = |places: u32, zh: &str, en: &str| {
            let bad = || BadFigure::new(zh, en);
            let read: Decimal = text.parse().map_err(|_| bad())?;
            if read.scale > places { Err(bad()) } else { Ok(read) }
        };
        match kind {
            Kind::Money => text.parse().map(Self::Money).map_err(|_| {
                BadFigure::new("金额（元，至多两位小数）", "an amount in yuan with at most two decimals")
            }),
            Kind::Ratio => {
                decimal(4, "比率（至多四位小数）", "a ratio with at most four decimals").map(Self::Ratio)
            }
            Kind::Area => {
                decimal(2, "面积（至多两位小数）", "an area with at most two decimals").map(Self::Area)
            }
            Kind::Int => whole(text).map(Self::Int),
            Kind::Codes => Self::codes(split(text).map(str::to_owned).collect()),
            Kind::IntByClass(classes) => {
                let words: Vec<&str> = text
                    .split([',', ';', ' ', '=', ':', '，', '；', '：'])
                    .filter(|w| !w.is_empty())
                    .collect();
                let pairs = words.chunks(2).map(|pair| (pair.first().copied(), pair.get(1).copied()));
                let named = pairs.filter_map(|(class, count)| Some((class?.to_owned(), count?.to_owned())));
                Self::by_class(classes, named.collect(), words.len() / 2 + words.len() % 2)
            }
        }
    }

    /// A list of codes, sorted; none written twice.
    pub fn codes(mut codes: Vec<String>) -> Result<Self, BadFigure> {
        codes.sort();
        let word =
            |code: &String| !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if codes.is_empty()
            || !codes.iter().all(word)
            || codes.windows(2).any(|pair| pair.first() == pair.get(1))
        {
            return Err(BadFigure::new("不重复的代码列表", "a list of codes, each written once"));
        }
        Ok(Self::Codes(codes))
    }

    /// Whole numbers by class; every class has exactly one.
    pub fn by_class(
        classes: &[String],
        written: Vec<(String, String)>,
        count: usize,
    ) -> Result<Self, BadFigure> {
        let list = classes.join(", ");
        let bad = || {
            BadFigure::new(
                format!("每一类（{list}）各一个整数"),
                format!("one whole number for each of {list}"),
            )
        };
        let mut by_class = BTreeMap::new();
        for (class, number) in &written {
            let number = whole(number).map_err(|_| bad())?;
            by_class.insert(class.clone(), number);
        }
        let complete = classes.iter().all(|class| by_class.contains_key(class));
        if complete && count == classes.len() && by_class.len() == classes.len() {
            Ok(Self::IntByClass(by_class))
        } else {
            Err(bad())
        }
    }

    /// The numbers that bounds apply to.
    pub fn numbers(&self) -> Vec<Decimal> {
        match self {
            Self::Money(fen) => format!("{fen}").parse().into_iter().collect(),
            Self::Ratio(number) | Self::Area(number) => vec![*number],
            Self::Int(number) => vec![Decimal::whole(i128::from(*number))],
            Self::Codes(_) => Vec::new(),
            Self::IntByClass(map) => map.values().map(|number| Decimal::whole(i128::from(*number))).collect(),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(fen) => write!(f, "{fen}"),
            Self::Ratio(number) | Self::Area(number) => write!(f, "{number}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Codes(codes) => f.write_str(&codes.join(",")),
            Self::IntByClass(map) => {
                let pairs: Vec<_> = map.iter().map(|(class, number)| format!("{class} {number}")).collect();
                f.write_str(&pairs.join(", "))
            }
        }
    }
}

fn whole(text: &str) -> Result<i32, BadFigure> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let good = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let read = if good { text.parse().ok() } else { None };
    read.ok_or_else(|| BadFigure::new("整数", "a whole number"))
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', ' ', '，', '；', '、']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_exact_and_written_as_they_were_read() {
        let decimal: Decimal = "0.10".parse().unwrap();
        assert_eq!((decimal.to_string().as_str(), decimal.at_scale(4)), ("0.1", Some(1000)));
        assert_eq!("1.5".parse::<Decimal>().unwrap().at_scale(0), None);
        assert!("1.05".parse::<Decimal>().unwrap() > "1.049".parse().unwrap());
        assert_eq!("-0.05".parse::<Decimal>().unwrap().to_string(), "-0.05");
        assert_eq!(Figure::parse(&Kind::Money, "1190").unwrap().to_string(), "1190.00");
        assert_eq!(Figure::parse(&Kind::Codes, "6, 5").unwrap().to_string(), "5,6");
    }

    #[test]
    fn classes_are_read_in_every_way_people_write_them() {
        let kind = Kind::IntByClass(vec!["A".into(), "B".into(), "C".into()]);
        for text in ["A 12, B 12, C 6", "A=12;B=12;C=6", "A:12 B:12 C:6", "C 6，A 12，B 12"] {
            assert_eq!(Figure::parse(&kind, text).unwrap().to_string(), "A 12, B 12, C 6", "{text}");
        }
        for text in ["", "A 12", "A 12, B 12, C six", "A 12, B 12, C 6, D 1", "A 12, A 6, B 1, C 1", "12"] {
            assert!(Figure::parse(&kind, text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_figure_of_the_kind_is_refused() {
        let cases = [
            (Kind::Money, "1,190"),
            (Kind::Money, "1190.005"),
            (Kind::Ratio, "5%"),
            (Kind::Ratio, "0.00001"),
            (Kind::Ratio, "1e-2"),
            (Kind::Area, "30.125"),
            (Kind::Int, "12.0"),
            (Kind::Int, "+1"),
            (Kind::Int, "99999999999"),
            (Kind::Codes, ""),
            (Kind::Codes, "5,5"),
            (Kind::Codes, "五"),
        ];
        for (kind, text) in cases {
            assert!(Figure::parse(&kind, text).is_err(), "{kind:?} {text}");
        }
    }
}
