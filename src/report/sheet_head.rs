//! What stands above a list: whose it is, what is in it, how to fill it in, and what its words mean.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{Direction, Lang};

use super::{HouseholdCase, ReportInput, outcome::Outcome, priority, words, words::either};

/// The lines above a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The business date.
    pub date: NaiveDate,
    /// What it is and whose.
    pub title: String,
    /// Whose it is, in one or two words: the corner that is repeated on every page.
    pub place: String,
    /// How many households and leads, and the first deadline.
    pub figures: String,
    /// How to take it.
    pub caution: String,
    /// How to fill in the sheet.
    pub fill_in: String,
    /// How to fill in the page.
    pub on_paper: String,
}

/// The head of the list of one division.
pub fn head(input: &ReportInput, division: &str, cases: &[&HouseholdCase], lang: Lang) -> Head {
    let place = input.division_name(division);
    let short = place.rsplit(' ').next().unwrap_or(&place).to_owned();
    let place = match lang {
        _ if place == division => place,
        Lang::Zh => format!("{place}（{division}）"),
        Lang::En => format!("{place} ({division})"),
    };
    let mut leads: BTreeMap<Direction, usize> = BTreeMap::new();
    for ranked in cases.iter().flat_map(|case| case.listed()) {
        *leads.entry(ranked.lead.direction).or_default() += 1;
    }
    let total = leads.values().sum();
    let split: Vec<String> = leads
        .iter()
        .map(|(direction, count)| {
            let (mark, word) = words::direction(*direction);
            format!("{mark} {} {}", word.in_lang(lang), words::len(*count))
        })
        .collect();
    let split = split.join(either(lang, "，", ", "));
    let due = cases.iter().filter_map(|case| case.due_on()).min();
    let due = due.map(|day| day.to_string()).unwrap_or_else(|| "–".to_owned());
    let (date, households, total) = (input.date, words::len(cases.len()), words::len(total));
    match lang {
        Lang::Zh => Head {
            date,
            title: format!("社会救助核对复核清单 · {place}"),
            place: short,
            figures: format!("核对日 {date}　共 {households} 户 {total} 条线索（{split}）　最早办结期限 {due}"),
            caution: "线索供核查，不是结论：请先核对“合理解释”，再入户或调档。粗线隔开每一户，优先级高的在前。".to_owned(),
            fill_in: "请填黄色列：“核查结果”从下拉列表选择，其余据实填写。请勿改动案件号和线索号，填好后原样交回。"
                .to_owned(),
            on_paper: "本页供阅读或打印后手填；电子填报请用同一文件夹中的 review.xlsx。".to_owned(),
        },
        Lang::En => Head {
            date,
            title: format!("Review list for social assistance · {place}"),
            place: short,
            figures: format!(
                "{date}   {households} households, {total} leads ({split})   first deadline {due}"
            ),
            caution: "These are leads to check, not decisions: look at the innocent explanations first. A thick line \
                      divides households; the highest priority comes first."
                .to_owned(),
            fill_in: "Fill in the yellow columns; choose the outcome from the list. Leave case and lead numbers as they \
                      are, and send the file back."
                .to_owned(),
            on_paper: "This page is to read, or to print and fill in by hand; to send answers back use review.xlsx in the \
                       same folder."
                .to_owned(),
        },
    }
}

/// What the words of a list mean: pairs of word and meaning.
pub fn guide(lang: Lang) -> Vec<(String, String)> {
    let pick = |zh: &str, en: &str| either(lang, zh, en).to_owned();
    let mut rows = vec![(pick("核查结果", "Outcome"), pick("怎样选择", "when to choose it"))];
    for outcome in Outcome::ALL {
        rows.push((outcome.choice(), outcome.when().in_lang(lang).to_owned()));
    }
    rows.push((String::new(), String::new()));
    rows.push((pick("方向", "Direction"), pick("含义", "what it means")));
    for (direction, zh, en) in [
        (
            Direction::Ineligible,
            "正在享受，可能不应享受或应减少",
            "receives, and perhaps should not, or should receive less",
        ),
        (Direction::Missed, "没有享受，可能应当享受", "does not receive, and perhaps should"),
        (Direction::Process, "手续或数据需要补正", "papers or data to be mended"),
    ] {
        let (mark, word) = words::direction(direction);
        rows.push((format!("{mark} {}", word.in_lang(lang)), pick(zh, en)));
    }
    rows.push((String::new(), String::new()));
    rows.push((
        pick("优先级", "Priority"),
        pick(
            "严重 + 金额 + 佐证 + 时限，最高 100 分：",
            "severity + money + agreement + time, at most 100 points:",
        ),
    ));
    for (severity, points, days) in priority::SEVERITIES {
        let meaning = priority::meaning(severity);
        let meaning = meaning.in_lang(lang);
        let text = match lang {
            Lang::Zh => format!("{meaning}：{points} 分，自首次发现起 {days} 个工作日内办结"),
            Lang::En => {
                format!("{meaning}: {points} points, due {days} working days after it was first seen")
            }
        };
        rows.push((severity.as_str().to_owned(), text));
    }
    let steps: Vec<String> = priority::MONEY_STEPS
        .iter()
        .map(|(yuan, points)| match lang {
            Lang::Zh => format!("{} 元起 {points} 分", words::count(yuan.unsigned_abs())),
            Lang::En => format!("from {} yuan {points}", words::count(yuan.unsigned_abs())),
        })
        .collect();
    rows.push((
        pick("金额", "Money"),
        format!(
            "{}{}",
            pick(
                "按一年金额或累计可能多发数，取大者：",
                "a year's amount or what was overpaid so far, the larger: "
            ),
            steps.join(either(lang, "，", ", "))
        ),
    ));
    let (each, most) = (priority::STRENGTH_EACH, priority::STRENGTH_MAX);
    rows.push((
        pick("佐证", "Agreement"),
        match lang {
            Lang::Zh => format!("同一户每多一类相互独立、方向相同的规则加 {each} 分，最多 {most} 分"),
            Lang::En => format!(
                "{each} points for each further kind of rule that points the same way, at most {most}"
            ),
        },
    ));
    let (overdue, reopened) = (priority::URGENCY_OVERDUE, priority::URGENCY_REOPENED);
    rows.push((
        pick("时限", "Time"),
        match lang {
            Lang::Zh => format!("逾期加 {overdue} 分，结案后证据有变化加 {reopened} 分"),
            Lang::En => format!(
                "{overdue} points when overdue, {reopened} when closed before and the evidence has changed"
            ),
        },
    ));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Severity,
        report::{case::gather, sample},
    };

    #[test]
    fn the_head_names_the_township_the_date_and_the_number_of_households() {
        let mut input = sample::input();
        input.leads = vec![
            sample::lead("a", "D-01", Severity::S1, "H-1"),
            sample::lead("b", "M-01", Severity::M1, "H-2"),
        ];
        let cases = gather(&input).cases;
        let head = head(&input, "330302001", &cases.iter().collect::<Vec<_>>(), Lang::Zh);
        assert_eq!(head.place, "五马街道");
        assert_eq!(head.title, "社会救助核对复核清单 · 鹿城区 五马街道（330302001）");
        assert_eq!(
            head.figures,
            "核对日 2026-06-12　共 2 户 2 条线索（▼ 错保 1，▲ 漏保 1）　最早办结期限 2026-06-17"
        );
    }

    #[test]
    fn the_guide_explains_every_choice_and_every_severity() {
        for lang in [Lang::Zh, Lang::En] {
            let text: String = guide(lang).into_iter().map(|(word, meaning)| word + &meaning).collect();
            assert!(Outcome::ALL.iter().all(|outcome| text.contains(outcome.as_str())));
            assert!(priority::SEVERITIES.iter().all(|(severity, ..)| text.contains(severity.as_str())));
        }
    }
}
