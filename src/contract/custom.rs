//! `customProperties`, and the two-line descriptions. Knows their form, not what they mean.

use std::collections::BTreeMap;

use crate::{
    diagnostic::{
        Code,
        form::{At, Sheet},
        nearest,
        yaml::{Node, Value},
    },
    model::Text,
};

/// The values of the custom properties that are ours, by name.
pub(super) type Customs<'n> = BTreeMap<&'static str, &'n Node>;

/// Reads `customProperties`; of the rest only what looks like one of `ours` misspelt is reported.
pub(super) fn customs<'n>(
    sheet: &mut Sheet,
    node: Option<&'n Node>,
    ours: &'static [&'static str],
) -> Customs<'n> {
    let mut found = Customs::new();
    for item in node.map(|node| sheet.items(node)).unwrap_or_default() {
        let Some(mut fields) = sheet.fields(item) else { continue };
        let name = fields.required("property", sheet).and_then(|node| sheet.text(node));
        let value = fields.required("value", sheet);
        for ignored in ["id", "description"] {
            fields.optional(ignored);
        }
        fields.finish(sheet);
        let (Some(name), Some(value)) = (name, value) else { continue };
        match ours.iter().find(|known| **known == name.value) {
            Some(known) => {
                if found.insert(known, value).is_some() {
                    let (zh, en) = (
                        format!("自定义属性 `{known}` 重复"),
                        format!("the custom property `{known}` is given twice"),
                    );
                    sheet.report(Code::BadContract, name.span(), zh, en);
                }
            }
            None => misspelt(sheet, &name, ours),
        }
    }
    found
}

fn misspelt(sheet: &mut Sheet, name: &At<String>, ours: &'static [&'static str]) {
    if let Some(near) = nearest(&name.value, ours.iter().copied()) {
        let (zh, en) = (
            format!("未知的自定义属性 `{}`", name.value),
            format!("unknown custom property `{}`", name.value),
        );
        let unknown = sheet.diagnostic(Code::UnknownKey, name.span(), zh, en).did_you_mean(Some(near));
        sheet.found.push(unknown);
    }
}

/// A custom property that must be there; `place` is pointed at when it is not.
pub(super) fn needed<'n>(
    sheet: &mut Sheet,
    customs: &Customs<'n>,
    name: &'static str,
    place: &Node,
) -> Option<&'n Node> {
    let found = customs.get(name).copied();
    if found.is_none() {
        let (zh, en) =
            (format!("缺少自定义属性 `{name}`"), format!("the custom property `{name}` is missing"));
        let missing = sheet.diagnostic(Code::MissingKey, place.span.clone(), zh, en).help(
            format!("请在 customProperties 中加入 {{ property: {name}, value: … }}"),
            format!("add {{ property: {name}, value: … }} to customProperties"),
        );
        sheet.found.push(missing);
    }
    found
}

/// A description of two lines, Chinese then English.
pub(super) fn two_lines(sheet: &mut Sheet, node: &Node) -> Option<Text> {
    let written = sheet.text(node)?;
    let lines: Vec<&str> = written.value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if let [zh, en] = lines.as_slice() {
        return Some(Text::new(*zh, *en));
    }
    let (zh, en) = (
        "说明应为两行：第一行中文，第二行英文",
        "a description is two lines: the first Chinese, the second English",
    );
    let one = sheet
        .diagnostic(Code::MissingLanguage, node.span.clone(), zh, en)
        .help("请用 `|-` 写成两行", "write it as a block (`|-`) of two lines");
    sheet.found.push(one);
    None
}

/// A whole number from 0 on.
pub(super) fn whole(sheet: &mut Sheet, node: &Node) -> Option<At<u32>> {
    let number = match &node.value {
        Value::Scalar(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    if number.is_none() {
        sheet.wrong_form(node, "整数", "a whole number");
    }
    number.map(|number| At::new(number, &node.span))
}

/// A decimal in units of its last place, of which there are at most `scale`.
pub(super) fn decimal_units(text: &str, scale: u32) -> Option<i128> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let missing = scale.checked_sub(u32::try_from(decimals.len()).ok()?)?;
    let is_whole = unsigned.len() == whole.len() || !decimals.is_empty();
    if whole.is_empty() || !is_whole || !is_plain(whole) || !is_plain(decimals) {
        return None;
    }
    let units =
        format!("{whole}{decimals}").parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(missing)?)?;
    Some(if unsigned.len() < text.len() { -units } else { units })
}

#[cfg(test)]
mod tests {
    use super::super::sample::mistakes;

    #[test]
    fn custom_properties_of_others_are_left_alone_and_misspelt_ones_are_not() {
        let theirs = ("    properties:\n", "      - { property: steward, value: [1, 2] }\n    properties:\n");
        assert_eq!(mistakes(&[theirs]), [""; 0]);
        let slip =
            ("    properties:\n", "      - { property: keepDifferingRows, value: true }\n    properties:\n");
        assert_eq!(mistakes(&[slip]), ["17: unknown custom property `keepDifferingRows`"]);
    }

    #[test]
    fn a_custom_property_that_is_missing_or_given_twice_is_reported() {
        let title = "          - { property: title, value: { zh: 车主, en: Owner } }\n";
        assert_eq!(mistakes(&[(title, "")]), ["18: the custom property `title` is missing"]);
        let twice = title.repeat(2);
        assert_eq!(mistakes(&[(title, &twice)]), ["30: the custom property `title` is given twice"]);
    }

    #[test]
    fn a_description_in_one_language_is_not_enough() {
        for one in ["\"车主。\"", "\"车主。\\nThe owner.\\nMore.\""] {
            let found = mistakes(&[("\"车主。\\nThe owner.\"", one)]);
            assert_eq!(
                found,
                ["20: a description is two lines: the first Chinese, the second English"],
                "{one}"
            );
        }
        assert_eq!(mistakes(&[("en: Owner", "en: ''")]), ["29: the English text (`en`) is missing"]);
    }
}
