//! One rule, from what it looks for to its exact text.

use maud::{Markup, html};

use super::{contents, example, figures, insufficient, needs, uses::Uses};
use crate::{
    model::Text,
    project::{Basis, Project, Rule},
    report::{
        page::{both, say},
        priority, words,
    },
};

/// The entry of a rule.
pub fn entry(project: &Project, rule: &Rule, uses: &Uses<'_>) -> Markup {
    let (mark, direction) = words::direction(rule.direction);
    html! {
        article.rule.(rule.direction) id=(rule.id) {
            h3 {
                a.id href={ "#" (rule.id) } { (rule.id) } " " (both(&rule.title))
                span.mark.(rule.direction) { (mark) " " (both(&direction)) }
            }
            div.meaning { p lang="zh-CN" { (rule.meaning.zh) } p lang="en" { (rule.meaning.en) } }
            dl {
                (row("严重程度", "Severity", html! {
                    b { (rule.severity) } " " (both(&priority::meaning(rule.severity)))
                    @if rule.never_alone { " " (say("从不单独列入清单，只在同一户有别的线索时一并列出。", "Never listed alone: only beside another lead of the same household.")) }
                    " · " (say("对象是", "about a ")) (both(&words::subject(rule.subject)))
                }))
                @if rule.grace { (row("渐退期", "Grace period", say("案件在渐退期内的，作无异常。", "A case in its grace period is clear."))) }
                (long("凭什么查", "Ground", both(&ground(rule.basis))))
                (long("法律依据", "Law", html! { @for legal in &rule.legal {
                    p { (both(&legal.text)) " " span.source { (legal.source) } }
                } }))
                (long("通知怎样写", "As a list says it", example::reason(project, rule)))
                (long("也许是这样", "Innocent explanations", list(&rule.innocent)))
                (long("什么可以消除", "What clears it", both(&rule.clears)))
                (long("建议怎么做", "Recommended", both(&rule.action)))
                @if !rule.parameters.is_empty() {
                    (row("用到的数", "Figures", figures::of_rule(project, rule)))
                }
                (row("看哪些数据", "Data", needs::table(project, rule)))
                (long("何时说不清", "When it cannot tell", insufficient::list(rule)))
                (row("谁负责", "Owner", html! {
                    (both(&agency(&rule.owner))) " · " (both(&contents::status(rule.status)))
                }))
            }
            (example::section(project, rule))
            details {
                summary { (say("规则原文（SQL）", "Exact text (SQL)")) }
                p.note {
                    (say("读取的中间表：", "Shared tables it reads: "))
                    @for (at, fact) in uses.of_rule(&rule.id).enumerate() {
                        @if at > 0 { ", " } a href={ "#f-" (fact) } { code { (fact) } }
                    }
                }
                p.note { "SHA-256 " code.hash { (rule.digest.hex()) } }
                pre { (rule.text) }
            }
        }
    }
}

fn row(zh: &str, en: &str, content: Markup) -> Markup {
    html! { div { dt { (say(zh, en)) } dd { (content) } } }
}

/// A row of sentences: where both languages are shown, each begins a line of its own.
fn long(zh: &str, en: &str, content: Markup) -> Markup {
    html! { div { dt { (say(zh, en)) } dd.long { (content) } } }
}

fn list(texts: &[Text]) -> Markup {
    html! { ul { @for text in texts { li { (both(text)) } } } }
}

fn ground(basis: Basis) -> Text {
    match basis {
        Basis::Statutory => {
            Text::new("法定职责，不需要另行授权", "statutory duty; no authorisation is needed")
        }
        Basis::Consent => Text::new(
            "须经授权：只核对签过有效授权的人，没有授权的结果是“信息不足”",
            "by consent: only people with a valid authorisation are checked; without one the outcome is insufficient",
        ),
    }
}

/// An agency by its name, or as it is written when it is not one of those we know.
pub fn agency(id: &str) -> Text {
    words::builtin("agency", id).unwrap_or_else(|| Text::new(id, id))
}
