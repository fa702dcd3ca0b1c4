//! What the rules find: leads, their evidence, and the counts that prove nobody was skipped.

use std::{fmt, str::FromStr, sync::Arc};

use chrono::NaiveDate;

use super::Fen;

/// A word that is not in a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not one of {expected}")]
pub struct BadWord {
    /// What was written.
    pub found: String,
    /// What may stand there.
    pub expected: &'static str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $expected:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// The word in files and tables.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = BadWord;
            fn from_str(text: &str) -> Result<Self, BadWord> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(BadWord { found: text.to_owned(), expected: $expected }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// Which way a lead points.
    Direction, "ineligible, missed, process" {
        /// 错保: receives and should perhaps not.
        Ineligible = "ineligible",
        /// 漏保: does not receive and perhaps should.
        Missed = "missed",
        /// Process or data to mend.
        Process = "process",
    }
}

words! {
    /// What a rule counts and a lead is about.
    SubjectKind, "person, household, case, dataset, delivery" {
        /// A person token.
        Person = "person",
        /// A household id.
        Household = "household",
        /// A case id.
        Case = "case",
        /// `agency.dataset`: told to those who run the system, never on a list and not in `leads.parquet`.
        Dataset = "dataset",
        /// A delivery's id: told in the same way.
        Delivery = "delivery",
    }
}

impl SubjectKind {
    /// Whether it is about what was delivered: nobody visits it, and people whose data it holds are no subjects.
    pub fn is_of_feeds(self) -> bool {
        matches!(self, Self::Dataset | Self::Delivery)
    }
}

words! {
    /// How strong a lead is: S on the ineligible side, M on the missed side.
    Severity, "S1, S2, S3, S4, M1, M2, M3" {
        /// Hard conflict, before the next payroll.
        S1 = "S1",
        /// Direct evidence, needs a check.
        S2 = "S2",
        /// Indirect evidence.
        S3 = "S3",
        /// Process or data.
        S4 = "S4",
        /// Statutory entitlement almost certain.
        M1 = "M1",
        /// Entitlement probable.
        M2 = "M2",
        /// Worth a visit.
        M3 = "M3",
    }
}

impl Severity {
    /// One rank lower, as for a hit from a stale dataset: S1→S2→S3→S4→S4, M1→M2→M3→M3.
    pub fn lowered(self) -> Self {
        match self {
            Self::S1 => Self::S2,
            Self::S2 => Self::S3,
            Self::S3 | Self::S4 => Self::S4,
            Self::M1 => Self::M2,
            Self::M2 | Self::M3 => Self::M3,
        }
    }

    /// Whether the lead is on the missed side.
    pub fn is_missed_side(self) -> bool {
        matches!(self, Self::M1 | Self::M2 | Self::M3)
    }
}

words! {
    /// Where a lead stands compared with earlier nights.
    LeadStatus, "new, recurring, reopened, suppressed, withheld" {
        /// Not in the last run.
        New = "new",
        /// Was there in the last run.
        Recurring = "recurring",
        /// Was closed, and its evidence has changed since.
        Reopened = "reopened",
        /// Closed by a reviewer, evidence unchanged.
        Suppressed = "suppressed",
        /// The subject's identity is in doubt: counted as insufficient, never listed.
        Withheld = "withheld",
    }
}

/// One finding about one subject, as in `leads.parquet`. A lead, never a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The same every night for the same rule and subject.
    pub lead_id: String,
    /// The rule, for example `D-01`.
    pub rule_id: String,
    /// Which way it points.
    pub direction: Direction,
    /// How strong it is, already lowered when `stale`.
    pub severity: Severity,
    /// Compared with earlier nights.
    pub status: LeadStatus,
    /// Whether it stands on a review list.
    pub listed: bool,
    /// A dataset that the hit rests on is older than its `fresh`.
    pub stale: bool,
    /// What it is about.
    pub subject_kind: SubjectKind,
    /// The subject itself as text: a person's token, a household, a case, a dataset.
    pub subject: String,
    /// The person's token, for a person subject.
    pub person_id: Option<String>,
    /// The household: the subject, or where the person or case belongs, when known.
    pub household_id: Option<String>,
    /// The assistance case that made it a hit, when there is one.
    pub case_id: Option<String>,
    /// That case's programme, or the scheme's name for other payments.
    pub programme: Option<String>,
    /// The subject's division (6, 9 or 12 digits).
    pub division: String,
    /// Yuan a month: what is paid, or what is missed. None: not known.
    pub monthly_at_risk: Option<Fen>,
    /// Yuan overpaid so far. None: does not apply or not known.
    pub total_so_far: Option<Fen>,
    /// A digest of the evidence's values: a closed lead stays closed while it is the same.
    pub evidence_key: String,
    /// The reason in Chinese, values filled in.
    pub reason_zh: String,
    /// The reason in English, values filled in.
    pub reason_en: String,
    /// What single fact would clear it, in Chinese.
    pub clears_zh: String,
    /// What single fact would clear it, in English.
    pub clears_en: String,
    /// The bound that was crossed, in the rule's unit (decimal text); None where the rule has no figure.
    pub threshold: Option<String>,
    /// The value compared with it.
    pub value: Option<String>,
    /// value − threshold.
    pub margin: Option<String>,
    /// The business date of the first run that had this lead.
    pub first_seen: NaiveDate,
    /// The business date of this run.
    pub last_seen: NaiveDate,
}

/// One value that a lead rests on, as in `evidence.parquet`. There are very many: what many of them say is held once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EvidenceRow {
    /// The lead.
    pub lead_id: Arc<str>,
    /// The agency that delivered the row.
    pub agency: Arc<str>,
    /// The dataset, without the agency.
    pub dataset: Arc<str>,
    /// The delivery that carried it.
    pub delivery: Arc<str>,
    /// `file:line` in that delivery.
    pub row: String,
    /// The column.
    pub field: Arc<str>,
    /// The value as text; persons as tokens. None: the field was empty.
    pub value: Option<String>,
    /// The day the delivery was about.
    pub as_of: NaiveDate,
}

/// How a rule's population fell, as in `coverage.parquet`.
///
/// The row with `reason` None has all four counts and closes: hit + clear + insufficient = population.
/// A row with a reason holds only `insufficient` and explains a part of that sum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoverageRow {
    /// The rule.
    pub rule_id: String,
    /// The subjects' division.
    pub division: String,
    /// None for the row that closes.
    pub reason: Option<String>,
    /// Subjects that the rule is about.
    pub population: u64,
    /// Subjects with a lead.
    pub hit: u64,
    /// Subjects without one.
    pub clear: u64,
    /// Subjects that could not be judged.
    pub insufficient: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_hit_is_ranked_one_lower_and_never_below_the_last() {
        let chain =
            |from: Severity| [from.lowered(), from.lowered().lowered(), from.lowered().lowered().lowered()];
        assert_eq!(chain(Severity::S1), [Severity::S2, Severity::S3, Severity::S4]);
        assert_eq!(chain(Severity::M1), [Severity::M2, Severity::M3, Severity::M3]);
        assert_eq!(Severity::S4.lowered(), Severity::S4);
    }

    #[test]
    fn words_are_read_back_and_others_are_refused() {
        assert_eq!("withheld".parse(), Ok(LeadStatus::Withheld));
        let error = "fraud".parse::<LeadStatus>().unwrap_err();
        assert_eq!(error.to_string(), "`fraud` is not one of new, recurring, reopened, suppressed, withheld");
    }
}
