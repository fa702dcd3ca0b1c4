//! The rule book: one page that the public could be given, with everything that the rules say of themselves.
//!
//! Made from a checked project alone, without data, person or clock, so that it can say nothing else than what runs: a
//! rule's words from its file, its figures from the parameters, its examples from its unit tests. Never explains a
//! family's own case, and never calls a lead a decision.
//!
//! ```text
//! how to read ─► contents ─► live rules by group ─► being tried ─► not used ─► figures ─► data ─► shared tables ─► words
//! ```

mod contents;
mod example;
mod figures;
mod glossary;
mod guide;
mod insufficient;
mod needs;
mod rule;
mod sources;
mod uses;
mod write;

use maud::{DOCTYPE, PreEscaped, html};

use crate::{
    model::Lang,
    project::{Project, Rule, Status},
    report::page::{STYLE, both, say, switch},
};

pub use write::{BookError, FILE, write};

/// The page. `lang` is the language it opens in; both are in it.
pub fn page(project: &Project, lang: Lang) -> String {
    let uses = uses::Uses::of(project);
    let (live, pilot) = (with(project, &[Status::Live]), with(project, &[Status::Pilot]));
    let off = with(project, &[Status::Draft, Status::Suspended, Status::Retired]);
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "核对规则书 Rule book · " (project.pipeline.title.zh) }
                style { (PreEscaped(STYLE)) (PreEscaped(include_str!("book.css"))) }
            }
            body {
                (switch(lang, true))
                div.page {
                    header {
                        p.kicker { (both(&project.pipeline.title)) }
                        h1 { (say("核对规则书", "The rule book")) }
                        p.lede { (say(
                            &format!("社会救助核对用哪些规则、看哪些数据、依据什么、结果怎么用。现行 {} 条，试行 {} 条，不在使用 {} 条。", live.len(), pilot.len(), off.len()),
                            &format!("Which rules check social assistance, what they look at, on what ground, and what becomes of it. In force: {}; being tried: {}; not in use: {}.", live.len(), pilot.len(), off.len()),
                        )) }
                        p.note { (say(
                            "本书由规则文件自动生成，与实际运行的规则一字不差；书中没有任何人的资料，例子里的人和数都是编的。",
                            "This book is made from the very files that run. There is no person's data in it: the people and amounts of the examples are invented.",
                        )) }
                    }
                    main {
                        (guide::section())
                        (contents::section(project, &live, &pilot, &off))
                        (contents::groups(project, &live, &uses))
                        (contents::pilot(project, &pilot, &uses))
                        (contents::off(&off))
                        (figures::index(project))
                        (sources::datasets(project))
                        (sources::facts(project, &uses))
                        (glossary::section())
                    }
                }
            }
        }
    };
    page.into_string()
}

/// The rules of some statuses, by group in the order of `groups.yaml` and then by id.
fn with<'p>(project: &'p Project, statuses: &[Status]) -> Vec<&'p Rule> {
    let place = |rule: &Rule| project.groups.iter().position(|(name, _)| *name == rule.group);
    let mut rules: Vec<&Rule> =
        project.rules.values().filter(|rule| statuses.contains(&rule.status)).collect();
    rules.sort_by_key(|rule| (place(rule), &rule.id));
    rules
}

#[cfg(test)]
mod tests;
