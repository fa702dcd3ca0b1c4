//! The run report: one page that tells the office what happened tonight, what was set aside, and how far to trust it.
//!
//! Chinese and English stand in the same page and a switch of plain CSS shows one of them; nothing is fetched and no
//! script runs. Never names a household: those are on the lists.

mod caveats;
mod chart;
mod coverage;
mod feeds;
mod findings;

use std::collections::{BTreeMap, BTreeSet};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::model::{Direction, Lead, Text};

use super::{
    HouseholdCase, ReportInput,
    page::{STYLE, both, say, switch},
    words,
};

/// The page of a run. `lists` are the divisions with a list and the households on each.
pub fn page(
    input: &ReportInput,
    cases: &[HouseholdCase],
    lists: &BTreeMap<String, usize>,
    notes: &[Text],
) -> String {
    let place = input.division_name(&input.division);
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "核对报告 Run report · " (place) " · " (input.date) }
                style { (PreEscaped(STYLE)) (PreEscaped(include_str!("run.css"))) }
            }
            body {
                (switch(input.lang, false))
                div.page {
                    header {
                        p.kicker { (say("社会救助家庭经济状况核对", "Checks of household economic status")) }
                        h1 { (say("核对报告", "Run report")) " · " (place) " · " time datetime=(input.date) { (input.date) } }
                        p.lede { (both(&sentence(input, cases, lists))) }
                        p.run { (say("运行号", "Run")) " " code { (input.run_id) } }
                    }
                    main {
                        (tiles(input, cases))
                        (attention(input, notes))
                        (findings::by_rule(input))
                        (findings::by_county(input))
                        (lists_table(input, lists, cases))
                        (coverage::section(input))
                        (feeds::section(input))
                        (feeds::set_aside(input))
                        (findings::not_live(input))
                        (caveats::section())
                    }
                }
            }
        }
    };
    page.into_string()
}

/// The leads on the lists.
fn listed(input: &ReportInput) -> impl Iterator<Item = &Lead> {
    input.leads.iter().filter(|lead| lead.listed)
}

/// Households with a listed lead in that direction.
fn households(cases: &[HouseholdCase], direction: Option<Direction>) -> usize {
    let points = |case: &&HouseholdCase| match direction {
        Some(direction) => case.listed().any(|ranked| ranked.lead.direction == direction),
        None => case.is_listed(),
    };
    cases.iter().filter(points).count()
}

/// What happened tonight, in one sentence.
fn sentence(input: &ReportInput, cases: &[HouseholdCase], lists: &BTreeMap<String, usize>) -> Text {
    let run = input.rules.values().filter(|rule| rule.was_run()).count();
    let leads = words::len(listed(input).count());
    let all = words::len(households(cases, None));
    let [ineligible, missed, process] = [Direction::Ineligible, Direction::Missed, Direction::Process]
        .map(|direction| words::len(households(cases, Some(direction))));
    let agencies: BTreeSet<&str> =
        input.feeds.iter().filter(|f| f.as_of.is_some()).map(|f| f.dataset.agency.as_str()).collect();
    let (agencies, datasets) = (agencies.len(), input.feeds.iter().filter(|f| f.as_of.is_some()).count());
    let lists = lists.len();
    Text::new(
        format!(
            "今晚用 {agencies} 个部门的 {datasets} 个数据集运行了 {run} 条规则，在 {all} 户家庭中发现 {leads} 条需要核查的线索：\
             {ineligible} 户可能不应享受或多领，{missed} 户可能应享未享，{process} 户有程序或数据问题，已分到 {lists} 份清单。"
        ),
        format!(
            "Tonight {run} rules ran over {datasets} datasets of {agencies} agencies and found {leads} leads to check in \
             {all} households: {ineligible} may receive what is not due, {missed} may miss what is due, {process} have \
             papers or data to mend. They stand on {lists} lists."
        ),
    )
}

fn tiles(input: &ReportInput, cases: &[HouseholdCase]) -> Markup {
    let stale = input.feeds.iter().filter(|feed| feed.stale).count();
    let set_aside: u64 = input.feeds.iter().map(|feed| feed.quarantined_rows).sum();
    let tile = |figure: String, zh: &str, en: &str, class: &str| {
        html! { div class={ "tile " (class) } { b { (figure) } span { (say(zh, en)) } } }
    };
    html! {
        section.tiles aria-label="数字 Figures" {
            (tile(words::len(households(cases, None)), "户待核查", "households to check", ""))
            (tile(words::len(households(cases, Some(Direction::Ineligible))), "▼ 错保方向（户）", "▼ may not be due", "ineligible"))
            (tile(words::len(households(cases, Some(Direction::Missed))), "▲ 漏保方向（户）", "▲ may be missed", "missed"))
            (tile(words::len(stale), "个数据集过期", "datasets out of date", if stale > 0 { "warn" } else { "" }))
            (tile(words::count(set_aside), "行数据被搁置", "rows set aside", ""))
            (tile(words::len(input.refused.len()), "份交付被退回", "deliveries refused", if input.refused.is_empty() { "" } else { "warn" }))
        }
    }
}

/// What a person must look at before trusting the rest.
fn attention(input: &ReportInput, notes: &[Text]) -> Markup {
    let mut points: Vec<Text> = notes.to_vec();
    for feed in input.feeds.iter().filter(|feed| feed.stale) {
        let (title, as_of) = (&feed.title, feed.as_of.map(|day| day.to_string()).unwrap_or_default());
        points.push(Text::new(
            format!("“{}”只到 {as_of}，已超过 {} 天的有效期；依赖它的线索降一级，或无法判断。", title.zh, feed.fresh_days),
            format!("{} ends at {as_of}, older than its {} days; leads that rest on it rank one lower or cannot be judged.", title.en, feed.fresh_days),
        ));
    }
    for feed in input.feeds.iter().filter(|feed| feed.as_of.is_none()) {
        points.push(Text::new(
            format!("“{}”（{}）从未收到。", feed.title.zh, feed.dataset),
            format!("{} ({}) was never delivered.", feed.title.en, feed.dataset),
        ));
    }
    let not_run: Vec<&str> =
        input.rules.values().filter(|rule| rule.not_run.is_some()).map(|rule| rule.id.as_str()).collect();
    if !not_run.is_empty() {
        points.push(Text::new(
            format!("{} 条规则没有运行：{}。", not_run.len(), not_run.join("、")),
            format!("Rules that did not run ({}): {}.", not_run.len(), not_run.join(", ")),
        ));
    }
    let held_back: Vec<&str> =
        input.rules.values().filter(|rule| rule.held_back.is_some()).map(|rule| rule.id.as_str()).collect();
    if !held_back.is_empty() {
        points.push(Text::new(
            format!("{} 条正式规则与批准的不一致，只试行、不上清单，原因见下表：{}。", held_back.len(), held_back.join("、")),
            format!(
                "Live rules that are not approved as they stand ran in the shadow, on no list ({}); the table below says why: {}.",
                held_back.len(),
                held_back.join(", ")
            ),
        ));
    }
    for refused in &input.refused {
        points.push(Text::new(
            format!("交付 {} 被退回：{}", refused.delivery, refused.message.zh),
            format!("Delivery {} was refused: {}", refused.delivery, refused.message.en),
        ));
    }
    html! {
        section.attention {
            h2 { (say("请先看", "Look at this first")) }
            @if points.is_empty() {
                p { "✓ " (say("所有数据都在有效期内，所有正式规则都已运行。", "All data are fresh and every live rule ran.")) }
            } @else {
                ul { @for point in &points { li { "⚠ " (both(point)) } } }
            }
        }
    }
}

fn lists_table(input: &ReportInput, lists: &BTreeMap<String, usize>, cases: &[HouseholdCase]) -> Markup {
    let first_due = |division: &str| {
        let of = |case: &&HouseholdCase| case.is_listed() && super::township(&case.division) == division;
        cases.iter().filter(of).filter_map(HouseholdCase::due_on).min()
    };
    html! {
        section {
            h2 { (say("复核清单", "Review lists")) }
            @if lists.is_empty() { p { (say("今晚没有清单。", "There is no list tonight.")) } } @else {
                div.scroll { table {
                    thead { tr {
                        th scope="col" { (say("乡镇（街道）", "Township")) }
                        th scope="col" { (say("代码", "Code")) }
                        th.n scope="col" { (say("户数", "Households")) }
                        th scope="col" { (say("最早期限", "First deadline")) }
                        th scope="col" { (say("文件", "Files")) }
                    } }
                    tbody { @for (division, households) in lists { tr {
                        th scope="row" { (input.division_name(division)) }
                        td { code { (division) } }
                        td.n { (words::len(*households)) }
                        td { @if let Some(day) = first_due(division) { (day) } }
                        td { @for kind in ["xlsx", "csv", "html"] { a href={ "lists/" (division) "/review." (kind) } { (kind) } " " } }
                    } } }
                } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Severity,
        report::{Refused, RuleNote, case::gather, sample},
    };

    fn written(input: &ReportInput) -> String {
        let cases = gather(input).cases;
        let lists = BTreeMap::from([("330302001".to_owned(), 1)]);
        page(input, &cases, &lists, &input.notes)
    }

    fn night() -> ReportInput {
        let mut input = sample::input();
        input.leads = vec![sample::full_lead("a", "D-01", Severity::S1, "H-1")];
        input
    }

    #[test]
    fn the_page_carries_all_it_needs_and_runs_no_script() {
        let page = written(&night());
        for outside in ["http://", "https://", "url(", "@import", "<script", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("今晚用 1 个部门的 1 个数据集运行了 7 条规则"));
        assert!(page.contains("Tonight 7 rules ran"));
    }

    #[test]
    fn what_was_refused_out_of_date_or_not_run_stands_at_the_top() {
        let mut input = night();
        input.feeds[0].stale = true;
        input.notes.push(Text::new("人员数据过期", "persons is stale"));
        input.rules.insert(
            "X-07".to_owned(),
            RuleNote {
                not_run: Some(Text::new("缺养老金数据", "no pensions")), ..sample::rule("X-07")
            },
        );
        input.rules.insert(
            "X-08".to_owned(),
            RuleNote { held_back: Some(Text::new("没有批准", "never approved")), ..sample::rule("X-08") },
        );
        input.refused.push(Refused {
            delivery: "cases-<b>".to_owned(),
            agency: None,
            dataset: None,
            code: "signature".to_owned(),
            message: Text::new("签名不符", "the signature does not match"),
        });
        let page = written(&input);
        let top = page.split("</section>").nth(1).unwrap();
        for part in
            ["已超过 35 天", "人员数据过期", "X-07", "shadow, on no list (1)", "X-08", "cases-&lt;b&gt;"]
        {
            assert!(top.contains(part), "{part}");
        }
    }

    #[test]
    fn a_night_without_leads_still_has_a_report() {
        assert!(written(&sample::input()).contains("发现 0 条需要核查的线索"));
    }
}
