//! What the agencies delivered: how old it is, what became of its rows, and what was set aside and why.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    super::{Feed, ReportInput, words},
    both,
    chart::{Part, bar},
    say,
};

/// The table of all datasets.
pub fn section(input: &ReportInput) -> Markup {
    html! {
        section {
            h2 { (say("数据来源与时效", "Feeds and how fresh they are")) }
            p.note { (say(
                "收到 = 采用 + 合并重复 + 搁置。横条表示数据已用去有效期的多少，满格为过期。",
                "Rows in = taken in + equal rows collapsed + set aside. The bar shows how much of its time the data has used up.",
            )) }
            div.scroll { table.wide {
                thead { tr {
                    th scope="col" { (say("数据集", "Dataset")) }
                    th scope="col" { (say("数据截至", "As of")) }
                    th.chart scope="col" { (say("天数 / 有效期", "Days old / bound")) }
                    th.n scope="col" { (say("交付", "Deliveries")) }
                    th.n scope="col" { (say("收到行数", "Rows in")) }
                    th.n scope="col" { (say("采用", "Taken in")) }
                    th.n scope="col" { (say("合并重复", "Collapsed")) }
                    th.n scope="col" { (say("搁置", "Set aside")) }
                    th.n scope="col" { (say("部门自行搁置", "Left out by the agency")) }
                    th scope="col" { (say("自动修正", "Repaired")) }
                } }
                tbody { @for feed in &input.feeds { (row(feed, input)) } }
            } }
        }
    }
}

fn row(feed: &Feed, input: &ReportInput) -> Markup {
    let quarantined = feed.quarantined_rows;
    html! {
        tr.stale[feed.stale] {
            th scope="row" {
                (both(&input.label("agency", &feed.dataset.agency))) " · " (both(&feed.title))
                small { code { (feed.dataset) } }
                @for off in &feed.off { small.why { "⚠ " (both(off)) } }
            }
            @match feed.as_of {
                Some(as_of) => {
                    td.day { (as_of) @if feed.stale { span.badge { "⚠ " (unusable(feed, (input.date - as_of).num_days())) } } }
                    td.chart { (age(feed, (input.date - as_of).num_days())) }
                }
                None => {
                    td { span.badge { "⚠ " (say("从未收到", "never delivered")) } }
                    td {}
                }
            }
            td.n { (words::count(feed.deliveries)) }
            td.n { (words::count(feed.rows_in)) }
            td.n { (words::count(feed.accepted)) }
            td.n { (words::count(feed.collapsed)) }
            td.n { @if quarantined > 0 { b { (words::count(quarantined)) } } @else { "0" } }
            td.n { (words::count(feed.set_aside_by_agency)) }
            td.small { @for (kind, count) in &feed.repairs {
                span.why { (both(&input.label("repair", kind))) " " (words::count(*count)) }
            } }
        }
    }
}

/// Why it cannot prove that something is not there: its age, or what is in it.
fn unusable(feed: &Feed, days: i64) -> Markup {
    if days > i64::from(feed.fresh_days) { say("过期", "stale") } else { say("异常", "off") }
}

fn age(feed: &Feed, days: i64) -> Markup {
    let bound = u64::from(feed.fresh_days);
    let used = u64::try_from(days).unwrap_or(0);
    let class = if feed.stale { "over" } else { "age" };
    let label = format!("{days} / {bound}");
    html! { (bar(&[Part { amount: used.min(bound), class }], bound, &label)) small { (label) " " (say("天", "days")) } }
}

/// What was set aside: rows by reason, and deliveries.
pub fn set_aside(input: &ReportInput) -> Markup {
    let mut reasons: BTreeMap<&str, (u64, Vec<&Feed>)> = BTreeMap::new();
    for feed in &input.feeds {
        for (reason, count) in &feed.quarantined {
            let entry = reasons.entry(reason).or_default();
            entry.0 += count;
            entry.1.push(feed);
        }
    }
    let mut reasons: Vec<(&str, (u64, Vec<&Feed>))> = reasons.into_iter().collect();
    // The commonest first; those of one count in the order of their names.
    reasons.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let most = reasons.first().map_or(0, |(_, (count, _))| *count);
    html! {
        section {
            h2 { (say("被搁置的数据及原因", "What was set aside, and why")) }
            @if reasons.is_empty() && input.refused.is_empty() {
                p { (say("没有被搁置的数据。", "Nothing was set aside.")) }
            }
            @if !reasons.is_empty() {
                div.scroll { table.wide {
                    thead { tr {
                        th scope="col" { (say("原因", "Reason")) }
                        th.n scope="col" { (say("处", "Faults")) }
                        th.chart scope="col" { (say("多少", "How many")) }
                        th scope="col" { (say("数据集", "Datasets")) }
                    } }
                    tbody { @for (reason, (count, feeds)) in &reasons { tr {
                        th scope="row" { (both(&input.label("quarantine", reason))) }
                        td.n { (words::count(*count)) }
                        td.chart { (bar(&[Part { amount: *count, class: "quiet" }], most, &count.to_string())) }
                        td.small { @for feed in feeds { span.why { (both(&feed.title)) } } }
                    } } }
                } }
            }
            @if !input.refused.is_empty() {
                h3 { (say("被退回的交付", "Refused deliveries")) }
                div.scroll { table {
                    thead { tr {
                        th scope="col" { (say("交付", "Delivery")) }
                        th scope="col" { (say("部门 · 数据集", "Agency · dataset")) }
                        th scope="col" { (say("代码", "Code")) }
                        th scope="col" { (say("说明", "What was wrong")) }
                    } }
                    tbody { @for refused in &input.refused { tr {
                        th scope="row" { code { (refused.delivery) } }
                        td {
                            @if let Some(agency) = &refused.agency { (both(&input.label("agency", agency))) }
                            @if let Some(dataset) = &refused.dataset { " · " code { (dataset.dataset) } }
                        }
                        td { code { (refused.code) } }
                        td { (both(&refused.message)) }
                    } } }
                } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_stale_feed_is_marked_with_a_word_and_its_age() {
        let mut input = sample::input();
        input.feeds[0].stale = true;
        input.feeds[0].fresh_days = 7;
        let table = section(&input).into_string();
        assert!(table.contains("过期") && table.contains("12 / 7"), "{table}");
        input.feeds[0].as_of = None;
        assert!(section(&input).into_string().contains("从未收到"));
    }

    #[test]
    fn rows_set_aside_are_named_by_reason_and_dataset() {
        let mut input = sample::input();
        let label = crate::model::Text::new("校验位错误", "wrong check digit");
        input.labels.insert("quarantine.bad_check_digit".to_owned(), label);
        let table = set_aside(&input).into_string();
        assert!(table.contains("校验位错误") && table.contains("资金发放"), "{table}");
    }
}
