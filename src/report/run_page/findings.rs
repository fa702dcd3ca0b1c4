//! What was found: by rule, by county, and the rules that could not look.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::model::{Direction, Lead, LeadStatus, Severity};

use super::{
    super::{ReportInput, RuleStatus, words},
    both,
    chart::{Part, bar},
    listed, say,
};

/// How the leads of a rule fall.
#[derive(Default)]
struct Tally {
    listed: u64,
    fresh: u64,
    pilot: u64,
    withheld: u64,
    suppressed: u64,
    too_small: u64,
    directions: BTreeSet<Direction>,
    severities: BTreeSet<Severity>,
}

impl Tally {
    fn add(&mut self, lead: &Lead, status: Option<RuleStatus>) {
        self.directions.insert(lead.direction);
        self.severities.insert(lead.severity);
        let place = match lead.status {
            _ if lead.listed => &mut self.listed,
            LeadStatus::Withheld => &mut self.withheld,
            LeadStatus::Suppressed => &mut self.suppressed,
            _ if status != Some(RuleStatus::Live) => &mut self.pilot,
            _ => &mut self.too_small,
        };
        *place += 1;
        self.fresh += u64::from(lead.listed && lead.status != LeadStatus::Recurring);
    }

    fn all(&self) -> u64 {
        self.listed + self.pilot + self.withheld + self.suppressed + self.too_small
    }
}

/// Leads by rule, with direction and severity.
pub fn by_rule(input: &ReportInput) -> Markup {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for lead in &input.leads {
        let status = input.rules.get(&lead.rule_id).map(|rule| rule.status);
        tallies.entry(&lead.rule_id).or_default().add(lead, status);
    }
    let most = tallies.values().map(Tally::all).max().unwrap_or(0);
    html! {
        section {
            h2 { (say("按规则", "Leads by rule")) }
            p.legend {
                i.listed {} (say("列入清单", "on a list")) " "
                i.quiet {} (say("未列入（试行、身份存疑、已结案、金额较小）", "not listed (pilot, identity in doubt, closed, too small)"))
            }
            @if tallies.is_empty() { p { (say("没有线索。", "There are no leads.")) } } @else {
                div.scroll { table.wide {
                    thead { tr {
                        th scope="col" { (say("规则", "Rule")) }
                        th scope="col" { (say("方向", "Direction")) }
                        th scope="col" { (say("等级", "Severity")) }
                        th.n scope="col" { (say("列入", "Listed")) }
                        th.n scope="col" { (say("其中新增", "of these new")) }
                        th.chart scope="col" { (say("线索数", "Leads")) }
                        th scope="col" { (say("未列入的原因", "Why not listed")) }
                    } }
                    tbody { @for (id, tally) in &tallies { (rule_row(id, tally, most, input)) } }
                } }
            }
        }
    }
}

fn rule_row(id: &str, tally: &Tally, most: u64, input: &ReportInput) -> Markup {
    let rule = input.rules.get(id);
    let severities: Vec<&str> = tally.severities.iter().map(|s| s.as_str()).collect();
    let parts = [
        Part { amount: tally.listed, class: "listed" },
        Part { amount: tally.all() - tally.listed, class: "quiet" },
    ];
    let why = [
        (tally.pilot, "规则试行或停用", "rule not live"),
        (tally.withheld, "身份存疑", "identity in doubt"),
        (tally.suppressed, "已结案", "closed before"),
        (tally.too_small, "金额较小且无旁证", "too small, nothing beside it"),
    ];
    html! {
        tr {
            th scope="row" { code { (id) } " " @if let Some(rule) = rule { (both(&rule.title)) } }
            td { @for direction in &tally.directions { (direction_mark(*direction)) } }
            td { (severities.join(" ")) }
            td.n { b { (words::count(tally.listed)) } }
            td.n { (words::count(tally.fresh)) }
            td.chart { (bar(&parts, most, &format!("{} / {}", tally.listed, tally.all()))) }
            td.small { @for (count, zh, en) in why { @if count > 0 { span.why { (say(zh, en)) " " (words::count(count)) } } } }
        }
    }
}

fn direction_mark(direction: Direction) -> Markup {
    let (mark, word) = words::direction(direction);
    html! { span class={ "mark " (direction.as_str()) } { (mark) " " (both(&word)) } }
}

/// Listed leads by county, a bar each.
pub fn by_county(input: &ReportInput) -> Markup {
    let mut counties: BTreeMap<&str, BTreeMap<Direction, u64>> = BTreeMap::new();
    for lead in listed(input) {
        let county = lead.division.get(..6).unwrap_or(&lead.division);
        *counties.entry(county).or_default().entry(lead.direction).or_default() += 1;
    }
    let most = counties.values().map(|directions| directions.values().sum::<u64>()).max().unwrap_or(0);
    let order = [Direction::Ineligible, Direction::Missed, Direction::Process];
    let class = |direction| match direction {
        Direction::Ineligible => "ineligible",
        Direction::Missed => "missed",
        Direction::Process => "process",
    };
    html! {
        section {
            h2 { (say("按县（市、区）", "Leads by county")) }
            p.legend { @for direction in order { i class=(class(direction)) {} (direction_mark(direction)) " " } }
            div.scroll { table.wide {
                thead { tr {
                    th scope="col" { (say("县（市、区）", "County")) }
                    @for direction in order { th.n scope="col" { (both(&words::direction(direction).1)) } }
                    th.n scope="col" { (say("合计", "Total")) }
                    th.chart scope="col" { (say("线索数", "Leads")) }
                } }
                tbody { @for (county, directions) in &counties {
                    @let of = |direction: Direction| directions.get(&direction).copied().unwrap_or(0);
                    @let total = directions.values().sum::<u64>();
                    tr {
                        th scope="row" { (input.division_name(county)) " " code { (county) } }
                        @for direction in order { td.n { (words::count(of(direction))) } }
                        td.n { b { (words::count(total)) } }
                        td.chart { (bar(&order.map(|d| Part { amount: of(d), class: class(d) }), most, &total.to_string())) }
                    }
                } }
            } }
        }
    }
}

/// The rules that did not run, and those that only run in the shadow.
pub fn not_run(input: &ReportInput) -> Markup {
    let not_run: Vec<_> =
        input.rules.values().filter_map(|rule| Some((rule, rule.not_run.as_ref()?))).collect();
    let shadow: Vec<_> = input
        .rules
        .values()
        .filter(|rule| rule.not_run.is_none() && rule.status != RuleStatus::Live)
        .collect();
    html! {
        section {
            h2 { (say("没有运行或不进清单的规则", "Rules that did not run or never reach a list")) }
            @if not_run.is_empty() && shadow.is_empty() {
                p { (say("所有规则都已运行并进入清单。", "Every rule ran and reaches the lists.")) }
            } @else {
                ul {
                    @for (rule, why) in &not_run { li { code { (rule.id) } " " (both(&rule.title)) " — " (both(why)) } }
                    @for rule in &shadow { li {
                        code { (rule.id) } " " (both(&rule.title)) " — "
                        (say("状态", "status")) " " (rule.status.as_str())
                    } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_lead_that_is_not_listed_is_counted_with_its_reason() {
        let mut input = sample::input();
        let unlisted =
            |id: &str, status| Lead { listed: false, status, ..sample::lead(id, "D-01", Severity::S1, "H") };
        input.leads = vec![
            unlisted("a", LeadStatus::Withheld),
            unlisted("b", LeadStatus::Suppressed),
            unlisted("c", LeadStatus::New),
            sample::lead("d", "D-01", Severity::S1, "H"),
        ];
        let table = by_rule(&input).into_string();
        for part in ["identity in doubt", "closed before", "too small, nothing beside it"] {
            assert!(table.contains(&format!("{part}</i> 1")), "{part}");
        }
        assert!(!table.contains("rule not live"));
    }

    #[test]
    fn only_listed_leads_are_counted_by_county() {
        let mut input = sample::input();
        input.leads = vec![
            sample::lead("a", "D-01", Severity::S1, "H-1"),
            Lead {
                listed: false,
                division: "330304".to_owned(),
                ..sample::lead("b", "D-01", Severity::S1, "H-2")
            },
        ];
        let table = by_county(&input).into_string();
        assert!(table.contains("鹿城区") && !table.contains("330304"));
    }
}
