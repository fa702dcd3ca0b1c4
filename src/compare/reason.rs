//! A lead's sentence: the rule's template with the row's values in it.

use std::collections::BTreeMap;

use crate::engine::Cell;

/// Fills `{column}` in a template. A column that ends in `_month` is written `YYYY-MM`; amounts keep two places.
pub fn fill(template: &str, values: &BTreeMap<String, Cell>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        match values.get(name) {
            Some(cell) => text.push_str(&for_people(name, cell)),
            None => text.push('—'),
        }
        rest = if text.ends_with("1") && !is_digit_before_last(&text) {
            singular(&mut text, tail)
        } else {
            tail
        };
    }
    text.push_str(rest);
    text
}

/// What templates count in English.
const COUNTED: [(&str, &str); 11] = [
    ("presale contracts", "presale contract"),
    ("months", "month"),
    ("days", "day"),
    ("years", "year"),
    ("cases", "case"),
    ("dwellings", "dwelling"),
    ("contracts", "contract"),
    ("payments", "payment"),
    ("units", "unit"),
    ("rows", "row"),
    ("people", "person"),
];

/// After a count of one: `1 months` is `1 month`.
fn singular<'t>(text: &mut String, tail: &'t str) -> &'t str {
    let next = tail.strip_prefix(' ').unwrap_or_default();
    let Some((many, one)) = COUNTED.iter().find(|(many, _)| next.starts_with(many)) else { return tail };
    text.push(' ');
    text.push_str(one);
    next.strip_prefix(many).unwrap_or_default()
}

/// Whether the text ends in a longer number, such as 21 or 0.1.
fn is_digit_before_last(text: &str) -> bool {
    text.chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit() || c == '.' || c == '-')
}

/// A value as a sentence shows it.
pub fn for_people(name: &str, cell: &Cell) -> String {
    match cell {
        Cell::Null => "—".to_owned(),
        Cell::Date(day) if name.ends_with("_month") => day.format("%Y-%m").to_string(),
        Cell::Decimal(..) => trim_zeros(&cell.to_string()),
        _ => cell.to_string(),
    }
}

/// `1190.0000` → `1190.00`, `2.0000` → `2.00`: at most the zeros beyond two places go.
fn trim_zeros(decimal: &str) -> String {
    let Some((whole, fraction)) = decimal.split_once('.') else { return decimal.to_owned() };
    let kept = fraction.trim_end_matches('0');
    let padded = format!("{kept:0<2}");
    format!("{whole}.{padded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_month_is_not_months() {
        let said =
            |count: i64| fill("{n} months paid", &BTreeMap::from([("n".to_owned(), Cell::Int(count))]));
        assert_eq!([said(1), said(2), said(21)], ["1 month paid", "2 months paid", "21 months paid"]);
    }

    #[test]
    fn a_template_reads_as_a_sentence() {
        let values = BTreeMap::from([
            ("dead_on".to_owned(), Cell::Date("2026-01-31".parse().unwrap())),
            ("first_month".to_owned(), Cell::Date("2026-02-01".parse().unwrap())),
            ("total".to_owned(), Cell::Decimal(23_800_000, 4)),
        ]);
        assert_eq!(
            fill("{dead_on}死亡，{first_month}起共{total}元{nothing}。", &values),
            "2026-01-31死亡，2026-02起共2380.00元—。"
        );
    }
}
