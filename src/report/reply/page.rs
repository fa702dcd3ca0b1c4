//! The reply as one page in both languages, to be sent to the agency. Fetches nothing, runs no script.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Reply, RowFault,
    plain::{address, codes, column_name, examples, heading, line_note, times},
};
use crate::{
    model::{Lang, Text},
    report::page::{STYLE, both, say, switch},
};

/// The page.
pub fn page(reply: &Reply, lang: Lang) -> String {
    let title = Text::new(heading(reply, Lang::Zh), heading(reply, Lang::En));
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "数据交付回执 Reply · " (reply.delivery) }
                style { (PreEscaped(STYLE)) (PreEscaped(include_str!("reply.css"))) }
            }
            body {
                (switch(lang, false))
                div.page {
                    header {
                        p.kicker { (say("数据交付回执", "Reply to a delivery of data")) " · " time datetime=(reply.on) { (reply.on) } }
                        h1 { (both(&title)) }
                        p.note { code { (address(reply)) } }
                        p.verdict.bad[!reply.is_clean()] { (both(&reply.verdict())) }
                        @if let Some(balance) = reply.balance() { p.note { (both(&balance)) } }
                    }
                    main {
                        @for (number, problem) in (1..).zip(&reply.problems) {
                            section.fault {
                                h2 { span.number { (number) } (both(&problem.what)) }
                                (mend(&problem.mend))
                                p.code { code { (problem.code) } }
                            }
                        }
                        @for (number, fault) in (reply.problems.len() + 1..).zip(&reply.faults) { (row_fault(number, fault)) }
                        @if !reply.faults.is_empty() { p.note { (both(&line_note())) } }
                        @if let Some(how) = reply.how_to_correct() { p { (both(&how)) } }
                        @if !reply.repairs.is_empty() {
                            section {
                                h2 { (say("已自动整理，不必处理", "Put right by itself, nothing to do")) }
                                table { tbody { @for (what, count) in &reply.repairs {
                                    tr { th { (both(what)) } td.n { (count) } }
                                } } }
                            }
                        }
                        @for note in &reply.notes { p.note { (both(note)) } }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn mend(how: &Text) -> Markup {
    html! { p.mend { b { (say("怎样改", "How to mend it")) } " " (both(how)) } }
}

fn row_fault(number: usize, fault: &RowFault) -> Markup {
    html! {
        section.fault {
            h2 { span.number { (number) } (both(&fault.what)) span.count { (both(&times(fault.count))) } }
            (mend(&fault.mend))
            div.scroll { table {
                thead { tr {
                    th { (say("列", "column")) }
                    th.n { (say("几处", "how often")) }
                    th { (say("在哪里（最先几处）", "where (the first of them)")) }
                } }
                tbody { @for column in &fault.columns {
                    tr {
                        th { (both(&column_name(column))) }
                        td.n { (column.count) }
                        td {
                            (both(&examples(column)))
                            @if let Some(codes) = codes(column) { p.small { (both(&codes)) } }
                        }
                    }
                } }
            } }
            p.code { code { (fault.code) } }
        }
    }
}
