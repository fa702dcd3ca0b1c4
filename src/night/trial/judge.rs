//! Expected and found, side by side.

use std::collections::BTreeMap;

use super::{Subject, world::prefix};
use crate::{
    compare::{self, Feeds, Outcome, Standing, Verdict},
    model::{Lead, LeadStatus, Text},
    project::ExpectedLead,
};

/// One thing that came out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: a subject, and the field where there is one.
    pub about: Text,
    /// What the test expects.
    pub expected: String,
    /// What the rule gave.
    pub found: String,
}

impl Difference {
    fn new(
        zh: impl Into<String>,
        en: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self { about: Text::new(zh, en), expected: expected.into(), found: found.into() }
    }

    /// The rule could not be evaluated at all.
    pub(super) fn broken(error: &str) -> Self {
        Self::new("规则", "the rule", "—", error)
    }
}

/// Compares one test's expectations with what the rule said about its subjects.
pub(super) fn differences(
    subject: &Subject<'_>,
    index: usize,
    outcome: &Outcome,
    verdicts: &BTreeMap<String, Verdict>,
    feeds: &Feeds,
) -> Vec<Difference> {
    let expect = &subject.test.expect;
    let prefix = prefix(index);
    let mut found = Vec::new();
    let not_run =
        |dataset: Option<&crate::model::DatasetId>| dataset.map_or("—".to_owned(), ToString::to_string);
    if expect.not_run != outcome.not_run {
        let (wanted, got) = (not_run(expect.not_run.as_ref()), not_run(outcome.not_run.as_ref()));
        found.push(Difference::new("未运行，缺", "not run, for want of", wanted, got));
        return found;
    }
    // A dataset and its delivery are the same in every test; people, households and cases are each test's own.
    let is_own = !subject.rule.subject.is_of_feeds();
    let name =
        |id: &'_ str| if is_own { id.strip_prefix(&prefix).map(str::to_owned) } else { Some(id.to_owned()) };
    let verdicts: BTreeMap<String, Verdict> =
        verdicts.iter().filter_map(|(id, verdict)| Some((name(id)?, *verdict))).collect();
    let leads: BTreeMap<String, &Lead> =
        outcome.leads.iter().filter_map(|lead| Some((name(&lead.subject)?, lead))).collect();
    // Why everyone is insufficient, where a feed blocks the whole rule.
    let block = match compare::standing(subject.rule, feeds, subject.test.on) {
        Standing::Runs { block, .. } => block,
        Standing::NotRun(_) => None,
    };
    let word = |verdict: Option<&Verdict>| match verdict {
        None => "不在范围 outside".to_owned(),
        Some(Verdict::Hit) => "命中 hit".to_owned(),
        Some(Verdict::Clear) => "无异常 clear".to_owned(),
        Some(Verdict::Insufficient(reason)) => {
            format!("信息不足 insufficient: {}", reason.as_str(block.as_ref()))
        }
    };
    for expected in &expect.leads {
        let name = expected.subject.value.as_str();
        match leads.get(name) {
            None => found.push(Difference::new(name, name, "线索 a lead", word(verdicts.get(name)))),
            Some(lead) => fields(expected, lead, &prefix, &mut found),
        }
    }
    for name in leads.keys().filter(|name| !expect.leads.iter().any(|lead| lead.subject.value == **name)) {
        found.push(Difference::new(name, name, "没有线索 no lead", "线索 a lead"));
    }
    for clear in &expect.clear {
        let verdict = verdicts.get(clear.value.as_str());
        if verdict != Some(&Verdict::Clear) {
            found.push(Difference::new(
                &clear.value,
                &clear.value,
                word(Some(&Verdict::Clear)),
                word(verdict),
            ));
        }
    }
    for (name, reason) in &expect.insufficient {
        let got = word(verdicts.get(name.as_str()));
        let wanted = format!("信息不足 insufficient: {}", reason.value);
        if got != wanted {
            found.push(Difference::new(name, name, wanted, got));
        }
    }
    if let Some(population) = expect.population
        && u64::try_from(verdicts.len()).ok() != Some(population)
    {
        let names: Vec<&str> = verdicts.keys().map(String::as_str).collect();
        let got = format!("{} ({})", verdicts.len(), names.join(", "));
        found.push(Difference::new("范围人数", "population", population.to_string(), got));
    }
    found
}

fn fields(expected: &ExpectedLead, lead: &Lead, prefix: &str, found: &mut Vec<Difference>) {
    let name = &expected.subject.value;
    let mut check = |field: &str, wanted: Option<String>, got: Option<String>| {
        if let Some(wanted) = wanted {
            let got = got.map_or("—".to_owned(), |text| text.replace(prefix, ""));
            if wanted != got {
                let about = format!("{name} {field}");
                found.push(Difference::new(&about, &about, wanted, got));
            }
        }
    };
    let text = |value: Option<&dyn ToString>| value.map(ToString::to_string);
    check("severity", expected.severity.map(|s| s.to_string()), Some(lead.severity.to_string()));
    check("direction", expected.direction.map(|d| d.to_string()), Some(lead.direction.to_string()));
    check("case_id", expected.case_id.clone(), lead.case_id.clone());
    check("value", expected.value.clone(), lead.value.clone());
    check("threshold", expected.threshold.clone(), lead.threshold.clone());
    check(
        "monthly_at_risk",
        expected.monthly_at_risk.map(|m| m.to_string()),
        lead.monthly_at_risk.map(|m| m.to_string()),
    );
    check(
        "total_so_far",
        expected.total_so_far.map(|m| m.to_string()),
        lead.total_so_far.map(|m| m.to_string()),
    );
    check("reason_zh", expected.reason_zh.clone(), Some(lead.reason_zh.clone()));
    check("reason_en", expected.reason_en.clone(), Some(lead.reason_en.clone()));
    check("stale", text(expected.stale.as_ref().map(|v| v as &dyn ToString)), Some(lead.stale.to_string()));
    let withheld = lead.status == LeadStatus::Withheld;
    // A lead that nobody says is withheld must not be.
    check("withheld", Some(expected.withheld.unwrap_or(false).to_string()), Some(withheld.to_string()));
}
