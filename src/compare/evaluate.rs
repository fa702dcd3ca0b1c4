//! One rule on one night: candidates, verdicts, counts, leads and their evidence.
//!
//! A lead is written only with the rows it rests on; a subject is counted in exactly one outcome.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray, UInt32Array},
    compute::{concat_batches, take_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use chrono::NaiveDate;

use super::{
    closing::{self, Imbalance},
    counts::{self, Counts},
    evidence,
    facts::FACTS,
    feeds::{Block, Feeds, Standing, knows_identities, standing},
    reason,
    reuse::{Key, Reuse, Rows},
    verdict::{Judged, Verdict, facts_read, judging_sql},
};
use crate::{
    contract::Contract,
    engine::{Cell, Engine, EngineError, Placeholders, TableName, cell},
    model::{
        CoverageRow, DatasetId, Digest, Direction, EvidenceRow, Fen, Lead, LeadStatus, Severity, SubjectKind,
    },
    project::Rule,
};

/// Person numbers back to the tokens that outputs carry.
pub trait People: Sync {
    /// The token of a number, as text; None for a number that was never given out.
    fn token_text(&self, number: i64) -> Option<String>;
}

/// Everything a rule is evaluated on, besides its own text.
pub struct Office<'a> {
    /// The session, with datasets, facts and figures in it.
    pub engine: &'a Engine,
    /// Placeholders of the business date and the run's division.
    pub values: &'a Placeholders,
    /// The contracts, for the kinds of evidence columns.
    pub contracts: &'a BTreeMap<DatasetId, Contract>,
    /// How fresh every dataset is.
    pub feeds: &'a Feeds,
    /// The business date.
    pub t: NaiveDate,
    /// Person numbers to tokens.
    pub people: &'a dyn People,
}

/// What a rule gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Leads, sorted by id; status and first_seen are those of a first night.
    pub leads: Vec<Lead>,
    /// Their evidence, sorted.
    pub evidence: Vec<EvidenceRow>,
    /// The counts, sorted; the row without a reason closes.
    pub coverage: Vec<CoverageRow>,
    /// Set when the rule was not run: the dataset that was never delivered.
    pub not_run: Option<DatasetId>,
}

/// A rule could not be evaluated. The run goes on without it and says so, unless counts did not close.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The rule's SELECT does not give what a rule must give.
    #[error("failed to read what {rule} selects: {problem}")]
    Shape {
        /// The rule.
        rule: String,
        /// What is missing or of the wrong type.
        problem: String,
    },
    /// The counts do not close: the run must not go on.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
}

/// What the engine says about a rule, before any word is made of it: the same tables give the same outcome.
#[derive(Debug, Clone)]
pub struct Told {
    counts: Counts,
    /// One table a kind of evidence that the rule names; none of them where there is no lead.
    evidence: Vec<Rows>,
}

impl Told {
    /// Everything that the answers about a rule are made from. None where not all of it is known, and where the rule is not run.
    pub fn key(office: &Office<'_>, rule: &Rule, reuse: &Reuse) -> Option<Key> {
        let Standing::Runs { block, .. } = standing(rule, office.feeds, office.t) else { return None };
        let judged =
            Judged { block: block.as_ref(), knows_identities: knows_identities(office.feeds, office.t) };
        let evidence: Vec<String> = rule.evidence.iter().map(evidence::evidence_sql).collect();
        // How it is judged follows from its front matter, which is part of its text, and from the feeds.
        let about = format!("{} {judged:?}", rule.id);
        let mut texts = vec![rule.text.as_str()];
        texts.extend(evidence.iter().map(String::as_str));
        let facts = facts_read(rule).into_iter().map(|fact| TableName::new(FACTS, fact));
        let tables = facts.chain([TableName::new("civil_affairs", "cases")]);
        reuse.key(office.engine, &about, &texts, tables, &["division"], office.values)
    }

    /// The answers that an earlier night left.
    pub fn recall(rule: &Rule, key: &Key, reuse: &Reuse) -> Option<Self> {
        let mut tables = reuse.recall(key)?.into_iter();
        let mut next = || tables.next();
        let (population, outcomes, hits) = (next()?, next()?, next()?);
        let evidence: Vec<Rows> = tables.collect();
        let has_hits = hits.1.iter().any(|batch| batch.num_rows() > 0);
        let is_whole = evidence.len() == if has_hits { rule.evidence.len() } else { 0 };
        is_whole.then_some(Self { counts: Counts { population, outcomes, hits }, evidence })
    }

    /// Leaves the answers for the next night.
    pub fn leave(&self, rule: &Rule, key: &Key, reuse: &Reuse) {
        let tables: Vec<&Rows> = [&self.counts.population, &self.counts.outcomes, &self.counts.hits]
            .into_iter()
            .chain(&self.evidence)
            .collect();
        reuse.leave(key, &rule.id, &tables);
    }
}

/// Evaluates one rule: its outcomes, leads and their evidence. What was recalled is not asked again; what was asked is left for
/// the next night under the rule's key.
pub async fn evaluate(
    office: &Office<'_>,
    rule: &Rule,
    recalled: Option<Told>,
    reuse: Option<(&Key, &Reuse)>,
) -> Result<Outcome, EvaluateError> {
    let (block, is_stale) = match standing(rule, office.feeds, office.t) {
        Standing::NotRun(dataset) => return Ok(Outcome { not_run: Some(dataset), ..Outcome::default() }),
        Standing::Runs { block, stale } => (block, !stale.is_empty()),
    };
    let (mut told, judging) = match recalled {
        Some(told) => (told, None),
        None => {
            let (judged, judging) = ask(office, rule, block.as_ref()).await?;
            (tell(rule, &judged)?, Some(judging))
        }
    };
    let (mut outcome, chosen) = conclude(office, rule, block.as_ref(), is_stale, &told)?;
    if !outcome.leads.is_empty() {
        if judging.is_some() {
            office.engine.add_rows(&TableName::new("run", "lead"), chosen.schema(), vec![chosen])?;
            told.evidence = evidence::ask(office, rule).await?;
        }
        outcome.evidence = evidence::rows(office, rule, &told.evidence);
        outcome.leads = with_evidence_keys(outcome.leads, &outcome.evidence);
    }
    if let (Some(judging), Some((key, reuse))) = (judging, reuse)
        && key.covers(office.engine, &judging)
    {
        told.leave(rule, key, reuse);
    }
    Ok(outcome)
}

/// Outcomes and leads of one rule without the evidence, which the leads do not depend on: its keys are empty. Also the outcome of
/// every subject.
pub async fn judge(
    office: &Office<'_>,
    rule: &Rule,
) -> Result<(Outcome, Vec<(Cell, Verdict)>), EvaluateError> {
    let (block, is_stale) = match standing(rule, office.feeds, office.t) {
        Standing::NotRun(dataset) => {
            return Ok((Outcome { not_run: Some(dataset), ..Outcome::default() }, Vec::new()));
        }
        Standing::Runs { block, stale } => (block, !stale.is_empty()),
    };
    let (judged, _) = ask(office, rule, block.as_ref()).await?;
    let (outcome, _) = conclude(office, rule, block.as_ref(), is_stale, &tell(rule, &judged)?)?;
    Ok((outcome, counts::verdicts(&judged).map_err(|error| shape(rule, &error))?))
}

/// Asks the engine for a rule's rows and judges them; returns them, and how they were judged.
async fn ask(
    office: &Office<'_>,
    rule: &Rule,
    block: Option<&Block>,
) -> Result<(Rows, String), EvaluateError> {
    let engine = office.engine;
    let (schema, rows) = engine.collect(&rule.id, &rule.text, office.values).await?;
    check_shape(rule, &schema)?;
    engine.add_rows(&TableName::new("run", "candidates"), schema.clone(), rows)?;
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let judged = Judged { block, knows_identities: knows_identities(office.feeds, office.t) };
    let judging = judging_sql(rule, &columns, &judged);
    let judged = engine.collect(&format!("{} outcomes", rule.id), &judging, office.values).await?;
    Ok((judged, judging))
}

/// Counts what was judged.
fn tell(rule: &Rule, judged: &Rows) -> Result<Told, EvaluateError> {
    let counts = counts::counts(judged).map_err(|error| shape(rule, &error))?;
    Ok(Told { counts, evidence: Vec::new() })
}

fn shape(rule: &Rule, problem: &dyn std::fmt::Display) -> EvaluateError {
    EvaluateError::Shape { rule: rule.id.clone(), problem: problem.to_string() }
}

/// Makes outcomes and leads of what the engine said, and proves that they close; also the rows that became leads.
fn conclude(
    office: &Office<'_>,
    rule: &Rule,
    block: Option<&Block>,
    is_stale: bool,
    told: &Told,
) -> Result<(Outcome, RecordBatch), EvaluateError> {
    let Counts { population, outcomes, hits } = &told.counts;
    let coverage = closing::coverage(&rule.id, &population.1, &outcomes.1, block)?;
    let (leads, chosen) = leads(office, rule, is_stale, &hits.0, &hits.1)?;
    let of_subjects = leads.iter().map(|(division, lead)| (division.as_str(), lead));
    closing::leads_close(&rule.id, &coverage, of_subjects)?;
    let leads: Vec<Lead> = leads.into_iter().map(|(_, lead)| lead).collect();
    Ok((Outcome { leads, evidence: Vec::new(), coverage, not_run: None }, chosen))
}

/// A rule must give its subject and `hit`.
fn check_shape(rule: &Rule, schema: &Schema) -> Result<(), EvaluateError> {
    let subject = subject_column(rule.subject);
    for name in [subject, "hit"] {
        if schema.column_with_name(name).is_none() {
            return Err(EvaluateError::Shape {
                rule: rule.id.clone(),
                problem: format!("the column `{name}` is missing"),
            });
        }
    }
    match schema.field_with_name("hit").map(Field::data_type) {
        Ok(DataType::Boolean) => Ok(()),
        _ => Err(EvaluateError::Shape {
            rule: rule.id.clone(),
            problem: "`hit` is not true or false".to_owned(),
        }),
    }
}

/// The column that holds a rule's subject.
pub fn subject_column(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::Person => "person_id",
        SubjectKind::Household => "household_id",
        SubjectKind::Case => "case_id",
        SubjectKind::Dataset => "dataset",
        SubjectKind::Delivery => "delivery",
    }
}

/// One row of the hits, by column name.
struct Row<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl Row<'_> {
    fn cell(&self, name: &str) -> Cell {
        self.batch.column_by_name(name).map_or(Cell::Null, |column| cell(column, self.row))
    }

    /// All its values as one text, for a stable order.
    fn content(&self) -> String {
        let values = self.batch.columns().iter().map(|column| cell(column, self.row).to_string());
        values.collect::<Vec<_>>().join("\u{1f}")
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.cell(name) {
            Cell::Null => None,
            other => Some(other.to_string()),
        }
    }
}

/// Chooses one row a subject (a hit before a withheld one, then the smallest case_id) and makes its lead, which comes with
/// the subject's division.
fn leads(
    office: &Office<'_>,
    rule: &Rule,
    is_stale: bool,
    schema: &SchemaRef,
    hits: &[RecordBatch],
) -> Result<(Vec<(String, Lead)>, RecordBatch), EvaluateError> {
    let hits = concat_batches(schema, hits).map_err(|error| shape(rule, &error))?;
    let mut best: BTreeMap<String, (i64, Option<String>, String, usize)> = BTreeMap::new();
    for index in 0..hits.num_rows() {
        let row = Row { batch: &hits, row: index };
        let subject = match (rule.subject, row.cell("judged_subject")) {
            (SubjectKind::Person, Cell::Int(number)) => {
                office.people.token_text(number).ok_or_else(|| {
                    shape(rule, &format!("the person number {number} is not in the dictionary"))
                })?
            }
            (SubjectKind::Person, _) => return Err(shape(rule, &"person_id is not a person number")),
            (_, cell) => cell.to_string(),
        };
        // Rows that tie are told apart by what they say, never by where the engine put them: that varies with threads.
        let rank = (row.cell("judged_verdict").int().unwrap_or(9), row.text("case_id"), row.content(), index);
        match best.get(&subject) {
            Some(held) if *held <= rank => {}
            _ => {
                best.insert(subject, rank);
            }
        }
    }
    let mut leads = Vec::with_capacity(best.len());
    let mut picked = Vec::with_capacity(best.len());
    for (subject, (verdict, _, _, index)) in &best {
        let row = Row { batch: &hits, row: *index };
        let division = row.text("judged_division").unwrap_or_default();
        leads.push((division, lead(office, rule, is_stale, subject, *verdict, &row)));
        picked.push(u32::try_from(*index).unwrap_or_default());
    }
    let chosen = take_record_batch(&hits, &UInt32Array::from(picked)).map_err(|error| shape(rule, &error))?;
    let ids: ArrayRef =
        Arc::new(StringArray::from_iter_values(leads.iter().map(|(_, lead)| lead.lead_id.as_str())));
    let mut fields = chosen.schema().fields().to_vec();
    fields.push(Arc::new(Field::new("lead_id", DataType::Utf8, false)));
    let mut columns = chosen.columns().to_vec();
    columns.push(ids);
    let chosen =
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|error| shape(rule, &error))?;
    leads.sort_by(|(_, a), (_, b)| a.lead_id.cmp(&b.lead_id));
    Ok((leads, chosen))
}

/// The id of a lead: the same every night for the same rule and subject.
pub fn lead_id(rule_id: &str, kind: SubjectKind, subject: &str) -> String {
    let digest = Digest::of_parts([rule_id, kind.as_str(), subject]).hex();
    format!("{rule_id}-{}", digest.get(..16).unwrap_or(&digest))
}

fn lead(
    office: &Office<'_>,
    rule: &Rule,
    is_stale: bool,
    subject: &str,
    verdict: i64,
    row: &Row<'_>,
) -> Lead {
    let values: BTreeMap<String, Cell> = row
        .batch
        .schema()
        .fields()
        .iter()
        .filter(|field| field.name() != "person_id")
        .map(|field| (field.name().clone(), row.cell(field.name())))
        .collect();
    let severity =
        row.text("severity").and_then(|word| Severity::from_str(&word).ok()).unwrap_or(rule.severity);
    let direction =
        row.text("direction").and_then(|word| Direction::from_str(&word).ok()).unwrap_or(rule.direction);
    let money = |own: &str, judged: Option<&str>| {
        let text = row.text(own).or_else(|| judged.and_then(|name| row.text(name)))?;
        fen(&text)
    };
    // What the programme pays the case is at risk; what a family misses is another programme's money, and only the rule
    // can know it.
    let is_told = values.contains_key("monthly_at_risk") || direction == Direction::Missed;
    let monthly = money("monthly_at_risk", if is_told { None } else { Some("judged_monthly") });
    let figure = |name: &str| {
        row.text(name).map(|_| reason::for_people("", &row.cell(name))).map(|text| plain_number(&text))
    };
    let (threshold, value) = (figure("threshold"), figure("value"));
    Lead {
        lead_id: lead_id(&rule.id, rule.subject, subject),
        rule_id: rule.id.clone(),
        direction,
        severity: if is_stale { severity.lowered() } else { severity },
        status: if verdict == 0 { LeadStatus::New } else { LeadStatus::Withheld },
        listed: false,
        stale: is_stale,
        subject_kind: rule.subject,
        subject: subject.to_owned(),
        person_id: (rule.subject == SubjectKind::Person).then(|| subject.to_owned()),
        household_id: row.text("judged_household"),
        case_id: row.text("case_id"),
        programme: row.text("programme").or_else(|| row.text("judged_programme")),
        division: row
            .text("judged_case_division")
            .or_else(|| row.text("judged_division"))
            .unwrap_or_default(),
        monthly_at_risk: monthly,
        total_so_far: money("total_so_far", None),
        evidence_key: String::new(),
        reason_zh: reason::fill(&rule.reason.zh, &values),
        reason_en: reason::fill(&rule.reason.en, &values),
        clears_zh: rule.clears.zh.clone(),
        clears_en: rule.clears.en.clone(),
        margin: margin(value.as_deref(), threshold.as_deref()),
        threshold,
        value,
        first_seen: office.t,
        last_seen: office.t,
    }
}

/// A decimal text to whole fen, half up.
fn fen(text: &str) -> Option<Fen> {
    let ten_thousandths = scaled(text)?;
    let half = if ten_thousandths < 0 { -50 } else { 50 };
    i64::try_from((ten_thousandths + half) / 100).ok().map(Fen)
}

/// A decimal text in ten-thousandths; further places are cut.
fn scaled(text: &str) -> Option<i128> {
    let negative = text.starts_with('-');
    let (whole, fraction) =
        text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let four: String = fraction.chars().chain(std::iter::repeat('0')).take(4).collect();
    let number: i128 = format!("{whole}{four}").parse().ok()?;
    Some(if negative { -number } else { number })
}

/// `2.00` → `2`, `1190.50` → `1190.50`.
fn plain_number(text: &str) -> String {
    text.strip_suffix(".00").unwrap_or(text).to_owned()
}

fn margin(value: Option<&str>, threshold: Option<&str>) -> Option<String> {
    let difference = scaled(value?)? - scaled(threshold?)?;
    let cell = Cell::Decimal(difference, 4);
    Some(plain_number(&reason::for_people("", &cell)))
}

/// A digest of what the evidence says, without where it came from: a new delivery with the same values keeps it.
fn with_evidence_keys(mut leads: Vec<Lead>, evidence: &[EvidenceRow]) -> Vec<Lead> {
    let mut said: BTreeMap<&str, Vec<[&str; 4]>> = BTreeMap::new();
    for row in evidence {
        said.entry(&row.lead_id).or_default().push([
            &row.agency,
            &row.dataset,
            &row.field,
            row.value.as_deref().unwrap_or("\u{1}"),
        ]);
    }
    for lead in &mut leads {
        let mut values = said.remove(lead.lead_id.as_str()).unwrap_or_default();
        values.sort_unstable();
        lead.evidence_key = Digest::of_parts(values.iter().flatten().copied()).hex();
    }
    leads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_has_one_name_for_ever() {
        let id = lead_id("D-01", SubjectKind::Person, "ab");
        assert_eq!(id, lead_id("D-01", SubjectKind::Person, "ab"));
        assert_ne!(id, lead_id("D-01", SubjectKind::Household, "ab"));
        assert!(id.starts_with("D-01-") && id.len() == 21, "{id}");
    }

    #[test]
    fn margins_are_exact() {
        assert_eq!(margin(Some("15000.00"), Some("14994")).as_deref(), Some("6"));
        assert_eq!(margin(Some("0.1"), Some("0.3")).as_deref(), Some("-0.20"));
        assert_eq!(margin(None, Some("1")), None);
        assert_eq!(fen("1190.005"), Some(Fen(119_001)));
        assert_eq!(fen("-0.004"), Some(Fen(0)));
    }
}
