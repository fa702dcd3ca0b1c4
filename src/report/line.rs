//! One lead as it stands on a review list.
//!
//! The one place where a list's wording is decided: XLSX, CSV and HTML show the same words.

use std::collections::BTreeMap;

use crate::model::{Direction, Lang, SubjectKind};

use super::{
    History, HouseholdCase, Legal, RankedLead, ReportInput, RuleNote, column::Column, harmless::harmless,
    priority, witness::Witness, words, words::either,
};

/// One lead as it stands on a list.
pub struct Line<'a> {
    /// The night it belongs to.
    pub input: &'a ReportInput,
    /// Its household.
    pub case: &'a HouseholdCase,
    /// The lead.
    pub ranked: &'a RankedLead,
    /// Its evidence in words.
    pub witnesses: &'a [Witness],
    /// The language of the list.
    pub lang: Lang,
    /// What stands in each column of a spreadsheet, made harmless, in the order of [`Column::ALL`].
    pub sheet: Vec<String>,
}

/// The lines of a list, one block a household, in the order of the cases.
pub fn lines<'a>(
    input: &'a ReportInput,
    cases: &[&'a HouseholdCase],
    witnesses: &'a BTreeMap<&str, Vec<Witness>>,
    lang: Lang,
) -> Vec<Line<'a>> {
    let of = |case: &&'a HouseholdCase| {
        let case: &'a HouseholdCase = case;
        case.listed().map(move |ranked| {
            let witnesses =
                witnesses.get(ranked.lead.lead_id.as_str()).map(Vec::as_slice).unwrap_or_default();
            let mut line = Line { input, case, ranked, witnesses, lang, sheet: Vec::new() };
            line.sheet = Column::ALL.iter().map(|column| harmless(&line.cell(*column))).collect();
            line
        })
    };
    cases.iter().flat_map(of).collect()
}

impl Line<'_> {
    /// What stands in a column, before it is made harmless. Columns to fill in are empty.
    pub fn cell(&self, column: Column) -> String {
        let lead = &self.ranked.lead;
        match column {
            Column::CaseNo => self.case.case_id.clone(),
            Column::Subject => self.subject(),
            Column::Programme => self.programme(),
            Column::Direction => {
                let (mark, word) = words::direction(lead.direction);
                format!("{mark} {}", word.in_lang(self.lang))
            }
            Column::Priority => self.priority(),
            Column::Reasons => self.reasons(),
            Column::Evidence => self.evidence(),
            Column::Threshold => self.threshold(),
            Column::AtStake => self.at_stake(),
            Column::Innocent => self.innocent(),
            Column::Action => self.rule().map(|r| r.action.in_lang(self.lang).to_owned()).unwrap_or_default(),
            Column::Deadline => self.deadline(),
            Column::Changed => self.changed(),
            Column::Earlier => self.earlier(),
            Column::LeadNo => lead.lead_id.clone(),
            Column::Outcome | Column::Reason | Column::Amount | Column::Reviewer | Column::Date => {
                String::new()
            }
        }
    }

    /// The rule's note.
    pub fn rule(&self) -> Option<&RuleNote> {
        self.input.rules.get(&self.ranked.lead.rule_id)
    }

    /// The rule's title, or its id.
    pub fn title(&self) -> &str {
        self.rule().map(|rule| rule.title.in_lang(self.lang)).unwrap_or(&self.ranked.lead.rule_id)
    }

    /// The programme in words.
    pub fn programme(&self) -> String {
        let programme = self.ranked.lead.programme.as_deref();
        programme
            .map(|code| self.input.label("programme", code).in_lang(self.lang).to_owned())
            .unwrap_or_default()
    }

    /// The reason in plain words.
    pub fn reason(&self) -> &str {
        either(self.lang, &self.ranked.lead.reason_zh, &self.ranked.lead.reason_en)
    }

    /// The legal basis, one line each.
    pub fn legal(&self) -> Vec<String> {
        let legal = self.rule().map(|rule| rule.legal.as_slice()).unwrap_or_default();
        let line = |basis: &Legal| match (basis.text.in_lang(self.lang), basis.source.as_str()) {
            (text, "") => text.to_owned(),
            (text, source) if self.lang == Lang::Zh => format!("{text}（{source}）"),
            (text, source) => format!("{text} ({source})"),
        };
        legal.iter().map(line).collect()
    }

    /// What would show that the lead is groundless.
    pub fn clears(&self) -> &str {
        either(self.lang, &self.ranked.lead.clears_zh, &self.ranked.lead.clears_en)
    }

    /// A warning that the lead rests on old data.
    pub fn stale(&self) -> Option<&'static str> {
        self.ranked.lead.stale.then(|| {
            either(
                self.lang,
                "※ 所依据的数据已过期，已降一级，请先核对现况",
                "* rests on data that is out of date; ranked one lower; check the present state first",
            )
        })
    }

    fn subject(&self) -> String {
        let lead = &self.ranked.lead;
        let kind = words::subject(lead.subject_kind);
        let kind = kind.in_lang(self.lang);
        let household = self.case.household.household_id();
        let of_household = |id: &str| match self.lang {
            Lang::Zh => format!("家庭 {id}"),
            Lang::En => format!("household {id}"),
        };
        let id = match lead.subject_kind {
            SubjectKind::Person => lead.person_id.as_deref().map(words::short_token),
            SubjectKind::Household => lead.household_id.as_deref(),
            SubjectKind::Case => lead.case_id.as_deref(),
            SubjectKind::Dataset | SubjectKind::Delivery => Some(lead.subject.as_str()),
        };
        let mut text = format!("{kind} {}", id.unwrap_or("–"));
        if let Some(household) = household.filter(|_| lead.subject_kind != SubjectKind::Household) {
            text.push('\n');
            text.push_str(&of_household(household));
        }
        text
    }

    fn priority(&self) -> String {
        let total = self.ranked.priority.total();
        let severity = self.ranked.lead.severity;
        let meaning = priority::meaning(severity);
        let meaning = meaning.in_lang(self.lang);
        let why = self.ranked.priority.why(self.lang);
        match self.lang {
            Lang::Zh => format!("{total} 分\n{severity} {meaning}\n= {why}"),
            Lang::En => format!("{total} points\n{severity} {meaning}\n= {why}"),
        }
    }

    fn reasons(&self) -> String {
        let (open, close) = (either(self.lang, "【", "["), either(self.lang, "】", "] "));
        let title = format!("{open}{}{close}{}", self.ranked.lead.rule_id, self.title());
        let mut lines = vec![title, self.reason().to_owned()];
        lines.extend(self.stale().map(str::to_owned));
        lines.extend(
            self.legal().iter().map(|basis| format!("{}{basis}", either(self.lang, "依据：", "Basis: "))),
        );
        lines.join("\n")
    }

    fn evidence(&self) -> String {
        let mut lines = Vec::new();
        for witness in self.witnesses {
            lines.push(match self.lang {
                Lang::Zh => format!("【{}】截至 {}", witness.source, witness.as_of),
                Lang::En => format!("[{}] as of {}", witness.source, witness.as_of),
            });
            lines.extend(witness.lines.iter().cloned());
        }
        lines.join("\n")
    }

    /// Threshold, value and how far it is over.
    pub fn threshold(&self) -> String {
        let unit = self.rule().and_then(|rule| rule.unit.as_ref()).map(|unit| unit.in_lang(self.lang));
        let lead = &self.ranked.lead;
        let names = match self.lang {
            Lang::Zh => ["界限", "实际", "相差"],
            Lang::En => ["bound", "found", "margin"],
        };
        let figures = names.iter().zip([&lead.threshold, &lead.value, &lead.margin]);
        let lines: Vec<String> = figures
            .filter_map(|(name, figure)| figure.as_deref().map(|figure| (name, figure)))
            .map(|(name, figure)| match unit {
                Some(unit) => format!("{name} {} {unit}", words::figure(figure)),
                None => format!("{name} {}", words::figure(figure)),
            })
            .collect();
        lines.join("\n")
    }

    /// What is at stake, in yuan.
    pub fn at_stake(&self) -> String {
        let lead = &self.ranked.lead;
        let missed = lead.direction == Direction::Missed;
        let monthly = lead.monthly_at_risk.map(|fen| {
            let money = words::money(fen, self.lang);
            match (self.lang, missed) {
                (Lang::Zh, true) => format!("每月少领 {money}"),
                (Lang::Zh, false) => format!("每月 {money}"),
                (Lang::En, true) => format!("{money} a month missed"),
                (Lang::En, false) => format!("{money} a month"),
            }
        });
        let so_far = lead.total_so_far.map(|fen| {
            let money = words::money(fen, self.lang);
            match (self.lang, missed) {
                (Lang::Zh, true) => format!("至今累计少领 {money}"),
                (Lang::Zh, false) => format!("至今可能多发 {money}"),
                (Lang::En, true) => format!("{money} missed so far"),
                (Lang::En, false) => format!("{money} perhaps overpaid so far"),
            }
        });
        let lines: Vec<String> = monthly.into_iter().chain(so_far).collect();
        match lead.direction {
            _ if !lines.is_empty() => lines.join("\n"),
            Direction::Process => "–".to_owned(),
            _ => either(self.lang, "未知", "not known").to_owned(),
        }
    }

    fn innocent(&self) -> String {
        let innocent = self.rule().map(|rule| rule.innocent.as_slice()).unwrap_or_default();
        let mut lines: Vec<String> =
            innocent.iter().map(|text| format!("□ {}", text.in_lang(self.lang))).collect();
        if !self.clears().is_empty() {
            lines.push(format!("{}{}", either(self.lang, "可排除：", "Cleared by: "), self.clears()));
        }
        lines.join("\n")
    }

    /// The deadline and how many working days that is from tonight.
    pub fn deadline(&self) -> String {
        let (due, today) = (self.ranked.due_on, self.input.date);
        let left = self.input.calendar.working_days_between(today, due);
        match (self.lang, due < today) {
            (Lang::Zh, true) => format!("{due}\n已逾期"),
            (Lang::En, true) => format!("{due}\noverdue"),
            (Lang::Zh, false) => format!("{due}\n{left} 个工作日"),
            (Lang::En, false) => format!("{due}\n{left} working days"),
        }
    }

    /// What changed since last time.
    pub fn changed(&self) -> String {
        let lead = &self.ranked.lead;
        let mut text = words::status(lead.status).in_lang(self.lang).to_owned();
        if lead.first_seen < lead.last_seen {
            let first = lead.first_seen;
            text.push_str(&match self.lang {
                Lang::Zh => format!("，首次 {first}"),
                Lang::En => format!(", first on {first}"),
            });
        }
        if let Some(changed) = self.history().and_then(|history| history.changed.as_ref()) {
            text.push('\n');
            text.push_str(changed.in_lang(self.lang));
        }
        text
    }

    /// Earlier dispositions, or that there are none.
    pub fn earlier(&self) -> String {
        let earlier: Vec<&str> = self
            .history()
            .map(|history| history.dispositions.iter().map(|text| text.in_lang(self.lang)).collect())
            .unwrap_or_default();
        if earlier.is_empty() { either(self.lang, "无", "none").to_owned() } else { earlier.join("\n") }
    }

    fn history(&self) -> Option<&History> {
        self.input.history.get(&self.ranked.lead.lead_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Severity,
        report::{case::gather, sample, witness},
    };

    fn cells(lang: Lang) -> BTreeMap<&'static str, String> {
        let mut input = sample::input();
        input.leads = vec![sample::full_lead("L1", "D-01", Severity::S1, "H-1")];
        input.evidence = vec![sample::evidence("L1", "payments", "p.csv:7", "amount", Some("1190.00"))];
        let cases = gather(&input).cases;
        let witnesses = witness::by_lead(&input, lang);
        let all: Vec<&HouseholdCase> = cases.iter().collect();
        let lines = lines(&input, &all, &witnesses, lang);
        let key = [
            "case",
            "subject",
            "programme",
            "direction",
            "priority",
            "reasons",
            "evidence",
            "threshold",
            "stake",
            "innocent",
            "action",
            "deadline",
            "changed",
            "earlier",
            "outcome",
            "reason",
            "amount",
            "reviewer",
            "date",
            "lead",
        ];
        key.into_iter().zip(Column::ALL.map(|column| lines[0].cell(column))).collect()
    }

    #[test]
    fn a_line_says_in_plain_words_what_why_and_by_when() {
        let cells = cells(Lang::Zh);
        assert_eq!(cells["subject"], "家庭 H-1");
        assert_eq!(cells["direction"], "▼ 错保");
        assert_eq!(cells["priority"], "69 分\nS1 硬冲突，下次发放前核实\n= 严重 55 + 金额 14");
        assert!(
            cells["reasons"].contains("户主已于") && cells["reasons"].contains("依据：《社会救助暂行办法》")
        );
        assert_eq!(cells["evidence"], "【民政 · 资金发放】截至 2026-05-31\n金额 1,190.00 元");
        assert_eq!(cells["threshold"], "界限 14,280\n实际 20,000.5\n相差 5,720.5");
        assert_eq!(cells["stake"], "每月 1,190.00 元\n至今可能多发 3,570.00 元");
        assert_eq!(cells["deadline"], "2026-06-17\n3 个工作日");
        assert_eq!(cells["earlier"], "无");
        assert!(["outcome", "reason", "amount", "reviewer", "date"].iter().all(|key| cells[key].is_empty()));
    }

    #[test]
    fn the_same_line_can_be_had_in_english() {
        let cells = cells(Lang::En);
        assert_eq!(cells["direction"], "▼ may not be due");
        assert_eq!(cells["deadline"], "2026-06-17\n3 working days");
        assert!(cells["innocent"].contains("A slip in the number"));
    }
}
