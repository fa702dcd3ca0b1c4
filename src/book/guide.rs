//! What a reader must know before any rule: what a lead is, the three outcomes, freshness, the family's rights, the ranks.

use maud::{Markup, html};

use crate::{
    model::{Direction, Severity},
    report::{
        page::{both, say},
        priority, words,
    },
};

/// The opening of the book.
pub fn section() -> Markup {
    html! {
        section #guide {
            h2 { (say("先读这里", "Read this first")) }
            (part("什么是线索", "What a lead is", &[
                ("每天夜里，系统把几个部门已有的登记放在一起对一遍。对不上的地方，就是一条“线索”。",
                 "Every night the records that several public agencies already hold are laid side by side. Where they do not agree, there is a lead."),
                ("线索只是请人去看一看的理由，从来不是结论。没有任何待遇会因为一条线索自动停发、减少或追回：先由工作人员核实，听当事人说明，再依法办理。",
                 "A lead is a reason to look, never a decision. Nothing is stopped, cut or claimed back because of one: first a person checks, hears the family, and then follows the law."),
                ("线索多半有说得通的原因。登记会错、会晚、会张冠李戴；所以每条规则都写着“也许是这样”，要先看它。",
                 "Most leads turn out to have a good explanation. Records are wrong, late, or someone else's. So every rule names innocent explanations, and they come first."),
                ("线索不只查多领，也找漏掉的人：该享受而没有享受的，同样上门、同样着急。",
                 "Leads do not only look for what was paid too much. They also look for people who were missed: those who should receive and do not are visited just as urgently."),
            ]))
            div.scroll { table { tbody { @for (direction, zh, en) in DIRECTIONS {
                @let (mark, word) = words::direction(direction);
                tr { th scope="row" { span.mark.(direction) { (mark) " " (both(&word)) } } td { (say(zh, en)) } }
            } } } }
            h3 { (say("每条规则只有三种结果", "Three outcomes, and no other")) }
            div.scroll { table { tbody { @for (zh, en, about_zh, about_en) in OUTCOMES {
                tr { th scope="row" { (say(zh, en)) } td { (say(about_zh, about_en)) } }
            } } } }
            p.note { (say(
                "规则看了多少人，三种结果加起来就是多少人，一个不多，一个不少；每夜都对账。",
                "However many people a rule looks at, the three outcomes add up to exactly that number, every night.",
            )) }
            (part("数据新不新", "How fresh the data is", &[
                ("每种数据都写明几天之内算新。过了期的数据，不能用来证明一个人“没有”什么：那时结果是“信息不足”。",
                 "Every dataset says for how many days it is good. Data older than that cannot prove that a person has nothing: then the outcome is insufficient."),
                ("过期数据里查到的线索会注明“过期”，并降一级。",
                 "A lead found in data that is too old says so, and ranks one lower."),
            ]))
            (part("您的权利", "Your rights", &[
                ("授权：标有“须经授权”的规则，只核对签过授权书的成年家庭成员。授权可以撤回；家庭成员变动以后要重新签，旧的不沿用。撤回对申请和救助的影响，请先向经办机构问清楚。",
                 "Consent: rules that say 'by consent' check only adults who signed an authorisation. It can be withdrawn, and it does not carry over when the household changes. Ask the office first what withdrawing means for an application or for support."),
                ("知情和说明：可以问线索是怎么来的——哪个部门、哪天的数据、哪一条规则——也可以说明情况、拿出证明。",
                 "To know and to be heard: you may ask where a lead comes from (which agency, which day's data, which rule), explain, and show papers."),
                ("更正：登记错了，可以请提供数据的部门改正；数据改了，线索就消除。每条规则都写着“什么可以消除”。",
                 "Correction: where a record is wrong, the agency that keeps it can be asked to put it right; then the lead goes away. Every rule says what clears it."),
                ("不服：对社会救助管理部门的决定不服的，可以依法申请行政复议或者提起行政诉讼。线索本身不是决定。",
                 "Appeal: a decision of the social assistance authority can be taken to administrative reconsideration or to court, as the law provides. A lead itself is no decision."),
                ("保密：身份证号不进入系统，只有不能倒推的代号；清单只给需要核实的人看。",
                 "Privacy: no identity number enters the system, only tokens that cannot be turned back; a list goes only to those who have to check."),
            ]))
            h3 { (say("严重程度", "How strong a lead is")) }
            div.scroll { table {
                thead { tr {
                    th scope="col" { (say("级别", "Rank")) }
                    th scope="col" { (say("含义", "What it means")) }
                    th scope="col" { (say("几个工作日内办结", "To be settled in working days")) }
                } }
                tbody { @for severity in RANKS { tr {
                    th scope="row" { (severity) }
                    td {
                        (both(&priority::meaning(severity)))
                        @if severity == Severity::S3 { (say("；金额小又没有别的线索的，不列入清单", "; not listed where little money is at stake and no other lead stands beside it")) }
                    }
                    td.n { (days(severity)) }
                } } }
            } }
            p.note { (say("S 是可能不该领或多领的一边，M 是可能漏掉的一边。", "S is the side of what may not be due, M the side of what may be missed.")) }
            h3 { (say("怎样读一条规则", "How to read a rule")) }
            ul.guide { @for (zh, en) in READING { li { (say(zh, en)) } } }
        }
    }
}

fn part(zh: &str, en: &str, points: &[(&str, &str)]) -> Markup {
    html! {
        h3 { (say(zh, en)) }
        ul.guide { @for (zh, en) in points { li { (say(zh, en)) } } }
    }
}

fn days(severity: Severity) -> u32 {
    priority::SEVERITIES.iter().find(|(one, ..)| *one == severity).map_or(0, |(_, _, days)| *days)
}

const RANKS: [Severity; 7] =
    [Severity::S1, Severity::S2, Severity::S3, Severity::S4, Severity::M1, Severity::M2, Severity::M3];

const DIRECTIONS: [(Direction, &str, &str); 3] = [
    (
        Direction::Ineligible,
        "正在领，也许不该领，或该少领",
        "receives, and perhaps should not, or should receive less",
    ),
    (Direction::Missed, "没有领，也许该领", "does not receive, and perhaps should"),
    (Direction::Process, "手续或数据要补正", "papers or data to be mended"),
];

const OUTCOMES: [(&str, &str, &str, &str); 3] = [
    ("线索", "Lead", "登记之间对不上，请人去核实。", "The records do not agree: someone should check."),
    ("无异常", "Clear", "在查到的数据里没有发现问题。", "Nothing was found in the data that was looked at."),
    (
        "信息不足",
        "Insufficient",
        "说不清：数据没到、过期、缺月份，没有授权，身份或年龄查不清。既不证明有问题，也不证明没有。",
        "It cannot be told: data missing, too old or without a month, no authorisation, identity or age in doubt. It proves nothing either way.",
    ),
];

const READING: [(&str, &str); 5] = [
    (
        "标题下面的一段话说：看谁，什么时候算线索，什么不算。",
        "The words under the title say who is looked at, when it is a lead, and what does not count.",
    ),
    (
        "“通知怎样写”是填好数的一句话，人和数都是编的。",
        "'As a list says it' is the sentence with invented people and amounts in it.",
    ),
    (
        "“用到的数”列出每个数的每一次取值、从哪天起、在哪里、出自哪里、核实没有。",
        "'Figures' gives every value of every figure: since when, where, from which source, and whether it was verified.",
    ),
    (
        "“例子”是这条规则的测试：给出几行数据，写明应当得出什么。没有列出的栏目是平常的值。例子的标题只有中文。",
        "'Examples' are the rule's own tests: a few rows of data and what must come out. Columns not shown hold everyday values. The sentences above them are in Chinese only.",
    ),
    (
        "“规则原文”是真正运行的文字，审计人员可以核对它的 SHA-256。折叠着的例子和原文不会印出来，要印请先点开。",
        "'Exact text' is what really runs; an auditor can check its SHA-256. What is folded is not printed: open it first.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_says_first_that_a_lead_is_never_a_decision_and_names_every_rank() {
        let text = section().into_string();
        let lead = text.find("从来不是结论").unwrap();
        assert!(lead < text.find("严重程度").unwrap() && text.contains("never a decision"));
        assert!(priority::SEVERITIES.iter().all(|(severity, ..)| RANKS.contains(severity)));
    }
}
