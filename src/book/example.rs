//! A rule's unit tests as examples: the sentence, the given rows as small tables, the outcome in words.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::{
    contract::{Column, Contract, Kind},
    model::{DatasetId, Fen, Month},
    project::{ExpectedLead, Feed, Project, Rule, RuleTest, TestRow, TestValue},
    report::{
        page::{both, say},
        words,
    },
};

/// A lead's reason with the values of a test in it.
pub fn reason(project: &Project, rule: &Rule) -> Markup {
    let leads = tests(project, rule).iter().flat_map(|test| &test.expect.leads);
    let example = |lead: &ExpectedLead| Some((lead.reason_zh.clone()?, lead.reason_en.clone()?));
    let (zh, en) =
        leads.filter_map(example).next().unwrap_or((rule.reason.zh.clone(), rule.reason.en.clone()));
    html! { q.reason { (say(&zh, &en)) } }
}

/// All tests of a rule, folded away.
pub fn section(project: &Project, rule: &Rule) -> Markup {
    let tests = tests(project, rule);
    html! {
        @if !tests.is_empty() {
            details.examples {
                summary { (say(&format!("例子（{} 个）", tests.len()), &format!("Examples ({})", tests.len()))) }
                @for test in tests { (example(project, rule, test)) }
            }
        }
    }
}

fn tests<'p>(project: &'p Project, rule: &Rule) -> &'p [RuleTest] {
    project.tests.get(&rule.id).map(|tests| tests.tests.as_slice()).unwrap_or_default()
}

fn example(project: &Project, rule: &Rule, test: &RuleTest) -> Markup {
    html! {
        section.example {
            h4 { (test.name) " " small { (test.on) } }
            @if !test.parameters.is_empty() || !test.feeds.is_empty() { p.note {
                @for (name, values) in &test.parameters {
                    @if let Some(parameter) = project.parameters.catalogue().get(name) { (both(&parameter.title)) } " = "
                    @if values.is_empty() { (say("没有", "none")) }
                    @for (at, value) in values.iter().enumerate() {
                        @if at > 0 { ", " } (value.figure)
                        @if value.division != "000000" { " (" (value.division) ")" }
                    }
                    "; "
                }
                @for (id, feed) in &test.feeds { (title(project, id)) " " (standing(feed)) "; " }
            } }
            div.given { @for (id, rows) in test.given.iter().filter(|(_, rows)| !rows.is_empty()) {
                @if let Some(contract) = project.contracts.get(id) { (table(contract, rows)) }
            } }
            (outcome(project, rule, test))
        }
    }
}

fn title(project: &Project, id: &DatasetId) -> Markup {
    html! { @match project.contracts.get(id) { Some(contract) => (both(&contract.title)), None => (id) } }
}

fn standing(feed: &Feed) -> Markup {
    html! {
        @if feed.missing { (say("从未送来", "never delivered")) }
        @if let Some(day) = feed.as_of { (say("截至", "as of")) " " (day) }
        @if let Some(months) = &feed.months {
            @match (months.first(), months.last()) {
                (Some(first), Some(last)) => { " " (say("只有", "holds only")) " " (first) "–" (last) " (" (months.len()) ")" },
                _ => { " " (say("一个月也没有", "holds no month")) },
            }
        }
    }
}

/// The rows with the columns that the test says; what it does not say are everyday values.
fn table(contract: &Contract, rows: &[TestRow]) -> Markup {
    let written: BTreeSet<usize> = rows.iter().flat_map(|row| &row.written).copied().collect();
    let shown: Vec<(usize, &Column)> =
        contract.columns.iter().enumerate().filter(|(at, _)| written.contains(at)).collect();
    html! {
        table {
            caption { (both(&contract.title)) }
            @if shown.is_empty() {
                tr { td { (say(&format!("{} 行", rows.len()), &format!("rows: {}", rows.len()))) } }
            } @else {
                tr { @for (_, column) in &shown { th { (both(&column.title)) } } }
                @for row in rows { tr { @for (at, column) in &shown {
                    td { @if let Some(value) = row.values.get(*at) { (cell(column, value)) } }
                } } }
            }
        }
    }
}

fn cell(column: &Column, value: &TestValue) -> Markup {
    html! {
        @match (value, column.kind) {
            (TestValue::Null, _) => { "–" },
            (TestValue::Person(name), _) => (name),
            (TestValue::Text(text), _) => @match column.codes.iter().find(|code| code.value == *text) {
                Some(code) => (both(&code.label)),
                None => (text),
            },
            (TestValue::Date(day), Kind::Month) => (Month::of(*day)),
            (TestValue::Date(day), _) => (day),
            (TestValue::Decimal(number), Kind::Decimal { scale, .. }) => (decimal(*number, usize::try_from(scale).unwrap_or(0))),
            (TestValue::Decimal(number), _) => (decimal(*number, 2)),
            (TestValue::Int(number), _) => @match column.codes.iter().find(|code| code.value == number.to_string()) {
                Some(code) => (both(&code.label)),
                None => (number),
            },
            (TestValue::Bool(true), _) => { "✓" },
            (TestValue::Bool(false), _) => { "✗" },
        }
    }
}

/// An unscaled number with its point, and without noughts that say nothing.
fn decimal(number: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let point = digits.len() - scale;
    let (whole, places) = digits.split_at_checked(point).unwrap_or((&digits, ""));
    let sign = if number < 0 { "-" } else { "" };
    words::figure(&format!("{sign}{whole}.{places}"))
}

fn outcome(project: &Project, rule: &Rule, test: &RuleTest) -> Markup {
    let expect = &test.expect;
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (subject, reason) in &expect.insufficient {
        reasons.entry(&reason.value).or_default().push(subject);
    }
    // Leads of which the test says no more than whose they are stand in one line.
    let (told, plain): (Vec<&ExpectedLead>, Vec<&ExpectedLead>) =
        expect.leads.iter().partition(|lead| is_told(lead));
    let plain: Vec<&str> = plain.iter().map(|lead| lead.subject.value.as_str()).collect();
    let clear: Vec<&str> = expect.clear.iter().map(|one| one.value.as_str()).collect();
    html! {
        ul.outcome {
            @if let Some(id) = &expect.not_run {
                li { b { (say("不运行", "Not run")) } (say("：缺", ": no ")) (title(project, id)) }
            }
            @if !plain.is_empty() { li.lead { b { (say("线索", "Lead")) } ": " (plain.join("、")) } }
            @for lead in told {
                @if lead.withheld == Some(true) {
                    li { b { (say("线索暂不下发", "Lead withheld")) } ": " (lead.subject.value) }
                } @else {
                    li.lead { b { (say("线索", "Lead")) } ": " (lead.subject.value) (details(rule, lead)) }
                }
            }
            @if expect.leads.is_empty() && expect.not_run.is_none() { li { (say("没有线索", "No lead")) } }
            @if !clear.is_empty() { li { b { (say("无异常", "Clear")) } ": " (clear.join("、")) } }
            @for (reason, subjects) in &reasons {
                li {
                    b { (say("信息不足", "Insufficient")) } " ("
                    @match words::builtin("reason", reason) { Some(text) => (both(&text)), None => (reason) }
                    "): " (subjects.join("、"))
                }
            }
            @if let Some(population) = expect.population {
                li { (say("一共看了", "Looked at in all")) ": " (population) }
            }
        }
    }
}

/// Whether there is more to say of a lead than its subject.
fn is_told(lead: &ExpectedLead) -> bool {
    let figures =
        [lead.monthly_at_risk, lead.total_so_far].iter().any(Option::is_some) || lead.value.is_some();
    let ranks = lead.severity.is_some() || lead.direction.is_some();
    figures || ranks || lead.stale == Some(true) || lead.withheld == Some(true)
}

/// What the test says of a lead, as a row of figures behind its subject.
fn details(rule: &Rule, lead: &ExpectedLead) -> Markup {
    let unit = rule.unit.as_ref();
    let yuan = |zh: &str, en: &str, amount: Option<Fen>| {
        html! { @if let Some(fen) = amount {
            " · " (say(&format!("{zh} {} 元", decimal(fen.0.into(), 2)), &format!("{en} {} yuan", decimal(fen.0.into(), 2))))
        } }
    };
    html! {
        @if let Some(severity) = lead.severity { " · " (severity) }
        @if lead.stale == Some(true) { " · " (say("数据过期，降一级", "stale data, one rank lower")) }
        @if let Some(direction) = lead.direction.filter(|direction| *direction != rule.direction) {
            " · " (both(&words::direction(direction).1))
        }
        @if let Some(value) = &lead.value {
            " · " (say("查得", "found")) " " (words::figure(value))
            @if let Some(threshold) = &lead.threshold { " / " (say("界限", "bound")) " " (words::figure(threshold)) }
            @if let Some(unit) = unit { " (" (both(unit)) ")" }
        }
        (yuan("每月", "a month", lead.monthly_at_risk))
        (yuan("累计", "so far", lead.total_so_far))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_point() {
        assert_eq!([decimal(119_000, 2), decimal(5, 2), decimal(-150, 2)].join(" "), "1,190 0.05 −1.5");
        assert_eq!(decimal(7, 0), "7");
    }
}
