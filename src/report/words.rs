//! How figures, codes and marks are written for people, in Chinese and in English.

use crate::model::{Direction, Fen, Lang, LeadStatus, SubjectKind, Text};

/// One of two wordings.
pub fn either<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// A whole number with separators: `1,204`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things from a length.
pub fn len(n: usize) -> String {
    count(u64::try_from(n).unwrap_or(u64::MAX))
}

/// An amount: `1,190.00 元`, `1,190.00 yuan`.
pub fn money(fen: Fen, lang: Lang) -> String {
    let sign = if fen.0 < 0 { "−" } else { "" };
    let all = fen.0.unsigned_abs();
    format!("{sign}{}.{:02} {}", count(all / 100), all % 100, either(lang, "元", "yuan"))
}

/// A decimal as people write it: without noughts that say nothing, and with separators.
pub fn figure(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = decimals.trim_end_matches('0');
    let Ok(whole) = whole.parse::<u64>() else { return text.to_owned() };
    let whole = count(whole);
    if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

/// A share in per cent with one decimal, rounded half up; a share that is not nought never reads `0.0`.
pub fn per_cent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let permille = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    if permille == 0 && part > 0 {
        "<0.1 %".to_owned()
    } else {
        format!("{}.{} %", permille / 10, permille % 10)
    }
}

/// A token as people see it: its first eight characters.
pub fn short_token(token: &str) -> &str {
    token.get(..8).unwrap_or(token)
}

/// The mark and the word of a direction. The mark carries the difference where colours do not.
pub fn direction(direction: Direction) -> (&'static str, Text) {
    match direction {
        Direction::Ineligible => ("▼", Text::new("错保", "may not be due")),
        Direction::Missed => ("▲", Text::new("漏保", "may be missed")),
        Direction::Process => ("■", Text::new("程序", "process")),
    }
}

/// What a lead is about.
pub fn subject(kind: SubjectKind) -> Text {
    match kind {
        SubjectKind::Person => Text::new("个人", "person"),
        SubjectKind::Household => Text::new("家庭", "household"),
        SubjectKind::Case => Text::new("救助案", "case"),
        SubjectKind::Dataset => Text::new("数据集", "dataset"),
        SubjectKind::Delivery => Text::new("交付", "delivery"),
    }
}

/// How a lead compares with earlier nights.
pub fn status(status: LeadStatus) -> Text {
    match status {
        LeadStatus::New => Text::new("新发现", "new"),
        LeadStatus::Recurring => Text::new("上次已有", "as last time"),
        LeadStatus::Reopened => Text::new("曾结案，证据有变化", "was closed; its evidence has changed"),
        LeadStatus::Suppressed => Text::new("已结案，证据未变", "closed, evidence unchanged"),
        LeadStatus::Withheld => Text::new("身份存疑，暂不列出", "identity in doubt, withheld"),
    }
}

/// Words that are known without being told: the four agencies, and why a subject could not be judged.
pub fn builtin(list: &str, code: &str) -> Option<Text> {
    let code = code.split(':').next().unwrap_or(code).trim().replace([' ', '-'], "_");
    let (zh, en) = match (list, code.as_str()) {
        ("agency", "civil_affairs") => ("民政", "civil affairs"),
        ("agency", "human_resources") => ("人社", "human resources"),
        ("agency", "housing") => ("住建", "housing"),
        ("agency", "education") => ("教育", "education"),
        ("reason", "dataset_missing") => ("缺数据集", "dataset missing"),
        ("reason", "stale") => ("数据过期", "data too old"),
        ("reason", "drifted") => ("数据与以往不符", "data unlike before"),
        ("reason", "month_missing") => ("缺月份", "month missing"),
        ("reason", "not_authorised") => ("未授权", "not authorised"),
        ("reason", "identity_in_doubt") => ("身份存疑", "identity in doubt"),
        ("reason", "no_age") => ("年龄不明", "no age"),
        ("reason", "no_members") => ("无计入成员", "no members"),
        ("reason", "no_standard") => ("无适用标准", "no standard"),
        _ => return None,
    };
    Some(Text::new(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_with_separators_and_units() {
        assert_eq!([count(0), count(999), count(1_000), count(1_234_567)].join(" "), "0 999 1,000 1,234,567");
        assert_eq!(money(Fen(119_000), Lang::Zh), "1,190.00 元");
        assert_eq!(money(Fen(-5), Lang::En), "−0.05 yuan");
    }

    #[test]
    fn a_share_is_rounded_and_never_hides_what_is_there() {
        assert_eq!(per_cent(1, 3), "33.3 %");
        assert_eq!(per_cent(1, 1_000_000), "<0.1 %");
        assert_eq!(per_cent(0, 5), "0.0 %");
        assert_eq!(per_cent(u64::MAX, u64::MAX), "100.0 %");
        assert_eq!(per_cent(1, 0), "–");
    }

    #[test]
    fn a_reason_is_known_however_it_is_spelt() {
        assert_eq!(builtin("reason", "no age"), builtin("reason", "no_age"));
        assert_eq!(builtin("reason", "stale: housing.presales").unwrap().zh, "数据过期");
        assert_eq!(builtin("reason", "whatever"), None);
    }

    #[test]
    fn a_figure_loses_only_noughts_that_say_nothing() {
        let written = ["14280.0000", "-1.5000", "0.3333", "7", "n/a"].map(figure);
        assert_eq!(written, ["14,280", "−1.5", "0.3333", "7", "n/a"]);
    }
}
