//! The planted cases and what the rules must say of them, as `truth.csv`.
//!
//! Never a guess: each line follows from the rule's text and the rows planted beside it.

use super::number::{IdNumber, Ref};

/// What a rule must say of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// A lead.
    Hit,
    /// In the population, no lead.
    Clear,
    /// In the population, cannot be judged.
    Insufficient,
    /// Not in the population.
    Outside,
}

impl Expected {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Clear => "clear",
            Self::Insufficient => "insufficient",
            Self::Outside => "outside",
        }
    }

    /// Hit when the condition holds, clear when it does not.
    pub fn hit_if(condition: bool) -> Self {
        if condition { Self::Hit } else { Self::Clear }
    }
}

/// What a case is about, as it stands in the raw files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An identity number.
    Person(IdNumber),
    /// A household id.
    Household(Ref),
    /// A case id.
    Case(Ref),
    /// A row, by the identity number as it is written there.
    Row(String),
    /// A dataset.
    Dataset(&'static str),
    /// A file that must be refused.
    Delivery(&'static str),
}

impl Subject {
    fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Household(_) => "household",
            Self::Case(_) => "case",
            Self::Row(_) => "row",
            Self::Dataset(_) => "dataset",
            Self::Delivery(_) => "delivery",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Person(id) => String::from_utf8_lossy(id.characters()).into_owned(),
            Self::Household(key) | Self::Case(key) => key.to_string(),
            Self::Row(text) => text.clone(),
            Self::Dataset(name) | Self::Delivery(name) => (*name).to_owned(),
        }
    }
}

/// One planted case.
#[derive(Debug, Clone)]
pub struct Truth {
    /// The rule.
    pub rule: &'static str,
    /// A short name, unique within the rule.
    pub case: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// What the rule must say.
    pub expected: Expected,
    /// Why, in Chinese.
    pub zh: &'static str,
    /// Why, in English.
    pub en: &'static str,
}

/// All cases as CSV, by rule and then as planted.
pub fn csv(truth: &[Truth]) -> String {
    let mut sorted: Vec<&Truth> = truth.iter().collect();
    sorted.sort_by_key(|one| one.rule);
    let mut text = String::from("case,rule_id,subject,subject_kind,expected,note_zh,note_en\n");
    for one in sorted {
        let subject = one.subject.text();
        let kind = one.subject.kind();
        let expected = one.expected.as_str();
        // Notes hold commas and never a quotation mark.
        let (zh, en) = (one.zh, one.en);
        text.push_str(&format!("{},{},{subject},{kind},{expected},\"{zh}\",\"{en}\"\n", one.case, one.rule));
    }
    text
}
