//! The three outcomes, as plain SQL around a rule's own rows: hit, clear, insufficient with its reason.
//!
//! The order is that of the rule book. The statement is text, so that another engine can run it unchanged.

use super::feeds::Block;
use crate::{
    model::SubjectKind,
    project::{Basis, Rule},
};

/// An outcome of one row, numbered so that the smallest of a subject's rows is the subject's outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The rule's condition holds.
    Hit,
    /// Insufficient: the reason's place in the rule book, 1 to 8.
    Insufficient(Reason),
    /// Nothing found.
    Clear,
}

/// Why a subject could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A dataset was never delivered.
    DatasetMissing = 1,
    /// Too old, or a month is missing.
    Stale = 2,
    /// No valid authorisation.
    NotAuthorised = 4,
    /// A contradictory person is concerned.
    IdentityInDoubt = 5,
    /// No age where the rule has one.
    NoAge = 6,
    /// A case without members.
    NoMembers = 7,
    /// No standard for the case's division.
    NoStandard = 8,
}

/// The number of a clear row: greater than every reason.
const CLEAR: i64 = 9;

impl Verdict {
    /// From the number in the judged table; None for a number that no outcome has.
    pub fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            0 => Self::Hit,
            1 => Self::Insufficient(Reason::DatasetMissing),
            2 => Self::Insufficient(Reason::Stale),
            4 => Self::Insufficient(Reason::NotAuthorised),
            5 => Self::Insufficient(Reason::IdentityInDoubt),
            6 => Self::Insufficient(Reason::NoAge),
            7 => Self::Insufficient(Reason::NoMembers),
            8 => Self::Insufficient(Reason::NoStandard),
            CLEAR => Self::Clear,
            _ => return None,
        })
    }
}

impl Reason {
    /// The words in `coverage.parquet`. A missing month and a feed that is unlike before share the
    /// place of a stale feed but have their own words.
    pub fn as_str(self, block: Option<&Block>) -> &'static str {
        match (self, block) {
            (Self::DatasetMissing, _) => "dataset missing",
            (Self::Stale, Some(Block::MonthMissing(..))) => "month missing",
            (Self::Stale, Some(Block::Drifted(_))) => "drifted",
            (Self::Stale, _) => "stale",
            (Self::NotAuthorised, _) => "not authorised",
            (Self::IdentityInDoubt, _) => "identity in doubt",
            (Self::NoAge, _) => "no age",
            (Self::NoMembers, _) => "no members",
            (Self::NoStandard, _) => "no standard",
        }
    }
}

/// Facts that judging a rule reads, besides those that its own SQL names.
pub fn facts_read(rule: &Rule) -> Vec<&'static str> {
    let mut facts = match rule.subject {
        SubjectKind::Person => vec!["person_divisions"],
        SubjectKind::Household => vec!["household_divisions"],
        SubjectKind::Case => vec!["active_cases"],
        SubjectKind::Dataset | SubjectKind::Delivery => Vec::new(),
    };
    if rule.grace {
        facts.push("cases_in_grace");
    }
    match (rule.basis, rule.subject) {
        (Basis::Consent, SubjectKind::Person) => facts.extend(["authorised_persons", "person_ages"]),
        (Basis::Consent, _) => facts.push("unauthorised_cases"),
        (Basis::Statutory, _) => {}
    }
    if doubt_matters(rule) {
        facts.push(if rule.subject == SubjectKind::Person { "doubtful_persons" } else { "doubtful_cases" });
    }
    facts
}

/// Identity in doubt withholds S1 and S2 only. A rule that can give either counts as its own severity throughout.
fn doubt_matters(rule: &Rule) -> bool {
    use crate::model::Severity::{S1, S2};
    matches!(rule.severity, S1 | S2)
}

/// What the feeds say about judging a rule tonight.
#[derive(Debug, Clone, Copy, Default)]
pub struct Judged<'a> {
    /// Everyone is insufficient for this reason.
    pub block: Option<&'a Block>,
    /// Whether `persons` is fresh: a missing or stale one withholds nothing for identity.
    pub knows_identities: bool,
}

/// The statement that judges the rows of `run.candidates`.
///
/// `columns` are the candidates' columns. The result has them all, and besides: `judged_subject`,
/// `judged_verdict`, `judged_withheld`, `judged_division`, `judged_household`, `judged_programme`,
/// `judged_case_division`, `judged_monthly`.
pub fn judging_sql(rule: &Rule, columns: &[&str], standing: &Judged<'_>) -> String {
    let block = standing.block;
    let has = |name: &str| columns.contains(&name);
    let has_case = has("case_id");
    let mut joins = String::new();
    let mut join = |text: &str| {
        joins.push_str("\nLEFT JOIN ");
        joins.push_str(text);
    };
    if has_case {
        join("civil_affairs.cases AS k ON k.case_id = r.case_id");
    }
    let household = match (has("household_id"), has_case) {
        (true, true) => "coalesce(r.household_id, k.household_id)",
        (true, false) => "r.household_id",
        (false, true) => "k.household_id",
        (false, false) => "CAST(NULL AS VARCHAR)",
    };
    let (subject, division) = match rule.subject {
        SubjectKind::Person => {
            join("facts.person_divisions AS d ON d.person_id = r.person_id");
            ("r.person_id", "coalesce(d.division, $division)")
        }
        SubjectKind::Household => {
            join("facts.household_divisions AS d ON d.household_id = r.household_id");
            ("r.household_id", "coalesce(d.division, $division)")
        }
        SubjectKind::Case => ("r.case_id", "coalesce(k.division, $division)"),
        SubjectKind::Dataset => ("r.dataset", "$division"),
        SubjectKind::Delivery => ("r.delivery", "$division"),
    };
    let mut whens = Vec::new();
    match block {
        Some(Block::Missing(_)) => whens.push((Reason::DatasetMissing as i64, "true")),
        Some(Block::Stale(_) | Block::Drifted(_) | Block::MonthMissing(..)) => {
            whens.push((Reason::Stale as i64, "true"))
        }
        None => {}
    }
    if rule.grace && has_case {
        join("facts.cases_in_grace AS g ON g.case_id = r.case_id");
        whens.push((CLEAR, "g.case_id IS NOT NULL"));
    }
    match (rule.basis, rule.subject) {
        (Basis::Statutory, _) => {}
        // The rule says itself whose authorisation counts: that of the pupil's household for E-05.
        (Basis::Consent, _) if has("not_authorised") => {
            whens.push((Reason::NotAuthorised as i64, "coalesce(r.not_authorised, false)"));
        }
        (Basis::Consent, SubjectKind::Person) => {
            join(&format!(
                "facts.authorised_persons AS a ON a.household_id = {household} AND a.person_id = r.person_id"
            ));
            join("facts.person_ages AS y ON y.person_id = r.person_id");
            whens.push((
                Reason::NotAuthorised as i64,
                "a.person_id IS NULL AND (y.age_months IS NULL OR y.age_months >= 216)",
            ));
        }
        (Basis::Consent, _) => {
            join("facts.unauthorised_cases AS a ON a.case_id = r.case_id");
            whens.push((Reason::NotAuthorised as i64, "a.case_id IS NOT NULL"));
        }
    }
    if doubt_matters(rule) && standing.knows_identities {
        if rule.subject == SubjectKind::Person {
            join("facts.doubtful_persons AS q ON q.person_id = r.person_id");
            whens.push((Reason::IdentityInDoubt as i64, "q.person_id IS NOT NULL"));
        } else if has_case {
            join("facts.doubtful_cases AS q ON q.case_id = r.case_id");
            whens.push((Reason::IdentityInDoubt as i64, "q.case_id IS NOT NULL"));
        }
    }
    let mut sound = String::from("coalesce(r.hit, false)");
    for (reason, column, test) in [
        (Reason::NoAge, "no_age", "coalesce(r.no_age, false)"),
        (Reason::NoMembers, "no_members", "coalesce(r.no_members, false)"),
        (Reason::NoStandard, "no_standard", "coalesce(r.no_standard, false)"),
    ] {
        if has(column) {
            whens.push((reason as i64, test));
            sound.push_str(" AND NOT ");
            sound.push_str(test);
        }
    }
    whens.push((0, "coalesce(r.hit, false)"));
    let cases: String =
        whens.iter().map(|(number, test)| format!("\n         WHEN {test} THEN {number}")).collect();
    let own: String = columns.iter().map(|column| format!("r.\"{column}\", ")).collect();
    let (programme, case_division, monthly) =
        if has_case { ("k.programme", "k.division", "k.monthly_amount") } else { ("NULL", "NULL", "NULL") };
    format!(
        "SELECT {own}{subject} AS judged_subject,\n       CASE{cases}\n         ELSE {CLEAR} END AS judged_verdict,\n       \
         {sound} AS judged_withheld,\n       {division} AS judged_division, {household} AS judged_household,\n       \
         CAST({programme} AS VARCHAR) AS judged_programme, CAST({case_division} AS VARCHAR) AS judged_case_division,\n       \
         CAST({monthly} AS DECIMAL(14, 2)) AS judged_monthly\nFROM run.candidates AS r{joins}"
    )
}
