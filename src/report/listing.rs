//! Decides which leads reach a review list.
//!
//! Never changes anything about a lead but `listed`, and never looks further than the leads themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Fen, Lead, LeadStatus, Severity};

use super::{RuleNote, household::Household};

/// Decides `listed` for every lead.
///
/// Withheld and suppressed leads and those of a rule that is not live (or not known) are never listed. An S3 lead is
/// listed only when more than `s3_min_amount` a year is at risk or when it stands beside another S-lead of the
/// household that may be listed itself; one of a rule that must not stand alone, only beside a lead of another rule.
pub fn decide_listed(
    leads: &mut [Lead],
    rules: &BTreeMap<String, RuleNote>,
    links: &BTreeMap<String, String>,
    s3_min_amount: Fen,
) {
    let may_be_listed = |lead: &Lead| {
        let live = rules.get(&lead.rule_id).is_some_and(RuleNote::is_live);
        live && !matches!(lead.status, LeadStatus::Withheld | LeadStatus::Suppressed)
    };
    let mut beside: BTreeMap<Household, BTreeSet<(String, String)>> = BTreeMap::new();
    for lead in leads.iter().filter(|lead| may_be_listed(lead) && !lead.severity.is_missed_side()) {
        let companions = beside.entry(Household::of(lead, links)).or_default();
        companions.insert((lead.lead_id.clone(), lead.rule_id.clone()));
    }
    for lead in leads {
        if !may_be_listed(lead) {
            lead.listed = false;
            continue;
        }
        let never_alone = rules.get(&lead.rule_id).is_some_and(|rule| rule.never_alone);
        let has_companion = |of_another_rule: bool| {
            beside.get(&Household::of(lead, links)).is_some_and(|companions| {
                companions
                    .iter()
                    .any(|(id, rule)| *id != lead.lead_id && (!of_another_rule || *rule != lead.rule_id))
            })
        };
        let enough_money = lead.monthly_at_risk.is_some_and(|fen| fen.0.saturating_mul(12) > s3_min_amount.0);
        lead.listed = match lead.severity {
            _ if never_alone => has_companion(true),
            Severity::S3 => enough_money || has_companion(false),
            _ => true,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Text,
        report::{
            RuleStatus,
            sample::{lead, rule},
        },
    };

    fn decided(mut leads: Vec<Lead>) -> Vec<bool> {
        let rules = BTreeMap::from([
            ("I-06".to_owned(), rule("I-06")),
            ("I-07".to_owned(), RuleNote { never_alone: true, ..rule("I-07") }),
            ("D-01".to_owned(), rule("D-01")),
            ("M-01".to_owned(), rule("M-01")),
            ("P-01".to_owned(), RuleNote { status: RuleStatus::Pilot, ..rule("P-01") }),
            (
                "P-02".to_owned(),
                RuleNote { held_back: Some(Text::new("没有批准", "never approved")), ..rule("P-02") },
            ),
        ]);
        let links = BTreeMap::from([("b".repeat(64), "H-1".to_owned())]);
        decide_listed(&mut leads, &rules, &links, Fen(600_000));
        leads.iter().map(|lead| lead.listed).collect()
    }

    fn s3(id: &str, rule: &str, household: &str, monthly: i64) -> Lead {
        Lead { monthly_at_risk: Some(Fen(monthly)), ..lead(id, rule, Severity::S3, household) }
    }

    #[test]
    fn an_s3_lead_is_listed_only_above_the_amount() {
        let leads = vec![s3("a", "I-06", "H-1", 50_000), s3("b", "I-06", "H-2", 50_001)];
        assert_eq!(
            decided(leads),
            [false, true],
            "500.00 yuan a month is exactly 6,000 a year, not above it"
        );
    }

    #[test]
    fn an_s3_lead_is_listed_beside_another_s_lead_of_the_household() {
        let leads = vec![s3("a", "I-06", "H-1", 1), lead("b", "D-01", Severity::S1, "H-1")];
        assert_eq!(decided(leads), [true, true]);
        let of_a_member = Lead {
            household_id: None,
            person_id: Some("b".repeat(64)),
            ..lead("b", "D-01", Severity::S1, "-")
        };
        assert_eq!(
            decided(vec![s3("a", "I-06", "H-1", 1), of_a_member]),
            [true, true],
            "found through the links"
        );
    }

    #[test]
    fn a_missed_lead_or_one_that_cannot_be_listed_is_no_companion() {
        let withheld = Lead { status: LeadStatus::Withheld, ..lead("c", "D-01", Severity::S1, "H-1") };
        let leads = vec![
            s3("a", "I-06", "H-1", 1),
            lead("b", "M-01", Severity::M1, "H-1"),
            withheld,
            lead("d", "P-01", Severity::S2, "H-1"),
            lead("e", "P-02", Severity::S2, "H-1"),
        ];
        assert_eq!(decided(leads), [false, true, false, false, false]);
    }

    #[test]
    fn leads_that_are_withheld_or_suppressed_or_of_a_rule_in_the_shadow_are_never_listed() {
        let status = |status| Lead { status, ..lead("a", "D-01", Severity::S1, "H-1") };
        assert_eq!(decided(vec![status(LeadStatus::Withheld)]), [false]);
        assert_eq!(decided(vec![status(LeadStatus::Suppressed)]), [false]);
        assert_eq!(decided(vec![status(LeadStatus::Reopened)]), [true]);
        assert_eq!(decided(vec![lead("a", "P-01", Severity::S1, "H-1")]), [false]);
        assert_eq!(decided(vec![lead("a", "P-02", Severity::S1, "H-1")]), [false], "live, not approved");
        assert_eq!(decided(vec![lead("a", "Z-99", Severity::S1, "H-1")]), [false], "a rule nobody knows");
    }

    #[test]
    fn a_rule_that_must_not_stand_alone_needs_a_lead_of_another_rule_whatever_the_money() {
        assert_eq!(decided(vec![s3("a", "I-07", "H-1", 900_000)]), [false]);
        assert_eq!(
            decided(vec![s3("a", "I-07", "H-1", 900_000), s3("b", "I-07", "H-1", 900_000)]),
            [false, false]
        );
        assert_eq!(decided(vec![s3("a", "I-07", "H-1", 1), s3("b", "I-06", "H-1", 1)]), [true, true]);
    }
}
