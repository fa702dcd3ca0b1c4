//! What makes a rule unable to tell, from its front matter and the columns of its SQL. A grace period is none: it clears.

use maud::{Markup, html};

use crate::{
    compare,
    model::{Severity, Text},
    project::{Basis, Rule, words},
    report::page::both,
};

/// The conditions, in the order in which the night looks at them.
pub fn list(rule: &Rule) -> Markup {
    html! { ul { @for condition in conditions(rule) { li { (both(&condition)) } } } }
}

fn conditions(rule: &Rule) -> Vec<Text> {
    let (_, absent) = compare::needs(rule);
    let words = words(&rule.text);
    let has = |column: &str| words.iter().any(|word| word.text == column);
    let mut found = vec![Text::new(
        "上表中有一项从未送来（决定核对谁的一项从未送来时，整条规则不运行）",
        "one of the datasets above was never delivered (where it tells who is looked at, the rule is not run at all)",
    )];
    if !absent.is_empty() {
        found.push(Text::new(
            "“查不到也作数”的数据过了有效期、与以往大不相同，或缺了要看的月份：没查到不等于没有",
            "data in which finding nothing counts is too old, quite unlike before, or lacks a month that is looked at: not found is not the same as not there",
        ));
    }
    if rule.basis == Basis::Consent {
        found.push(Text::new("没有有效的核对授权", "there is no valid authorisation"));
    }
    if matches!(rule.severity, Severity::S1 | Severity::S2) {
        found.push(Text::new(
            "有关人员的身份记录自相矛盾（Q-02），线索暂不下发",
            "the records of a person concerned contradict each other (Q-02): the lead is withheld",
        ));
    }
    for (column, zh, en) in [
        ("no_age", "年龄查不清", "the age is not known"),
        ("no_members", "查不到案件的现有成员", "no current member of the case is known"),
        ("no_standard", "查不到当地的低保标准", "no dibao standard is known for the place"),
    ] {
        if has(column) {
            found.push(Text::new(zh, en));
        }
    }
    found
}
