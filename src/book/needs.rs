//! The datasets of a rule: who delivers them, what a row or its absence means for the rule, how old they may be.

use maud::{Markup, html};

use super::rule::agency;
use crate::{
    compare,
    model::{DatasetId, Text},
    project::{MonthRange, Project, Rule, Step},
    report::page::{both, say},
};

/// The table of a rule's datasets; those that define its population first.
pub fn table(project: &Project, rule: &Rule) -> Markup {
    let (present, absent) = compare::needs(rule);
    let mut all: Vec<(&DatasetId, bool)> = present.iter().map(|id| (id, false)).collect();
    all.extend(absent.iter().map(|id| (id, true)));
    all.sort_by_key(|(id, is_absent)| (!rule.population.contains(id), *is_absent, *id));
    html! {
        div.scroll { table {
            thead { tr {
                th scope="col" { (say("数据", "Data")) }
                th scope="col" { (say("作用", "What for")) }
                th scope="col" { (say("有效期", "Good for")) }
            } }
            tbody { @for (id, is_absent) in all { tr {
                th scope="row" { (name(project, id)) }
                td { (both(&role(rule, id, is_absent))) }
                td { @if let Some(contract) = project.contracts.get(id) { (days(contract.fresh_days)) } }
            } } }
        } }
    }
}

/// What a dataset is there for in a rule, and the months of it that are looked at.
fn role(rule: &Rule, id: &DatasetId, is_absent: bool) -> Text {
    let who = if rule.population.contains(id) {
        ("决定核对谁；", "tells who is looked at; ")
    } else {
        ("", "")
    };
    let counts = if is_absent {
        ("查不到也作数", "finding nothing counts too")
    } else {
        ("查到的作数", "what is found counts")
    };
    let months = rule.needs.months.get(id).map(|range| months(*range));
    let (zh, en) =
        months.map(|text| (format!("：{}", text.zh), format!(": {}", text.en))).unwrap_or_default();
    Text::new(format!("{}{}{zh}", who.0, counts.0), format!("{}{}{en}", who.1, counts.1))
}

/// A dataset by its agency and title, leading to what is said of it.
pub fn name(project: &Project, id: &DatasetId) -> Markup {
    html! {
        (both(&agency(&id.agency))) " · "
        a href={ "#d-" (id) } { @match project.contracts.get(id) {
            Some(contract) => (both(&contract.title)),
            None => (id),
        } }
    }
}

/// A number of days in words.
pub fn days(days: u32) -> Markup {
    say(&format!("{days} 天"), &format!("{days} days"))
}

/// A range of months or years in words.
fn months(range: MonthRange) -> Text {
    let (from, to) = (offset(range.step, range.from), offset(range.step, range.to));
    if range.from == range.to {
        return from;
    }
    Text::new(format!("{}至{}", from.zh, to.zh), format!("from {} to {}", from.en, to.en))
}

fn offset(step: Step, offset: i32) -> Text {
    let back = -offset;
    match (step, offset) {
        (Step::Month, 0) => Text::new("本月", "this month"),
        (Step::Month, -1) => Text::new("上月", "last month"),
        (Step::Month, _) => Text::new(format!("{back}个月前"), format!("{back} months ago")),
        (Step::Year, 0) => Text::new("今年", "this year"),
        (Step::Year, -1) => Text::new("去年", "last year"),
        (Step::Year, _) => Text::new(format!("{back}年前"), format!("{back} years ago")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_said_as_people_say_them() {
        let said = |text: &str| months(text.parse().unwrap());
        assert_eq!(said("M-12..M-1"), Text::new("12个月前至上月", "from 12 months ago to last month"));
        assert_eq!(said("M-1..M").en, "from last month to this month");
        assert_eq!(said("Y-1..Y").zh, "去年至今年");
        assert_eq!(said("M").zh, "本月");
    }
}
