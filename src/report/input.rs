//! What a report is made from: the run's findings, and the words that make them readable.
//!
//! Values only. Nothing here reads a file or knows how a lead was found.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    contract::{Column, Kind},
    model::{CoverageRow, DatasetId, EvidenceRow, Lang, Lead, Text},
};

use super::{Calendar, words};

/// Everything that one night's lists and run report are made from.
#[derive(Debug, Clone, Default)]
pub struct ReportInput {
    /// The business date t.
    pub date: NaiveDate,
    /// The run's name.
    pub run_id: String,
    /// The division that the pipeline runs for.
    pub division: String,
    /// The language of the lists, and the one in which the run report opens.
    pub lang: Lang,
    /// Every lead, listed or not; `listed` has been decided (see [`super::decide_listed`]).
    pub leads: Vec<Lead>,
    /// Every value that the leads rest on.
    pub evidence: Vec<EvidenceRow>,
    /// How each rule's population fell.
    pub coverage: Vec<CoverageRow>,
    /// By rule id: every rule of the pipeline, also those that did not run.
    pub rules: BTreeMap<String, RuleNote>,
    /// Every dataset of the pipeline, also one that was never delivered.
    pub feeds: Vec<Feed>,
    /// Deliveries that were not taken in.
    pub refused: Vec<Refused>,
    /// Names of divisions by code (6, 9 or 12 digits).
    pub divisions: BTreeMap<String, String>,
    /// Words for codes by `list.code`: `programme.dibao`, `agency.housing`, `quarantine.bad_date`, `repair.trimmed`,
    /// `reason.stale`. A code without a word stands for itself.
    pub labels: BTreeMap<String, Text>,
    /// Columns by `agency.dataset.field`, so that evidence reads as words.
    pub fields: BTreeMap<String, FieldNote>,
    /// Person token → household id, for leads about a person whose lead names no household.
    pub links: BTreeMap<String, String>,
    /// What earlier nights and reviewers left, by lead id.
    pub history: BTreeMap<String, History>,
    /// The days on which the office works.
    pub calendar: Calendar,
    /// What else the reader of the run report must know, for example that `persons` is stale.
    pub notes: Vec<Text>,
}

/// What people need to know about a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleNote {
    /// The rule's id.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Its group: the folder under `rules/`. Rules of different groups count as independent of each other.
    pub group: String,
    /// Where it stands.
    pub status: RuleStatus,
    /// The legal basis.
    pub legal: Vec<Legal>,
    /// Known innocent explanations, to be checked first.
    pub innocent: Vec<Text>,
    /// What to do.
    pub action: Text,
    /// The unit of threshold, value and margin, where the rule has a figure.
    pub unit: Option<Text>,
    /// Whether a lead of this rule is listed only beside a lead of another rule.
    pub never_alone: bool,
    /// Why it did not run, if it should have.
    pub not_run: Option<Text>,
    /// Why it runs in the shadow though it is live: it is not approved as it stands.
    pub held_back: Option<Text>,
}

impl RuleNote {
    /// Whether its leads may be listed. A rule that does not run as live changes nothing about any list.
    pub fn is_live(&self) -> bool {
        self.status == RuleStatus::Live && self.held_back.is_none()
    }

    /// Whether it was evaluated tonight.
    pub fn was_run(&self) -> bool {
        matches!(self.status, RuleStatus::Live | RuleStatus::Pilot) && self.not_run.is_none()
    }
}

/// A place in the law.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Legal {
    /// What it says, or its title and article.
    pub text: Text,
    /// Where it can be read: a number or an address.
    pub source: String,
}

/// Where a rule stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RuleStatus {
    /// Being written.
    Draft,
    /// Runs in the shadow; never reaches a list.
    Pilot,
    /// In force.
    #[default]
    Live,
    /// Taken out for now.
    Suspended,
    /// Taken out for good.
    Retired,
}

impl RuleStatus {
    /// The word in front matter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Pilot => "pilot",
            Self::Live => "live",
            Self::Suspended => "suspended",
            Self::Retired => "retired",
        }
    }

    /// The word for people.
    pub fn text(self) -> Text {
        let zh = match self {
            Self::Draft => "草拟",
            Self::Pilot => "试行",
            Self::Live => "正式",
            Self::Suspended => "暂停",
            Self::Retired => "停用",
        };
        Text::new(zh, self.as_str())
    }
}

/// How a dataset stands tonight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its name.
    pub title: Text,
    /// The day that the newest delivery is about. None: never delivered.
    pub as_of: Option<NaiveDate>,
    /// For how many days after `as_of` it counts as fresh.
    pub fresh_days: u32,
    /// Whether it is older than that, much smaller than usual, or unlike the deliveries before it.
    pub stale: bool,
    /// In what it is unlike them.
    pub off: Vec<Text>,
    /// Deliveries that it is resolved from.
    pub deliveries: u64,
    /// Rows in those deliveries.
    pub rows_in: u64,
    /// Rows taken in.
    pub accepted: u64,
    /// Rows equal to another after repair.
    pub collapsed: u64,
    /// Rows set aside here.
    pub quarantined_rows: u64,
    /// Faults in them by reason: a row can have several.
    pub quarantined: BTreeMap<String, u64>,
    /// Values repaired, by kind of repair.
    pub repairs: BTreeMap<String, u64>,
    /// Rows that the agency's own sealing refused before they were sent.
    pub set_aside_by_agency: u64,
}

/// A delivery that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The delivery, as its folder is called.
    pub delivery: String,
    /// The agency that sent it, when that much could be read.
    pub agency: Option<String>,
    /// The dataset, when that much could be read.
    pub dataset: Option<DatasetId>,
    /// The diagnostic code.
    pub code: String,
    /// What was wrong and what to do.
    pub message: Text,
}

/// A column, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldNote {
    /// What the column is called.
    pub title: Text,
    /// How its values are written.
    pub kind: FieldKind,
    /// Words for its codes.
    pub codes: BTreeMap<String, Text>,
    /// Its place among the dataset's columns: people read a record in the order of the register it comes from.
    pub place: usize,
}

/// How the values of a column are written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldKind {
    /// A person token: its first eight characters.
    Person,
    /// An amount in yuan.
    Money,
    /// A day; several of them are written as a span.
    Date,
    /// A month, also when it comes as its first day; several of them are written as a span.
    Month,
    /// A division, by its name.
    Division,
    /// Yes or no.
    Bool,
    /// As it is, or the code's word.
    #[default]
    Plain,
}

impl FieldNote {
    /// A contract's column at its place.
    pub fn of(column: &Column, place: usize) -> Self {
        let kind = match column.kind {
            Kind::Person => FieldKind::Person,
            Kind::Money => FieldKind::Money,
            Kind::Date => FieldKind::Date,
            Kind::Month => FieldKind::Month,
            Kind::Division => FieldKind::Division,
            Kind::Bool => FieldKind::Bool,
            Kind::Ref | Kind::Code | Kind::Decimal { .. } | Kind::Int | Kind::Text => FieldKind::Plain,
        };
        let codes = column.codes.iter().map(|code| (code.value.clone(), code.label.clone())).collect();
        Self { title: column.title.clone(), kind, codes, place }
    }
}

/// What is known about a lead from before tonight.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// What changed since last time, when more is known than the lead's status says.
    pub changed: Option<Text>,
    /// Earlier dispositions, oldest first.
    pub dispositions: Vec<Text>,
}

impl ReportInput {
    /// The word for a code of a list, or the code itself.
    pub fn label(&self, list: &str, code: &str) -> Text {
        let known = self.labels.get(&format!("{list}.{code}")).cloned();
        known.or_else(|| words::builtin(list, code)).unwrap_or_else(|| Text::new(code, code))
    }

    /// A division as people call it: county and township, then the code.
    pub fn division_name(&self, code: &str) -> String {
        let name = |n: usize| code.get(..n).and_then(|part| self.divisions.get(part));
        let mut parts: Vec<&str> = Vec::new();
        for length in [6, 9, 12] {
            if let Some(name) = name(length).filter(|_| length <= code.len()) {
                parts.push(name);
            }
        }
        if parts.is_empty() { code.to_owned() } else { parts.join(" ") }
    }
}
