//! The contents, and the rules in their groups: in force, being tried, not in use. A rule on trial never stands among the live ones.

use maud::{Markup, html};

use super::{rule, uses::Uses};
use crate::{
    model::Text,
    project::{Project, Rule, Status},
    report::{
        page::{both, say},
        words,
    },
};

/// Where everything is.
pub fn section(project: &Project, live: &[&Rule], pilot: &[&Rule], off: &[&Rule]) -> Markup {
    html! {
        section #contents {
            h2 { (say("目录", "Contents")) }
            div.columns {
                @for (name, title) in &project.groups {
                    @if let Some(rules) = of_group(live, name) {
                        div.group {
                            h3 { a href={ "#g-" (name) } { (both(title)) } " " span.count { (rules.len()) } }
                            ol { @for rule in rules { (line(rule)) } }
                        }
                    }
                }
                @if !pilot.is_empty() {
                    div.group {
                        h3 { a href="#pilot" { (say("试行，不用于清单", "Being tried, not used")) } " " span.count { (pilot.len()) } }
                        ol { @for rule in pilot { (line(rule)) } }
                    }
                }
                div.group {
                    h3 { (say("其他", "Besides")) }
                    ol {
                        @if !off.is_empty() { li { a href="#off" { (say("不在使用的规则", "Rules not in use")) } } }
                        li { a href="#figures" { (say("参数一览", "Figures, with their history")) } }
                        li { a href="#data" { (say("用到的数据", "The data that is looked at")) } }
                        li { a href="#facts" { (say("共用的中间表", "Shared tables")) } }
                        li { a href="#words" { (say("名词", "Words")) } }
                    }
                }
            }
        }
    }
}

fn line(rule: &Rule) -> Markup {
    let (mark, word) = words::direction(rule.direction);
    html! {
        li {
            a href={ "#" (rule.id) } { (rule.id) " " (both(&rule.title)) }
            " " span.mark.(rule.direction) title={ (word.zh) " " (word.en) } { (mark) (rule.severity) }
        }
    }
}

/// The live rules, group by group.
pub fn groups(project: &Project, live: &[&Rule], uses: &Uses<'_>) -> Markup {
    html! {
        @for (name, title) in &project.groups {
            @if let Some(rules) = of_group(live, name) {
                section.group id={ "g-" (name) } {
                    h2 { (both(title)) }
                    @for rule in rules { (rule::entry(project, rule, uses)) }
                }
            }
        }
    }
}

/// The rules on trial.
pub fn pilot(project: &Project, pilot: &[&Rule], uses: &Uses<'_>) -> Markup {
    html! {
        @if !pilot.is_empty() {
            section #pilot {
                h2 { (say("试行的规则：正在试，没有使用", "Being tried, not used")) }
                p.note { (say(
                    "这些规则每夜也算一遍，只数数，看它准不准；结果从不进入清单，不会有人因此上门。",
                    "These rules are run every night too, to be counted and judged. What they find never reaches a list, and nobody is visited for it.",
                )) }
                @for rule in pilot { (rule::entry(project, rule, uses)) }
            }
        }
    }
}

/// The rules that are not run at all.
pub fn off(off: &[&Rule]) -> Markup {
    html! {
        @if !off.is_empty() {
            section #off {
                h2 { (say("不在使用的规则", "Rules not in use")) }
                p.note { (say("下列规则不运行，只列名称。", "These rules are not run; only their names are given.")) }
                ul { @for rule in off {
                    li id=(rule.id) { (rule.id) " " (both(&rule.title)) " · " b { (both(&status(rule.status))) } }
                } }
            }
        }
    }
}

/// Where a rule stands in its life, in words.
pub fn status(status: Status) -> Text {
    match status {
        Status::Live => Text::new("现行", "in force"),
        Status::Pilot => Text::new("试行，不用于清单", "being tried, not used"),
        Status::Draft => Text::new("起草中", "draft"),
        Status::Suspended => Text::new("暂停使用", "suspended"),
        Status::Retired => Text::new("已废止", "retired"),
    }
}

fn of_group<'r>(rules: &[&'r Rule], group: &str) -> Option<Vec<&'r Rule>> {
    let found: Vec<&Rule> = rules.iter().filter(|rule| rule.group == group).copied().collect();
    (!found.is_empty()).then_some(found)
}
