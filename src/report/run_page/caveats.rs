//! How far to trust a list: what others found when they checked their leads.

use maud::{Markup, html};

use super::say;

/// The closing words of every run report.
pub fn section() -> Markup {
    html! {
        section.caveats {
            h2 { (say("怎样看待这些线索", "How to read these leads")) }
            ul {
                li { (say(
                    "线索是去看一看的理由，不是结论。任何待遇的调整都要先经人核实，并听取当事人的说明。",
                    "A lead is a reason to look, not a decision. Nothing changes for a household before a person has checked and heard it.",
                )) }
                li { (say(
                    "别处的经验：单一来源的比对结果，入户核查后有 60–87 % 没有得到证实。安徽某市 2017 年全面核查 9,762 户，22.5 % 的家庭触发预警；\
                     舒城 2020 年 600 条疑点证实 36 %；铜陵 15,900 条预警中 13.5 % 最终获得救助；英国一地 541 条匹配中确属差错的只有 4 条。",
                    "Elsewhere 60–87 % of hits from a single source were not confirmed on a visit. An Anhui city checked 9,762 households \
                     in 2017 and 22.5 % raised a warning; Shucheng confirmed 36 % of 600 doubts in 2020; in Tongling 13.5 % of 15,900 \
                     warnings led to support; of 541 matches of a UK council 4 were errors.",
                )) }
                li { (say(
                    "自动判定会伤人：英国住房补贴模型试点时准确 64 %，上线后 34–37 %；美国密歇根州把年收入平均到各周，复核案件中 93 % 判断有误。",
                    "Deciding by machine does harm: a British housing-benefit model was right 64 % of the time in its pilot and 34–37 % live; \
                     Michigan averaged yearly income over weeks, and 93 % of its reviewed cases were wrong.",
                )) }
                li { (say(
                    "“未见疑点”只说明所查数据里没有；“资料不足”的人既没有被证明应享，也没有被证明不应享。",
                    "Clear means only that the data showed nothing. Of those with insufficient data nothing is shown either way.",
                )) }
                li { (say(
                    "身份存疑者的线索不列入清单；已核实结案的线索，在证据变化之前不再列出。",
                    "Leads about people whose identity is in doubt are withheld; a lead that was closed stays closed until its evidence changes.",
                )) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_says_that_leads_are_not_decisions_and_how_many_were_confirmed_elsewhere() {
        let text = section().into_string();
        assert!(text.contains("不是结论") && text.contains("not a decision") && text.contains("60–87 %"));
    }
}
