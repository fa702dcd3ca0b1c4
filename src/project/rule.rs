//! A rule as its author wrote it: front matter and one SELECT. Not yet checked by a planner.

use std::{collections::BTreeMap, ops::Range, path::PathBuf, str::FromStr};

use super::MonthRange;
use crate::model::{BadWord, DatasetId, Digest, Direction, Severity, SubjectKind, Text};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $expected:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// The words, for messages.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in files.
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
    };
}

words! {
    /// On what ground a rule may look at a person.
    Basis, "statutory, consent" {
        /// 法定: no authorisation needed.
        Statutory = "statutory",
        /// 授权: only people who signed.
        Consent = "consent",
    }
}

words! {
    /// Where a rule stands in its life.
    Status, "draft, pilot, live, suspended, retired" {
        /// Being written: not run.
        Draft = "draft",
        /// Runs in the shadow, never reaches a list.
        Pilot = "pilot",
        /// Runs and lists.
        Live = "live",
        /// Stopped for a time: not run.
        Suspended = "suspended",
        /// Stopped for good: not run.
        Retired = "retired",
    }
}

/// What a rule needs of the data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Datasets in which a row makes the hit.
    pub present: Vec<DatasetId>,
    /// Datasets in which a missing row makes the hit.
    pub absent: Vec<DatasetId>,
    /// For by-month datasets in `absent`: the months that the rule looks at.
    pub months: BTreeMap<DatasetId, MonthRange>,
}

/// A legal basis, quoted, with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legal {
    /// The provision, in Chinese and in English.
    pub text: Text,
    /// Where it was read: the instrument and its number.
    pub source: String,
}

/// Which rows and fields prove a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The dataset of the rows.
    pub dataset: DatasetId,
    /// SQL behind FROM: `lead` joined to the dataset as `e`.
    pub from: String,
    /// SQL behind WHERE, if any.
    pub where_: Option<String>,
    /// The fields of the dataset that are kept.
    pub fields: Vec<String>,
}

/// A rule as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id: the file's name.
    pub id: String,
    /// The file.
    pub file: PathBuf,
    /// The whole file. All of it is SQL: the front matter is a block comment.
    pub text: String,
    /// The group: the folder's name.
    pub group: String,
    /// Its name.
    pub title: Text,
    /// Who is looked at, when it is a lead and what does not count, in plain words.
    pub meaning: Text,
    /// Which way its leads point.
    pub direction: Direction,
    /// How strong they are.
    pub severity: Severity,
    /// What they are about.
    pub subject: SubjectKind,
    /// On what ground it looks.
    pub basis: Basis,
    /// The datasets that define who it is about: never delivered, the rule is not run.
    pub population: Vec<DatasetId>,
    /// What it needs of the data.
    pub needs: Needs,
    /// Whether a grace period makes a case clear.
    pub grace: bool,
    /// The parameters that it uses, as declared.
    pub parameters: Vec<String>,
    /// The law it rests on.
    pub legal: Vec<Legal>,
    /// What may explain a hit innocently, to be checked first.
    pub innocent: Vec<Text>,
    /// What is recommended.
    pub action: Text,
    /// The single fact that would clear a hit.
    pub clears: Text,
    /// The reason, a template with `{column}`s of the rule's result.
    pub reason: Text,
    /// The unit of threshold, value and margin, where the rule has a figure.
    pub unit: Option<Text>,
    /// Whether its leads are listed only beside a lead of another rule.
    pub never_alone: bool,
    /// Who answers for the rule.
    pub owner: String,
    /// Where it stands in its life.
    pub status: Status,
    /// What proves a hit.
    pub evidence: Vec<Evidence>,
    /// The digest of the file.
    pub digest: Digest,
    /// The place of every field of the front matter by its path: `reason.zh`, `evidence.0.from`.
    pub places: BTreeMap<String, Range<usize>>,
}

impl Rule {
    /// The place of a field, or of the whole front matter's first line when the field is not there.
    pub fn place(&self, path: &str) -> Range<usize> {
        self.places.get(path).cloned().unwrap_or(0..0)
    }

    /// Whether the rule is evaluated at all.
    pub fn is_run(&self) -> bool {
        matches!(self.status, Status::Live | Status::Pilot)
    }

    /// Every dataset of its needs, sorted, each once.
    pub fn needed(&self) -> Vec<&DatasetId> {
        let mut all: Vec<&DatasetId> = self.needs.present.iter().chain(&self.needs.absent).collect();
        all.sort();
        all.dedup();
        all
    }
}
