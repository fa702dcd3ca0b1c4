//! What was found: by rule, by county, and the rules that could not look.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::model::{Direction, Lead, LeadStatus, Severity, Text};

use super::{
    super::{ReportInput, RuleNote, RuleStatus, words},
    both,
    chart::{Part, bar},
    listed, say,
};

/// How the leads of a rule fall.
#[derive(Default)]
struct Tally {
    listed: u64,
    fresh: u64,
    shadow: u64,
    withheld: u64,
    suppressed: u64,
    too_small: u64,
    directions: BTreeSet<Direction>,
    severities: BTreeSet<Severity>,
}

impl Tally {
    fn add(&mut self, lead: &Lead, is_live: bool) {
        self.directions.insert(lead.direction);
        self.severities.insert(lead.severity);
        let place = match lead.status {
            _ if lead.listed => &mut self.listed,
            LeadStatus::Withheld => &mut self.withheld,
            LeadStatus::Suppressed => &mut self.suppressed,
            _ if !is_live => &mut self.shadow,
            _ => &mut self.too_small,
        };
        *place += 1;
        self.fresh += u64::from(lead.listed && lead.status != LeadStatus::Recurring);
    }

    fn all(&self) -> u64 {
        self.listed + self.shadow + self.withheld + self.suppressed + self.too_small
    }
}

/// Leads by rule, with direction and severity.
pub fn by_rule(input: &ReportInput) -> Markup {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for lead in &input.leads {
        let is_live = input.rules.get(&lead.rule_id).is_some_and(RuleNote::is_live);
        tallies.entry(&lead.rule_id).or_default().add(lead, is_live);
    }
    let most = tallies.values().map(Tally::all).max().unwrap_or(0);
    html! {
        section {
            h2 { (say("按规则", "Leads by rule")) }
            p.legend {
                i.listed {} (say("列入清单", "on a list")) " "
                i.quiet {} (say("未列入（规则试行、身份存疑、已结案、金额较小）", "not listed (rule in the shadow, identity in doubt, closed, too small)"))
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
        (tally.shadow, "规则试行或没有批准", "rule in the shadow"),
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

/// The rules that did not run as live: what became of each, and why.
pub fn not_live(input: &ReportInput) -> Markup {
    let rules: Vec<&RuleNote> =
        input.rules.values().filter(|rule| !rule.is_live() || !rule.was_run()).collect();
    html! {
        section {
            h2 { (say("没有正式运行的规则", "Rules that did not run as live")) }
            @if rules.is_empty() {
                p { (say("所有规则都已正式运行。", "Every rule ran as live.")) }
            } @else {
                div.scroll { table {
                    thead { tr {
                        th scope="col" { (say("规则", "Rule")) }
                        th scope="col" { (say("状态", "Status")) }
                        th scope="col" { (say("今晚", "Tonight")) }
                        th scope="col" { (say("原因", "Why")) }
                    } }
                    tbody { @for rule in &rules { tr {
                        th scope="row" { code { (rule.id) } " " (both(&rule.title)) }
                        td { (both(&rule.status.text())) }
                        td { @if rule.was_run() {
                            (say("试行：已计数，不上清单", "in the shadow: counted, on no list"))
                        } @else { (say("没有运行", "not run")) } }
                        td { (both(&why_not_live(rule))) }
                    } } }
                } }
            }
        }
    }
}

fn why_not_live(rule: &RuleNote) -> Text {
    let by_status = || {
        let (zh, en) = match rule.status {
            RuleStatus::Draft => ("还在编写", "it is being written"),
            RuleStatus::Pilot => ("规则在试行期", "it is a pilot"),
            RuleStatus::Suspended => ("规则暂停使用", "it is suspended for a time"),
            RuleStatus::Retired => ("规则已停用", "it is retired"),
            RuleStatus::Live => ("", ""),
        };
        Text::new(zh, en)
    };
    rule.not_run.clone().or_else(|| rule.held_back.clone()).unwrap_or_else(by_status)
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
            Lead { listed: false, ..sample::lead("e", "I-01", Severity::S1, "H") },
        ];
        input.rules.get_mut("I-01").unwrap().held_back = Some(Text::new("没有批准", "never approved"));
        let table = by_rule(&input).into_string();
        for part in
            ["identity in doubt", "closed before", "too small, nothing beside it", "rule in the shadow"]
        {
            assert!(table.contains(&format!("{part}</i> 1")), "{part}");
        }
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

    #[test]
    fn a_rule_that_did_not_run_as_live_stands_in_the_table_with_what_became_of_it() {
        let mut input = sample::input();
        assert!(not_live(&input).into_string().contains("Every rule ran as live"));
        let mut set = |id: &str, change: &dyn Fn(&mut RuleNote)| change(input.rules.get_mut(id).unwrap());
        set("D-01", &|rule| {
            rule.held_back = Some(Text::new("D-01.sql 没有批准", "D-01.sql was never approved"))
        });
        set("I-01", &|rule| rule.status = RuleStatus::Pilot);
        set("I-02", &|rule| rule.status = RuleStatus::Suspended);
        set("I-06", &|rule| rule.not_run = Some(Text::new("缺数据", "no data")));
        set("M-01", &|rule| rule.status = RuleStatus::Retired);
        let table = not_live(&input).into_string();
        let row = |id: &str| table.split("<tr>").find(|row| row.contains(&format!("<code>{id}<"))).unwrap();
        for (id, words) in [
            ("D-01", ["正式", "试行：已计数，不上清单", "D-01.sql was never approved"]),
            ("I-01", ["pilot", "in the shadow: counted, on no list", "规则在试行期"]),
            ("I-02", ["暂停", "not run", "suspended for a time"]),
            ("I-06", ["live", "没有运行", "no data"]),
            ("M-01", ["retired", "not run", "规则已停用"]),
        ] {
            assert!(words.iter().all(|word| row(id).contains(word)), "{id}: {}", row(id));
        }
        assert!(!table.contains("<code>P-01<"));
    }
}
