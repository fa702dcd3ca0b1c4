//! The review list as one page for any browser: to read on a screen, or to print and fill in by hand.
//!
//! Carries its own style, asks the network for nothing, and needs no script.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::model::{Direction, Lang};

use super::{
    Household, HouseholdCase,
    column::Column,
    line::Line,
    outcome::Outcome,
    priority,
    sheet_head::{Head, guide},
    words,
    words::either,
};

/// The page of one division's list.
pub fn page(head: &Head, lines: &[Line], lang: Lang) -> String {
    let blocks = lines.chunk_by(|a, b| a.case.case_id == b.case.case_id);
    let page = html! {
        (DOCTYPE)
        html lang=(either(lang, "zh-CN", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (head.title) " · " (head.date) }
                style { (PreEscaped(include_str!("list.css"))) }
            }
            body {
                header.top {
                    h1 { (head.title) }
                    p.figures { (head.figures) }
                    p.note { (head.caution) br; (head.on_paper) }
                }
                main {
                    @for (block, number) in blocks.zip(1_usize..) {
                        @if let Some(first) = block.first() { (household(first.case, block, number, lang)) }
                    }
                }
                (explanations(lang))
            }
        }
    };
    page.into_string()
}

fn household(case: &HouseholdCase, lines: &[Line], number: usize, lang: Lang) -> Markup {
    let name = match &case.household {
        Household::Known(id) => format!("{} {id}", either(lang, "家庭", "Household")),
        Household::Person(token) => {
            format!("{} {}", either(lang, "个人", "Person"), token.get(..8).unwrap_or(token))
        }
        Household::Case(id) | Household::Nobody(id) => format!("{} {id}", either(lang, "案件", "Case")),
    };
    let due = case.due_on().map(|day| day.to_string()).unwrap_or_default();
    html! {
        section.household aria-label=(name) {
            header {
                h2 { span.number { (number) } (name) }
                p.meta {
                    (Column::CaseNo.title().in_lang(lang)) " " span.id { (case.case_id) }
                    " · " (either(lang, "优先级", "priority")) " " b { (case.priority().total()) }
                    " · " (Column::Deadline.title().in_lang(lang)) " " b { (due) }
                }
            }
            @for line in lines { (lead(line, lang)) }
        }
    }
}

fn lead(line: &Line, lang: Lang) -> Markup {
    let found = &line.ranked.lead;
    let (mark, word) = words::direction(found.direction);
    let class = match found.direction {
        Direction::Ineligible => "lead ineligible",
        Direction::Missed => "lead missed",
        Direction::Process => "lead process",
    };
    html! {
        article class=(class) {
            h3 {
                span.badge { (mark) " " (word.in_lang(lang)) }
                " " (line.title())
                span.severity { (found.severity) " · " (priority::meaning(found.severity).in_lang(lang)) }
            }
            p.reason { (line.reason()) }
            @if let Some(stale) = line.stale() { p.stale { (stale) } }
            dl {
                (pair(Column::Subject, line, lang))
                (pair(Column::Programme, line, lang))
                (pair(Column::Threshold, line, lang))
                (pair(Column::AtStake, line, lang))
                (pair(Column::Deadline, line, lang))
                (pair(Column::Changed, line, lang))
                (pair(Column::Earlier, line, lang))
            }
            div.two {
                div { h4 { (Column::Evidence.title().in_lang(lang)) } (evidence(line, lang)) }
                div {
                    h4 { (Column::Innocent.title().in_lang(lang)) }
                    p.lines { (line.cell(Column::Innocent)) }
                    h4 { (Column::Action.title().in_lang(lang)) }
                    p.action { (line.cell(Column::Action)) }
                    h4 { (either(lang, "依据", "Legal basis")) }
                    @for basis in line.legal() { p.legal { (basis) } }
                }
            }
            p.fill {
                b { (Column::Outcome.title().in_lang(lang)) } " "
                @for outcome in Outcome::ALL { span.choice { "☐ " (outcome.on_paper(lang)) } " " }
                @for column in [Column::Reason, Column::Amount, Column::Reviewer, Column::Date] {
                    span class={ "blank " (if column == Column::Reason { "long" } else { "short" }) } {
                        (column.title().in_lang(lang))
                    }
                }
            }
            p.ref {
                (either(lang, "优先级", "Priority")) " " (line.ranked.priority.total()) " = " (line.ranked.priority.why(lang)) " · "
                (Column::LeadNo.title().in_lang(lang)) " " span.id { (found.lead_id) } " · " (found.rule_id)
            }
        }
    }
}

fn pair(column: Column, line: &Line, lang: Lang) -> Markup {
    let cell = line.cell(column);
    html! {
        @if !cell.is_empty() {
            div { dt { (column.title().in_lang(lang)) } dd.lines { (cell) } }
        }
    }
}

fn evidence(line: &Line, lang: Lang) -> Markup {
    html! {
        ul.evidence {
            @for witness in line.witnesses {
                li {
                    b { (witness.source) } span.asof { (either(lang, "截至 ", "as of ")) (witness.as_of) }
                    @for text in &witness.lines { p { (text) } }
                }
            }
        }
    }
}

fn explanations(lang: Lang) -> Markup {
    html! {
        footer {
            h2 { (either(lang, "说明", "What the words mean")) }
            table {
                tbody {
                    @for (word, meaning) in guide(lang) {
                        @if !word.is_empty() { tr { th scope="row" { (word) } td { (meaning) } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Severity,
        report::{case::gather, line::lines, sample, sheet_head::head, witness},
    };

    fn written(reason: &str, lang: Lang) -> String {
        let mut input = sample::input();
        input.leads = vec![
            sample::full_lead("L1", "D-01", Severity::S1, "H-1"),
            sample::full_lead("L2", "M-01", Severity::M1, "H-1"),
        ];
        input.leads[0].reason_zh = reason.to_owned();
        let cases = gather(&input).cases;
        let all: Vec<&HouseholdCase> = cases.iter().collect();
        let witnesses = witness::by_lead(&input, lang);
        page(&head(&input, "330302001", &all, lang), &lines(&input, &all, &witnesses, lang), lang)
    }

    #[test]
    fn two_leads_of_one_household_stand_in_one_block() {
        let page = written("x", Lang::Zh);
        assert_eq!(page.matches("<section class=\"household\"").count(), 1);
        assert_eq!(page.matches("<article").count(), 2);
        assert!(page.contains("▼ 错保") && page.contains("▲ 漏保"));
    }

    #[test]
    fn a_value_cannot_become_markup_and_nothing_is_fetched() {
        let page = written("<script>alert(1)</script>", Lang::Zh);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
        for outside in ["http://", "https://", "url(", "@import"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_page_can_be_had_in_english() {
        let page = written("x", Lang::En);
        assert!(page.contains("lang=\"en\"") && page.contains("Recommended action"));
    }
}
