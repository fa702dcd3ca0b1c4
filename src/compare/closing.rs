//! The counts of a rule and the proof that they close: every subject in one outcome, every hit with one lead.
//!
//! Never mends a count: where the sums do not close, the whole run stops and nothing is published.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;

use super::{feeds::Block, verdict::Verdict};
use crate::{
    engine::cell,
    model::{CoverageRow, Lead, LeadStatus},
};

/// What was counted twice did not come out the same: a bug of ours or of a rule, never to be passed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Imbalance {
    /// hit + clear + insufficient is not the population.
    #[error(
        "failed to close the counts of {rule} in {division}: {hit} hits + {clear} clear + {insufficient} insufficient are not {population}"
    )]
    Counts {
        /// The rule.
        rule: String,
        /// The division.
        division: String,
        /// Subjects with a lead.
        hit: u64,
        /// Clear subjects.
        clear: u64,
        /// Insufficient subjects.
        insufficient: u64,
        /// All subjects, counted by themselves.
        population: u64,
    },
    /// The leads are not as many as the hits.
    #[error("failed to close the leads of {rule} in {division}: {leads} leads for {hit} hits")]
    Leads {
        /// The rule.
        rule: String,
        /// The division.
        division: String,
        /// Leads that are not withheld.
        leads: u64,
        /// Hits.
        hit: u64,
    },
    /// Two leads under one name.
    #[error("failed to tell the leads of {rule} apart: {lead} stands twice")]
    TwoLeads {
        /// The rule.
        rule: String,
        /// The lead's id.
        lead: String,
    },
}

/// Adds up the outcomes by division and reason, and holds them against the population.
pub(super) fn coverage(
    rule: &str,
    population: &[RecordBatch],
    outcomes: &[RecordBatch],
    block: Option<&Block>,
) -> Result<Vec<CoverageRow>, Imbalance> {
    let row_of = |division: &str, reason: Option<&str>| CoverageRow {
        rule_id: rule.to_owned(),
        division: division.to_owned(),
        reason: reason.map(str::to_owned),
        population: 0,
        hit: 0,
        clear: 0,
        insufficient: 0,
    };
    let mut totals: BTreeMap<String, CoverageRow> = BTreeMap::new();
    let mut reasons: BTreeMap<(String, &'static str), u64> = BTreeMap::new();
    for (batch, row) in rows(population) {
        let division = cell(batch.column(0), row).to_string();
        let total = totals.entry(division.clone()).or_insert_with(|| row_of(&division, None));
        total.population += number(batch, 1, row);
    }
    for (batch, row) in rows(outcomes) {
        let division = cell(batch.column(0), row).to_string();
        let verdict = cell(batch.column(1), row).int().and_then(Verdict::from_number);
        let subjects = number(batch, 2, row);
        let total = totals.entry(division.clone()).or_insert_with(|| row_of(&division, None));
        match verdict {
            Some(Verdict::Hit) => total.hit += subjects,
            Some(Verdict::Clear) => total.clear += subjects,
            Some(Verdict::Insufficient(reason)) => {
                total.insufficient += subjects;
                *reasons.entry((division, reason.as_str(block))).or_default() += subjects;
            }
            // No outcome that we know: left out, and so the sums do not close.
            None => {}
        }
    }
    let mut coverage: Vec<CoverageRow> = totals.into_values().collect();
    if let Some(open) = coverage.iter().find(|row| row.hit + row.clear + row.insufficient != row.population) {
        return Err(Imbalance::Counts {
            rule: rule.to_owned(),
            division: open.division.clone(),
            hit: open.hit,
            clear: open.clear,
            insufficient: open.insufficient,
            population: open.population,
        });
    }
    coverage.extend(reasons.into_iter().map(|((division, reason), insufficient)| CoverageRow {
        insufficient,
        ..row_of(&division, Some(reason))
    }));
    coverage.sort();
    Ok(coverage)
}

/// Holds the leads against the hits. `leads` come with the division of their subject, which may not be their case's.
pub(super) fn leads_close<'a>(
    rule: &str,
    coverage: &[CoverageRow],
    leads: impl IntoIterator<Item = (&'a str, &'a Lead)>,
) -> Result<(), Imbalance> {
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for (division, lead) in leads {
        if !names.insert(lead.lead_id.as_str()) {
            return Err(Imbalance::TwoLeads { rule: rule.to_owned(), lead: lead.lead_id.clone() });
        }
        *found.entry(division).or_default() += u64::from(lead.status != LeadStatus::Withheld);
    }
    let mut hits: BTreeMap<&str, u64> = BTreeMap::new();
    for row in coverage.iter().filter(|row| row.reason.is_none()) {
        hits.insert(&row.division, row.hit);
    }
    for division in hits.keys().chain(found.keys()) {
        let count = |of: &BTreeMap<&str, u64>| of.get(division).copied().unwrap_or_default();
        let (leads, hit) = (count(&found), count(&hits));
        if leads != hit {
            let (rule, division) = (rule.to_owned(), (*division).to_owned());
            return Err(Imbalance::Leads { rule, division, leads, hit });
        }
    }
    Ok(())
}

fn rows(batches: &[RecordBatch]) -> impl Iterator<Item = (&RecordBatch, usize)> {
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)))
}

fn number(batch: &RecordBatch, column: usize, row: usize) -> u64 {
    cell(batch.column(column), row).int().and_then(|n| u64::try_from(n).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compare::counts::{Counts, counts},
        engine::{Engine, Limits, Placeholders},
        model::{Direction, Severity, SubjectKind},
    };

    /// What the counts and the sums say of judged rows (subject, verdict, division).
    async fn counted(judged: &str) -> Result<Vec<String>, Imbalance> {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let values = Placeholders::default();
        let sql = format!(
            "SELECT *, false AS judged_withheld FROM (VALUES {judged}) AS v (judged_subject, judged_verdict, judged_division)"
        );
        let judged = engine.collect("judged", &sql, &values).await.unwrap();
        let Counts { population, outcomes, .. } = counts(&judged).unwrap();
        let coverage = coverage("D-01", &population.1, &outcomes.1, None)?;
        let say = |row: CoverageRow| {
            let reason = row.reason.unwrap_or_default();
            format!(
                "{} {} {} {} {} {reason}",
                row.division, row.population, row.hit, row.clear, row.insufficient
            )
        };
        Ok(coverage.into_iter().map(say).collect())
    }

    fn open(division: &str, counts: [u64; 4]) -> Result<Vec<String>, Imbalance> {
        let [hit, clear, insufficient, population] = counts;
        let (rule, division) = ("D-01".to_owned(), division.to_owned());
        Err(Imbalance::Counts { rule, division, hit, clear, insufficient, population })
    }

    #[tokio::test]
    async fn a_subject_with_several_cases_is_counted_once_and_in_its_strongest_outcome() {
        let judged = "('A', 9, 'x'), ('A', 4, 'x'), ('A', 0, 'x'), ('B', 7, 'x'), ('B', 4, 'x'), ('B', 9, 'x'), ('C', 9, 'x'), ('C', 9, 'x'), ('D', 8, 'y')";
        let rows = ["x 3 1 1 1 ", "x 0 0 0 1 not authorised", "y 1 0 0 1 ", "y 0 0 0 1 no standard"];
        assert_eq!(counted(judged).await.unwrap(), rows);
    }

    #[tokio::test]
    async fn a_row_without_a_subject_does_not_close() {
        let judged = "('A', 9, 'x'), (NULL, 9, 'x'), ('B', 0, 'y')";
        assert_eq!(counted(judged).await, open("x", [0, 2, 0, 1]));
    }

    #[tokio::test]
    async fn a_subject_in_two_divisions_does_not_close() {
        let judged = "('A', 9, 'x'), ('A', 9, 'y')";
        assert_eq!(counted(judged).await, open("y", [0, 0, 0, 1]));
    }

    #[tokio::test]
    async fn an_outcome_that_nobody_knows_does_not_close() {
        assert_eq!(counted("('A', 3, 'x'), ('B', 0, 'x')").await, open("x", [1, 0, 0, 2]));
    }

    fn lead(lead_id: &str, status: LeadStatus) -> Lead {
        let day = "2026-03-15".parse().unwrap();
        Lead {
            lead_id: lead_id.to_owned(),
            rule_id: "D-01".to_owned(),
            direction: Direction::Ineligible,
            severity: Severity::S1,
            status,
            listed: false,
            stale: false,
            subject_kind: SubjectKind::Case,
            subject: lead_id.to_owned(),
            person_id: None,
            household_id: None,
            case_id: Some(lead_id.to_owned()),
            programme: None,
            division: "z".to_owned(),
            monthly_at_risk: None,
            total_so_far: None,
            evidence_key: String::new(),
            reason_zh: String::new(),
            reason_en: String::new(),
            clears_zh: String::new(),
            clears_en: String::new(),
            threshold: None,
            value: None,
            margin: None,
            first_seen: day,
            last_seen: day,
        }
    }

    #[test]
    fn leads_are_as_many_as_hits_and_each_has_a_name_of_its_own() {
        let row = |division: &str, reason: Option<&str>, hit: u64, insufficient: u64| CoverageRow {
            rule_id: "D-01".to_owned(),
            division: division.to_owned(),
            reason: reason.map(str::to_owned),
            population: hit + insufficient,
            hit,
            clear: 0,
            insufficient,
        };
        let coverage =
            [row("x", None, 1, 1), row("x", Some("identity in doubt"), 0, 1), row("y", None, 0, 1)];
        let (hit, held) = (lead("D-01-1", LeadStatus::New), lead("D-01-2", LeadStatus::Withheld));
        let closes = |leads: &[(&'static str, &Lead)]| leads_close("D-01", &coverage, leads.iter().copied());
        assert_eq!(closes(&[("x", &hit), ("x", &held)]), Ok(()));
        let open = |division: &str, leads, hit| {
            let (rule, division) = ("D-01".to_owned(), division.to_owned());
            Err(Imbalance::Leads { rule, division, leads, hit })
        };
        assert_eq!(closes(&[("x", &held)]), open("x", 0, 1), "a hit without a lead");
        assert_eq!(closes(&[]), open("x", 0, 1), "no lead at all");
        let other = lead("D-01-3", LeadStatus::New);
        assert_eq!(closes(&[("x", &hit), ("y", &other)]), open("y", 1, 0), "a lead without a hit");
        assert_eq!(closes(&[("x", &hit), ("q", &other)]), open("q", 1, 0), "a lead where nobody is counted");
        let twice = Imbalance::TwoLeads { rule: "D-01".to_owned(), lead: "D-01-1".to_owned() };
        assert_eq!(closes(&[("x", &hit), ("x", &hit)]), Err(twice));
    }
}
