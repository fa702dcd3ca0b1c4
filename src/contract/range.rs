//! What one value may be: a range and a pattern, from `logicalTypeOptions`. Compares; never reads a file.

use regex::Regex;

use super::{Kind, custom::decimal_units};
use crate::diagnostic::{
    Code as Mistake,
    form::{At, Sheet},
    yaml::Node,
};

/// The smallest and the largest value of a number column, in units of its last decimal place; both may stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// The smallest.
    pub minimum: Option<i128>,
    /// The largest.
    pub maximum: Option<i128>,
}

impl Range {
    /// Whether a value lies in it.
    pub fn holds(&self, units: i128) -> bool {
        self.minimum.is_none_or(|least| units >= least) && self.maximum.is_none_or(|most| units <= most)
    }
}

/// The form of a text. Like in the standard it is sought anywhere in the text, unless it is anchored.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads an expression.
    pub fn parse(text: &str) -> Option<Self> {
        Regex::new(text).ok().map(Self)
    }

    /// Whether a text has the form.
    pub fn fits(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

fn wrong(sheet: &mut Sheet, node: &Node, zh: &str, en: &str) {
    sheet.report(Mistake::BadCondition, node.span.clone(), zh, en);
}

/// The range of a column of this kind.
pub(super) fn read_range(
    sheet: &mut Sheet,
    kind: Kind,
    minimum: Option<&Node>,
    maximum: Option<&Node>,
) -> Range {
    let scale = match kind {
        Kind::Int => Some(0),
        Kind::Money => Some(2),
        Kind::Decimal { scale, .. } => u32::try_from(scale).ok(),
        _ => None,
    };
    let mut bound = |node: Option<&Node>| {
        let node = node?;
        let Some(scale) = scale else {
            wrong(
                sheet,
                node,
                "范围只用于 int、money、decimal 列",
                "only columns of type int, money and decimal have a range",
            );
            return None;
        };
        let text: At<String> = sheet.text(node)?;
        let units = decimal_units(&text.value, scale);
        if units.is_none() {
            wrong(
                sheet,
                node,
                "应为数字，小数位数不超过该列",
                "a number is expected here, with no more decimals than the column has",
            );
        }
        units
    };
    let range = Range { minimum: bound(minimum), maximum: bound(maximum) };
    if let (Some(node), Range { minimum: Some(least), maximum: Some(most) }) = (maximum, range)
        && least > most
    {
        wrong(sheet, node, "最大值小于最小值", "the maximum is below the minimum");
    }
    range
}

/// The pattern of a text column. That of a person column tells other tools what a token looks like, which we know.
pub(super) fn read_pattern(sheet: &mut Sheet, kind: Kind, node: Option<&Node>) -> Option<Pattern> {
    let node = node.filter(|_| kind != Kind::Person)?;
    if !matches!(kind, Kind::Ref | Kind::Code | Kind::Division | Kind::Text) {
        wrong(sheet, node, "pattern 只用于文本列", "only columns of text have a pattern");
        return None;
    }
    let text = sheet.text(node)?;
    let pattern = Pattern::parse(&text.value);
    if pattern.is_none() {
        wrong(
            sheet,
            node,
            "pattern 不是可用的正则表达式",
            "this pattern is not a regular expression that can be used",
        );
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::super::sample::{mistakes, sample};
    use super::*;

    const AMOUNT: &str = "        physicalType: DECIMAL(10,3)\n";
    const CLASS: &str = "        physicalType: VARCHAR(32)\n";

    fn options(after: &str, options: &str) -> String {
        format!("{after}        logicalTypeOptions: {options}\n")
    }

    #[test]
    fn a_range_is_exact_and_may_be_open() {
        let range = |written: &str| sample(&[(AMOUNT, &options(AMOUNT, written))]).columns[3].range;
        assert_eq!(
            range("{ minimum: -0.5, maximum: 99.999 }"),
            Range { minimum: Some(-500), maximum: Some(99_999) }
        );
        let open = range("{ minimum: 0 }");
        assert!(open.holds(0) && open.holds(i128::MAX) && !open.holds(-1));
        assert!(Range::default().holds(i128::MIN));
    }

    #[test]
    fn what_cannot_be_checked_is_refused_rather_than_left_unchecked() {
        for (after, written, said) in [
            (AMOUNT, "{ minimum: 3, maximum: 2 }", "63: the maximum is below the minimum"),
            (
                AMOUNT,
                "{ minimum: 0.1234 }",
                "63: a number is expected here, with no more decimals than the column has",
            ),
            (
                AMOUNT,
                "{ minimum: low }",
                "63: a number is expected here, with no more decimals than the column has",
            ),
            (
                AMOUNT,
                "{ exclusiveMinimum: 0 }",
                "63: `exclusiveMinimum` is not checked here: write `minimum` or `maximum`",
            ),
            (AMOUNT, "{ pattern: '^[0-9]' }", "63: only columns of text have a pattern"),
            (CLASS, "{ minimum: 1 }", "48: only columns of type int, money and decimal have a range"),
            (CLASS, "{ pattern: '^(' }", "48: this pattern is not a regular expression that can be used"),
        ] {
            assert_eq!(mistakes(&[(after, &options(after, written))]), [said], "{written}");
        }
    }

    #[test]
    fn a_pattern_is_kept_for_text_and_left_to_the_type_for_people() {
        let pattern = sample(&[(CLASS, &options(CLASS, "{ pattern: '^[a-z]+$' }"))]).columns[2]
            .pattern
            .clone()
            .unwrap();
        assert!(pattern.fits("car") && !pattern.fits("car 1"));
        let person = "        physicalType: CHAR(64)\n";
        assert_eq!(
            sample(&[(person, &options(person, "{ pattern: '^[0-9a-f]{64}$' }"))]).columns[0].pattern,
            None
        );
    }
}
