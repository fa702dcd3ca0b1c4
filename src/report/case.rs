//! Gathers leads into household cases: one visit, one block on a list, one deadline.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::model::{Direction, Fen, Lead, LeadStatus, Severity};

use super::{ReportInput, RuleNote, household, household::Household, priority, priority::Priority};

/// A lead with what was worked out about it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedLead {
    /// The lead.
    pub lead: Lead,
    /// Its priority and the parts of it.
    pub priority: Priority,
    /// The last working day on which a check is in time.
    pub due_on: NaiveDate,
}

/// A household with all its leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdCase {
    /// Stable: the same every night for the same household.
    pub case_id: String,
    /// What the leads are gathered under.
    pub household: Household,
    /// The most precise division among the leads.
    pub division: String,
    /// The leads, highest priority first; those not listed stand last.
    pub leads: Vec<RankedLead>,
}

impl HouseholdCase {
    /// The leads that a caseworker gets.
    pub fn listed(&self) -> impl Iterator<Item = &RankedLead> {
        self.leads.iter().filter(|ranked| ranked.lead.listed)
    }

    /// Whether any lead of it is on a list.
    pub fn is_listed(&self) -> bool {
        self.listed().next().is_some()
    }

    /// The leads that the case is judged by: the listed ones, or all where none is.
    fn judged(&self) -> impl Iterator<Item = &RankedLead> {
        let any = self.is_listed();
        self.leads.iter().filter(move |ranked| ranked.lead.listed || !any)
    }

    /// The highest priority of a lead.
    pub fn priority(&self) -> Priority {
        self.judged().map(|r| r.priority).max_by_key(|p| p.total()).unwrap_or_default()
    }

    /// The earliest deadline.
    pub fn due_on(&self) -> Option<NaiveDate> {
        self.judged().map(|r| r.due_on).min()
    }

    /// The worst severity.
    pub fn worst(&self) -> Option<Severity> {
        self.judged().map(|r| r.lead.severity).min_by_key(|s| priority::rank(*s))
    }

    /// The directions that the leads point in.
    pub fn directions(&self) -> BTreeSet<Direction> {
        self.judged().map(|r| r.lead.direction).collect()
    }

    /// The largest monthly amount of each direction's leads, added: several leads often rest on one payment.
    pub fn monthly_at_risk(&self) -> Option<Fen> {
        let mut largest: BTreeMap<Direction, Fen> = BTreeMap::new();
        for ranked in self.judged() {
            if let Some(fen) = ranked.lead.monthly_at_risk {
                let entry = largest.entry(ranked.lead.direction).or_insert(fen);
                *entry = fen.max(*entry);
            }
        }
        (!largest.is_empty()).then(|| largest.into_values().sum())
    }
}

/// What gathering found out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gathered {
    /// The cases, worst first.
    pub cases: Vec<HouseholdCase>,
    /// Years whose deadlines were counted with weekends only.
    pub guessed_years: BTreeSet<i32>,
}

/// Gathers leads into cases, gives each its priority and deadline, and sorts the worst first.
pub fn gather(input: &ReportInput) -> Gathered {
    let mut gathered = Gathered::default();
    let mut households: BTreeMap<Household, Vec<&Lead>> = BTreeMap::new();
    for lead in &input.leads {
        households.entry(Household::of(lead, &input.links)).or_default().push(lead);
    }
    for (household, leads) in households {
        let ranked = leads.iter().map(|lead| {
            // A reopened lead begins anew tonight; any other keeps the deadline it got when it was first seen.
            let start = if lead.status == LeadStatus::Reopened { input.date } else { lead.first_seen };
            let due = input.calendar.due(start, priority::working_days(lead.severity));
            if lead.listed {
                gathered.guessed_years.extend(&due.guessed);
            }
            let independent = independent_rules(lead, &leads, input);
            let priority = Priority::of(lead, independent, due.on < input.date);
            RankedLead { lead: (*lead).clone(), priority, due_on: due.on }
        });
        let mut ranked: Vec<RankedLead> = ranked.collect();
        ranked.sort_by(|a, b| list_order(a).cmp(&list_order(b)));
        // A rule in the shadow moves no household to another list.
        let is_live = |id: &str| input.rules.get(id).is_none_or(RuleNote::is_live);
        let any_live = ranked.iter().any(|r| is_live(&r.lead.rule_id));
        let division = ranked
            .iter()
            .filter(|r| !any_live || is_live(&r.lead.rule_id))
            .map(|r| r.lead.division.as_str())
            .reduce(|best, next| if next.len() > best.len() { next } else { best })
            .unwrap_or(&input.division)
            .to_owned();
        gathered.cases.push(HouseholdCase {
            case_id: household.case_number(),
            household,
            division,
            leads: ranked,
        });
    }
    gathered.cases.sort_by(|a, b| case_order(a).cmp(&case_order(b)));
    gathered
}

fn list_order(ranked: &RankedLead) -> impl Ord + use<'_> {
    let lead = &ranked.lead;
    (
        !lead.listed,
        std::cmp::Reverse(ranked.priority.total()),
        priority::rank(lead.severity),
        &lead.rule_id,
        &lead.lead_id,
    )
}

fn case_order(case: &HouseholdCase) -> impl Ord + use<'_> {
    let worst = case.worst().map(priority::rank);
    (!case.is_listed(), std::cmp::Reverse(case.priority().total()), worst, case.due_on(), &case.case_id)
}

/// How many groups of rules point the same way in a household. Rules of one group often lean on the same rows, so
/// two of them are not two witnesses.
fn independent_rules(lead: &Lead, household: &[&Lead], input: &ReportInput) -> usize {
    let group = |lead: &Lead| input.rules.get(&lead.rule_id).map(|rule| rule.group.clone());
    let mut groups: BTreeSet<Option<String>> = household
        .iter()
        .filter(|other| other.listed && other.direction == lead.direction)
        .map(|other| group(other))
        .collect();
    groups.insert(group(lead));
    groups.len()
}

/// The cases of each township that have something listed, in the order of the codes.
pub fn by_township(cases: &[HouseholdCase]) -> BTreeMap<&str, Vec<&HouseholdCase>> {
    let mut lists: BTreeMap<&str, Vec<&HouseholdCase>> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.is_listed()) {
        lists.entry(household::township(&case.division)).or_default().push(case);
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{input, lead};

    #[test]
    fn leads_of_one_household_make_one_case_and_the_worst_comes_first() {
        let mut input = input();
        input.leads = vec![
            lead("a", "S-03", Severity::S4, "H-1"),
            lead("b", "D-01", Severity::S1, "H-2"),
            lead("c", "M-01", Severity::M1, "H-2"),
        ];
        let cases = gather(&input).cases;
        assert_eq!(cases.len(), 2);
        assert_eq!(cases[0].household.household_id(), Some("H-2"));
        assert_eq!(cases[0].worst(), Some(Severity::S1));
        assert_eq!(cases[0].directions(), BTreeSet::from([Direction::Ineligible, Direction::Missed]));
        assert_eq!(
            cases[0].due_on(),
            Some("2026-06-17".parse().unwrap()),
            "three working days from Friday 12 June"
        );
    }

    #[test]
    fn rules_of_one_group_are_one_witness_and_of_two_groups_are_two() {
        let mut input = input();
        input.leads = vec![lead("a", "I-01", Severity::S2, "H-1"), lead("b", "I-02", Severity::S2, "H-1")];
        assert_eq!(gather(&input).cases[0].priority().strength, 0);
        input.leads.push(lead("c", "P-01", Severity::S2, "H-1"));
        assert_eq!(gather(&input).cases[0].priority().strength, priority::STRENGTH_EACH);
    }

    #[test]
    fn a_deadline_does_not_move_from_night_to_night_and_is_overdue_in_the_end() {
        let mut input = input();
        input.leads = vec![lead("a", "D-01", Severity::S1, "H-1")];
        input.leads[0].first_seen = "2026-05-29".parse().unwrap();
        let case = gather(&input).cases.remove(0);
        assert_eq!(case.due_on(), Some("2026-06-03".parse().unwrap()));
        assert_eq!(case.priority().urgency, priority::URGENCY_OVERDUE);
        input.leads[0].status = LeadStatus::Reopened;
        let case = gather(&input).cases.remove(0);
        assert_eq!(case.due_on(), Some("2026-06-17".parse().unwrap()), "a reopened one begins anew");
        assert_eq!(case.priority().urgency, priority::URGENCY_REOPENED);
    }

    #[test]
    fn a_case_stands_on_the_list_of_its_most_precise_division() {
        let mut input = input();
        input.leads = vec![lead("a", "D-01", Severity::S1, "H-1"), lead("b", "S-03", Severity::S4, "H-1")];
        input.leads[0].division = "330300".to_owned();
        input.leads[1].division = "330302001005".to_owned();
        let gathered = gather(&input);
        assert_eq!(by_township(&gathered.cases).keys().copied().collect::<Vec<_>>(), ["330302001"]);
    }

    #[test]
    fn a_case_without_a_listed_lead_is_kept_but_on_no_list() {
        let mut input = input();
        input.leads = vec![Lead { listed: false, ..lead("a", "D-01", Severity::S1, "H-1") }];
        let gathered = gather(&input);
        assert_eq!(gathered.cases.len(), 1);
        assert!(by_township(&gathered.cases).is_empty());
    }
}
