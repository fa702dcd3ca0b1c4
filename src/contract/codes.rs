//! The closed list of a code column: its values as ODCS lists them, and their labels in two languages.

use std::collections::BTreeSet;

use super::{Code, Kind, custom::Customs};
use crate::{
    diagnostic::{
        Code as Mistake,
        form::{At, Sheet},
        yaml::{Node, Value},
    },
    model::Text,
};

/// The most codes that a column may have: rows on their way into a snapshot hold the place of a code in two bytes.
const MOST: usize = 1 << 16;

/// `validValues` of the quality check `invalidValues`, if the column has one.
pub(super) fn valid_values(sheet: &mut Sheet, node: &Node) -> Option<Vec<At<String>>> {
    let is_list = |check: &&Node| matches!(check.get("metric").map(|node| &node.value), Some(Value::Scalar(name)) if name == "invalidValues");
    let check = sheet.items(node).iter().find(is_list)?;
    let values = check.get("arguments")?.get("validValues")?;
    Some(sheet.items(values).iter().filter_map(|node| sheet.text(node)).collect())
}

/// The labels, which must name exactly the valid values in their order.
pub(super) fn read_codes(
    sheet: &mut Sheet,
    kind: Kind,
    custom: &Customs<'_>,
    valid: Option<Vec<At<String>>>,
    name: &At<String>,
) -> Vec<Code> {
    let (codes, values): (Vec<Code>, Vec<At<String>>) = match custom.get("labels") {
        Some(node) => sheet.items(node).iter().filter_map(|node| read_code(sheet, node)).unzip(),
        None => (Vec::new(), Vec::new()),
    };
    let mut wrong = |span, zh: String, en: String| sheet.report(Mistake::BadContract, span, zh, en);
    if kind == Kind::Code && codes.is_empty() {
        let zh = format!("代码列 `{}` 没有代码表：请写自定义属性 `labels`", name.value);
        wrong(
            name.span(),
            zh,
            format!(
                "the code column `{}` has no codes: list them in the custom property `labels`",
                name.value
            ),
        );
    }
    if !matches!(kind, Kind::Code | Kind::Int) && !codes.is_empty() {
        let zh = format!("类型 `{}` 不能有代码表", kind.as_str());
        wrong(name.span(), zh, format!("a column of type `{}` has no codes", kind.as_str()));
    }
    if codes.len() > MOST {
        let zh = format!("列 `{}` 的代码多于 {MOST} 个：请改用 `text` 或 `ref` 类型", name.value);
        let en =
            format!("`{}` has more than {MOST} codes: make it a column of type `text` or `ref`", name.value);
        wrong(name.span(), zh, en);
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    for value in &values {
        if !seen.insert(&value.value) {
            wrong(
                value.span(),
                format!("代码 `{}` 重复", value.value),
                format!("the code `{}` is listed twice", value.value),
            );
        }
        if kind == Kind::Int && value.value.parse::<i32>().is_err() {
            wrong(
                value.span(),
                format!("代码 `{}` 不是整数", value.value),
                format!("the code `{}` is not a whole number", value.value),
            );
        }
    }
    let valid = valid.unwrap_or_default();
    let same =
        valid.len() == values.len() && valid.iter().zip(&values).all(|(one, other)| one.value == other.value);
    if !same {
        let span = valid.first().or(values.first()).map_or_else(|| name.span(), At::span);
        let zh = format!("列 `{}` 的 validValues 与 `labels` 不一致", name.value);
        let en = format!(
            "validValues of `{}` and its `labels` do not list the same codes in the same order",
            name.value
        );
        wrong(span, zh, en);
    }
    codes
}

/// `{ value: …, zh: …, en: … }`.
fn read_code(sheet: &mut Sheet, node: &Node) -> Option<(Code, At<String>)> {
    let mut fields = sheet.fields(node)?;
    let [value, zh, en] =
        ["value", "zh", "en"].map(|name| fields.required(name, sheet).and_then(|node| sheet.text(node)));
    fields.finish(sheet);
    let (value, zh, en) = (value?, zh?, en?);
    Some((Code { value: value.value.clone(), label: Text::new(zh.value, en.value) }, value))
}

#[cfg(test)]
mod tests {
    use super::{super::sample::mistakes, MOST};

    #[test]
    fn codes_and_their_labels_must_be_the_same() {
        let differ =
            "50: validValues of `class` and its `labels` do not list the same codes in the same order";
        for valid in ["[car, bus, truck]", "[bus, car]", "[car]"] {
            assert_eq!(mistakes(&[("[car, bus]", valid)]), [differ], "{valid}");
        }
        let found = mistakes(&[("value: bus", "value: car"), ("[car, bus]", "[car, car]")]);
        assert_eq!(found, ["57: the code `car` is listed twice"]);
        assert_eq!(mistakes(&[("zh: 客车, ", "")]), [differ, "57: `zh` is missing"]);
    }

    #[test]
    fn a_list_of_codes_has_an_end() {
        let many = |count: usize| {
            let label = |at: usize| format!("              - {{ value: c{at}, zh: 小客车, en: Car }}\n");
            let labels: String = (0..count).map(label).collect();
            let valid: Vec<String> = (0..count).map(|at| format!("c{at}")).collect();
            let car = "              - { value: car, zh: 小客车, en: Car }\n";
            let bus = "              - { value: bus, zh: 客车, en: Bus }\n";
            mistakes(&[(car, &labels), (bus, ""), ("[car, bus]", &format!("[{}]", valid.join(", ")))])
        };
        assert_eq!(many(MOST), [""; 0]);
        let told = "43: `class` has more than 65536 codes: make it a column of type `text` or `ref`";
        assert_eq!(many(MOST + 1), [told]);
    }

    #[test]
    fn a_code_column_has_codes_and_others_have_none() {
        let labels = "          - property: labels
            value:
              - { value: car, zh: 小客车, en: Car }
              - { value: bus, zh: 客车, en: Bus }\n";
        let quality = "        quality:
          - { metric: invalidValues, mustBe: 0, arguments: { validValues: [car, bus] } }\n";
        let found = mistakes(&[(labels, ""), (quality, "")]);
        assert_eq!(
            found,
            ["43: the code column `class` has no codes: list them in the custom property `labels`"]
        );
        let text = mistakes(&[("value: code", "value: text")]);
        assert_eq!(text, ["43: a column of type `text` has no codes"]);
        let number = [("value: code", "value: int"), ("VARCHAR(32)", "INTEGER")];
        let class = (
            "businessName: 车型\n        description: \"车型。\\nThe class.\"\n        logicalType: string",
            "businessName: 车型\n        description: \"车型。\\nThe class.\"\n        logicalType: integer",
        );
        let found = mistakes(&[number[0], number[1], class]);
        assert_eq!(
            found,
            ["56: the code `car` is not a whole number", "57: the code `bus` is not a whole number"]
        );
    }
}
