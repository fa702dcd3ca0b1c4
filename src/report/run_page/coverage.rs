//! Who was looked at: each rule's population as hit, clear and insufficient, and why some could not be judged.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    super::{ReportInput, words},
    both,
    chart::{Part, bar},
    say,
};

/// A rule's counts over all divisions.
#[derive(Default)]
struct Counts {
    population: u64,
    hit: u64,
    clear: u64,
    insufficient: u64,
    reasons: BTreeMap<String, u64>,
}

/// The table of all rules.
pub fn section(input: &ReportInput) -> Markup {
    let mut rules: BTreeMap<&str, Counts> = BTreeMap::new();
    for row in &input.coverage {
        let counts = rules.entry(&row.rule_id).or_default();
        match &row.reason {
            None => {
                counts.population += row.population;
                counts.hit += row.hit;
                counts.clear += row.clear;
                counts.insufficient += row.insufficient;
            }
            Some(reason) => *counts.reasons.entry(reason.clone()).or_default() += row.insufficient,
        }
    }
    html! {
        section {
            h2 { (say("覆盖：查了谁，谁无法判断", "Coverage: who was looked at, who could not be judged")) }
            p.legend {
                i.hit {} (say("有线索", "hit")) " " i.clear {} (say("未见疑点", "clear")) " "
                i.insufficient {} (say("资料不足", "insufficient"))
            }
            p.note { (say(
                "每条规则的对象都归入三类之一，三类之和等于对象总数。“资料不足”不等于没有问题。",
                "Each subject of a rule falls into one of three, and the three add up to all. Insufficient does not mean clear.",
            )) }
            div.scroll { table.wide {
                thead { tr {
                    th scope="col" { (say("规则", "Rule")) }
                    th.n scope="col" { (say("对象", "Population")) }
                    th.n scope="col" { (say("有线索", "Hit")) }
                    th.n scope="col" { (say("未见疑点", "Clear")) }
                    th.n scope="col" { (say("资料不足", "Insufficient")) }
                    th.chart scope="col" { (say("构成", "Shares")) }
                    th scope="col" { (say("资料不足的原因", "Why insufficient")) }
                } }
                tbody { @for (id, counts) in &rules { (row(id, counts, input)) } }
            } }
        }
    }
}

fn row(id: &str, counts: &Counts, input: &ReportInput) -> Markup {
    let parts = [
        Part { amount: counts.hit, class: "hit" },
        Part { amount: counts.clear, class: "clear" },
        Part { amount: counts.insufficient, class: "insufficient" },
    ];
    let label = format!("hit {} clear {} insufficient {}", counts.hit, counts.clear, counts.insufficient);
    let share = |part| words::per_cent(part, counts.population);
    html! {
        tr {
            th scope="row" { code { (id) } " " @if let Some(rule) = input.rules.get(id) { (both(&rule.title)) } }
            td.n { (words::count(counts.population)) }
            td.n { b { (words::count(counts.hit)) } small { (share(counts.hit)) } }
            td.n { (words::count(counts.clear)) }
            td.n { (words::count(counts.insufficient)) @if counts.insufficient > 0 { small { (share(counts.insufficient)) } } }
            td.chart { (bar(&parts, counts.population, &label)) }
            td.small { @for (reason, count) in &counts.reasons {
                span.why { (both(&input.label("reason", reason))) " " (words::count(*count)) }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::CoverageRow, report::sample};

    #[test]
    fn divisions_are_added_up_and_reasons_are_not_counted_twice() {
        let mut input = sample::input();
        let row = |division: &str, reason: Option<&str>, [population, hit, clear, insufficient]: [u64; 4]| {
            CoverageRow {
                rule_id: "D-01".to_owned(),
                division: division.to_owned(),
                reason: reason.map(str::to_owned),
                population,
                hit,
                clear,
                insufficient,
            }
        };
        input.coverage = vec![
            row("330302", None, [1_000, 3, 900, 97]),
            row("330302", Some("no age"), [0, 0, 0, 97]),
            row("330304", None, [500, 0, 500, 0]),
        ];
        let table = section(&input).into_string();
        assert!(table.contains(">1,500<"), "{table}");
        assert!(table.contains("年龄不明</i>") && table.contains(">no age</i> 97"), "{table}");
        assert!(table.contains("hit 3 clear 1400 insufficient 97"));
    }
}
