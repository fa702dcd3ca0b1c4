//! Where it all comes from: the datasets that agencies deliver, and the tables that rules share.

use maud::{Markup, html};

use super::{
    needs::{days, name},
    uses::Uses,
};
use crate::{
    compare,
    contract::Delivery,
    project::Project,
    report::page::{both, say},
};

/// Every dataset with what it holds, how it comes, and the rules that need it.
pub fn datasets(project: &Project) -> Markup {
    html! {
        section #data {
            h2 { (say("用到的数据", "The data that is looked at")) }
            p.note { (say(
                "只有这些。身份证号在送出部门以前就换成了不能倒推的代号；清单上要联系谁，由掌握台账的部门自己对回去。",
                "This and nothing else. Identity numbers become tokens, which cannot be turned back, before data leaves an agency; the holder of the register alone can tell whom a list means.",
            )) }
            div.scroll { table.wide {
                thead { tr {
                    th scope="col" { (say("部门 · 数据", "Agency · dataset")) }
                    th scope="col" { (say("内容", "What it holds")) }
                    th scope="col" { (say("怎样送", "How it comes")) }
                    th scope="col" { (say("有效期", "Good for")) }
                    th scope="col" { (say("哪些规则用", "Rules")) }
                } }
                tbody { @for (id, contract) in &project.contracts { tr id={ "d-" (id) } {
                    th scope="row" { (name(project, id)) br; code { (id) } }
                    td { (both(&contract.about)) }
                    td { @match contract.delivery {
                        Delivery::Full => (say("每次送全部", "all of it each time")),
                        Delivery::ByMonth { .. } => (say("按月送", "month by month")),
                        Delivery::Upsert => (say("送新增和变动", "what is new or changed")),
                    } }
                    td { (days(contract.fresh_days)) }
                    td.ids { @for rule in project.rules.values().filter(|rule| {
                        let (present, absent) = compare::needs(rule);
                        present.contains(id) || absent.contains(id)
                    }) { a href={ "#" (rule.id) } { (rule.id) } " " } }
                } } }
            } }
        }
    }
}

/// Every fact with what it is, which rules read it, and its exact text.
pub fn facts(project: &Project, uses: &Uses<'_>) -> Markup {
    html! {
        section #facts {
            h2 { (say("共用的中间表", "Shared tables")) }
            p.note { (say(
                "几条规则都要用的口径（谁算现有成员、哪些月算已发放……）只写一次，写在这里，规则像读数据一样读它们。",
                "What several rules rely on (who is a current member, which months count as paid, …) is written once, here, and read by the rules like data.",
            )) }
            @for fact in project.facts.values() {
                div.fact id={ "f-" (fact.name) } {
                    h3 { @if let Some(title) = &fact.title { (both(title)) " " } code { (fact.name) } }
                    @if let Some(about) = &fact.about { p { (both(about)) } }
                    p.note.ids {
                        (say("用于", "used by"))
                        @for id in uses.of_fact(&fact.name) { " " a href={ "#" (id) } { (id) } }
                    }
                    details {
                        summary { (say("原文（SQL）", "Exact text (SQL)")) }
                        p.note { "SHA-256 " code.hash { (fact.digest.hex()) } }
                        pre { (fact.text) }
                    }
                }
            }
        }
    }
}
