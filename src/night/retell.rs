//! From what the rules gave to what people get: the report's input, the lists, the manifest.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Intake, NightError, Order, RuleRecord, RunPlan, RunRecord, Watch, approval, execute::Executed, manifest,
    words,
};
use crate::{
    compare::Unfound,
    model::{Lead, Text},
    report::{self, Calendar, ReportInput, RuleNote},
    threads::free_aside,
};

/// The placeholders of the run's SQL as SQL literals, in the run's folder.
pub const VALUES: &str = "values.json";

/// Composes and writes everything of a run into `draft`; `folder` is where it will stand.
pub fn write(
    order: &Order<'_>,
    plan: &RunPlan,
    intake: &Intake,
    mut executed: Executed,
    draft: &Path,
    folder: PathBuf,
    watch: &dyn Watch,
) -> Result<RunRecord, NightError> {
    let coverage = executed.outcomes.values().flatten().flat_map(|outcome| outcome.coverage.iter().cloned());
    let missing_figures = words::missing_figures(order, &coverage.collect::<Vec<_>>());
    let input = input(order, plan, intake, &mut executed, &missing_figures)?;
    let unit = Text::new("张清单", "lists");
    let each = |done: usize, of: usize| watch.reached(done as u64, of as u64, &unit);
    let composed = report::compose(&input, order.limits.threads, &each)?;
    report::write(&composed, draft, order.limits.threads)?;
    let values: BTreeMap<&str, &str> = executed.values.iter().collect();
    let path = draft.join(VALUES);
    let text = serde_json::to_string_pretty(&values).unwrap_or_default() + "\n";
    std::fs::write(&path, text).map_err(|source| NightError::Io { doing: "write", path, source })?;
    let record = RunRecord {
        run: plan.run.clone(),
        folder,
        is_repeat: false,
        known_on: plan.known_on,
        known_later: None,
        intake: intake.clone(),
        rules: rule_records(order, &executed),
        held_back: plan.held_back.clone(),
        households: composed.lists.values().sum(),
        lists: composed.lists.len(),
        listed: input.leads.iter().filter(|lead| lead.listed).count(),
        quarantined: quarantined(plan),
        missing_figures,
        notes: composed.notes.clone(),
        taken_over: executed.taken_over,
        not_kept: None,
    };
    free_aside((input, composed, executed));
    manifest::write(plan, &record, draft, order.limits.threads)?;
    Ok(record)
}

/// Rows set aside in the snapshots that the run rests on.
fn quarantined(plan: &RunPlan) -> u64 {
    let parts = plan.inputs.values().flat_map(|resolved| &resolved.parts);
    parts.map(|part| part.snapshot.record.counts.quarantined).sum()
}

fn rule_records(order: &Order<'_>, executed: &Executed) -> BTreeMap<String, RuleRecord> {
    let mut records = BTreeMap::new();
    for rule in order.project.rules.values() {
        let mut record = RuleRecord::new(rule.title.clone(), rule.status);
        let outcome = executed.outcomes.get(&rule.id);
        record.not_run = outcome.and_then(words::not_run);
        if let Some(Ok(outcome)) = outcome {
            for row in outcome.coverage.iter().filter(|row| row.reason.is_none()) {
                record.population += row.population;
                record.hit += row.hit;
                record.clear += row.clear;
                record.insufficient += row.insufficient;
            }
        }
        records.insert(rule.id.clone(), record);
    }
    records
}

fn input(
    order: &Order<'_>,
    plan: &RunPlan,
    intake: &Intake,
    executed: &mut Executed,
    missing_figures: &[String],
) -> Result<ReportInput, NightError> {
    let project = order.project;
    // There is too much of leads and evidence to have them twice.
    let mut leads: Vec<Lead> = Vec::new();
    let mut notes = words::notes(order, plan, missing_figures);
    notes.extend(executed.unfound.iter().map(Unfound::text));
    let outcomes = || executed.outcomes.values().flatten();
    let mut evidence = Vec::with_capacity(outcomes().map(|outcome| outcome.evidence.len()).sum());
    let mut coverage = Vec::new();
    for outcome in executed.outcomes.values_mut().filter_map(|outcome| outcome.as_mut().ok()) {
        // What is about a feed or a delivery is told to those who run the system: nobody visits it.
        let (of_feeds, of_people): (Vec<Lead>, Vec<Lead>) =
            std::mem::take(&mut outcome.leads).into_iter().partition(|lead| lead.subject_kind.is_of_feeds());
        leads.extend(of_people);
        notes.extend(of_feeds.iter().map(words::notice));
        evidence.append(&mut outcome.evidence);
        coverage.extend(outcome.coverage.iter().cloned());
    }
    // That of each rule is in order, and leads are called by their rules: it is hardly more than a look.
    evidence.sort();
    coverage.sort();
    plan.earlier.mark(&mut leads);
    let rules: BTreeMap<String, RuleNote> = project
        .rules
        .values()
        .map(|rule| {
            let held_back = approval::reason(&plan.held_back, &rule.id);
            (rule.id.clone(), words::rule_note(rule, executed.outcomes.get(&rule.id), held_back))
        })
        .collect();
    let links = std::mem::take(&mut executed.links);
    report::decide_listed(&mut leads, &rules, &links, words::s3_min_amount(order));
    Ok(ReportInput {
        date: order.t,
        run_id: plan.run.clone(),
        division: project.pipeline.division.value.clone(),
        lang: order.lang,
        leads,
        evidence,
        coverage,
        rules,
        feeds: words::feeds(order, plan),
        refused: words::refused(intake),
        divisions: project
            .divisions
            .iter()
            .map(|division| (division.code.clone(), division.name_zh.clone()))
            .collect(),
        labels: words::labels(project.contracts.values()),
        fields: words::fields(project.contracts.values()),
        links,
        history: BTreeMap::new(),
        calendar: calendar(order)?,
        notes,
    })
}

fn calendar(order: &Order<'_>) -> Result<Calendar, NightError> {
    let path = order.project.pipeline.reference.join("holidays.yaml");
    let failed = |message: String| NightError::Calendar { path: path.clone(), message };
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    Calendar::parse(&text, &path.to_string_lossy()).map_err(|error| failed(error.to_string()))
}
